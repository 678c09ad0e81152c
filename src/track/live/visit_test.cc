// SPDX-License-Identifier: Apache-2.0
#include "track/live/visit.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"
#include "track/call_test.h"
#include "track/clean.h"
#include "track/compare/presence_chain.h"
#include "track/gaps.h"
#include "track/live/motion.h"
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

// Slow oracle: each step smoothed by the sealed form with all fixes, from the first one on, that were known when the
// window of twice the lag was settled.
double expected_when_settled(const std::vector<Evidence>& evidence, Millis lag) {
    double expected = 0;
    std::size_t begin = 0;
    const auto settle = [&](std::size_t known, std::size_t end) {
        const std::vector<double> inside = smoothed(std::span(evidence).first(known), PresenceModel{});
        for (; begin < end; ++begin) {
            expected += static_cast<double>(evidence[begin + 1].at - evidence[begin].at) *
                        (inside[begin] + inside[begin + 1]) / 2;
        }
    };
    for (std::size_t k = 0; k < evidence.size(); ++k) {
        if (evidence[k].at - evidence[begin].at <= 2 * lag) continue;
        std::size_t end = begin;
        while (end + 1 <= k && evidence[k].at - evidence[end + 1].at >= lag) ++end;
        settle(k + 1, end);
    }
    settle(evidence.size(), evidence.size() - 1);
    return expected;
}

TEST(live, presence_of_a_long_visit_differs_by_what_came_after_a_step_was_settled_and_by_nothing_else) {
    const Millis lags[] = {10 * minutes_ms, 20 * minutes_ms, 40 * minutes_ms, 80 * minutes_ms, 200 * minutes_ms};
    std::vector<double> worst, mean;
    for (const Millis lag : lags) {
        Random random(44);
        worst.push_back(0);
        mean.push_back(0);
        for (int run = 0; run < 100; ++run) {
            std::vector<Fix> track = random_walk(random, 700, 15'000, random.chance(0.5) ? 1 : 3, 60'000);
            mark(track);
            const Interval interval{track.front().at, track.back().at};
            LivePresence live(home, 100'000, interval, {}, lag);
            const Witness witness(home, 100, {});
            std::vector<Evidence> evidence;
            for (const Fix& fix : track) {
                live.add(fix);
                if (!is_evidence(fix)) continue;
                const double since =
                    evidence.empty() ? 300 : static_cast<double>(fix.at.ms - evidence.back().at) / 1000;
                evidence.push_back(witness.evidence(fix, since));
            }
            const double now = live.times().expected;
            ASSERT_NEAR(now, expected_when_settled(evidence, lag), 1e-9 * (1 + now));
            const double sealed = presence_times(track, home, 100'000, interval).expected;
            const double difference = std::fabs(now - sealed) / static_cast<double>(interval.length());
            worst.back() = std::max(worst.back(), difference);
            mean.back() += difference / 100;
        }
        RecordProperty("lag_" + std::to_string(lag / minutes_ms) + "_worst", std::to_string(worst.back()));
        RecordProperty("lag_" + std::to_string(lag / minutes_ms) + "_mean", std::to_string(mean.back()));
    }
    EXPECT_GT(worst[0], 0.01) << "else this test says nothing";
    EXPECT_LT(worst[1], worst[0]);
    EXPECT_LT(worst[2], worst[1]);
    EXPECT_LT(worst[4], 1e-12) << "a window that holds the whole visit";
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

TEST(live, a_visit_says_of_each_fix_what_it_says_by_itself) {
    Random random(46);
    int supported = 0, contradicted = 0;
    for (const std::vector<Fix>& track : tracks()) {
        LiveVisit visit(home, 100'000, minutes(0, 60));
        for (const Fix& fix : track) {
            visit.add(fix);
            const VisitNow now = visit.now(fix.at);
            Call call = Call("track.inside").with_fix("fix", fix).with_place("place", home);
            const Measurement sealed = call.with_number("radius", 100'000).run();
            ASSERT_EQ(now.last.has_value(), call.fact("dist").has_value());
            if (!now.last) continue;
            ASSERT_EQ(now.last->verdict, sealed.verdict);
            ASSERT_EQ(ppm_of(now.last->probability), call.fact("p"));
            supported += sealed.verdict == Verdict::supported ? 1 : 0;
            contradicted += sealed.verdict == Verdict::contradicted ? 1 : 0;
        }
    }
    EXPECT_GT(supported, 100);
    EXPECT_GT(contradicted, 100);
}

TEST(live, a_visit_of_two_says_what_the_sealed_measures_say_of_the_fixes_that_are_no_outliers_any_more) {
    Random random(47);
    const std::vector<std::vector<Fix>> all = tracks();
    int near = 0, at_rest = 0, waited = 0;
    for (std::size_t k = 0; k + 1 < all.size(); ++k) {
        const std::vector<Fix>&a = all[k], &b = all[k + 1];
        const Interval interval{a.front().at, a.back().at};
        LiveVisit visit(home, 100'000, interval, {}, SecondTrack{.within_mm = 50'000, .radius_mm = 100'000});
        const auto unmarked = [](Fix fix) {
            fix.marks = 0;
            return fix;
        };
        add_in_order(a, b, [&](Side side, const Fix& fix) {
            if (side == Side::a) {
                visit.add(unmarked(fix));
            } else {
                visit.add_other(unmarked(fix));
            }
        });
        const VisitNow now = visit.now(interval.to);
        ASSERT_LE(now.held, 32U);
        ASSERT_LE(now.other_held, 32U);
        waited += now.held > 0 ? 1 : 0;
        const std::span<const Fix> own = std::span(a).first(a.size() - now.held);
        const std::span<const Fix> other = std::span(b).first(b.size() - now.other_held);
        const Jitter noise = jitter_of(own);
        EXPECT_EQ(now.jitter.fixes, noise.fixes);
        EXPECT_EQ(now.jitter.rms_m, noise.rms_m);
        EXPECT_EQ(now.jitter.rho_east, noise.rho_east);
        at_rest += noise.fixes > 0 ? 1 : 0;
        const Approach sealed = nearest_approach(own, other, 50, interval);
        ASSERT_TRUE(now.approach);
        EXPECT_EQ(now.approach->least_m, sealed.least_m);
        EXPECT_EQ(now.approach->least_low_m, sealed.least_low_m);
        EXPECT_EQ(now.approach->near_ms, sealed.near_ms);
        EXPECT_EQ(now.approach->observed, sealed.observed);
        near += sealed.near_ms > 0 ? 1 : 0;
        ASSERT_TRUE(now.together);
        const Togetherness both = togetherness(own, other, 100'000, interval);
        EXPECT_EQ(now.together->times.used, both.times.used);
        EXPECT_EQ(now.together->times.observed, both.times.observed);
        EXPECT_EQ(now.together->times.evidence_for, both.times.evidence_for);
        EXPECT_EQ(now.together->moved_m, both.moved_m);
        EXPECT_EQ(now.together->seen, both.seen);
    }
    EXPECT_GT(near, 20);
    EXPECT_GT(at_rest, 20);
    EXPECT_GT(waited, 20);
    LiveVisit alone(home, 100'000, minutes(0, 60));
    alone.add_other(fix_at(nine, {}));
    EXPECT_FALSE(alone.now(Instant{nine}).approach);
    EXPECT_FALSE(alone.now(Instant{nine}).together);
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
