// SPDX-License-Identifier: Apache-2.0
#include "track/compare/mock.h"

#include <gtest/gtest.h>

#include "track/call_test.h"
#include "track/clean.h"
#include "track/real_tracks_test.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

Call call(std::vector<Fix>& track) {
    mark(track);
    return Call("track.mock").with_track("track", track);
}

// An honest phone: uneven steps, coordinates to the last digit, a flag that says no.
std::vector<Fix> honest(int n) {
    Random random(31);
    std::vector<Fix> track = random_walk(random, n, 10'000, 1, 20'000);
    for (Fix& fix : track) {
        fix.at.ms += random.between(0, 900);
        fix.flags = flag_mock_known;
    }
    return track;
}

TEST(mock, an_honest_phone_that_knows_is_supported_and_a_browser_is_not_knowable) {
    std::vector<Fix> phone = honest(100);
    EXPECT_EQ(call(phone).run().verdict, Verdict::supported);
    for (Fix& fix : phone) fix.flags = 0;
    EXPECT_EQ(call(phone).run().verdict, Verdict::insufficient);
    EXPECT_EQ(*call(phone).fact("knowing"), 0);
}

TEST(mock, the_flag_of_the_operating_system_decides) {
    std::vector<Fix> phone = honest(100);
    phone[7].flags |= flag_mock;
    EXPECT_EQ(call(phone).run().verdict, Verdict::contradicted);
    EXPECT_EQ(*call(phone).fact("flagged"), 1);
    phone[7].flags = flag_mock;  // without mock_known it means nothing
    EXPECT_EQ(call(phone).run().verdict, Verdict::insufficient);
    phone[7].flags = flag_mock_known | flag_accessory;
    EXPECT_EQ(call(phone).run().verdict, Verdict::supported);
}

TEST(mock, an_accuracy_of_exactly_0_is_counted_and_one_feature_alone_does_not_decide) {
    std::vector<Fix> phone = honest(100);
    for (std::size_t i = 0; i < 5; ++i) phone[i].accuracy_mm = 0;
    EXPECT_EQ(*call(phone).fact("zero_accuracy"), 5);
    EXPECT_EQ(*call(phone).fact("nats"), 2000);
    EXPECT_EQ(call(phone).run().verdict, Verdict::insufficient);
    phone[9].accuracy_mm = no_accuracy;
    EXPECT_EQ(*call(phone).fact("zero_accuracy"), 5);
}

TEST(mock, three_features_of_six_nats_decide_without_a_flag) {
    std::vector<Fix> track;
    for (int i = 0; i < 100; ++i) {
        Fix fix = fix_at(nine + i * 1000, {0, 0});
        // A route drawn on a 1e-4° grid at 11 m/s, said to stand still, with accuracy 0.
        fix.place = fix.received = {home.lat_e7 + i * 1000, home.lon_e7};
        fix.accuracy_mm = 0;
        fix.speed_mm_s = 0;
        fix.level = Level::unknown;
        track.push_back(fix);
    }
    const Call drawn = call(track);
    EXPECT_EQ(*drawn.fact("grid_4"), 100);
    EXPECT_EQ(*drawn.fact("equal_steps"), 100);
    EXPECT_EQ(*drawn.fact("zero_accuracy"), 100);
    EXPECT_EQ(*drawn.fact("nats"), 5000);
    EXPECT_EQ(drawn.run().verdict, Verdict::insufficient);
    // Three jumps of three kilometres on top.
    for (std::size_t i = 30; i < 100; ++i) {
        track[i].place.lon_e7 += 317'000 * static_cast<int>(i / 30);
        track[i].received = track[i].place;
    }
    const Call jumping = call(track);
    EXPECT_EQ(*jumping.fact("jumps"), 3);
    EXPECT_EQ(jumping.run().verdict, Verdict::contradicted);
    EXPECT_EQ(jumping.run().strength_mnat, 8000);
}

TEST(mock, a_stated_speed_that_is_not_the_displacement_is_counted) {
    std::vector<Fix> track;
    for (int i = 0; i < 60; ++i) {
        track.push_back(fix_at(nine + i * 10'000 + i * i % 7, {i * 150.0, 0}, 5000));
        track.back().speed_mm_s = 1000;
    }
    EXPECT_EQ(*call(track).fact("speed_differs"), 59);
    for (Fix& fix : track) fix.speed_mm_s = 15'000;
    EXPECT_EQ(*call(track).fact("speed_differs"), 0);
}

TEST(mock, real_phones_and_cars_gather_less_than_two_nats) {
    for (std::vector<Fix> track :
         {bus(), car_by_span(), short_drive_by_ublox(), indoor_phone(), phone_lying_still(0), phone_lying_still(1)}) {
        if (track.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
        EXPECT_LT(*call(track).fact("nats"), 2000);
        EXPECT_EQ(call(track).run().verdict, Verdict::insufficient);
        for (Fix& fix : track) fix.flags |= flag_mock_known;
        EXPECT_EQ(call(track).run().verdict, Verdict::supported);
    }
}

TEST(mock, white_noise_at_rest_and_a_copied_run_are_features_among_others) {
    Random random(33);
    std::vector<Fix> still;
    for (int i = 0; i < 600; ++i) {
        const geo::Offset noise{(random.unit() + random.unit() + random.unit() - 1.5) * 8,
                                (random.unit() + random.unit() + random.unit() - 1.5) * 8};
        still.push_back(fix_at(nine + i * 1000 + random.between(0, 400), noise, 6000));
        still.back().seq = static_cast<std::uint32_t>(i);
    }
    EXPECT_EQ(*call(still).fact("white"), 600);
    EXPECT_EQ(*call(still).fact("nats"), 2000);
    EXPECT_EQ(call(still).run().verdict, Verdict::insufficient);
    EXPECT_EQ(*call(still).with_number("copied", 23).fact("copied"), 0);
    EXPECT_EQ(*call(still).with_number("copied", 24).fact("nats"), 6000);
    EXPECT_EQ(call(still).with_number("copied", 24).run().verdict, Verdict::insufficient) << "two features only";
    for (Fix& fix : still) fix.accuracy_mm = 0;
    EXPECT_EQ(call(still).with_number("copied", 24).run().verdict, Verdict::contradicted);
}

TEST(mock, real_phones_and_cars_show_no_white_noise) {
    std::vector<Fix> phone = phone_lying_still(0);
    std::vector<Fix> car = car_by_span();
    if (phone.empty() || car.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
    EXPECT_EQ(*call(phone).fact("white"), 0);
    EXPECT_EQ(*call(car).fact("white"), 0);
}

}  // namespace
}  // namespace ningyi::track
