// SPDX-License-Identifier: Apache-2.0
// Elementary functions made of + − × ÷ √ alone, within 2 units in the last place. The C library's may change from one
// version to the next; whatever reaches a finding must not.  (tracks.md §1.9)
#pragma once

namespace ningyi::geo::real {

constexpr double pi = 0x1.921fb54442d18p+1;
constexpr double radians_per_degree = pi / 180;

// 0 below −708 (the denormal range is not used), infinity above 709.
double exp(double x);

// Natural logarithm; −infinity for 0, NaN below 0. Denormal arguments count as 0.
double log(double x);

// REQUIRES: |x| ≤ 2^20 (a NaN comes back as a NaN).
double sin(double x);
double cos(double x);

// The angle of (x, y) in [−π, π]; 0 for (0, 0).
double atan2(double y, double x);

// 1 − erf(x), with full relative precision in the upper tail.
double erfc(double x);

// Probability that a standard normal variable is at most z.
double normal_cdf(double z);

// Its density.
double normal_density(double z);

}  // namespace ningyi::geo::real
