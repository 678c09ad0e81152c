// SPDX-License-Identifier: Apache-2.0
#include "geo/within.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace ningyi::geo {
namespace {

TEST(within, what_is_surely_within_is_within_on_every_plane) {
    Random random(4);
    int sure = 0;
    for (int i = 0; i < 100'000; ++i) {
        const Place a{static_cast<std::int32_t>(random.between(-max_lat_e7, max_lat_e7)),
                      static_cast<std::int32_t>(random.between(-max_lon_e7, max_lon_e7))};
        const Place b{static_cast<std::int32_t>(random.between(a.lat_e7 - 9000, a.lat_e7 + 9000)),
                      static_cast<std::int32_t>(random.between(a.lon_e7 - 9000, a.lon_e7 + 9000))};
        const double limit_m = random.unit() * 300;
        if (!is_on_earth(b) || !is_surely_within(a, b, limit_m)) continue;
        ++sure;
        const Place origin{a.lat_e7 / 2, a.lon_e7};
        ASSERT_LT(squared_length(Plane(a).between(a, b)), limit_m * limit_m);
        ASSERT_LT(squared_length(Plane(origin).between(a, b)), limit_m * limit_m);
    }
    EXPECT_GT(sure, 10'000);
}

TEST(within, neighbours_across_the_date_line_are_left_to_the_map) {
    EXPECT_FALSE(is_surely_within({0, max_lon_e7}, {0, -max_lon_e7}, 100));
}

}  // namespace
}  // namespace ningyi::geo
