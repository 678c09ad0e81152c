// SPDX-License-Identifier: Apache-2.0
// C5, live form: how near two moving points have come, while fixes of both arrive.  (tracks.md §8, §11)
//
// Against the sealed form, for each track in order: equal to the last bit for what is known of both, whichever is heard
// first, for nearest_approach() is this fold without a bound. With the bound of live/motion.h a track that comes more
// than two minutes late, or more than 34 fixes a second, may miss pieces. What is kept: the fixes of one track that
// wait for the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "track/compare/approach.h"
#include "track/fix.h"
#include "track/live/motion.h"

namespace ningyi::track {

class LiveApproach {
public:
    LiveApproach(double within_m, std::optional<Interval> interval, std::size_t most = LiveJointPieces::most_waiting);

    // The next fix of one of both, marked. REQUIRES: each track in order.
    void add(Side side, const Fix& fix);

    Approach approach() const;

    std::size_t waiting() const { return good_.waiting() + all_.waiting(); }

private:
    struct Span {
        std::optional<Instant> first;
        Instant last;
    };
    double within_m_;
    std::optional<Interval> interval_;
    LiveJointPieces good_;  // without poor fixes and outliers
    LiveJointPieces all_;
    std::vector<JointPiece> pieces_;  // of one fix; kept for its room
    Span a_, b_;
    Approach sums_;
};

}  // namespace ningyi::track
