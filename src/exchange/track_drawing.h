// SPDX-License-Identifier: Apache-2.0
// Two drawings of one subject, or of a pair on one clock: where its track was, in local metres around the place, and
// how far from it over time. What is not known is drawn as not known: no line crosses a gap. SVG without styles,
// scripts or absolute coordinates; classes are those of drawing_style(). Knows nothing of findings or rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/zone.h"
#include "geo/place.h"
#include "model/dictionary.h"
#include "track/fix.h"

namespace ningyi::exchange {

// A position reported by hand, with its time.
struct DrawnMark {
    model::Label label;
    std::optional<geo::Place> place;
    std::optional<Instant> at;
};

struct Trace {
    std::string name;  // of the subject
    std::optional<geo::Place> place;
    std::optional<Interval> claimed;
    std::vector<track::Fix> fixes;  // by time, marked
    std::vector<DrawnMark> marks;
};

struct Scene {
    std::vector<Trace> traces;  // one, or two of a pair
    double radius_m = 0;        // 0: none
    model::Label place_label;   // "住址坐标"
    bool one_track = false;     // both traces of the pair are one carrier's: the first holds all fixes
};

// Empty when there is nothing to draw.
std::string map_drawing(const Scene& scene);
std::string time_drawing(const Scene& scene, const Zone& zone);

// How far from a place the track went: the place with the limit around it, every fix, and the farthest one with its
// distance. Empty when the trace has no place or no fix.
std::string range_drawing(const Trace& trace, double limit_m, const model::Label& place_label);

// A page that holds drawings has this style (no tags; it sets the colours too) and, once, these hidden definitions.
// Words stand in both languages: `data-lang` of <html> chooses, "en" or else Chinese.
std::string_view drawing_style();
std::string_view drawing_definitions();

// One sign and what it means, for a legend; and those of every drawing of tracks. `is_pair`: there is a second track.
std::string drawing_key(std::string_view drawing, std::string_view zh, std::string_view en);
std::string track_keys(bool is_pair);

}  // namespace ningyi::exchange
