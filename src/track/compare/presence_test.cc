// SPDX-License-Identifier: Apache-2.0
#include "track/compare/presence.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "track/call_test.h"
#include "track/clean.h"
#include "track/compare/paths_test.h"
#include "track/real_tracks_test.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

Call call(std::vector<Fix>& track, Interval interval, std::int64_t radius_mm = 100'000) {
    mark(track);
    return Call("track.presence")
        .with_track("track", track)
        .with_place("place", home)
        .with_interval("interval", interval)
        .with_number("radius", radius_mm);
}

TEST(presence, smoothing_equals_adding_up_every_path) {
    Random random(11);
    const PresenceModel model;
    for (int run = 0; run < 60; ++run) {
        std::vector<Evidence> evidence(1 + random.below(12));
        Millis at = nine;
        for (Evidence& one : evidence) {
            at += random.between(0, 1) * random.between(0, 900'000);
            one = {at, (random.unit() - 0.4) * 15, 0};
        }
        const std::vector<double> fast = smoothed(evidence, model);
        const std::vector<double> slow = by_all_paths(evidence, model);
        for (std::size_t i = 0; i < evidence.size(); ++i) ASSERT_NEAR(fast[i], slow[i], 1e-9);
    }
}

TEST(presence, an_order_closed_without_leaving_her_own_flat_is_contradicted) {
    // Her flat is 300 m east and 200 m south; fixes every ten minutes from 09:00 to 09:50.
    std::vector<Fix> track;
    for (int i = 0; i < 6; ++i) track.push_back(fix_at(nine + i * 10 * minutes_ms, {-300, -200}));
    const Call own_flat = call(track, minutes(0, 60));
    EXPECT_EQ(own_flat.run().verdict, Verdict::contradicted);
    EXPECT_LE(*own_flat.fact("possible"), 10 * minutes_ms);
    EXPECT_EQ(*own_flat.fact("claimed"), 60 * minutes_ms);
    EXPECT_EQ(*own_flat.fact("sure"), 0);
    EXPECT_GT(own_flat.run().strength_mnat, 5000);
}

TEST(presence, an_hour_at_home_is_supported) {
    std::vector<Fix> track;
    for (int i = 0; i <= 12; ++i) track.push_back(fix_at(nine + i * 5 * minutes_ms, {10.0 * (i % 3), 8.0 * (i % 2)}));
    const Call visit = call(track, minutes(0, 60));
    EXPECT_EQ(visit.run().verdict, Verdict::supported);
    EXPECT_EQ(*visit.fact("sure"), 60 * minutes_ms);
    EXPECT_EQ(*visit.fact("enter_hi"), nine);
    EXPECT_EQ(*visit.fact("flips"), 0);
}

TEST(presence, one_hour_worked_of_two_billed_is_told_from_its_bounds) {
    std::vector<Fix> track;
    for (int i = 0; i <= 60; ++i) track.push_back(fix_at(nine + i * minutes_ms, {3.0 * (i % 5), 0}));
    for (int i = 61; i <= 180; ++i)
        track.push_back(fix_at(nine + i * minutes_ms, {std::min(900.0, (i - 60) * 60.0), 0}));
    const Call order = call(track, minutes(0, 120));
    const auto possible = *order.fact("possible");
    EXPECT_GE(possible, 60 * minutes_ms);
    EXPECT_LE(possible, 68 * minutes_ms);
    EXPECT_GE(*order.fact("out"), 52 * minutes_ms);
    EXPECT_NEAR(static_cast<double>(*order.fact("exit_hi") - nine), 62.0 * minutes_ms, 3.0 * minutes_ms);
}

TEST(presence, silence_is_unknown_not_absence) {
    std::vector<Fix> nothing;
    const Call silent = call(nothing, minutes(0, 60));
    EXPECT_EQ(silent.run().verdict, Verdict::insufficient);
    EXPECT_EQ(*silent.fact("possible"), 60 * minutes_ms);
    EXPECT_EQ(limit_names(silent.run().limits), "no_track,low_coverage");
}

TEST(presence, a_phone_with_an_error_of_two_kilometres_proves_nothing) {
    std::vector<Fix> track;
    for (int i = 0; i <= 60; ++i) track.push_back(fix_at(nine + i * minutes_ms, {0, 0}, 3'019'000));
    const Call vague = call(track, minutes(0, 60));
    EXPECT_EQ(vague.run().verdict, Verdict::insufficient);
    EXPECT_EQ(*vague.fact("possible"), 60 * minutes_ms);
}

TEST(presence, travel_from_a_far_fix_cannot_have_been_presence) {
    // Seen 48 km away at both ends of an hour: twenty minutes of travel each way at 40 m/s.
    std::vector<Fix> track = {fix_at(nine, {48'000, 0}), fix_at(nine + 60 * minutes_ms, {48'000, 0})};
    const Call away = call(track, minutes(0, 60));
    EXPECT_NEAR(static_cast<double>(*away.fact("possible")), 20.0 * minutes_ms, 10'000);
    EXPECT_EQ(away.run().verdict, Verdict::contradicted);
}

TEST(presence, a_stepped_clock_makes_the_hour_insufficient) {
    std::vector<Fix> track;
    for (int i = 0; i <= 60; ++i) {
        track.push_back(fix_at(nine + i * minutes_ms, {900, 0}));
        track.back().boot = 1;
        track.back().mono_ms = i * minutes_ms + (i >= 50 ? 10 * minutes_ms : 0);
        track.back().seq = static_cast<std::uint32_t>(i);
    }
    const Call stepped = call(track, minutes(0, 60));
    EXPECT_EQ(stepped.run().verdict, Verdict::insufficient);
    EXPECT_EQ(stepped.run().limits & limit_clock_step, limit_clock_step);
}

RC_GTEST_PROP(presence, the_order_of_arrival_does_not_matter, ()) {
    Random random(*rc::gen::arbitrary<std::uint64_t>());
    std::vector<Fix> track;
    for (int i = 0; i < 80; ++i) {
        track.push_back(fix_at(nine + random.between(-10, 70) * minutes_ms,
                               {static_cast<double>(random.between(-3, 3)) * 60, 0},
                               static_cast<std::uint32_t>(random.between(3, 60)) * 1000));
        track.back().upload = static_cast<std::uint32_t>(random.below(4));
        track.back().seq = static_cast<std::uint32_t>(i);
        if (random.chance(0.1)) track.push_back(track.back());
    }
    std::vector<Fix> shuffled = track;
    shuffle(shuffled, random);
    const auto first = call(track, minutes(0, 60)).run();
    const auto second = call(shuffled, minutes(0, 60)).run();
    RC_ASSERT(track == shuffled);
    RC_ASSERT(first.facts == second.facts);
    RC_ASSERT(first.verdict == second.verdict);
    RC_ASSERT(first.strength_mnat == second.strength_mnat);
}

RC_GTEST_PROP(presence, the_parts_add_up_to_what_was_claimed, ()) {
    Random random(*rc::gen::arbitrary<std::uint64_t>());
    std::vector<Fix> track;
    Millis at = nine - 30 * minutes_ms;
    for (int i = 0; i < 60; ++i) {
        at += random.between(1, 1000) * seconds_ms;
        track.push_back(fix_at(at, {(random.unit() - 0.5) * 600, (random.unit() - 0.5) * 300}));
    }
    mark(track);
    const PresenceTimes times = presence_times(track, home, 100'000, minutes(0, 60));
    RC_ASSERT(times.observed + times.unobserved == times.claimed);
    RC_ASSERT(times.sure <= times.possible);
    RC_ASSERT(times.out + times.possible <= times.claimed);
    RC_ASSERT(times.expected >= 0);
    RC_ASSERT(times.expected <= static_cast<double>(times.observed) + 1e-6);
    Millis in_spans = 0;
    for (const Interval& span : times.sure_spans) in_spans += span.length();
    RC_ASSERT(in_spans == times.sure);
    if (times.enter_low && times.exit_high) RC_ASSERT(*times.enter_low <= *times.exit_high);
}

TEST(presence, a_real_phone_indoors_is_found_at_home_whatever_the_radius) {
    std::vector<Fix> phone = indoor_phone();
    if (phone.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
    mark(phone);
    ASSERT_EQ(phone.size(), 416U);
    EXPECT_EQ(std::count_if(phone.begin(), phone.end(), [](const Fix& f) { return (f.marks & mark_repeat) != 0; }),
              170);
    const Interval whole{phone.front().at, phone.back().at};
    for (const double radius_mm : {50'000.0, 100'000.0, 150'000.0}) {
        const PresenceTimes times = presence_times(phone, indoor_place, radius_mm, whole);
        EXPECT_NEAR(static_cast<double>(times.claimed) / minutes_ms, 577, 0.5);
        const double found = std::round(times.expected / minutes_ms);
        EXPECT_GE(found, 467);
        EXPECT_LE(found, 469);
        EXPECT_EQ(times.flips, 2);
    }
}

// What a plain circle makes of the same track: a time counts while both fixes around it lie inside.
TEST(presence, a_plain_fence_loses_most_of_a_real_indoor_phone) {
    std::vector<Fix> phone = indoor_phone();
    if (phone.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
    mark(phone);
    const auto fence = [&](double radius_m) {
        std::int64_t flips = 0;
        Millis inside = 0;
        for (std::size_t i = 1; i < phone.size(); ++i) {
            const bool is_in = geo::distance_m(phone[i].place, indoor_place) <= radius_m;
            const bool was_in = geo::distance_m(phone[i - 1].place, indoor_place) <= radius_m;
            flips += is_in != was_in ? 1 : 0;
            if (is_in && was_in) inside += phone[i].at.ms - phone[i - 1].at.ms;
        }
        return std::pair(flips, static_cast<double>(inside) / minutes_ms);
    };
    EXPECT_EQ(fence(50).first, 96);
    EXPECT_NEAR(fence(50).second, 69.2, 0.1);
    EXPECT_EQ(fence(100).first, 12);
    EXPECT_NEAR(fence(100).second, 199.8, 0.1);
}

}  // namespace
}  // namespace ningyi::track
