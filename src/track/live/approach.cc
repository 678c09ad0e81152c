// SPDX-License-Identifier: Apache-2.0
#include "track/live/approach.h"

#include <algorithm>

#include "geo/real.h"

namespace ningyi::track {

LiveApproach::LiveApproach(double within_m, std::optional<Interval> interval, std::size_t most)
    : within_m_(within_m),
      interval_(interval),
      good_(marks_without_place | mark_poor | mark_jump, interval, most),
      all_(marks_without_place, interval, most) {}

void LiveApproach::add(Side side, const Fix& fix) {
    Span& span = side == Side::a ? a_ : b_;
    if (!span.first) span.first = fix.at;
    span.last = fix.at;
    pieces_.clear();
    good_.add(side, fix, pieces_);
    for (const JointPiece& piece : pieces_) {
        const Nearest least = nearest(piece);
        const double high = least.distance_m + sigmas_95 * piece.sigma_m;
        sums_.least_high_m = sums_.least_m ? std::min(sums_.least_high_m, high) : high;
        if (!sums_.least_m || least.distance_m < *sums_.least_m) {
            sums_.least_m = least.distance_m;
            sums_.at = Instant{piece.from + geo::rounded(least.seconds * 1000)};
        }
        sums_.near_ms += seconds_within(piece, within_m_) * 1000;
        sums_.observed += piece.to - piece.from;
    }
    // A poor fix cannot support, but it can keep a contradiction away: a wider error must never accuse.
    pieces_.clear();
    all_.add(side, fix, pieces_);
    for (const JointPiece& piece : pieces_) {
        const double low = std::max(0.0, nearest(piece).distance_m - sigmas_95 * piece.sigma_m);
        sums_.least_low_m = sums_.least_low_m ? std::min(*sums_.least_low_m, low) : low;
    }
}

Approach LiveApproach::approach() const {
    Approach result = sums_;
    if (interval_) {
        result.span = interval_->length();
    } else if (a_.first && b_.first) {
        const Millis from = std::max(a_.first->ms, b_.first->ms);
        result.span = std::max<Millis>(0, std::min(a_.last.ms, b_.last.ms) - from);
    }
    return result;
}

}  // namespace ningyi::track
