// SPDX-License-Identifier: Apache-2.0
#include "track/live/approach.h"

#include <algorithm>
#include <cmath>
#include <span>

#include <gtest/gtest.h>

#include "track/clean.h"
#include "track/forgeries_test.h"
#include "track/reading.h"
#include "track/real_tracks_test.h"

namespace ningyi::track {
namespace {

// Slow oracle: every stretch of one track with every stretch of the other.
std::vector<JointPiece> by_all_pairs(const std::vector<Fix>& a, const std::vector<Fix>& b, std::uint32_t left_out,
                                     std::optional<Interval> interval) {
    const auto used = [left_out](const std::vector<Fix>& track) {
        std::vector<Fix> result;
        for (const Fix& fix : track) {
            if ((fix.marks & left_out) == 0) result.push_back(fix);
        }
        return result;
    };
    const std::vector<Fix> of_a = used(a), of_b = used(b);
    std::vector<JointPiece> pieces;
    if (of_a.empty()) return pieces;
    const geo::Plane plane(of_a.front().place);
    const auto is_stretch = [](const Fix& from, const Fix& to) {
        return to.at > from.at && to.at.ms - from.at.ms <= interpolated_gap_ms;
    };
    for (std::size_t i = 1; i < of_a.size(); ++i) {
        for (std::size_t j = 1; j < of_b.size(); ++j) {
            const Fix *a0 = &of_a[i - 1], *a1 = &of_a[i], *b0 = &of_b[j - 1], *b1 = &of_b[j];
            if (!is_stretch(*a0, *a1) || !is_stretch(*b0, *b1)) continue;
            JointPiece piece;
            piece.from = std::max(a0->at.ms, b0->at.ms);
            piece.to = std::min(a1->at.ms, b1->at.ms);
            if (interval) {
                piece.from = std::max(piece.from, interval->from.ms);
                piece.to = std::min(piece.to, interval->to.ms);
            }
            if (piece.from >= piece.to) continue;
            const auto at = [&](const Fix& from, const Fix& to, Millis when) {
                const geo::Offset p = plane.offset(from.place), q = plane.offset(to.place);
                const double share =
                    static_cast<double>(when - from.at.ms) / static_cast<double>(to.at.ms - from.at.ms);
                return geo::Offset{p.east + share * (q.east - p.east), p.north + share * (q.north - p.north)};
            };
            const geo::Offset a_from = at(*a0, *a1, piece.from), a_to = at(*a0, *a1, piece.to);
            const geo::Offset b_from = at(*b0, *b1, piece.from), b_to = at(*b0, *b1, piece.to);
            piece.start = {b_from.east - a_from.east, b_from.north - a_from.north};
            piece.velocity = {(b_to.east - a_to.east - piece.start.east) / piece.seconds(),
                              (b_to.north - a_to.north - piece.start.north) / piece.seconds()};
            piece.sigma_m =
                std::hypot(std::max(sigma_mm(*a0), sigma_mm(*a1)), std::max(sigma_mm(*b0), sigma_mm(*b1))) / 1000;
            pieces.push_back(piece);
        }
    }
    return pieces;
}

void expect_equal(const Approach& live, const Approach& sealed) {
    ASSERT_EQ(live.least_m, sealed.least_m);
    ASSERT_EQ(live.at, sealed.at);
    ASSERT_EQ(live.least_high_m, sealed.least_high_m);
    ASSERT_EQ(live.least_low_m, sealed.least_low_m);
    ASSERT_EQ(live.near_ms, sealed.near_ms);
    ASSERT_EQ(live.observed, sealed.observed);
    ASSERT_EQ(live.span, sealed.span);
}

void expect_as_by_all_pairs(const Approach& live, const std::vector<Fix>& a, const std::vector<Fix>& b,
                            std::optional<Interval> interval) {
    std::optional<double> least, low;
    double near_ms = 0;
    Millis observed = 0;
    for (const JointPiece& piece : by_all_pairs(a, b, marks_without_place | mark_poor | mark_jump, interval)) {
        const double distance = nearest(piece).distance_m;
        least = least ? std::min(*least, distance) : distance;
        near_ms += seconds_within(piece, 40) * 1000;
        observed += piece.to - piece.from;
    }
    for (const JointPiece& piece : by_all_pairs(a, b, marks_without_place, interval)) {
        const double distance = std::max(0.0, nearest(piece).distance_m - sigmas_95 * piece.sigma_m);
        low = low ? std::min(*low, distance) : distance;
    }
    ASSERT_EQ(live.least_m.has_value(), least.has_value());
    ASSERT_EQ(live.least_low_m.has_value(), low.has_value());
    ASSERT_EQ(live.observed, observed);
    ASSERT_NEAR(live.least_m.value_or(0), least.value_or(0), 1e-6);
    ASSERT_NEAR(live.least_low_m.value_or(0), low.value_or(0), 1e-6);
    ASSERT_NEAR(live.near_ms, near_ms, 5);
}

std::vector<Fix> walk(Random& random) {
    std::vector<Fix> track = random_walk(random, static_cast<int>(random.between(0, 60)),
                                         static_cast<Millis>(random.between(1000, 130'000)), 3, 90'000);
    for (Fix& fix : track) {
        if (random.chance(0.05)) fix = fix_at(fix.at.ms, {random.unit() * 40'000, 0}, 600'000);
        if (random.chance(0.1)) fix.at.ms += random.between(0, 200) * 1000;
    }
    mark(track);
    return track;
}

TEST(live_approach, after_every_fix_it_is_the_sealed_form_whichever_track_is_heard_first) {
    Random random(51);
    int known = 0;
    for (int run = 0; run < 40; ++run) {
        const std::vector<Fix> a = walk(random), b = walk(random);
        std::optional<Interval> interval;
        if (random.chance(0.5)) interval = minutes(5, 25);
        LiveApproach live(40, interval);
        std::size_t i = 0, j = 0;
        while (i < a.size() || j < b.size()) {
            // Each in its own order, the two anyhow.
            const bool is_a = j == b.size() || (i < a.size() && random.chance(0.5));
            if (is_a) {
                live.add(Side::a, a[i++]);
            } else {
                live.add(Side::b, b[j++]);
            }
            const std::vector<Fix> a_now(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(i));
            const std::vector<Fix> b_now(b.begin(), b.begin() + static_cast<std::ptrdiff_t>(j));
            expect_equal(live.approach(), nearest_approach(a_now, b_now, 40, interval));
            expect_as_by_all_pairs(live.approach(), a_now, b_now, interval);
            if (HasFatalFailure()) return;
            known += live.approach().least_m ? 1 : 0;
        }
    }
    EXPECT_GT(known, 200);
}

TEST(live_approach, two_receivers_in_one_car_are_as_near_as_the_sealed_form_says) {
    std::vector<Fix> a = car_by_ublox(), b = car_by_span();
    if (a.empty() || b.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
    mark(a);
    mark(b);
    LiveApproach live(40, std::nullopt);
    std::size_t most = 0;
    add_in_order(a, b, [&](Side side, const Fix& fix) {
        live.add(side, fix);
        most = std::max(most, live.waiting());
    });
    expect_equal(live.approach(), nearest_approach(a, b, 40, std::nullopt));
    EXPECT_LT(*live.approach().least_m, 5);
    // One fix a second: what waits, twice, is what one track has before the other begins or in a gap of it.
    Millis longest = std::abs(a.front().at.ms - b.front().at.ms);
    for (const std::vector<Fix>& track : {a, b}) {
        for (std::size_t i = 1; i < track.size(); ++i) longest = std::max(longest, track[i].at.ms - track[i - 1].at.ms);
    }
    EXPECT_LE(most, 2 * (static_cast<std::size_t>(longest) / 1000 + 3)) << longest;
    a.resize(300);
    b.resize(300);
    expect_as_by_all_pairs(nearest_approach(a, b, 40, std::nullopt), a, b, std::nullopt);
}

TEST(live_approach, fixes_that_wait_are_bounded_and_in_the_order_of_time_nothing_is_lost) {
    // One is silent for an hour before it begins and for another in between.
    std::vector<Fix> a, b;
    for (int i = 0; i < 10'000; ++i) b.push_back(fix_at(nine + i * 1000, {0.1 * i, 0}));
    for (int i = 3600; i < 3700; ++i) a.push_back(fix_at(nine + i * 1000, {300, 0}));
    for (int i = 7300; i < 9000; ++i) a.push_back(fix_at(nine + i * 1000, {700, 0}));
    mark(a);
    mark(b);
    LiveApproach live(40, std::nullopt, 200);
    add_in_order(a, b, [&](Side side, const Fix& fix) {
        live.add(side, fix);
        ASSERT_LE(live.waiting(), 4 * 200U);
    });
    expect_equal(live.approach(), nearest_approach(a, b, 40, std::nullopt));
    EXPECT_GT(live.approach().near_ms, 0);
    // Late, it misses what gave way, and nothing is made up.
    LiveApproach late(40, std::nullopt, 200);
    for (const Fix& fix : b) late.add(Side::b, fix);
    for (const Fix& fix : a) late.add(Side::a, fix);
    EXPECT_LT(late.approach().observed, live.approach().observed);
}

}  // namespace
}  // namespace ningyi::track
