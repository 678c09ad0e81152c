// SPDX-License-Identifier: Apache-2.0
#include "track/compare/together.h"

#include <cmath>

#include <gtest/gtest.h>

#include "track/call_test.h"
#include "track/compare/inside.h"
#include "track/compare/paths_test.h"
#include "track/forgeries_test.h"

namespace ningyi::track {
namespace {

struct Two {
    std::vector<Fix> carer;
    std::vector<Fix> wearable;
    Interval interval = minutes(0, 60);
    Call call() const {
        return Call("track.together")
            .with_track("track", carer)
            .with_track("other", wearable)
            .with_interval("interval", interval);
    }
    Measurement run() const { return call().run(); }
    std::optional<std::int64_t> fact(std::string_view name) const { return call().fact(name); }
};

// An hour, a fix every `step`; `place(minute)` in metres from home.
template <class Where>
std::vector<Fix> hour(Millis step, Where place, std::uint32_t flags = 0, std::uint32_t accuracy_mm = 15'000) {
    std::vector<Fix> track;
    for (Millis at = 0; at <= hours_ms; at += step) {
        track.push_back(fix_at(nine + at, place(static_cast<double>(at) / minutes_ms), accuracy_mm));
        track.back().flags = flags;
        track.back().seq = static_cast<std::uint32_t>(track.size());
    }
    return with_wandering_noise(track, 3, static_cast<std::uint64_t>(step));
}

geo::Offset in_the_flat(double) {
    return {0, 0};
}
geo::Offset at_her_own(double) {
    return {1500, 300};
}
// To the park and back.
geo::Offset on_a_walk(double minute) {
    return {minute < 30 ? 30 * minute : 30 * (60 - minute), 0};
}

TEST(together, two_on_one_walk_are_together) {
    const Two walk{hour(30'000, on_a_walk), hour(50'000, on_a_walk)};
    EXPECT_EQ(walk.run().verdict, Verdict::supported);
    EXPECT_EQ(walk.fact("claimed"), hours_ms);
    EXPECT_GE(*walk.fact("sure"), 58 * minutes_ms);
    EXPECT_GE(*walk.fact("moved"), 700'000);
    EXPECT_GE(*walk.fact("own"), 3000);
    EXPECT_GE(*walk.fact("other"), 3000);
}

TEST(together, the_elder_walks_and_the_carer_is_at_her_own_flat) {
    const Two apart{hour(30'000, at_her_own), hour(50'000, on_a_walk)};
    EXPECT_EQ(apart.run().verdict, Verdict::contradicted);
    EXPECT_LT(*apart.fact("possible") * 2, hours_ms);
    EXPECT_GT(apart.run().strength_mnat, 3000);
}

TEST(together, a_wearable_that_lies_still_or_on_its_charger_contradicts_nobody) {
    const Two still{hour(30'000, at_her_own), hour(50'000, in_the_flat)};
    EXPECT_EQ(still.run().verdict, Verdict::insufficient);
    EXPECT_EQ(limit_names(still.run().limits), "wearable_off");
    const Two charging{hour(30'000, at_her_own), hour(50'000, on_a_walk, flag_charging)};
    EXPECT_EQ(charging.run().verdict, Verdict::insufficient);
    EXPECT_GT(*charging.fact("charging"), 60);
    EXPECT_NE(charging.run().limits & limit_wearable_off, 0U);
    // Its acceleration tells that it is worn, where it does not leave the flat.
    const Two worn{hour(30'000, at_her_own), hour(50'000, in_the_flat, flag_moving)};
    EXPECT_EQ(worn.run().verdict, Verdict::contradicted);
}

TEST(together, silence_of_one_side_is_unknown) {
    const auto walk = hour(50'000, on_a_walk);
    EXPECT_EQ(limit_names(Two{{}, {}}.run().limits), "no_track,low_coverage");
    EXPECT_EQ(Two({}, walk).run().verdict, Verdict::insufficient);
    EXPECT_NE(Two({}, walk).run().limits & limit_one_sided, 0U);
    EXPECT_EQ(Two(hour(30'000, at_her_own), {}).run().verdict, Verdict::insufficient);
    // Fixes more than two minutes apart are not interpolated.
    const Two sparse{hour(30'000, at_her_own), hour(150'000, on_a_walk)};
    EXPECT_EQ(sparse.run().verdict, Verdict::insufficient);
    EXPECT_EQ(sparse.fact("observed"), 0);
}

TEST(together, errors_of_kilometres_contradict_nobody) {
    const Two coarse{hour(30'000, at_her_own, 0, 2'000'000), hour(50'000, on_a_walk, flag_moving)};
    EXPECT_NE(coarse.run().verdict, Verdict::contradicted);
}

TEST(together, arrival_order_does_not_show) {
    Random random(3);
    Two walk{hour(30'000, on_a_walk), hour(50'000, on_a_walk)};
    const auto facts = walk.run().facts;
    shuffle(walk.carer, random);
    shuffle(walk.wearable, random);
    mark(walk.carer);
    mark(walk.wearable);
    EXPECT_EQ(walk.run().facts, facts);
}

// The chain by adding up all its paths, the weights by their definition.
TEST(together, is_presence_of_the_difference) {
    Random random(19);
    for (int round = 0; round < 40; ++round) {
        Two two;
        const PresenceModel model;
        std::vector<Evidence> evidence;
        const int n = 3 + static_cast<int>(random.below(8));
        for (int i = 0; i < n; ++i) {
            const Millis at = nine + i * 100 * seconds_ms;
            const geo::Offset a{random.unit() * 300, random.unit() * 100};
            const geo::Offset b{random.unit() * 300, random.unit() * 100};
            const auto accuracy_a = static_cast<std::uint32_t>(random.between(10'000, 60'000));
            const auto accuracy_b = static_cast<std::uint32_t>(random.between(10'000, 60'000));
            two.carer.push_back(fix_at(at, a, accuracy_a));
            two.wearable.push_back(fix_at(at, b, accuracy_b));
            const double sigma = std::hypot(sigma_mm(two.carer.back()), sigma_mm(two.wearable.back())) / 1000;
            const double p = probability_inside(std::hypot(a.east - b.east, a.north - b.north), 100, sigma);
            const double pi = 3.14159265358979323846;
            const double area = pi * 100 * 100, whole = pi * 3000 * 3000;
            const double in = 0.98 * p / area + 0.02 / whole;
            const double out = 0.98 * (1 - p) / (whole - area) + 0.02 / whole;
            evidence.push_back({at, (i == 0 ? 1 : 100.0 / 300) * std::log(in / out), 0});
        }
        mark(two.carer);
        mark(two.wearable);
        two.interval = {Instant{nine}, Instant{nine + (n - 1) * 100 * seconds_ms}};
        const std::vector<double> inside = by_all_paths(evidence, model);
        double expected = 0;
        for (std::size_t i = 1; i < inside.size(); ++i) expected += 100'000 * (inside[i - 1] + inside[i]) / 2;
        // Places are rounded to a centimetre.
        EXPECT_NEAR(static_cast<double>(*two.fact("expected")), expected, 100);
    }
}

}  // namespace
}  // namespace ningyi::track
