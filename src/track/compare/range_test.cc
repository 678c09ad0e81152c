// SPDX-License-Identifier: Apache-2.0
#include "track/compare/range.h"

#include <gtest/gtest.h>

#include "track/call_test.h"
#include "track/forgeries_test.h"

namespace ningyi::track {
namespace {

constexpr std::int64_t district_mm = 10'000'000;

Call call(const std::vector<Fix>& track) {
    return Call("track.range")
        .with_track("track", track)
        .with_place("place", home)
        .with_interval("interval", minutes(0, 60))
        .with_number("beyond", district_mm);
}

// One fix a minute, `metres(minute)` east of home.
template <class Metres>
std::vector<Fix> hour(Metres metres, std::uint32_t accuracy_mm = 15'000) {
    std::vector<Fix> track;
    for (int minute = 0; minute <= 60; ++minute) {
        track.push_back(fix_at(nine + minute * minutes_ms, {metres(minute), minute * 1.0}, accuracy_mm));
        track.back().seq = static_cast<std::uint32_t>(minute);
    }
    mark(track);
    return track;
}

TEST(range, an_hour_in_the_district_is_supported_and_one_far_from_it_contradicted) {
    const auto near = hour([](int) { return 3000.0; });
    EXPECT_EQ(call(near).run().verdict, Verdict::supported);
    EXPECT_EQ(call(near).fact("beyond_count"), 0);
    const auto far = hour([](int) { return 25'000.0; });
    EXPECT_EQ(call(far).run().verdict, Verdict::contradicted);
    EXPECT_EQ(call(far).fact("beyond_count"), 61);
    // 15 m at 68 % is 24.3 m at 95 %.
    EXPECT_NEAR(static_cast<double>(*call(far).fact("farthest")), 25'000'072 - 24'322, 20);
    EXPECT_EQ(call(far).fact("at"), nine + 60 * minutes_ms);
}

TEST(range, one_fix_beyond_decides_nothing_and_a_repeated_one_is_no_second) {
    auto once = hour([](int minute) { return minute == 30 ? 10'200.0 : 9'000.0; });
    EXPECT_EQ(call(once).run().verdict, Verdict::insufficient);
    EXPECT_EQ(call(once).fact("beyond_count"), 1);
    const geo::Place there = once[30].place;
    for (const std::size_t again : {31U, 32U}) {
        once[again].place = there;
        once[again].received = there;
    }
    mark(once);
    EXPECT_EQ(call(once).fact("beyond_count"), 3);
    EXPECT_EQ(call(once).fact("run"), 1);
    EXPECT_EQ(call(once).run().verdict, Verdict::insufficient);
    const auto twice = hour([](int minute) { return minute == 30 || minute == 31 ? 10'200.0 : 9'000.0; });
    EXPECT_EQ(call(twice).run().verdict, Verdict::contradicted);
}

TEST(range, a_fix_whose_error_reaches_into_the_district_is_not_beyond) {
    EXPECT_EQ(call(hour([](int) { return 10'020.0; })).run().verdict, Verdict::insufficient);
    EXPECT_EQ(call(hour([](int) { return 10'020.0; }, 3000)).run().verdict, Verdict::contradicted);
}

TEST(range, a_wider_error_never_makes_a_contradiction) {
    Random random(5);
    for (int round = 0; round < 200; ++round) {
        auto track = hour([&](int) { return 9'900 + 250 * random.unit(); });
        bool was_contradicted = true;
        for (const std::uint32_t accuracy : {4000U, 20'000U, 60'000U, 150'000U, 900'000U}) {
            for (Fix& fix : track) fix.accuracy_mm = accuracy;
            const bool is_contradicted = call(track).run().verdict == Verdict::contradicted;
            EXPECT_TRUE(was_contradicted || !is_contradicted);
            was_contradicted = is_contradicted;
        }
        EXPECT_FALSE(was_contradicted);
    }
}

TEST(range, silence_a_stepped_clock_and_an_unknown_datum_accuse_nobody) {
    EXPECT_EQ(limit_names(call({}).run().limits), "no_track,few_fixes,low_coverage");
    auto few = hour([](int) { return 3000.0; });
    few.resize(20);
    EXPECT_EQ(call(few).run().verdict, Verdict::insufficient);
    auto far = hour([](int) { return 25'000.0; });
    for (Fix& fix : far) fix.datum = Datum::unknown;
    EXPECT_EQ(call(far).run().verdict, Verdict::insufficient);
    auto stepped = hour([](int) { return 25'000.0; });
    for (std::size_t i = 0; i < stepped.size(); ++i) {
        stepped[i].boot = 1;
        stepped[i].mono_ms = static_cast<Millis>(i) * minutes_ms + (i > 40 ? hours_ms : 0);
    }
    mark(stepped);
    EXPECT_EQ(call(stepped).run().verdict, Verdict::insufficient);
}

TEST(range, arrival_order_does_not_show) {
    Random random(3);
    auto track = hour([&](int) { return 9'900 + 250 * random.unit(); });
    const auto facts = call(track).run().facts;
    shuffle(track, random);
    mark(track);
    EXPECT_EQ(call(track).run().facts, facts);
}

}  // namespace
}  // namespace ningyi::track
