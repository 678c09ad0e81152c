// SPDX-License-Identifier: Apache-2.0
#include "geo/datum.h"

#include <cmath>

#include "geo/real.h"

namespace ningyi::geo {
namespace {

using real::pi;

// Metres that GCJ-02 lies north and east of WGS-84, x and y in degrees from 105° E, 35° N.
double gcj_north(double x, double y, double root, double q) {
    return -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root +
           (q + 20 * real::sin(pi * y) + 40 * real::sin(pi * y / 3) + 160 * real::sin(pi * y / 12) +
            320 * real::sin(pi * y / 30)) *
               2 / 3;
}

double gcj_east(double x, double y, double root, double q) {
    return 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root +
           (q + 20 * real::sin(pi * x) + 40 * real::sin(pi * x / 3) + 150 * real::sin(pi * x / 12) +
            300 * real::sin(pi * x / 30)) *
               2 / 3;
}

// GCJ-02 less WGS-84, whatever the place.
Degrees gcj_shift(Degrees wgs84) {
    constexpr double semi_major_m = 6'378'245;
    constexpr double eccentricity_squared = 0.00669342162296594323;
    const double x = wgs84.lon - 105;
    const double y = wgs84.lat - 35;
    const double root = std::sqrt(std::fabs(x));
    const double q = 20 * real::sin(6 * pi * x) + 20 * real::sin(2 * pi * x);
    const double latitude = wgs84.lat * real::radians_per_degree;
    const double sine = real::sin(latitude);
    const double w = 1 - eccentricity_squared * sine * sine;
    const double root_w = std::sqrt(w);
    return {
        gcj_north(x, y, root, q) * w * root_w / (semi_major_m * (1 - eccentricity_squared)) / real::radians_per_degree,
        gcj_east(x, y, root, q) * root_w / (semi_major_m * real::cos(latitude)) / real::radians_per_degree};
}

constexpr double baidu_k = pi * 3000 / 180;

Degrees bd_without_box(Degrees gcj02) {
    const double z = std::sqrt(gcj02.lon * gcj02.lon + gcj02.lat * gcj02.lat) + 2e-5 * real::sin(baidu_k * gcj02.lat);
    const double t = real::atan2(gcj02.lat, gcj02.lon) + 3e-6 * real::cos(baidu_k * gcj02.lon);
    return {z * real::sin(t) + 0.006, z * real::cos(t) + 0.0065};
}

Degrees degrees_of(Place place) {
    return {lat_degrees(place), lon_degrees(place)};
}
Place place_of(Degrees degrees) {
    return place_of_degrees(degrees.lat, degrees.lon);
}

}  // namespace

std::string_view name_of(Datum datum) {
    switch (datum) {
        case Datum::wgs84: return "wgs84";
        case Datum::gcj02: return "gcj02";
        case Datum::bd09: return "bd09";
        case Datum::unknown: return "unknown";
    }
    return "unknown";
}

bool is_in_gcj_box(Degrees place) {
    return place.lat >= 18 && place.lat <= 53.5 && place.lon >= 73.6 && place.lon <= 134.8;
}

Degrees gcj02_of_wgs84(Degrees wgs84) {
    if (!is_in_gcj_box(wgs84)) return wgs84;
    const Degrees shift = gcj_shift(wgs84);
    return {wgs84.lat + shift.lat, wgs84.lon + shift.lon};
}

Degrees wgs84_of_gcj02(Degrees gcj02) {
    if (!is_in_gcj_box(gcj02)) return gcj02;
    Degrees guess = gcj02;
    for (int step = 0; step < 4; ++step) {
        const Degrees shift = gcj_shift(guess);
        guess = {gcj02.lat - shift.lat, gcj02.lon - shift.lon};
    }
    return guess;
}

Degrees bd09_of_gcj02(Degrees gcj02) {
    if (!is_in_gcj_box(gcj02)) return gcj02;
    return bd_without_box(gcj02);
}

Degrees gcj02_of_bd09(Degrees bd09) {
    if (!is_in_gcj_box(bd09)) return bd09;
    const double lon = bd09.lon - 0.0065;
    const double lat = bd09.lat - 0.006;
    const double z = std::sqrt(lon * lon + lat * lat) - 2e-5 * real::sin(baidu_k * lat);
    const double t = real::atan2(lat, lon) - 3e-6 * real::cos(baidu_k * lon);
    Degrees guess = {z * real::sin(t), z * real::cos(t)};
    for (int step = 0; step < 2; ++step) {
        const Degrees there = bd_without_box(guess);
        guess = {guess.lat - (there.lat - bd09.lat), guess.lon - (there.lon - bd09.lon)};
    }
    return guess;
}

Place to_wgs84(Place place, Datum datum) {
    if (!is_in_gcj_box(degrees_of(place))) return place;
    switch (datum) {
        case Datum::gcj02: return place_of(wgs84_of_gcj02(degrees_of(place)));
        case Datum::bd09: return place_of(wgs84_of_gcj02(gcj02_of_bd09(degrees_of(place))));
        case Datum::wgs84:
        case Datum::unknown: return place;
    }
    return place;
}

Place from_wgs84(Place place, Datum datum) {
    if (!is_in_gcj_box(degrees_of(place))) return place;
    switch (datum) {
        case Datum::gcj02: return place_of(gcj02_of_wgs84(degrees_of(place)));
        case Datum::bd09: return place_of(bd09_of_gcj02(gcj02_of_wgs84(degrees_of(place))));
        case Datum::wgs84:
        case Datum::unknown: return place;
    }
    return place;
}

}  // namespace ningyi::geo
