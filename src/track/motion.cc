// SPDX-License-Identifier: Apache-2.0
#include "track/motion.h"

#include <algorithm>
#include <cmath>

#include "track/reading.h"

namespace ningyi::track {
namespace {

// One straight stretch of one track.
struct Stretch {
    Millis from = 0;
    Millis to = 0;
    geo::Offset start;     // on the map
    geo::Offset velocity;  // m/s
    double variance = 0;   // m², one axis, of the wider end
};

std::vector<Stretch> stretches(std::span<const Fix> track, std::uint32_t left_out, const geo::Plane& plane) {
    std::vector<Stretch> result;
    const Fix* before = nullptr;
    for (const Fix& fix : track) {
        if ((fix.marks & left_out) != 0) continue;
        if (before != nullptr && fix.at > before->at && fix.at.ms - before->at.ms <= interpolated_gap_ms) {
            const geo::Offset start = plane.offset(before->place);
            const geo::Offset end = plane.offset(fix.place);
            const double seconds = static_cast<double>(fix.at.ms - before->at.ms) / 1000;
            const double sigma = std::max(sigma_mm(*before), sigma_mm(fix)) / 1000;
            result.push_back({before->at.ms,
                              fix.at.ms,
                              start,
                              {(end.east - start.east) / seconds, (end.north - start.north) / seconds},
                              sigma * sigma});
        }
        before = &fix;
    }
    return result;
}

geo::Offset place_at(const Stretch& stretch, Millis at) {
    const double seconds = static_cast<double>(at - stretch.from) / 1000;
    return {stretch.start.east + stretch.velocity.east * seconds,
            stretch.start.north + stretch.velocity.north * seconds};
}

}  // namespace

std::vector<JointPiece> joint_pieces(std::span<const Fix> a, std::span<const Fix> b, std::uint32_t left_out,
                                     std::optional<Interval> interval) {
    std::vector<JointPiece> pieces;
    const auto first = std::find_if(a.begin(), a.end(), [&](const Fix& fix) { return (fix.marks & left_out) == 0; });
    if (first == a.end()) return pieces;
    const geo::Plane plane(first->place);
    const std::vector<Stretch> of_a = stretches(a, left_out, plane);
    const std::vector<Stretch> of_b = stretches(b, left_out, plane);
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < of_a.size() && j < of_b.size()) {
        Millis from = std::max(of_a[i].from, of_b[j].from);
        Millis to = std::min(of_a[i].to, of_b[j].to);
        if (interval) {
            from = std::max(from, interval->from.ms);
            to = std::min(to, interval->to.ms);
        }
        if (from < to) {
            const geo::Offset at_a = place_at(of_a[i], from);
            const geo::Offset at_b = place_at(of_b[j], from);
            JointPiece piece;
            piece.from = from;
            piece.to = to;
            piece.start = {at_b.east - at_a.east, at_b.north - at_a.north};
            piece.velocity = {of_b[j].velocity.east - of_a[i].velocity.east,
                              of_b[j].velocity.north - of_a[i].velocity.north};
            piece.speed_a_m_s = geo::length(of_a[i].velocity);
            piece.speed_b_m_s = geo::length(of_b[j].velocity);
            piece.sigma_m = std::sqrt(of_a[i].variance + of_b[j].variance);
            pieces.push_back(piece);
        }
        if (of_a[i].to <= of_b[j].to) {
            ++i;
        } else {
            ++j;
        }
    }
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
