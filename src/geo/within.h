// SPDX-License-Identifier: Apache-2.0
// Whether two places are surely near each other, told without a map: most of what stays together is. It says nothing
// about those it does not call near.
#pragma once

#include <cstdint>

#include "geo/plane.h"

namespace ningyi::geo {

// True only if no plane puts them as far apart as `limit_m`.
inline bool is_surely_within(Place a, Place b, double limit_m) {
    const std::int64_t north = std::int64_t{a.lat_e7} - b.lat_e7;
    const std::int64_t east = std::int64_t{a.lon_e7} - b.lon_e7;
    const auto way = static_cast<double>((north < 0 ? -north : north) + (east < 0 ? -east : east));
    return way * metres_per_e7 < limit_m * (1 - 1e-9);
}

}  // namespace ningyi::geo
