// SPDX-License-Identifier: Apache-2.0
// C12: a carer's phone and the wearable of the person cared for. The claim is that they were together for the interval:
// presence (C2) of the difference of the two places, with the errors of both. A wearable on its charger or lying still
// is on nobody's wrist and says nothing.  (tracks.md §8)
#pragma once

#include <cstdint>
#include <span>

#include "base/time.h"
#include "track/compare/presence.h"
#include "track/fix.h"
#include "track/measure.h"

namespace ningyi::track {

struct Togetherness {
    PresenceTimes times;
    double own_nats = 0;        // what the fixes of the track alone tell, for and against
    double other_nats = 0;      // those of the wearable
    double moved_m = 0;         // the wearable surely moved at least this far from where it began
    std::int64_t moving = 0;    // fixes at which it says that it moves
    std::int64_t charging = 0;  // fixes on its charger; they are left out
    std::int64_t seen = 0;      // of both, in the interval
    bool is_worn() const;
};

// REQUIRES: both as mark() leaves them; 0 < radius_mm.
Togetherness togetherness(std::span<const Fix> track, std::span<const Fix> wearable, double radius_mm,
                          Interval interval);

// track.together: arguments track, other (the wearable), interval, radius; facts as track.presence, own and other
// (strength), moved (length), moving and charging (counts).
Measurement together(std::span<const Argument> arguments);

}  // namespace ningyi::track
