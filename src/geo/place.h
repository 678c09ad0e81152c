// SPDX-License-Identifier: Apache-2.0
// A point on the earth: WGS-84 latitude and longitude in 1e-7 degrees (about 1.1 cm). Not a position report: that is a
// track::Fix, which carries an error.
#pragma once

#include <compare>
#include <cstdint>

namespace ningyi::geo {

struct Place {
    std::int32_t lat_e7 = 0;
    std::int32_t lon_e7 = 0;
    auto operator<=>(const Place&) const = default;
};

constexpr std::int32_t max_lat_e7 = 900'000'000;
constexpr std::int32_t max_lon_e7 = 1'800'000'000;

// True if the latitude is within ±90° and the longitude within ±180°.
constexpr bool is_on_earth(Place place) {
    return place.lat_e7 >= -max_lat_e7 && place.lat_e7 <= max_lat_e7 && place.lon_e7 >= -max_lon_e7 &&
           place.lon_e7 <= max_lon_e7;
}

// A value rounded to the nearest integer, halves away from zero. Values beyond int64 stop at its ends; a NaN is 0.
std::int64_t rounded(double value);

// Degrees rounded once to 1e-7, halves away from zero. What lies beyond int32 stops at its ends, so that a value off
// the earth stays off the earth (is_on_earth); a NaN gives the minimum.
Place place_of_degrees(double lat, double lon);

inline double lat_degrees(Place place) {
    return place.lat_e7 / 1e7;
}
inline double lon_degrees(Place place) {
    return place.lon_e7 / 1e7;
}

}  // namespace ningyi::geo
