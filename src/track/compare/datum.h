// SPDX-License-Identifier: Apache-2.0
// C14: a source against known anchors. The claim is that it reports in the datum it declares. A dwell is a stay at an
// address whose point was confirmed on site; the residuals say which datum explains them. People confirm it; nothing is
// converted again by this.  (tracks.md §8)
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "geo/datum.h"
#include "geo/place.h"
#include "track/measure.h"

namespace ningyi::track {

struct Dwell {
    geo::Place received;  // centroid, as received
    double sigma_mm = 0;
    geo::Place anchor;            // WGS-84
    std::uint64_t anchor_id = 0;  // opaque
};

// What the received coordinates may be. `gcj02_twice`: shifted by the source and again on the way.
enum class Reference : std::uint8_t { wgs84, gcj02, bd09, gcj02_twice };
constexpr std::size_t references = 4;

struct DatumEvidence {
    std::array<double, references> log_likelihood{};
    Reference best = Reference::wgs84;  // the first of the likeliest
    double best_over_declared = 0;      // nats, ≥ 0
    double declared_over_other = 0;     // nats over the likeliest other one
    std::int64_t dwells = 0;
    std::int64_t anchors = 0;               // distinct
    std::optional<double> east_m, north_m;  // median residual in the declared datum
    Verdict verdict = Verdict::insufficient;
};

// For `Datum::unknown` nothing is declared: the verdict is `insufficient` and `best` still says what fits.
DatumEvidence datum_evidence(std::span<const Dwell> dwells, geo::Datum declared);

}  // namespace ningyi::track
