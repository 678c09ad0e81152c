// SPDX-License-Identifier: Apache-2.0
// The limit that the shape kernels are compared with: anti-diagonals of doubles, compiled for the machine the benchmark
// runs on, without any check.
#pragma once

#include <vector>

#include "geo/plane.h"

namespace ningyi::bench {

double limit_frechet(const std::vector<geo::Offset>& a, const std::vector<geo::Offset>& b);
double limit_dtw(const std::vector<geo::Offset>& a, const std::vector<geo::Offset>& b);
bool limit_is_within(const std::vector<geo::Offset>& a, const std::vector<geo::Offset>& b, double limit_m);

}  // namespace ningyi::bench
