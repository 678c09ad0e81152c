// SPDX-License-Identifier: Apache-2.0
// C13: how much two lines resemble each other, by every measure that others use. Values for search and explanation:
// they see sampling before behaviour, so none of them is ever a verdict.  (tracks.md §8)
//
// Points are metres on one map (geo/plane.h). The fast kernels (discrete Fréchet and dynamic time warping) work on
// whole millimetres, whose differences are exact; a distance is then rounded to a float once (1e-7 of it), minima and
// maxima add no error, and sums are kept in double. All else is computed in double.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "geo/plane.h"
#include "track/fix.h"
#include "track/measure.h"

namespace ningyi::track {

using Line = std::span<const geo::Offset>;

// Which instructions the fast kernels use; both give the same bits.
enum class Kernel : std::uint8_t { widest, plain };

// The following REQUIRE at least one point on each side.

// The largest distance of two points that walk along both lines from point to point, never back, at best.
double discrete_frechet_m(Line a, Line b, Kernel kernel = Kernel::widest);
// Whether that is at most `limit_m`; leaves off as soon as no walk is left.
bool is_within_discrete_frechet(Line a, Line b, double limit_m, Kernel kernel = Kernel::widest);

// The same along the lines themselves, not only their points (Alt and Godau 1995).
bool is_within_frechet(Line a, Line b, double limit_m);
// The least whole number of millimetres within which they are, to a micrometre.
std::int64_t frechet_mm(Line a, Line b);

// The least sum of distances over all such walks.
double dtw_m(Line a, Line b, Kernel kernel = Kernel::widest);

// The distance of the point of `a` that is farthest from every point (or from the line) of `b`.
double directed_hausdorff_points_m(Line a, Line b);
double directed_hausdorff_segments_m(Line a, Line b);
double hausdorff_points_m(Line a, Line b);
double hausdorff_segments_m(Line a, Line b);
// The mean, over both directions, of the mean distance to the nearest point.
double average_hausdorff_m(Line a, Line b);
// The same to the line: symmetrised segment-path distance.
double sspd_m(Line a, Line b);

// The most points that can be paired in order, pairs nearer than `within_m`.
std::int64_t lcss_length(Line a, Line b, double within_m);
double lcss_distance(Line a, Line b, double within_m);  // 1 − length / the fewer points
// The fewest points to put in, take out or replace, over the more points (Chen 2005; some programs take points out at
// the beginning for nothing).
double edr(Line a, Line b, double within_m);
// The least sum of distances where a point may also be paired with the gap point.
double erp_m(Line a, Line b, geo::Offset gap);

// Distances of `b`, interpolated, from `a` at the times of the fixes of `a`. Nothing where both are never known.
struct Synchronous {
    double p50_m = 0, p90_m = 0, p99_m = 0, max_m = 0;
    std::int64_t fixes = 0;
};
std::optional<Synchronous> synchronous_distance(std::span<const Fix> a, std::span<const Fix> b);

// track.shape: arguments track, other, interval (optional), within (of LCSS and EDR). Facts only: the verdict is always
// `insufficient`. Tracks of more than 3000 usable fixes get the synchronous facts alone, and the limit `crowded`.
Measurement shape(std::span<const Argument> arguments);

}  // namespace ningyi::track
