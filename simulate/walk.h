// SPDX-License-Identifier: Apache-2.0
// What a telephone reports of a way: a fix every few seconds, with noise that is correlated in time, an accuracy radius
// that is honest about it, drops, gaps and outliers. Knows nothing of orders; the way is a list of waypoints.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "simulate/plan.h"

namespace ningyi::simulate {

struct Walk {
    Interval span;     // the first fix is at span.from
    Interval service;  // a basement is silent in it
    Recording recording;
    const std::vector<Waypoint>* path = nullptr;  // not empty
    Signal signal = Signal::plain;
    Platform platform = Platform::android;
    std::uint64_t seed = 0;
};

struct Step {
    Instant at;
    Point point;                 // as reported, but for the outlier
    std::int32_t radius_dm = 0;  // tenths of a metre; 68 % for a telephone's system, 95 % for a browser
    std::int32_t speed_dmps = 0;
    bool is_sent = true;           // false: dropped or silent
    bool is_sign_of_life = false;  // not sent, but the app tells that it lives
};

// A normal variable good to three and a half σ: the sum of four uniforms. No logarithm, no cosine, the same everywhere.
double normal(Random& random);

// One step every `recording.step_ms`, those not sent included: a check-in button asks for its own position.
void walk(const Walk& walk, std::vector<Step>& steps);

}  // namespace ningyi::simulate
