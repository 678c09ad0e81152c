// SPDX-License-Identifier: Apache-2.0
#include "track/motion.h"

#include <algorithm>
#include <cmath>

#include "track/live/motion.h"

namespace ningyi::track {

std::vector<JointPiece> joint_pieces(std::span<const Fix> a, std::span<const Fix> b, std::uint32_t left_out,
                                     std::optional<Interval> interval) {
    std::vector<JointPiece> pieces;
    LiveJointPieces both(left_out, interval, LiveJointPieces::without_bound);
    add_in_order(a, b, [&](Side side, const Fix& fix) { both.add(side, fix, pieces); });
    return pieces;
}

double squared_distance_at(const JointPiece& piece, double seconds) {
    return geo::squared_length(
        {piece.start.east + piece.velocity.east * seconds, piece.start.north + piece.velocity.north * seconds});
}

Nearest nearest(const JointPiece& piece) {
    const double square = geo::squared_length(piece.velocity);
    const double approach = -(piece.start.east * piece.velocity.east + piece.start.north * piece.velocity.north);
    const double seconds = square > 0 ? std::clamp(approach / square, 0.0, piece.seconds()) : 0;
    return {std::sqrt(squared_distance_at(piece, seconds)), seconds};
}

double seconds_within(const JointPiece& piece, double limit_m) {
    // |start + velocity · t|² ≤ limit² is a quadratic in t.
    const double square = geo::squared_length(piece.velocity);
    const double half = piece.start.east * piece.velocity.east + piece.start.north * piece.velocity.north;
    const double rest = geo::squared_length(piece.start) - limit_m * limit_m;
    if (square == 0) return rest <= 0 ? piece.seconds() : 0;
    const double discriminant = half * half - square * rest;
    if (discriminant < 0) return 0;
    const double root = std::sqrt(discriminant);
    const double first = std::max(0.0, (-half - root) / square);
    const double last = std::min(piece.seconds(), (-half + root) / square);
    return std::max(0.0, last - first);
}

}  // namespace ningyi::track
