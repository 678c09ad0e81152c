// SPDX-License-Identifier: Apache-2.0
// Dwells: where a visit was spent, one a record; and what many of them say of a registered address point. They are
// gathered over the records of a source or of an address by whoever calls these measures.
#pragma once

#include <optional>
#include <span>

#include "track/compare/datum.h"
#include "track/measure.h"

namespace ningyi::track {

// One gathered dwell.
struct Gathered {
    geo::Place received;                      // centroid as received
    geo::Place place;                         // the same in WGS-84 as converted at the door
    geo::Datum declared = geo::Datum::wgs84;  // of `received`
    double sigma_mm = 0;
    std::optional<geo::Place> anchor;  // the registered point of the address, WGS-84
    std::uint64_t subject = 0;         // who dwelt, opaque; 0: not known
    Millis lasts = 0;
};

// The longest stay of the part of the track inside the interval; facts as in the measure table.
Measurement dwell(std::span<const Argument> arguments);

// The dwell of a `track.dwell` measurement; nothing when there was none.
std::optional<Gathered> dwell_of(const Measurement& measurement);

// C14 over gathered dwells: `datum_evidence` with the anchors they carry. Without the argument `declared` the datum is
// the one that most dwells declare (the first of equals), and the others are left out.
Measurement datum(std::span<const Argument> arguments);

// Claim: the registered point is where the address is. Contradicted: at least `least_visits` dwells of at least
// `least_subjects` people lie close together, and their middle is further than `distance` from the point (LOC-17).
Measurement address(std::span<const Argument> arguments);

}  // namespace ningyi::track
