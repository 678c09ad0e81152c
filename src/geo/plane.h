// SPDX-License-Identifier: Apache-2.0
// A flat map around a place: metres east and north, with the cosine of the middle latitude. Within 0.2 mm of the great
// circle at 5 km and 1.1 cm at 20 km; not meant for other continents.  (tracks.md §4)
#pragma once

#include "geo/place.h"

namespace ningyi::geo {

constexpr double earth_radius_m = 6'371'008.8;
constexpr double metres_per_e7 = earth_radius_m * 1.7453292519943295e-9;  // of latitude

// Metres.
struct Offset {
    double east = 0;
    double north = 0;
};

inline double squared_length(Offset offset) {
    return offset.east * offset.east + offset.north * offset.north;
}
double length(Offset offset);

class Plane {
public:
    explicit Plane(Place origin);

    Place origin() const { return origin_; }

    // Where b lies as seen from a. Meridians wrap at 180°. Fastest where the middle of both is within 6° of latitude of
    // the origin; right everywhere.
    Offset between(Place a, Place b) const {
        const auto north = static_cast<double>(std::int64_t{b.lat_e7} - a.lat_e7);
        std::int64_t east = std::int64_t{b.lon_e7} - a.lon_e7;
        if (east > max_lon_e7) east -= 2 * std::int64_t{max_lon_e7};
        if (east < -std::int64_t{max_lon_e7}) east += 2 * std::int64_t{max_lon_e7};
        const double middle_e7 =
            static_cast<double>(std::int64_t{a.lat_e7} + b.lat_e7 - 2 * std::int64_t{origin_.lat_e7}) / 2;
        return {static_cast<double>(east) * metres_per_e7 * cosine(middle_e7), north * metres_per_e7};
    }

    Offset offset(Place place) const { return between(origin_, place); }

    // The place at that offset; the inverse of `offset` to the rounding of a place.
    Place place(Offset offset) const;

private:
    // Cosine of the latitude `e7` above that of the origin.
    double cosine(double e7) const {
        const double h = e7 * 1.7453292519943295e-9;
        if (h > 0.1 || h < -0.1) return far_cosine(e7);
        const double z = h * h;  // the terms left out are below 1e-14
        const double cos_h = 1 - z / 2 * (1 - z / 12 * (1 - z / 30 * (1 - z / 56)));
        const double sin_h = h * (1 - z / 6 * (1 - z / 20 * (1 - z / 42)));
        return cosine_ * cos_h - sine_ * sin_h;
    }
    double far_cosine(double e7) const;

    Place origin_;
    double cosine_ = 1;
    double sine_ = 0;
};

double distance_m(Place a, Place b);

}  // namespace ningyi::geo
