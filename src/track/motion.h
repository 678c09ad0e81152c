// SPDX-License-Identifier: Apache-2.0
// Two tracks as motion: the stretches of time in which both are interpolated, each with the place of one as seen from
// the other. Positions are interpolated linearly across at most two minutes.  (tracks.md §7)
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "geo/plane.h"
#include "track/fix.h"

namespace ningyi::track {

// Both move in a straight line from `from` to `to`.
struct JointPiece {
    Millis from = 0;
    Millis to = 0;
    geo::Offset start;     // of b as seen from a, metres, at `from`
    geo::Offset velocity;  // of b as seen from a, m/s
    double speed_a_m_s = 0;
    double speed_b_m_s = 0;
    double sigma_m = 0;  // of the difference, one axis: the wider ends of both
    double seconds() const { return static_cast<double>(to - from) / 1000; }
};

// In order, disjoint. Fixes with one of `left_out` are passed over. REQUIRES: both ordered by time.
std::vector<JointPiece> joint_pieces(std::span<const Fix> a, std::span<const Fix> b, std::uint32_t left_out,
                                     std::optional<Interval> interval);

// The least distance in a piece and when it is, in seconds from its start.
struct Nearest {
    double distance_m = 0;
    double seconds = 0;
};
Nearest nearest(const JointPiece& piece);

// Seconds of the piece in which the distance is at most `limit_m`.
double seconds_within(const JointPiece& piece, double limit_m);

double squared_distance_at(const JointPiece& piece, double seconds);

}  // namespace ningyi::track
