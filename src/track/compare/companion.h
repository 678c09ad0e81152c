// SPDX-License-Identifier: Apache-2.0
// C6, sealed form: two phones, one pocket. The claim is that the two tracks are two people moving on their own.
// Standing together is not a finding, moving together is.  (tracks.md §8)
#pragma once

#include <span>

#include "track/fix.h"
#include "track/measure.h"

namespace ningyi::track {

// Fixes with one of these say nothing about company.
constexpr std::uint32_t marks_without_company = marks_without_place | marks_of_time | mark_poor | mark_jump;

struct Company {
    double moving_ms = 0;    // both interpolated and both moving, and not by noise in a stay (C3)
    double together_ms = 0;  // of that, within the distance
    double path_m = 0;       // travelled in that time, mean of both
    double nats = 0;         // for one pocket; samples thinned to 30 s
    Millis common = 0;       // both interpolated
};

Company company(std::span<const Fix> a, std::span<const Fix> b, double within_m, double moving_m_s);

// track.companion
Measurement companion(std::span<const Argument> arguments);

}  // namespace ningyi::track
