// SPDX-License-Identifier: Apache-2.0
#include "track/stay.h"

#include <gtest/gtest.h>

#include "track/clean.h"
#include "track/real_tracks_test.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

TEST(stay, a_stay_ends_where_the_next_fix_is_far_or_late) {
    std::vector<Fix> track;
    for (int i = 0; i <= 10; ++i) track.push_back(fix_at(nine + i * minutes_ms, {i % 3 * 10.0, 0}));
    for (int i = 30; i <= 40; ++i) track.push_back(fix_at(nine + i * minutes_ms, {i % 3 * 10.0, 0}));
    for (int i = 41; i <= 43; ++i) track.push_back(fix_at(nine + i * minutes_ms, {800, 0}));
    mark(track);
    const auto found = stays(track);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].from, Instant{nine});
    EXPECT_EQ(found[0].to, Instant{nine + 10 * minutes_ms});
    EXPECT_EQ(found[1].fixes, 11U);
    EXPECT_LT(geo::distance_m(found[0].place, geo::Plane(home).place({9, 0})), 2);
    EXPECT_EQ(found[0].place, found[0].received);
    EXPECT_NEAR(found[0].sigma_mm, 9936.5, 1);
}

TEST(stay, a_precise_fix_draws_the_centre_to_itself) {
    std::vector<Fix> track;
    for (int i = 0; i <= 10; ++i)
        track.push_back(fix_at(nine + i * minutes_ms, {i == 5 ? 60.0 : 0.1 * i, 0}, i == 5 ? 5000 : 100'000));
    mark(track);
    ASSERT_EQ(stays(track).size(), 1U);
    EXPECT_LT(geo::distance_m(stays(track)[0].place, geo::Plane(home).place({60, 0})), 5);
}

TEST(stay, poor_fixes_and_outliers_are_left_out) {
    std::vector<Fix> track;
    for (int i = 0; i <= 10; ++i) track.push_back(fix_at(nine + i * minutes_ms, {0.1 * i, 0}));
    track.push_back(fix_at(nine + 5 * minutes_ms + 1000, {5000, 0}));          // an outlier
    track.push_back(fix_at(nine + 6 * minutes_ms + 1000, {300, 0}, 900'000));  // a poor one
    mark(track);
    ASSERT_EQ(stays(track).size(), 1U);
    EXPECT_EQ(stays(track)[0].fixes, 11U);
}

TEST(stay, a_car_that_waits_seven_minutes_before_its_drive_has_one_stay_and_a_bus_none) {
    std::vector<Fix> car = car_by_span();
    std::vector<Fix> ride = bus();
    if (car.empty() || ride.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
    mark(car);
    mark(ride);
    const auto found = stays(car);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].from, car.front().at);
    EXPECT_EQ(found[0].to.ms - found[0].from.ms, 417 * seconds_ms);
    EXPECT_TRUE(stays(ride).empty());
    EXPECT_EQ(stays(ride, {.least = 2 * minutes_ms}).size(), 8U);
}

}  // namespace
}  // namespace ningyi::track
