// SPDX-License-Identifier: Apache-2.0
// C1: one fix against a circle. The claim is that the fix was taken there. A contradiction needs the whole 95 % circle
// outside, never a small probability, which a wide error gives too.  (tracks.md §8)
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "geo/place.h"
#include "track/fix.h"
#include "track/measure.h"

namespace ningyi::track {

// Probability that the true place lies within `radius` of the centre, when the fix lies `distance` from it with a
// normal error of `sigma` on each axis: the distribution of a non-central χ² with 2 degrees of freedom. All in one
// unit. REQUIRES: distance ≥ 0, radius > 0, sigma > 0. Error at most 1e-11 for distance ≤ 20 sigma, 9e-7 beyond.
double probability_inside(double distance, double radius, double sigma);

struct Inside {
    double probability = 0;
    double distance_mm = 0;
    double sigma_mm = 0;
    double least_mm = 0;  // distance, less the 95 % error
    Verdict verdict = Verdict::insufficient;
    double nats = 0;
};

// C1 of one fix, live and sealed alike. Nothing for a fix without a place. REQUIRES: radius_mm > 0.
std::optional<Inside> inside_of(const Fix& fix, geo::Place place, std::int64_t radius_mm);

// track.inside
Measurement inside(std::span<const Argument> arguments);

}  // namespace ningyi::track
