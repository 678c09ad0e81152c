// SPDX-License-Identifier: Apache-2.0
#include "track/compare/approach.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "track/call_test.h"
#include "track/clean.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

Call call(std::vector<Fix>& a, std::vector<Fix>& b, std::int64_t within_mm) {
    mark(a);
    mark(b);
    return Call("track.approach").with_track("track", a).with_track("other", b).with_number("within", within_mm);
}

// Where a track is at an instant, or nothing in a gap: looked up by going through all of it.
std::optional<geo::Offset> place_at(const std::vector<Fix>& track, double at, const geo::Plane& plane) {
    for (std::size_t i = 1; i < track.size(); ++i) {
        const auto from = static_cast<double>(track[i - 1].at.ms);
        const auto to = static_cast<double>(track[i].at.ms);
        if (at < from || at > to || to - from > 120'000 || to == from) continue;
        const geo::Offset a = plane.offset(track[i - 1].place);
        const geo::Offset b = plane.offset(track[i].place);
        const double share = (at - from) / (to - from);
        return geo::Offset{a.east + (b.east - a.east) * share, a.north + (b.north - a.north) * share};
    }
    return std::nullopt;
}

TEST(approach, agrees_with_looking_every_tenth_of_a_second) {
    Random random(21);
    for (int run = 0; run < 40; ++run) {
        std::vector<Fix> a = random_walk(random, 12, 7000, 8, 5000);
        std::vector<Fix> b = random_walk(random, 9, random.chance(0.5) ? 11'000 : 130'000, 8, 5000);
        mark(a);
        mark(b);
        const geo::Plane plane(home);
        double least = 1e18;
        double near_ms = 0;
        for (double at = nine; at < nine + 90'000; at += 100) {
            const auto p = place_at(a, at, plane);
            const auto q = place_at(b, at, plane);
            if (!p || !q) continue;
            const double distance = std::hypot(p->east - q->east, p->north - q->north);
            least = std::min(least, distance);
            near_ms += distance <= 40 ? 100 : 0;
        }
        const Approach found = nearest_approach(a, b, 40, std::nullopt);
        ASSERT_EQ(found.least_m.has_value(), least < 1e17);
        if (!found.least_m) continue;
        EXPECT_NEAR(*found.least_m, least, 1.7);  // 16 m/s for a tenth of a second
        EXPECT_LE(*found.least_m, least + 0.01);
        EXPECT_NEAR(found.near_ms, near_ms, 1200);
    }
}

TEST(approach, two_who_pass_in_the_street_come_near_for_as_long_as_geometry_says) {
    std::vector<Fix> a, b;
    for (int i = 0; i <= 10; ++i) {
        a.push_back(fix_at(nine + i * minutes_ms, {-300.0 + 60 * i, 0}, 5000));
        b.push_back(fix_at(nine + i * minutes_ms, {300.0 - 60 * i, 30}, 5000));
    }
    const Call passing = call(a, b, 50'000);
    EXPECT_EQ(passing.run().verdict, Verdict::supported);
    EXPECT_NEAR(static_cast<double>(*passing.fact("min")), 30'000, 20);
    EXPECT_NEAR(static_cast<double>(*passing.fact("at")), static_cast<double>(nine + 5 * minutes_ms), 10);
    EXPECT_NEAR(static_cast<double>(*passing.fact("near")), 40'000, 60);  // 2 · 40 m at 2 m/s
}

TEST(approach, two_who_stay_apart_all_the_time_contradict_and_silence_does_not) {
    std::vector<Fix> a, b;
    for (int i = 0; i <= 30; ++i) {
        a.push_back(fix_at(nine + i * minutes_ms, {0, 0.5 * i}, 5000));
        b.push_back(fix_at(nine + i * minutes_ms, {500, 0.5 * i}, 5000));
    }
    EXPECT_EQ(call(a, b, 50'000).run().verdict, Verdict::contradicted);
    EXPECT_EQ(call(a, b, 50'000).with_interval("interval", minutes(0, 60)).run().verdict, Verdict::insufficient);
    std::vector<Fix> nothing;
    EXPECT_EQ(call(a, nothing, 50'000).run().verdict, Verdict::insufficient);
}

RC_GTEST_PROP(approach, a_wider_error_never_makes_a_contradiction, ()) {
    Random random(*rc::gen::arbitrary<std::uint64_t>());
    std::vector<Fix> a = random_walk(random, 30, 20'000, 3, 60'000);
    std::vector<Fix> b = random_walk(random, 30, 20'000, 3, 60'000);
    const std::int64_t within = random.between(1, 200) * 1000;
    const auto narrow = call(a, b, within).run();
    for (std::vector<Fix>* track : {&a, &b}) {
        for (Fix& fix : *track) {
            if (random.chance(0.3)) fix.accuracy_mm += static_cast<std::uint32_t>(random.between(0, 500'000));
        }
    }
    const auto wide = call(a, b, within).run();
    if (wide.verdict == Verdict::contradicted) RC_ASSERT(narrow.verdict == Verdict::contradicted);
}

}  // namespace
}  // namespace ningyi::track
