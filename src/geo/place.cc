// SPDX-License-Identifier: Apache-2.0
#include "geo/place.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ningyi::geo {
namespace {

std::int32_t e7_of_degrees(double degrees) {
    if (std::isnan(degrees)) return std::numeric_limits<std::int32_t>::min();
    const std::int64_t value = rounded(degrees * 1e7);
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, std::numeric_limits<std::int32_t>::min(),
                                                              std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

std::int64_t rounded(double value) {
    if (std::isnan(value)) return 0;
    if (value >= 0x1p63) return std::numeric_limits<std::int64_t>::max();
    if (value <= -0x1p63) return std::numeric_limits<std::int64_t>::min();
    const double whole = std::trunc(value);
    const double rest = value - whole;
    const auto integer = static_cast<std::int64_t>(whole);
    if (rest >= 0.5) return integer + 1;
    if (rest <= -0.5) return integer - 1;
    return integer;
}

Place place_of_degrees(double lat, double lon) {
    return {e7_of_degrees(lat), e7_of_degrees(lon)};
}

}  // namespace ningyi::geo
