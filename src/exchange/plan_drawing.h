// SPDX-License-Identifier: Apache-2.0
// What was planned for a day against where the track stayed: one row a planned visit with its band, the stays near its
// place as bars on it, the stays at no planned place on a row of their own, silence hatched across. SVG as in
// track_drawing.h.
#pragma once

#include <string>
#include <vector>

#include "base/zone.h"
#include "exchange/track_drawing.h"
#include "track/compare/plan.h"

namespace ningyi::exchange {

struct PlanScene {
    struct Visit {
        std::string name;
        track::PlannedVisit planned;
    };
    std::vector<Visit> visits;
    std::vector<track::Fix> fixes;  // by time, marked
};

// Empty when nothing was planned. At most 24 visits are drawn, the earliest.
std::string plan_drawing(const PlanScene& scene, const Zone& zone);

}  // namespace ningyi::exchange
