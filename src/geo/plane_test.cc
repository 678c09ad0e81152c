// SPDX-License-Identifier: Apache-2.0
#include "geo/plane.h"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace ningyi::geo {
namespace {

// The great circle on the same sphere.
double haversine_m(Place a, Place b) {
    const long double radians = std::acos(-1.0L) / 180;
    const long double la = a.lat_e7 / 1e7L * radians;
    const long double lb = b.lat_e7 / 1e7L * radians;
    const long double dl = (b.lon_e7 - static_cast<long double>(a.lon_e7)) / 1e7L * radians;
    const long double s =
        std::pow(std::sin((lb - la) / 2), 2) + std::cos(la) * std::cos(lb) * std::pow(std::sin(dl / 2), 2);
    return static_cast<double>(2 * earth_radius_m * std::asin(std::sqrt(s)));
}

RC_GTEST_PROP(plane, distances_agree_with_the_great_circle, ()) {
    const Place home{*rc::gen::inRange(200000000, 500000000), *rc::gen::inRange(750000000, 1340000000)};
    const bool is_near = *rc::gen::arbitrary<bool>();
    const int reach = is_near ? 400000 : 1600000;  // about 5 and 20 km
    const Place there{home.lat_e7 + *rc::gen::inRange(-reach, reach), home.lon_e7 + *rc::gen::inRange(-reach, reach)};
    const Offset offset = Plane(home).offset(there);
    RC_ASSERT(std::fabs(length(offset) - haversine_m(home, there)) < (is_near ? 0.0004 : 0.02));
    const Place back = Plane(home).place(offset);
    RC_ASSERT(std::abs(back.lat_e7 - there.lat_e7) <= 1);
    RC_ASSERT(std::abs(back.lon_e7 - there.lon_e7) <= 1);
}

RC_GTEST_PROP(plane, the_origin_of_the_map_does_not_matter, ()) {
    const Place origin{*rc::gen::inRange(200000000, 500000000), 1200000000};
    const Place a{*rc::gen::inRange(200000000, 500000000), 1200000000};
    const Place b{a.lat_e7 + *rc::gen::inRange(-100000, 100000), 1200100000};
    RC_ASSERT(std::fabs(length(Plane(origin).between(a, b)) - distance_m(a, b)) < 1e-6);
}

TEST(plane, the_date_line_is_not_an_edge) {
    EXPECT_LT(distance_m({0, 1799999000}, {0, -1799999000}), 30);
}

TEST(place, halves_round_away_from_zero_and_nonsense_stays_off_the_earth) {
    EXPECT_EQ(rounded(2.5), 3);
    EXPECT_EQ(rounded(-2.5), -3);
    EXPECT_EQ(rounded(0.49999999999999994), 0);
    EXPECT_EQ(rounded(1e300), INT64_MAX);
    EXPECT_FALSE(is_on_earth(place_of_degrees(std::nan(""), 0)));
    EXPECT_FALSE(is_on_earth(place_of_degrees(1e9, 0)));
    EXPECT_FALSE(is_on_earth(place_of_degrees(0, 180.0000001)));
    EXPECT_EQ(place_of_degrees(31.77, 119.97), (Place{317700000, 1199700000}));
}

}  // namespace
}  // namespace ningyi::geo
