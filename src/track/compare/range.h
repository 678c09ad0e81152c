// SPDX-License-Identifier: Apache-2.0
// A track against a large circle: the claim is that nothing of it lies beyond. One fix decides nothing, and a fix is
// beyond only with its whole 95 % circle.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/time.h"
#include "geo/place.h"
#include "track/fix.h"
#include "track/measure.h"

namespace ningyi::track {

struct Reach {
    double farthest_m = 0;      // least distance, at 95 %, of the fix for which it is largest
    std::optional<Instant> at;  // of that fix
    std::int64_t beyond = 0;    // usable fixes surely beyond
    // Of the usable fixes in a row surely beyond; a repeated coordinate is no new one.
    std::int64_t longest_run = 0;
    double nats_beyond = 0;     // of that run
    bool is_all_within = true;  // every usable fix, with its whole 95 % circle
    Millis observed = 0;        // steps between usable fixes of at most ten minutes
    std::int64_t used = 0;
};

// REQUIRES: `track` as mark() leaves it.
Reach reach_of(std::span<const Fix> track, geo::Place place, double beyond_m);

// track.range: arguments track, place, interval (optional), beyond (length); facts farthest (length), at, beyond_count,
// run, observed, used, seen. Contradicted: two fixes in a row surely beyond. Supported: all surely within, and four
// fifths of the interval (or of the track) observed.
Measurement range(std::span<const Argument> arguments);

}  // namespace ningyi::track
