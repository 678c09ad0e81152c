// SPDX-License-Identifier: Apache-2.0
// The datums of coordinates met in China and their conversions. A source declares its datum; conversion happens once,
// at the door.  (tracks.md §4)
#pragma once

#include <cstdint>
#include <string_view>

#include "geo/place.h"

namespace ningyi::geo {

// `unknown`: taken as WGS-84 for geometry, and a limit of what is said.
enum class Datum : std::uint8_t { wgs84, gcj02, bd09, unknown };

std::string_view name_of(Datum datum);

// The version of the conversions below, kept with every converted fix.
constexpr std::uint8_t conversion_version = 1;

struct Degrees {
    double lat = 0;
    double lon = 0;
};

// True in the box where GCJ-02 differs from WGS-84: 18–53.5° N, 73.6–134.8° E.
bool is_in_gcj_box(Degrees place);

// Outside the box these four return what they are given. The inverse of GCJ-02 takes four steps, always: error at most
// 1.3 µm; that of BD-09 takes two correction steps.
Degrees gcj02_of_wgs84(Degrees wgs84);
Degrees wgs84_of_gcj02(Degrees gcj02);
Degrees bd09_of_gcj02(Degrees gcj02);
Degrees gcj02_of_bd09(Degrees bd09);

// The same place in the other datum, rounded to 1e-7°. `wgs84` and `unknown` change nothing.
Place to_wgs84(Place place, Datum datum);
Place from_wgs84(Place place, Datum datum);

}  // namespace ningyi::geo
