// SPDX-License-Identifier: Apache-2.0
#include "track/compare/companion.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"
#include "geo/plane.h"
#include "track/call_test.h"
#include "track/clean.h"
#include "track/forgeries_test.h"
#include "track/real_tracks_test.h"

namespace ningyi::track {
namespace {

constexpr geo::Place home{317'700'000, 1'199'700'000};

Call call(std::vector<Fix>& a, std::vector<Fix>& b) {
    mark(a);
    mark(b);
    return Call("track.companion").with_track("track", a).with_track("other", b);
}

// `metres(second)` says where along the street; one fix every `step` seconds.
template <class Metres>
std::vector<Fix> walk(int seconds, int step, Metres metres, double north = 0) {
    std::vector<Fix> track;
    for (int second = 0; second <= seconds; second += step) {
        Fix fix = fix_received(Instant{1'754'010'000'000 + second * seconds_ms},
                               geo::Plane(home).place({metres(second), north}), Datum::wgs84);
        fix.accuracy_mm = 10'000;
        fix.level = Level::p68;
        fix.provider = Provider::gnss;
        track.push_back(fix);
    }
    return track;
}

// The outage of 40 s in one of the two, across a bend, is bridged by a straight line and so counts 30 s against it. The
// drive begins with minutes of slow turns inside one stay, of which 90 s are not surely motion.
TEST(companion, two_receivers_in_one_car_are_one_pocket) {
    std::vector<Fix> a = car_by_ublox();
    std::vector<Fix> b = car_by_span();
    if (a.empty() || b.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
    const Call car = call(a, b);
    EXPECT_EQ(a.size(), 1653U);
    EXPECT_EQ(b.size(), 1747U);
    EXPECT_EQ(car.run().verdict, Verdict::contradicted);
    EXPECT_NEAR(static_cast<double>(*car.fact("together")) / 1000, 953.5, 1);
    EXPECT_NEAR(static_cast<double>(*car.fact("path")) / 1e6, 8.08, 0.02);
    EXPECT_GE(*car.fact("share"), 969'000);
}

TEST(companion, a_minute_in_one_car_is_too_short_unless_the_rule_says_otherwise) {
    std::vector<Fix> a = short_drive_by_ublox();
    std::vector<Fix> b = short_drive_by_phone_chip();
    if (a.empty() || b.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
    Call car = call(a, b);
    EXPECT_EQ(car.run().verdict, Verdict::insufficient);
    EXPECT_EQ(limit_names(car.run().limits), "no_motion");
    EXPECT_NEAR(static_cast<double>(*car.fact("together")) / 1000, 58, 0.5);
    EXPECT_NEAR(static_cast<double>(*car.fact("path")) / 1e6, 1.0, 0.05);
    EXPECT_EQ(*car.fact("share"), 1'000'000);
    EXPECT_EQ(car.with_number("least_time", 45'000).run().verdict, Verdict::contradicted);
}

TEST(companion, two_carers_at_one_bed_are_no_finding) {
    std::vector<Fix> a = walk(3600, 10, [](int) { return 0.0; });
    std::vector<Fix> b = walk(3600, 15, [](int) { return 5.0; });
    EXPECT_EQ(call(a, b).run().verdict, Verdict::insufficient);
}

// Noise of 15 m every ten seconds looks like a brisk walk from fix to fix.
TEST(companion, two_noisy_phones_in_one_flat_are_no_finding) {
    const auto lying = [](std::uint64_t seed) {
        std::vector<Fix> track = with_white_noise(walk(3 * 3600, 10, [](int) { return 0.0; }), 15, seed);
        for (Fix& fix : track) fix.accuracy_mm = 25'000;
        return track;
    };
    std::vector<Fix> a = lying(1);
    std::vector<Fix> b = lying(2);
    const Call flat = call(a, b);
    EXPECT_EQ(flat.run().verdict, Verdict::insufficient);
    EXPECT_EQ(limit_names(flat.run().limits), "no_motion");
    EXPECT_LT(*flat.fact("together"), 2 * minutes_ms);
}

TEST(companion, two_who_walk_apart_are_two) {
    std::vector<Fix> a = walk(900, 10, [](int second) { return 1.3 * second; });
    std::vector<Fix> b = walk(900, 7, [](int second) { return -1.3 * second; });
    const Call apart = call(a, b);
    EXPECT_EQ(apart.run().verdict, Verdict::supported);
    // Within 50 m of each other for 50 / 2.6 of 900 s.
    EXPECT_NEAR(static_cast<double>(*apart.fact("together")), 50'000 / 2.6, 5);
}

TEST(companion, sampling_does_not_change_how_long_they_were_together) {
    const auto street = [](int second) { return 1.5 * second; };
    const auto ahead = [](int second) { return 1.5 * second + 20 + second / 20.0; };
    for (const int step : {1, 5, 30, 100}) {
        std::vector<Fix> a = walk(1200, step, street);
        std::vector<Fix> b = walk(1200, 2 * step > 100 ? 100 : 2 * step, ahead);
        // 20 m + t/20 reaches 50 m after 600 s.
        EXPECT_NEAR(static_cast<double>(*call(a, b).fact("together")), 600'000, 200) << step;
    }
}

TEST(companion, which_track_comes_first_does_not_matter) {
    Random random(9);
    std::vector<Fix> a = walk(1800, 9, [&](int second) { return 1.2 * second + random.unit() * 40; });
    std::vector<Fix> b = walk(1800, 13, [&](int second) { return 1.2 * second + random.unit() * 90; }, 15);
    const Measurement first = call(a, b).run();
    const Measurement second = call(b, a).run();
    EXPECT_EQ(first.verdict, second.verdict);
    for (std::size_t i = 0; i < first.facts.size(); ++i) {
        EXPECT_NEAR(static_cast<double>(*first.facts[i]), static_cast<double>(*second.facts[i]), 20);
    }
}

}  // namespace
}  // namespace ningyi::track
