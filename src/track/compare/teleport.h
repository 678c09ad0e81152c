// SPDX-License-Identifier: Apache-2.0
// C8: successive fixes against physics. The claim is that the track is one body's. A jump counts only when two further
// fixes agree with the landing place and the fix before the start agrees with the start; a single fix off the way is an
// outlier, not a finding.  (tracks.md §8)
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "track/fix.h"
#include "track/measure.h"

namespace ningyi::track {

constexpr std::int64_t road_speed_mm_s = 45'000;  // above any road speed in a district

struct Jump {
    Instant at;               // of the landing fix
    std::size_t landing = 0;  // index in the track
    double speed_mm_s = 0;    // least speed that explains it
    double nats = 0;          // z²/2 with z = (d − limit · Δt) / σ, at most 10
};

struct Leaps {
    std::vector<Jump> jumps;            // confirmed, in order of time
    std::vector<std::size_t> outliers;  // fixes that no other confirms
    double speed_max_mm_s = 0;          // least speed needed by any step that is not to or from an outlier
    std::size_t used = 0;
    Millis observed = 0;  // time in steps of at most 120 s
};

// REQUIRES: `track` ordered by time. Fixes without a place and those with a clock step are left out.
Leaps leaps(std::span<const Fix> track, double limit_mm_s);

// track.teleport
Measurement teleport(std::span<const Argument> arguments);

}  // namespace ningyi::track
