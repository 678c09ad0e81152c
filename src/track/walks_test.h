// SPDX-License-Identifier: Apache-2.0
// For tests: tracks drawn on a flat map around one home.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "geo/plane.h"
#include "track/fix.h"

namespace ningyi::track {

constexpr geo::Place home{317'700'000, 1'199'700'000};
constexpr Millis nine = 1'754'010'000'000;

// A fix of a phone's satellite receiver, `offset` metres from home.
inline Fix fix_at(Millis at, geo::Offset offset, std::uint32_t accuracy_mm = 15'000) {
    Fix fix = fix_received(Instant{at}, geo::Plane(home).place(offset), Datum::wgs84);
    fix.accuracy_mm = accuracy_mm;
    fix.level = Level::p68;
    fix.provider = Provider::gnss;
    return fix;
}

inline Interval minutes(Millis from, Millis to) {
    return {Instant{nine + from * minutes_ms}, Instant{nine + to * minutes_ms}};
}

// Rides with stops of up to half an hour and silences, a fix every one to thirty seconds.
inline std::vector<Fix> errand(Random& random, int legs, Millis start) {
    std::vector<Fix> track;
    geo::Offset place;
    Millis at = start;
    for (int leg = 0; leg < legs; ++leg) {
        const bool is_stop = random.chance(0.5);
        const geo::Offset speed = is_stop ? geo::Offset{} : geo::Offset{random.unit() * 12 - 6, random.unit() * 12 - 6};
        const Millis every = random.between(1, 30) * seconds_ms;
        const Millis end = at + random.between(1, is_stop ? 30 : 12) * minutes_ms;
        while (at < end) {
            at += random.chance(0.01) ? 5 * minutes_ms : every;
            place.east += speed.east * static_cast<double>(every) / 1000 + random.unit() - 0.5;
            place.north += speed.north * static_cast<double>(every) / 1000 + random.unit() - 0.5;
            track.push_back(fix_at(at, place));
        }
    }
    return track;
}

inline void shuffle(std::vector<Fix>& fixes, Random& random) {
    for (std::size_t i = fixes.size(); i > 1; --i) std::swap(fixes[i - 1], fixes[random.below(i)]);
}

// A walk of `n` fixes, `step` ms apart, never faster than `speed` m/s in truth, each with its own stated accuracy.
inline std::vector<Fix> random_walk(Random& random, int n, Millis step, double speed, std::uint32_t most_accuracy_mm) {
    std::vector<Fix> fixes;
    geo::Offset place;
    for (int i = 0; i < n; ++i) {
        const double reach = speed * static_cast<double>(step) / 1000 / 1.5;
        place.east += (random.unit() * 2 - 1) * reach;
        place.north += (random.unit() * 2 - 1) * reach;
        fixes.push_back(
            fix_at(nine + i * step, place, static_cast<std::uint32_t>(random.between(1000, most_accuracy_mm))));
        fixes.back().seq = static_cast<std::uint32_t>(i);
    }
    return fixes;
}

}  // namespace ningyi::track
