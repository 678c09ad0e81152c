// SPDX-License-Identifier: Apache-2.0
#include "track/live/motion.h"

#include <algorithm>
#include <cmath>

#include "track/reading.h"

namespace ningyi::track {

std::optional<LiveJointPieces::Stretch> LiveJointPieces::first_stretch(std::deque<Spot>& spots) const {
    while (spots.size() > 1) {
        const Spot& from = spots[0];
        const Spot& to = spots[1];
        if (to.at > from.at && to.at.ms - from.at.ms <= interpolated_gap_ms) {
            const geo::Offset start = plane_->offset(from.place);
            const geo::Offset end = plane_->offset(to.place);
            const double seconds = static_cast<double>(to.at.ms - from.at.ms) / 1000;
            const double sigma = std::max(from.sigma_m, to.sigma_m);
            return Stretch{from.at.ms,
                           to.at.ms,
                           start,
                           {(end.east - start.east) / seconds, (end.north - start.north) / seconds},
                           sigma * sigma};
        }
        spots.pop_front();
    }
    return std::nullopt;
}

void LiveJointPieces::join(const Stretch& a, const Stretch& b, std::vector<JointPiece>& pieces) const {
    Millis from = std::max(a.from, b.from);
    Millis to = std::min(a.to, b.to);
    if (interval_) {
        from = std::max(from, interval_->from.ms);
        to = std::min(to, interval_->to.ms);
    }
    if (from >= to) return;
    const auto place_at = [from](const Stretch& stretch) {
        const double seconds = static_cast<double>(from - stretch.from) / 1000;
        return geo::Offset{stretch.start.east + stretch.velocity.east * seconds,
                           stretch.start.north + stretch.velocity.north * seconds};
    };
    const geo::Offset at_a = place_at(a);
    const geo::Offset at_b = place_at(b);
    JointPiece piece;
    piece.from = from;
    piece.to = to;
    piece.start = {at_b.east - at_a.east, at_b.north - at_a.north};
    piece.velocity = {b.velocity.east - a.velocity.east, b.velocity.north - a.velocity.north};
    piece.speed_a_m_s = geo::length(a.velocity);
    piece.speed_b_m_s = geo::length(b.velocity);
    piece.sigma_m = std::sqrt(a.variance + b.variance);
    pieces.push_back(piece);
}

void LiveJointPieces::add(Side side, const Fix& fix, std::vector<JointPiece>& pieces) {
    if ((fix.marks & left_out_) != 0) return;
    if (side == Side::a && !plane_) plane_.emplace(fix.place);
    std::deque<Spot>& own = side == Side::a ? a_ : b_;
    std::optional<Stretch>& own_stretch = side == Side::a ? stretch_a_ : stretch_b_;
    own.push_back({fix.at, fix.place, sigma_mm(fix) / 1000});
    // What ended before the other track goes on joins nothing of what will come.
    const std::deque<Spot>& other = side == Side::a ? b_ : a_;
    while (!other.empty() && own.size() > 1 && own[1].at <= other.front().at) {
        own.pop_front();
        own_stretch.reset();
    }
    if (own.size() > most_) {
        own.pop_front();
        own_stretch.reset();
        ++given_way_;
    }
    if (!plane_) return;
    for (;;) {
        if (!stretch_a_) stretch_a_ = first_stretch(a_);
        if (!stretch_b_) stretch_b_ = first_stretch(b_);
        if (!stretch_a_ || !stretch_b_) return;
        join(*stretch_a_, *stretch_b_, pieces);
        if (stretch_a_->to <= stretch_b_->to) {
            stretch_a_.reset();
            a_.pop_front();
        } else {
            stretch_b_.reset();
            b_.pop_front();
        }
    }
}

}  // namespace ningyi::track
