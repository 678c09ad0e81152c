// SPDX-License-Identifier: Apache-2.0
// C9: nobody is in two places. Stretches of sure presence (C2) at places that lie apart must not overlap, and one
// account must not be on two devices that lie apart.  (tracks.md §8)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/time.h"
#include "geo/place.h"
#include "track/fix.h"
#include "track/measure.h"

namespace ningyi::track {

// Somebody was surely within the circle during the interval.
struct SureStay {
    geo::Place place;
    std::int64_t radius_mm = 0;
    Interval interval;
};

// Two of them that overlap, at places more than both radii apart. `first` < `second`.
struct Clash {
    std::size_t first = 0;
    std::size_t second = 0;
    Millis both = 0;
    std::int64_t apart_mm = 0;
    auto operator<=>(const Clash&) const = default;
};

constexpr Millis button_slack_ms = 2 * minutes_ms;  // clock and button slack
constexpr std::int64_t devices_apart_mm = 300'000;  // wider than any error allowed

// Every clash longer than `slack`, ordered by (first, second). O(n log n + overlapping pairs).
std::vector<Clash> clashes(std::span<const SureStay> stays, Millis slack = button_slack_ms);

// track.apart: two devices of one account. The claim is that one person carried both.
Measurement apart(std::span<const Argument> arguments);

}  // namespace ningyi::track
