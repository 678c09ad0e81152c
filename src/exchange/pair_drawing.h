// SPDX-License-Identifier: Apache-2.0
// Two tracks on one clock: where both were, and how far apart they were at each moment once the other one is shifted by
// a lag and, if it runs backwards, turned round. What is not known is drawn as not known: no line crosses a gap. SVG
// without styles, scripts or absolute coordinates; classes are those of drawing_style().
#pragma once

#include <string>
#include <vector>

#include "base/zone.h"
#include "exchange/track_drawing.h"

namespace ningyi::exchange {

struct PairScene {
    Trace subject;             // its times are the clock of the drawing
    Trace other;               // as it was recorded
    Millis lag = 0;            // added to the times of the other; 0 for what happened at the same time
    bool is_reversed = false;  // the other is run backwards between its first and its last fix, then shifted
    double threshold_m = 0;    // the distance that counts; 0: none
    double moving_m_s = 0.8;   // only time in which both are faster counts; 0: all time counts
    model::Label place_label;  // of the traces' places, when they have some
};

// The distance between the two while both are known, on the subject's clock.
struct DistancePiece {
    Instant from, to;
    double start_m = 0, least_m = 0, end_m = 0;
    Instant least_at;
    bool is_counted = false;  // both move
};
// In order, disjoint: at most 120 s each.
std::vector<DistancePiece> distances(const PairScene& scene);

// The fixes of the other on the subject's clock, turned round if it is reversed; those that no comparison uses are
// left out.
std::vector<track::Fix> aligned_fixes(const PairScene& scene);

// Empty when there is nothing to draw.
std::string pair_map_drawing(const PairScene& scene);
std::string pair_time_drawing(const PairScene& scene, const Zone& zone);

// "7 天 0:00:05" / "7 days 0:00:05"; with a minus when it is negative.
model::Label lag_words(Millis lag);

}  // namespace ningyi::exchange
