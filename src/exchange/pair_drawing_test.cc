// SPDX-License-Identifier: Apache-2.0
#include "exchange/pair_drawing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "exchange/plan_drawing.h"
#include "exchange/stay_drawing.h"
#include "exchange/svg.h"
#include "geo/plane.h"
#include "track/clean.h"
#include "track/compare/companion.h"
#include "track/compare/replay.h"

namespace ningyi::exchange {
namespace {

using track::Fix;

constexpr Millis week = 7 * days_ms;

Instant at(std::string_view time) {
    return *parse_instant("2026-03-09T" + std::string(time) + "+08:00");
}

Fix fix(Instant when, double east, double north) {
    const geo::Plane plane(geo::place_of_degrees(31.8, 119.95));
    Fix one = track::fix_received(when, plane.place({.east = east, .north = north}), geo::Datum::wgs84);
    one.accuracy_mm = 8'000;
    one.level = track::Level::p68;
    one.provider = track::Provider::gnss;
    return one;
}

// A walk of `minutes` with turns and a rest of five minutes in the middle; some metres of error that repeat nowhere.
std::vector<Fix> walk(Instant from, int minutes, double error_m) {
    std::vector<Fix> fixes;
    double east = 0, north = 0;
    for (int i = 0; i <= minutes * 12; ++i) {
        const bool rests = i > minutes * 5 && i < minutes * 5 + 60;
        const double speed = rests ? 0 : 1.1 + 0.5 * std::sin(i * 0.07);
        const double course = 0.9 * std::sin(i * 0.013) + 0.4 * std::sin(i * 0.003);
        east += speed * 5 * std::cos(course);
        north += speed * 5 * std::sin(course);
        fixes.push_back(fix(Instant{from.ms + i * 5 * seconds_ms}, east + error_m * std::sin(i * 1.7),
                            north + error_m * std::cos(i * 2.3)));
    }
    return fixes;
}

std::vector<Fix> shifted(std::vector<Fix> fixes, Millis by) {
    for (Fix& one : fixes) one.at = Instant{one.at.ms + by};
    return fixes;
}

std::vector<Fix> backwards(const std::vector<Fix>& fixes) {
    std::vector<Fix> result(fixes.rbegin(), fixes.rend());
    for (Fix& one : result) one.at = Instant{fixes.front().at.ms + fixes.back().at.ms - one.at.ms};
    return result;
}

PairScene scene_of(std::vector<Fix> subject, std::vector<Fix> other) {
    PairScene scene;
    scene.subject.name = "W2";
    scene.other.name = "W1";
    scene.subject.fixes = std::move(subject);
    scene.other.fixes = std::move(other);
    scene.threshold_m = 8;
    return scene;
}

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t n = 0;
    for (std::size_t i = text.find(part); i != std::string::npos; i = text.find(part, i + 1)) ++n;
    return n;
}

// The `d` of every path of that class, one after another.
std::string paths(const std::string& svg, const std::string& classes) {
    std::string all;
    const std::string head = "<path class=\"" + classes + "\" d=\"";
    for (std::size_t i = svg.find(head); i != std::string::npos; i = svg.find(head, i + 1)) {
        const std::size_t from = i + head.size();
        all += svg.substr(from, svg.find('"', from) - from);
    }
    return all;
}

TEST(pair_drawing, the_shift_of_a_copy_is_named_and_its_own_time_has_a_clock) {
    PairScene scene = scene_of(walk(at("09:00:05"), 40, 2), shifted(walk(at("09:00:00"), 40, 2), -week));
    const auto found = track::synchrony(scene.subject.fixes, scene.other.fixes);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->lag, week + 5 * seconds_ms);
    scene.lag = found->lag;
    const std::string svg = pair_time_drawing(scene, Zone::china());
    EXPECT_NE(svg.find("对照轨迹整体平移 7 天 0:00:05"), std::string::npos);
    EXPECT_NE(svg.find("the other track is shifted by 7 days 0:00:05"), std::string::npos);
    EXPECT_NE(svg.find("03-02 09:"), std::string::npos) << "the other's own day";
    EXPECT_EQ(svg.find("倒放"), std::string::npos);
    EXPECT_NE(svg.find("界限 8 m"), std::string::npos);
    EXPECT_EQ(count(svg, "class=\"matched within\""), 1U);
}

TEST(pair_drawing, what_is_drawn_is_what_was_compared) {
    for (const bool is_reversed : {false, true}) {
        std::vector<Fix> other = shifted(walk(at("09:00:00"), 40, 3), -week);
        if (is_reversed) other = backwards(other);
        PairScene scene = scene_of(walk(at("09:00:05"), 40, 2), other);
        const auto found = track::synchrony(scene.subject.fixes, scene.other.fixes);
        ASSERT_TRUE(found) << is_reversed;
        EXPECT_EQ(found->is_reversed, is_reversed);
        scene.lag = found->lag;
        scene.is_reversed = found->is_reversed;
        std::vector<double> middles;
        for (const DistancePiece& piece : distances(scene)) {
            if (piece.is_counted) middles.push_back((piece.start_m + piece.end_m) / 2);
        }
        ASSERT_GT(middles.size(), 100U);
        std::sort(middles.begin(), middles.end());
        EXPECT_NEAR(middles[middles.size() / 2], found->median_m, 0.8) << is_reversed;
    }
}

TEST(pair_drawing, a_track_run_backwards_is_drawn_backwards_and_said_to_be) {
    const std::vector<Fix> way = walk(at("09:00:00"), 30, 2);
    PairScene scene = scene_of(way, shifted(backwards(way), -week));
    scene.lag = week;
    scene.is_reversed = true;
    for (const DistancePiece& piece : distances(scene)) ASSERT_LT(piece.end_m, 0.1);
    const std::string svg = pair_time_drawing(scene, Zone::china());
    EXPECT_NE(svg.find("并倒放"), std::string::npos);
    EXPECT_NE(svg.find("played backwards"), std::string::npos);
    EXPECT_NE(pair_map_drawing(scene).find("B 倒放"), std::string::npos);
    const std::size_t early = svg.find("03-02 09:27"), late = svg.find("03-02 09:02");
    ASSERT_NE(early, std::string::npos) << svg;
    ASSERT_NE(late, std::string::npos) << svg;
    EXPECT_LT(early, late) << "its clock runs down";

    scene.is_reversed = false;
    double farthest = 0;
    for (const DistancePiece& piece : distances(scene)) farthest = std::max(farthest, piece.end_m);
    EXPECT_GT(farthest, 500) << "not turned round, the two have little in common";
}

TEST(pair_drawing, no_line_crosses_a_gap_of_either_track) {
    std::vector<Fix> subject = walk(at("09:00:00"), 40, 2), other = walk(at("09:00:00"), 40, 3);
    std::erase_if(subject, [](const Fix& one) { return one.at > at("09:08:00") && one.at < at("09:14:00"); });
    std::erase_if(other, [](const Fix& one) { return one.at > at("09:25:00") && one.at < at("09:31:00"); });
    PairScene scene = scene_of(subject, other);
    scene.moving_m_s = 0;  // all of it counts
    const std::vector<DistancePiece> pieces = distances(scene);
    for (const DistancePiece& piece : pieces) {
        EXPECT_FALSE(piece.from < at("09:13:00") && at("09:09:00") < piece.to);
        EXPECT_FALSE(piece.from < at("09:30:00") && at("09:26:00") < piece.to);
    }
    const std::string svg = pair_time_drawing(scene, Zone::china());
    EXPECT_EQ(count(paths(svg, "distance counted"), "M"), 3U);
    EXPECT_NE(svg.find("A 无定位 6 分钟"), std::string::npos);
    EXPECT_NE(svg.find("B 无定位 6 分钟"), std::string::npos);
    EXPECT_EQ(count(svg, "B 时刻"), 0U) << "one clock is enough when nothing is shifted";
    const std::string map = pair_map_drawing(scene);
    EXPECT_EQ(count(paths(map, "path a"), "M"), 2U);
    EXPECT_EQ(count(paths(map, "path b"), "M"), 2U);
}

TEST(pair_drawing, only_time_in_which_both_move_counts) {
    const std::vector<Fix> way = walk(at("09:00:00"), 40, 0);
    PairScene scene = scene_of(way, shifted(way, 0));
    scene.threshold_m = 50;
    const track::Company company = track::company(scene.subject.fixes, scene.other.fixes, 50, scene.moving_m_s);
    double counted_ms = 0;
    for (const DistancePiece& piece : distances(scene)) {
        if (piece.is_counted) counted_ms += static_cast<double>(piece.to.ms - piece.from.ms);
    }
    EXPECT_DOUBLE_EQ(counted_ms, company.moving_ms);
    EXPECT_LT(counted_ms, 36.0 * minutes_ms);
}

TEST(pair_drawing, a_day_of_fixes_a_second_apart_stays_small) {
    std::vector<Fix> subject, other;
    for (int i = 0; i < 86'400; ++i) {
        subject.push_back(fix(Instant{at("00:00:00").ms + i * seconds_ms}, 3 * std::sin(i * 0.9), i * 0.9));
        other.push_back(fix(Instant{at("00:00:00").ms + i * seconds_ms}, 30 * std::sin(i * 0.7), i * 0.9));
    }
    const PairScene scene = scene_of(subject, other);
    EXPECT_LT(pair_time_drawing(scene, Zone::china()).size(), 40'000U);
    EXPECT_LT(pair_map_drawing(scene).size(), 20'000U);
}

TEST(pair_drawing, without_one_of_the_tracks_there_is_no_distance) {
    EXPECT_EQ(pair_time_drawing(scene_of(walk(at("09:00:00"), 10, 0), {}), Zone::china()), "");
    EXPECT_EQ(pair_map_drawing(scene_of({}, {})), "");
}

TEST(lag_words, days_and_clock_with_a_sign) {
    EXPECT_EQ(lag_words(week + 5 * seconds_ms).zh, "7 天 0:00:05");
    EXPECT_EQ(lag_words(-(days_ms + hours_ms + 250)).en, "−1 day 1:00:00.25");
    EXPECT_EQ(lag_words(90 * minutes_ms).zh, "1:30:00");
}

TEST(stay_drawing, the_correlation_and_the_accuracy_stand_beside_the_points) {
    std::vector<Fix> fixes;
    for (int i = 0; i < 200; ++i) fixes.push_back(fix(Instant{at("09:00:00").ms + i * 2 * seconds_ms}, i % 3, i % 5));
    const std::vector<Fix> stay = longest_stay(fixes);
    EXPECT_EQ(stay.size(), 200U);
    const std::string svg = stay_drawing({.fixes = stay, .rho_ppm = -120'000});
    EXPECT_NE(svg.find("ρ = -0.12"), std::string::npos);
    EXPECT_NE(svg.find("8 m"), std::string::npos);
    EXPECT_EQ(count(paths(svg, "point"), "M"), 200U + 199U);
    EXPECT_EQ(stay_drawing({.fixes = {}, .rho_ppm = {}}), "");
}

TEST(plan_drawing, a_visit_nobody_made_is_framed_and_a_stay_elsewhere_has_a_row) {
    const geo::Plane plane(geo::place_of_degrees(31.8, 119.95));
    PlanScene scene;
    const auto visit = [&](const char* name, double east, const char* from, const char* to) {
        scene.visits.push_back(
            {name, {.place = plane.place({.east = east, .north = 0}), .interval = {at(from), at(to)}}});
    };
    visit("P1", 0, "09:00:00", "09:30:00");
    visit("P2", 3000, "10:00:00", "10:30:00");
    for (int minute = 0; minute <= 90; ++minute)
        scene.fixes.push_back(fix(Instant{at("09:00:00").ms + minute * minutes_ms}, minute <= 30 ? 0 : 1500, 0));
    const std::string svg = plan_drawing(scene, Zone::china());
    EXPECT_EQ(count(svg, "class=\"visit\""), 2U);
    EXPECT_EQ(count(svg, "class=\"stay\""), 1U);
    EXPECT_EQ(count(svg, "class=\"stay stray\""), 1U);
    EXPECT_EQ(count(svg, "class=\"missed\""), 1U);
    EXPECT_NE(svg.find("P2 10:00"), std::string::npos);
}

TEST(range_drawing, the_farthest_fix_is_named_with_its_distance) {
    Trace trace;
    trace.place = geo::place_of_degrees(31.8, 119.95);
    trace.fixes = {fix(at("09:00:00"), 0, 0), fix(at("10:00:00"), 60'000, 0)};
    const std::string svg = range_drawing(trace, 50'000, {"参照点", "reference"});
    EXPECT_NE(svg.find("60.0 km"), std::string::npos) << svg;
    EXPECT_EQ(count(paths(svg, "path a"), "L"), 0U) << "an hour apart: never joined";
}

}  // namespace
}  // namespace ningyi::exchange
