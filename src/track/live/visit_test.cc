// SPDX-License-Identifier: Apache-2.0
#include "track/live/visit.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"
#include "track/call_test.h"
#include "track/clean.h"
#include "track/gaps.h"
#include "track/reading.h"
#include "track/real_tracks_test.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

// In order of time, no two at once.
std::vector<Fix> in_order(std::vector<Fix> track) {
    mark(track);
    std::vector<Fix> result;
    for (const Fix& fix : track) {
        if (result.empty() || fix.at > result.back().at) result.push_back(fix);
    }
    for (std::size_t i = 0; i < result.size(); ++i) result[i].seq = static_cast<std::uint32_t>(i);
    mark(result);
    return result;
}

std::vector<std::vector<Fix>> tracks() {
    Random random(41);
    std::vector<std::vector<Fix>> result;
    for (int run = 0; run < 60; ++run) {
        const auto n = static_cast<int>(random.between(1, 500));
        const double speed = random.chance(0.5) ? 0.6 : 6;
        std::vector<Fix> track =
            random_walk(random, n, static_cast<Millis>(random.between(1000, 40'000)), speed, 60'000);
        for (Fix& fix : track) {
            if (random.chance(0.02)) fix = fix_at(fix.at.ms, {random.unit() * 40'000, 0}, 10'000);
            if (random.chance(0.02)) fix.flags |= flag_not_positioned;
            if (random.chance(0.05)) fix.at.ms += 400;
        }
        for (std::size_t i = 1; i < track.size(); ++i) {
            if (random.chance(0.1)) track[i].place = track[i].received = track[i - 1].place;
        }
        result.push_back(in_order(track));
    }
    for (const std::vector<Fix>& real : {car_by_span(), bus(), indoor_phone(), phone_lying_still(0)}) {
        if (!real.empty()) result.push_back(in_order(real));
    }
    return result;
}

TEST(live, marks_are_those_of_cleaning_but_for_what_needs_hindsight) {
    for (const std::vector<Fix>& track : tracks()) {
        LiveMarks marks;
        for (Fix fix : track) {
            const std::uint32_t sealed = fix.marks & ~std::uint32_t{mark_clock | mark_coarse | mark_jump};
            marks.mark(fix);
            ASSERT_EQ(fix.marks, sealed);
        }
    }
    LiveMarks marks;
    Fix fix = fix_at(nine, {0, 0});
    marks.mark(fix);
    EXPECT_EQ(fix.marks, 0U);
    marks.mark(fix);
    EXPECT_EQ(fix.marks, mark_duplicate);
}

TEST(live, stays_are_the_sealed_ones_in_the_order_they_end) {
    std::size_t found = 0;
    for (const std::vector<Fix>& track : tracks()) {
        for (const StayRule& rule : {StayRule{}, StayRule{30, 2 * minutes_ms, 3 * minutes_ms}}) {
            LiveStays live(rule);
            std::vector<Stay> ended;
            for (const Fix& fix : track) {
                if (const auto stay = live.add(fix)) ended.push_back(*stay);
            }
            if (const auto open = live.open()) ended.push_back(*open);
            const std::vector<Stay> sealed = stays(track, rule);
            ASSERT_EQ(ended.size(), sealed.size());
            for (std::size_t i = 0; i < sealed.size(); ++i) {
                ASSERT_EQ(ended[i].from, sealed[i].from);
                ASSERT_EQ(ended[i].to, sealed[i].to);
                ASSERT_EQ(ended[i].place, sealed[i].place);
                ASSERT_EQ(ended[i].received, sealed[i].received);
                ASSERT_EQ(ended[i].fixes, sealed[i].fixes);
                ASSERT_EQ(ended[i].sigma_mm, sealed[i].sigma_mm);
            }
            found += sealed.size();
        }
    }
    EXPECT_GT(found, 50U);
}

TEST(live, leaps_are_known_two_fixes_late) {
    std::size_t jumps = 0;
    Random random(42);
    for (const std::vector<Fix>& track : tracks()) {
        // Cut anywhere, the fold holds what the sealed form says of the part before the last two.
        LiveLeaps live(15'000);
        const std::size_t cut = random.below(track.size() + 1);
        for (std::size_t i = 0; i < cut; ++i) live.add(track[i], i);
        const Leaps known = leaps(std::span(track).first(cut), 15'000);
        for (const Jump& jump : live.found().jumps) {
            ASSERT_TRUE(std::any_of(known.jumps.begin(), known.jumps.end(),
                                    [&](const Jump& other) { return other.landing == jump.landing; }));
        }
        live.end();
        ASSERT_EQ(live.found().jumps.size(), known.jumps.size());
        ASSERT_EQ(live.found().outliers, known.outliers);
        jumps += known.jumps.size() + known.outliers.size();
    }
    EXPECT_GT(jumps, 20U);
}

TEST(live, presence_of_a_short_visit_is_the_sealed_one_after_every_fix) {
    Random random(43);
    for (int run = 0; run < 60; ++run) {
        std::vector<Fix> track = random_walk(random, 60, 19'000, 1.5, 80'000);
        mark(track);
        const Interval interval{Instant{nine + 2 * minutes_ms}, Instant{nine + 15 * minutes_ms}};
        LivePresence live(home, 100'000, interval);
        for (std::size_t i = 0; i < track.size(); ++i) {
            live.add(track[i]);
            const PresenceTimes now = live.times();
            const PresenceTimes sealed = presence_times(std::span(track).first(i + 1), home, 100'000, interval);
            ASSERT_NEAR(now.expected, sealed.expected, 1e-9 * (1 + sealed.expected));
            ASSERT_EQ(now.sure, sealed.sure);
            ASSERT_EQ(now.possible, sealed.possible);
            ASSERT_EQ(now.out, sealed.out);
            ASSERT_EQ(now.observed, sealed.observed);
            ASSERT_EQ(now.enter_low, sealed.enter_low);
            ASSERT_EQ(now.exit_high, sealed.exit_high);
            ASSERT_EQ(now.flips, sealed.flips);
            ASSERT_EQ(now.used, sealed.used);
        }
    }
}

// Each step settled was smoothed with ten minutes or more of what followed; the sealed form uses all of it.
TEST(live, presence_of_a_long_visit_differs_from_the_sealed_one_by_what_came_ten_minutes_later) {
    Random random(44);
    double worst = 0;
    double sum = 0;
    int runs = 0;
    for (int run = 0; run < 200; ++run) {
        std::vector<Fix> track = random_walk(random, 700, 15'000, random.chance(0.5) ? 1 : 3, 60'000);
        mark(track);
        const Interval interval{Instant{nine + 20 * minutes_ms}, Instant{nine + 150 * minutes_ms}};
        LivePresence live(home, 100'000, interval);
        for (const Fix& fix : track) {
            live.add(fix);
            ASSERT_LE(live.window(), 82U) << "twenty minutes of fixes";
        }
        const PresenceTimes now = live.times();
        const PresenceTimes sealed = presence_times(track, home, 100'000, interval);
        ASSERT_EQ(now.used, sealed.used);
        ASSERT_EQ(now.observed, sealed.observed);
        ASSERT_EQ(now.unobserved, sealed.unobserved);
        ASSERT_DOUBLE_EQ(now.evidence_for, sealed.evidence_for);
        const double difference = std::fabs(now.expected - sealed.expected) / static_cast<double>(now.claimed);
        worst = std::max(worst, difference);
        sum += difference;
        ++runs;
    }
    RecordProperty("worst_share", std::to_string(worst));
    EXPECT_LT(sum / runs, 0.01);
    EXPECT_LT(worst, 0.1);
    EXPECT_GT(worst, 0) << "else this test says nothing";
}

TEST(live, a_visit_says_what_the_sealed_measures_say_of_the_fixes_so_far) {
    Random random(45);
    for (const std::vector<Fix>& track : tracks()) {
        const Interval interval{track.front().at, Instant{track.back().at.ms + minutes_ms}};
        LiveVisit visit(home, 100'000, interval);
        for (Fix fix : track) {
            fix.marks = 0;
            visit.add(fix);
        }
        const VisitNow now = visit.now(interval.to);
        EXPECT_EQ(now.late, 0);
        const PresenceTimes sealed = presence_times(track, home, 100'000, interval);
        if (interval.length() <= 20 * minutes_ms && !has_mark(track, mark_clock)) {
            EXPECT_NEAR(now.presence.expected, sealed.expected, 1e-9 * (1 + sealed.expected));
            EXPECT_EQ(now.presence.possible, sealed.possible);
        }
        EXPECT_EQ(now.presence.observed, sealed.observed);
        const MockEvidence mock = mock_evidence(track);
        EXPECT_EQ(now.mock.knowing, mock.knowing);
        EXPECT_EQ(now.mock.equal_steps, mock.equal_steps);
        EXPECT_EQ(now.mock.speed_differs, mock.speed_differs);
        EXPECT_EQ(now.mock.grid_5, mock.grid_5);
        Millis longest = 0;
        for (const Interval& silence : silences(track, interval, 0)) longest = std::max(longest, silence.length());
        EXPECT_EQ(now.longest_silence, longest);
    }
}

TEST(live, while_nobody_comes_lateness_grows_and_it_stops_when_somebody_is_there) {
    const Interval interval = minutes(0, 60);
    LiveVisit visit(home, 100'000, interval);
    for (int minute = -5; minute < 30; ++minute) {
        visit.add(fix_at(nine + minute * minutes_ms, {4000.0 + minute, 0}));
        const auto late = visit.now(Instant{nine + minute * minutes_ms}).late_low;
        ASSERT_TRUE(late);
        EXPECT_GE(*late, minute * minutes_ms);
        EXPECT_LE(*late, std::max(0, minute + 3) * minutes_ms);
    }
    for (int minute = 33; minute < 50; ++minute) visit.add(fix_at(nine + minute * minutes_ms, {minute * 0.1, 0}));
    const VisitNow now = visit.now(Instant{nine + 50 * minutes_ms});
    EXPECT_GE(*now.late_low, 25 * minutes_ms);
    EXPECT_LE(*now.late_low, 33 * minutes_ms);
    EXPECT_GT(*now.inside, 0.9);
    ASSERT_TRUE(now.stay);
    EXPECT_EQ(now.stays, 1U);
    visit.add(fix_at(nine, {0, 0}));
    EXPECT_EQ(visit.now(Instant{nine}).late, 1);
}

}  // namespace
}  // namespace ningyi::track
