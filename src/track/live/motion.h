// SPDX-License-Identifier: Apache-2.0
// Two tracks as motion (motion.h), live: the stretches in which both are interpolated, as soon as both are known. One
// track may run ahead of the other; its fixes wait.
//
// joint_pieces() is this fold without a bound, so the pieces are the same to the last bit, whichever of the two is
// heard first. With the bound, more than `most_waiting` fixes of one track do not wait for the other: the oldest gives
// way and is counted. Nothing is lost by it while both come in the order of their time, at most 34 fixes a second each:
// what is interpolated ends after two minutes. A track that comes later than that may miss pieces at its beginning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "geo/plane.h"
#include "track/fix.h"
#include "track/motion.h"

namespace ningyi::track {

enum class Side : std::uint8_t { a, b };

class LiveJointPieces {
public:
    static constexpr std::size_t most_waiting = 4096;
    static constexpr std::size_t without_bound = std::numeric_limits<std::size_t>::max();

    // Fixes with one of `left_out` are passed over.
    LiveJointPieces(std::uint32_t left_out, std::optional<Interval> interval, std::size_t most = most_waiting)
        : left_out_(left_out), interval_(interval), most_(most) {}

    // The next fix of one of both; the pieces that it makes known are put behind `pieces`. REQUIRES: each track in
    // order.
    void add(Side side, const Fix& fix, std::vector<JointPiece>& pieces);

    std::size_t waiting() const { return a_.size() + b_.size(); }
    std::int64_t given_way() const { return given_way_; }

private:
    struct Spot {
        Instant at;
        geo::Place place;
        double sigma_m = 0;
    };
    // One straight stretch of one track.
    struct Stretch {
        Millis from = 0;
        Millis to = 0;
        geo::Offset start;     // on the map
        geo::Offset velocity;  // m/s
        double variance = 0;   // m², one axis, of the wider end
    };
    // The front is where the stretch not yet used up begins.
    std::optional<Stretch> first_stretch(std::deque<Spot>& spots) const;
    void join(const Stretch& a, const Stretch& b, std::vector<JointPiece>& pieces) const;

    std::uint32_t left_out_;
    std::optional<Interval> interval_;
    std::size_t most_;
    std::optional<geo::Plane> plane_;  // around the first fix of a
    std::deque<Spot> a_, b_;
    std::optional<Stretch> stretch_a_, stretch_b_;  // the first of each, when there is one
    std::int64_t given_way_ = 0;
};

// Gives `add` the fixes of both tracks in the order of their time, so that little waits. REQUIRES: both in order.
template <typename Add>
void add_in_order(std::span<const Fix> a, std::span<const Fix> b, const Add& add) {
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() || j < b.size()) {
        if (j == b.size() || (i < a.size() && a[i].at <= b[j].at)) {
            add(Side::a, a[i++]);
        } else {
            add(Side::b, b[j++]);
        }
    }
}

}  // namespace ningyi::track
