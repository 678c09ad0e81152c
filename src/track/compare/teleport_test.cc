// SPDX-License-Identifier: Apache-2.0
#include "track/compare/teleport.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "track/call_test.h"
#include "track/clean.h"
#include "track/real_tracks_test.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

Call call(std::vector<Fix>& track) {
    mark(track);
    return Call("track.teleport").with_track("track", track);
}

// Six fixes a minute apart; which of them are 30 km away.
std::vector<Fix> with_far(std::initializer_list<int> far, int n = 8) {
    std::vector<Fix> track;
    for (int i = 0; i < n; ++i) {
        const bool is_far = std::find(far.begin(), far.end(), i) != far.end();
        track.push_back(fix_at(nine + i * minutes_ms, {is_far ? 30'000.0 + i : 1.0 * i, 0}));
    }
    return track;
}

TEST(teleport, thirty_kilometres_in_a_minute_with_two_more_fixes_there_is_a_jump) {
    std::vector<Fix> track = with_far({4, 5, 6, 7});
    const Call jump = call(track);
    EXPECT_EQ(jump.run().verdict, Verdict::contradicted);
    EXPECT_EQ(*jump.fact("jumps"), 1);
    EXPECT_EQ(*jump.fact("at"), nine + 4 * minutes_ms);
    EXPECT_EQ(jump.run().strength_mnat, 10'000);
    EXPECT_GT(*jump.fact("speed_max"), 499'000);
}

TEST(teleport, a_single_bad_fix_is_marked_and_not_a_finding) {
    for (const int bad : {0, 3, 7}) {
        std::vector<Fix> track = with_far({bad});
        const Call single = call(track);
        EXPECT_EQ(single.run().verdict, Verdict::supported) << bad;
        EXPECT_EQ(*single.fact("jumps"), 0);
        for (int i = 0; i < 8; ++i) {
            EXPECT_EQ((track[static_cast<std::size_t>(i)].marks & mark_jump) != 0, i == bad);
        }
    }
}

TEST(teleport, a_bad_fix_with_a_long_silence_after_it_is_not_confirmed_by_being_reachable) {
    std::vector<Fix> track = with_far({3}, 4);
    for (const int later : {13, 23, 33}) track.push_back(fix_at(nine + later * minutes_ms, {2, 0}));
    EXPECT_EQ(*call(track).fact("jumps"), 0);
}

TEST(teleport, a_stray_fix_after_a_missed_one_is_no_jump) {
    // Every ten seconds; the fix before the stray one is missing, so it is reached at 25 m/s and left at 50.
    std::vector<Fix> track;
    for (const int i : {0, 1, 2, 3, 5, 6, 7, 8, 9}) {
        track.push_back(fix_at(nine + i * 10 * seconds_ms, {i == 5 ? 505.0 : 1.0 * i, 0}));
    }
    const Call stray = call(track);
    EXPECT_EQ(stray.run().verdict, Verdict::supported);
    EXPECT_EQ(*stray.fact("jumps"), 0);
    EXPECT_EQ(*stray.fact("outliers"), 1);
}

TEST(teleport, there_and_back_is_two_jumps) {
    std::vector<Fix> track = with_far({4, 5, 6, 7}, 12);
    EXPECT_EQ(*call(track).fact("jumps"), 2);
}

TEST(teleport, a_stepped_clock_is_no_jump) {
    std::vector<Fix> track;
    for (int i = 0; i < 20; ++i) {
        // A drive at 20 m/s; for the last third the clock is set back by four minutes.
        const Millis set_back = i >= 14 ? 4 * minutes_ms : 0;
        track.push_back(fix_at(nine + i * minutes_ms - set_back, {1200.0 * i, 0}));
        track.back().boot = 1;
        track.back().mono_ms = i * minutes_ms;
        track.back().seq = static_cast<std::uint32_t>(i);
    }
    const Call stepped = call(track);
    EXPECT_EQ(*stepped.fact("jumps"), 0);
    EXPECT_EQ(stepped.run().verdict, Verdict::insufficient);
    EXPECT_NE(stepped.run().limits & limit_clock_step, 0U);
}

TEST(teleport, an_e_bike_has_a_lower_limit) {
    std::vector<Fix> track;
    for (int i = 0; i < 10; ++i) track.push_back(fix_at(nine + i * minutes_ms, {i < 5 ? 0.0 : 2000.0, 0}));
    Call ride = call(track);
    EXPECT_EQ(*ride.fact("jumps"), 0);
    EXPECT_EQ(*ride.with_number("limit_speed", 15'000).fact("jumps"), 1);
}

RC_GTEST_PROP(teleport, below_the_limit_there_is_no_jump_whatever_the_stated_error, ()) {
    Random random(*rc::gen::arbitrary<std::uint64_t>());
    std::vector<Fix> track = random_walk(random, 100, random.between(1, 120) * seconds_ms, 45, 400'000);
    const Call walk = call(track);
    RC_ASSERT(*walk.fact("jumps") == 0);
    RC_ASSERT(*walk.fact("outliers") == 0);
    RC_ASSERT(*walk.fact("speed_max") <= 45'000);
}

// Noise of each fix within its 95 % radius leaves a walk below the limit without a jump: that is what the radius is
// for.
RC_GTEST_PROP(teleport, noise_within_its_bound_makes_no_jump, ()) {
    Random random(*rc::gen::arbitrary<std::uint64_t>());
    std::vector<Fix> track = random_walk(random, 100, 1000, 30, 300'000);
    for (Fix& fix : track) {
        // Two radii of one fix are less than √2 times the root of the sum of squares only where both are equal; so
        // half.
        const double reach = sigmas_95 * sigma_mm(fix) / 1000 / 2;
        const geo::Plane plane(fix.place);
        fix.place = fix.received =
            plane.place({(random.unit() * 2 - 1) * reach / 1.42, (random.unit() * 2 - 1) * reach / 1.42});
    }
    RC_ASSERT(*call(track).fact("jumps") == 0);
}

TEST(teleport, real_cars_buses_and_phones_do_not_jump) {
    for (std::vector<Fix> track :
         {bus(), car_by_span(), car_by_ublox(), short_drive_by_ublox(), phone_lying_still(0), phone_lying_still(1)}) {
        if (track.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
        const Call real = call(track);
        EXPECT_EQ(*real.fact("jumps"), 0);
        EXPECT_EQ(real.run().verdict, Verdict::supported);
    }
    // The fastest step of the bus, without its error.
    std::vector<Fix> ride = bus();
    for (Fix& fix : ride) fix.accuracy_mm = 1;
    EXPECT_LE(*call(ride).fact("speed_max"), 16'500);
}

}  // namespace
}  // namespace ningyi::track
