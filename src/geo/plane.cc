// SPDX-License-Identifier: Apache-2.0
#include "geo/plane.h"

#include <cmath>

#include "geo/real.h"

namespace ningyi::geo {

double length(Offset offset) {
    return std::sqrt(squared_length(offset));
}

Plane::Plane(Place origin)
    : origin_(origin),
      cosine_(real::cos(lat_degrees(origin) * real::radians_per_degree)),
      sine_(real::sin(lat_degrees(origin) * real::radians_per_degree)) {}

double Plane::far_cosine(double e7) const {
    return real::cos((origin_.lat_e7 + e7) * 1e-7 * real::radians_per_degree);
}

Place Plane::place(Offset offset) const {
    const double north_e7 = offset.north / metres_per_e7;
    const double east_e7 = offset.east / (metres_per_e7 * cosine(north_e7 / 2));
    return place_of_degrees((origin_.lat_e7 + north_e7) / 1e7, (origin_.lon_e7 + east_e7) / 1e7);
}

double distance_m(Place a, Place b) {
    return length(Plane(a).offset(b));
}

}  // namespace ningyi::geo
