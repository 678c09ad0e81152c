// SPDX-License-Identifier: Apache-2.0
// For tests: copied runs by trying every pair of steps.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <tuple>
#include <vector>

#include "geo/plane.h"
#include "track/fix.h"

namespace ningyi::track {

// By definition: the longest row of equal windows of eight steps that each hold four different ones.
inline std::int64_t slow_run(const std::vector<Fix>& a, const std::vector<Fix>& b) {
    using Key = std::tuple<Millis, int, int>;
    const auto steps = [](const std::vector<Fix>& track) {
        std::vector<Key> keys;
        for (std::size_t i = 1; i < track.size(); ++i) {
            const Millis lasted = track[i].at.ms - track[i - 1].at.ms;
            if (geo::distance_m(track[i - 1].place, track[i].place) * 1000 <= 0.8 * static_cast<double>(lasted))
                continue;
            keys.emplace_back(lasted / 1000, (track[i].place.lat_e7 - track[i - 1].place.lat_e7) / 10,
                              (track[i].place.lon_e7 - track[i - 1].place.lon_e7) / 10);
        }
        return keys;
    };
    const std::vector<Key> of_a = steps(a), of_b = steps(b);
    std::int64_t longest = 0;
    for (std::size_t i = 0; i < of_a.size(); ++i) {
        for (std::size_t j = 0; j < of_b.size(); ++j) {
            std::int64_t windows = 0;
            for (std::size_t k = 0; std::max(i, j) + k + 8 <= std::max(of_a.size(), of_b.size()); ++k) {
                if (i + k + 8 > of_a.size() || j + k + 8 > of_b.size()) break;
                const std::vector<Key> window(of_a.begin() + static_cast<std::ptrdiff_t>(i + k),
                                              of_a.begin() + static_cast<std::ptrdiff_t>(i + k + 8));
                if (!std::equal(window.begin(), window.end(), of_b.begin() + static_cast<std::ptrdiff_t>(j + k))) break;
                if (std::set<Key>(window.begin(), window.end()).size() < 4) break;
                ++windows;
            }
            if (windows > 0) longest = std::max(longest, windows + 8);
        }
    }
    return longest;
}

}  // namespace ningyi::track
