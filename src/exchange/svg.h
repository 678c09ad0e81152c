// SPDX-License-Identifier: Apache-2.0
// Small pieces that drawings of tracks are made of: words in both languages, marks told apart without colour, a time
// axis, and which fixes are joined by a line. No drawing by itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/zone.h"
#include "geo/plane.h"
#include "model/dictionary.h"
#include "track/fix.h"

namespace ningyi::exchange::svg {

// `more`: further classes, each with a space before it.
std::string words(double x, double y, std::string_view anchor, const std::string& zh, const std::string& en,
                  std::string_view more = "");

std::string house(double x, double y, char trace);
// First mark a triangle, second a square, others a diamond.
std::string mark(std::size_t number, double x, double y);
// A fix that is in no line: a cross, or a triangle when the phone flagged it as mock.
std::string aside(const track::Fix& fix, double x, double y);
std::string rectangle(std::string_view classes, double x, double y, double wide, double high);

std::string metres_text(double metres);                   // "50 m", "1.2 km"
double nice_below(double x);                              // the 1-2-5 number at or below x, at least 1
std::string clock_text(Instant at, const Zone& zone);     // "09:05"
std::string day_and_clock(Instant at, const Zone& zone);  // "11-16 09:05"
model::Label minutes_words(Millis length);                // "28 分钟" / "28 min"; seconds below two minutes

// Where times lie on a drawing.
struct TimeFrame {
    Interval span;  // with a length
    double left = 0, right = 0, top = 0, high = 0;
    double x(Instant at) const {
        return left + (right - left) * static_cast<double>(at.ms - span.from.ms) / static_cast<double>(span.length());
    }
    double bottom() const { return top + high; }
};
// Lines at full times of day, and their labels under the frame.
std::string time_axis(const TimeFrame& frame, const Zone& zone);
// A hatched band with its length, as far as there is room; nothing for less than half a point.
std::string gap_band(const TimeFrame& frame, Interval gap, std::string_view zh = "未知",
                     std::string_view en = "unknown");
// Distance 0 stands at the bottom; root scale: near matters most, and far away still fits.
double distance_y(const TimeFrame& frame, double metres, double farthest_m);
std::string distance_axis(const TimeFrame& frame, double farthest_m);

// A map of local metres. `wide` and `high` in points.
struct MapFrame {
    geo::Plane plane;
    double wide = 360, high = 280;
    double scale = 1, middle_east = 0, middle_north = 0;
    double x(geo::Place place) const { return wide / 2 + (plane.offset(place).east - middle_east) * scale; }
    double y(geo::Place place) const { return high / 2 - (plane.offset(place).north - middle_north) * scale; }
};
struct Box {
    double west = 0, east = 0, south = 0, north = 0;
    void add(geo::Offset at, double around = 0);
};
MapFrame map_frame(const geo::Plane& plane, const Box& box);
// Scale bar and north.
std::string map_scale(const MapFrame& frame);

// Two fixes further apart in time are not joined.
constexpr Millis longest_step = 120 * seconds_ms;

bool has_place(const track::Fix& fix);
// Claims a place at a believable time; the rest of those with a place are drawn as set aside.
bool is_in_line(const track::Fix& fix);
// Runs of fixes that follow each other closely, thinned so that about `most` remain; ends of runs are kept.
std::vector<std::vector<const track::Fix*>> runs(const std::vector<track::Fix>& fixes, std::size_t most);
// Fixes with a place that are in no line, thinned evenly to about `most`.
std::vector<const track::Fix*> set_aside(const std::vector<track::Fix>& fixes, std::size_t most);

}  // namespace ningyi::exchange::svg
