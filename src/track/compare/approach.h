// SPDX-License-Identifier: Apache-2.0
// C5: two moving points. The claim is that they came within a distance of each other.  (tracks.md §8)
#pragma once

#include <optional>
#include <span>

#include "track/fix.h"
#include "track/measure.h"

namespace ningyi::track {

struct Approach {
    std::optional<double> least_m;  // of the fixes that are good enough
    Instant at;                     // when
    double least_high_m = 0;        // least distance that they had, with the 95 % error added; meaningful with least_m
    std::optional<double> least_low_m;  // and taken off, poor fixes included: what no error can explain away
    double near_ms = 0;                 // time within the distance
    Millis observed = 0;
    Millis span = 0;  // of the interval, or of the common time of both tracks
};

Approach nearest_approach(std::span<const Fix> a, std::span<const Fix> b, double within_m,
                          std::optional<Interval> interval);

// track.approach
Measurement approach(std::span<const Argument> arguments);

}  // namespace ningyi::track
