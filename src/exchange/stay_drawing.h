// SPDX-License-Identifier: Apache-2.0
// The noise of a position at rest: the fixes of one stay around their centre with the accuracy they state, and each
// error against the one before it. A receiver's errors hang together (the second picture is a slope); invented ones do
// not (it is a cloud). SVG as in track_drawing.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exchange/track_drawing.h"

namespace ningyi::exchange {

struct StayScene {
    std::vector<track::Fix> fixes;        // of one stay, by time
    std::optional<std::int64_t> rho_ppm;  // of the axis whose errors hang together less; nothing: not known
};

// The satellite fixes of the stay of `fixes` that has most of them; empty when there is no stay.
std::vector<track::Fix> longest_stay(const std::vector<track::Fix>& fixes);

// Empty for fewer than three fixes.
std::string stay_drawing(const StayScene& scene);

}  // namespace ningyi::exchange
