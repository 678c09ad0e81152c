// SPDX-License-Identifier: Apache-2.0
// C14, live form: what the dwells of one source say of its datum, dwell by dwell; the sealed form is this fold over all
// of them. Whoever keeps it begins anew when the version of the source's program changes.  (tracks.md §8, §11)
//
// Against the sealed form, for dwells in the same order: equal to the last bit for up to `most_kept` dwells. Beyond,
// the likelihoods, the number of dwells and the verdict are still the same; the median residual is that of the last
// `most_kept` dwells, and of different anchors no more than `most_kept` are counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "geo/datum.h"
#include "geo/plane.h"
#include "track/compare/datum.h"

namespace ningyi::track {

class LiveDatum {
public:
    static constexpr std::size_t most_kept = 4096;

    // `declared`: datum of the coordinates as received. REQUIRES: most ≥ 2.
    explicit LiveDatum(geo::Datum declared, std::size_t most = most_kept) : declared_(declared), most_(most) {}

    void add(const Dwell& dwell);

    DatumEvidence evidence() const;

    // Residuals and anchors kept, the larger number.
    std::size_t kept() const;

private:
    geo::Datum declared_;
    std::size_t most_;
    DatumEvidence sums_;  // log_likelihood and dwells
    std::vector<geo::Offset> residuals_;
    std::set<std::uint64_t> anchors_;
};

}  // namespace ningyi::track
