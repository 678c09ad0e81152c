// SPDX-License-Identifier: Apache-2.0
#include "exchange/track_drawing.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "exchange/test_gardens.h"

namespace ningyi::exchange {
namespace {

using fixture::at;
using fixture::point;

TEST(track_drawing, silence_is_hatched_and_no_line_crosses_it) {
    Scene scene;
    Trace trace;
    trace.name = "V1";
    trace.place = point(0, 0);
    trace.claimed = Interval{at("09:00"), at("10:00")};
    for (const int minute : {0, 1, 2, 30, 31}) {
        track::Fix fix =
            track::fix_received(Instant{at("09:00").ms + minute * minutes_ms}, point(minute, 0), geo::Datum::wgs84);
        fix.accuracy_mm = 10'000;
        trace.fixes.push_back(fix);
    }
    scene.traces.push_back(trace);
    scene.radius_m = 100;
    const auto count = [](const std::string& text, std::string_view part) {
        std::size_t n = 0;
        for (std::size_t i = text.find(part); i != std::string::npos; i = text.find(part, i + 1)) ++n;
        return n;
    };
    const std::string time = time_drawing(scene, Zone::china());
    EXPECT_EQ(count(time, "class=\"line a\""), 2U);
    EXPECT_EQ(count(time, "class=\"gap\""), 2U);
    EXPECT_NE(time.find("未知 28 分钟"), std::string::npos);
    const std::string map = map_drawing(scene);
    const std::size_t path = map.find("class=\"path a\" d=\"");
    ASSERT_NE(path, std::string::npos);
    EXPECT_EQ(count(map.substr(path, map.find("/>", path) - path), "M"), 2U);
}

TEST(track_drawing, a_phone_that_is_on_without_a_position_is_seen_inside_the_gap) {
    Scene scene;
    Trace trace;
    trace.name = "V1";
    trace.place = point(0, 0);
    trace.claimed = Interval{at("09:00"), at("10:00")};
    for (const int minute : {0, 1, 30, 31}) {
        track::Fix fix =
            track::fix_received(Instant{at("09:00").ms + minute * minutes_ms}, point(minute, 0), geo::Datum::wgs84);
        fix.accuracy_mm = 10'000;
        trace.fixes.push_back(fix);
    }
    for (const int minute : {10, 11, 12}) {
        track::Fix fix = track::fix_received(Instant{at("09:00").ms + minute * minutes_ms}, {}, geo::Datum::wgs84);
        fix.flags |= track::flag_not_positioned;
        fix.marks |= track::mark_invalid;
        trace.fixes.insert(trace.fixes.end() - 2, fix);
    }
    scene.traces.push_back(trace);
    const std::string time = time_drawing(scene, Zone::china());
    EXPECT_NE(time.find("未知 29 分钟"), std::string::npos) << "a sign of life is no position";
    const std::size_t alive = time.find("class=\"alive a\" d=\"");
    ASSERT_NE(alive, std::string::npos);
    const std::string strokes = time.substr(alive, time.find("/>", alive) - alive);
    EXPECT_EQ(std::count(strokes.begin(), strokes.end(), 'M'), 3);
}

}  // namespace
}  // namespace ningyi::exchange
