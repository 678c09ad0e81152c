// SPDX-License-Identifier: Apache-2.0
#include "track/compare/overlap.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "track/call_test.h"
#include "track/clean.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

// Slow oracle: every pair.
std::vector<Clash> by_all_pairs(std::span<const SureStay> stays, Millis slack) {
    std::vector<Clash> result;
    for (std::size_t i = 0; i < stays.size(); ++i) {
        for (std::size_t j = i + 1; j < stays.size(); ++j) {
            const Millis both = std::min(stays[i].interval.to, stays[j].interval.to).ms -
                                std::max(stays[i].interval.from, stays[j].interval.from).ms;
            const std::int64_t apart = geo::rounded(geo::distance_m(stays[i].place, stays[j].place) * 1000);
            if (both > slack && apart > stays[i].radius_mm + stays[j].radius_mm) result.push_back({i, j, both, apart});
        }
    }
    return result;
}

RC_GTEST_PROP(overlap, the_sweep_finds_what_all_pairs_find, ()) {
    Random random(*rc::gen::arbitrary<std::uint64_t>());
    std::vector<SureStay> stays;
    for (std::uint64_t i = random.below(60); i > 0; --i) {
        const Millis from = nine + random.between(0, 50) * 10 * minutes_ms;
        stays.push_back({geo::Plane(home).place({static_cast<double>(random.between(0, 5)) * 80, 0}),
                         100'000,
                         {Instant{from}, Instant{from + random.between(0, 120) * minutes_ms}}});
    }
    RC_ASSERT(clashes(stays) == by_all_pairs(stays, button_slack_ms));
}

TEST(overlap, two_minutes_are_slack_and_one_more_is_a_clash) {
    const geo::Place far = geo::Plane(home).place({3000, 0});
    const SureStay first{home, 100'000, minutes(0, 60)};
    EXPECT_TRUE(clashes(std::vector<SureStay>{first, {far, 100'000, minutes(58, 100)}}).empty());
    const auto found = clashes(std::vector<SureStay>{first, {far, 100'000, minutes(57, 100)}});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().both, 3 * minutes_ms);
    EXPECT_NEAR(static_cast<double>(found.front().apart_mm), 3e6, 20);
    EXPECT_TRUE(
        clashes(std::vector<SureStay>{first, {geo::Plane(home).place({190, 0}), 100'000, minutes(0, 60)}}).empty());
}

Call call(std::vector<Fix>& a, std::vector<Fix>& b) {
    mark(a);
    mark(b);
    return Call("track.apart").with_track("track", a).with_track("other", b);
}

TEST(overlap, one_account_on_two_phones_across_town_is_contradicted) {
    std::vector<Fix> a, b, c;
    for (int i = 0; i <= 30; ++i) {
        a.push_back(fix_at(nine + i * minutes_ms, {0, 0.3 * i}));
        b.push_back(fix_at(nine + i * minutes_ms, {2000, 0.3 * i}));
        c.push_back(fix_at(nine + i * minutes_ms, {200, 0.3 * i}));
    }
    const Call town = call(a, b);
    EXPECT_EQ(town.run().verdict, Verdict::contradicted);
    EXPECT_EQ(*town.fact("both"), 30 * minutes_ms);
    EXPECT_NEAR(static_cast<double>(*town.fact("apart")), 2e6 - sigmas_95 * 15'000 / sigmas_68 * std::sqrt(2.0), 100);
    EXPECT_EQ(call(a, c).run().verdict, Verdict::supported);
    std::vector<Fix> nothing;
    EXPECT_EQ(call(a, nothing).run().verdict, Verdict::insufficient);
}

}  // namespace
}  // namespace ningyi::track
