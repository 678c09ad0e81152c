// SPDX-License-Identifier: Apache-2.0
// C8: successive fixes against physics. The claim is that the track is one body's. A jump counts only when two further
// fixes agree with the landing place and the fix before the start agrees with the start; a single fix off the way is an
// outlier, not a finding.  (tracks.md §8)
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "geo/plane.h"
#include "track/fix.h"
#include "track/measure.h"

namespace ningyi::track {

constexpr std::int64_t road_speed_mm_s = 45'000;  // above any road speed in a district

struct Jump {
    Instant at;               // of the landing fix
    std::size_t landing = 0;  // index in the track
    double speed_mm_s = 0;    // least speed that explains it
    double nats = 0;          // z²/2 with z = (d − limit · Δt) / σ, at most 10
};

struct Leaps {
    std::vector<Jump> jumps;            // confirmed, in order of time
    std::vector<std::size_t> outliers;  // fixes that no other confirms
    double speed_max_mm_s = 0;          // least speed needed by any step that is not to or from an outlier
    std::size_t used = 0;
    Millis observed = 0;  // time in steps of at most 120 s
};

// C8 as a fold, two fixes late: a step is judged when the two after it are known.
class LiveLeaps {
public:
    explicit LiveLeaps(double limit_mm_s) : limit_m_s_(limit_mm_s / 1000) {}

    // The next fix of a track; `index`: its position there. Fixes without a place and those with a clock step are left
    // out. REQUIRES: in order.
    void add(const Fix& fix, std::size_t index);

    // No more fixes come: judges the last two as they stand.
    void end();

    const Leaps& found() const { return found_; }

    // Fixes before this position will not be outliers any more, unless they are already.
    std::size_t settled() const { return reference_ ? reference_->index : 0; }

private:
    struct Spot {
        geo::Place place;
        Instant at;
        std::size_t index = 0;
        double sigma_m = 0;
    };
    struct Step;

    void judge(const Spot& fix, std::size_t waiting);
    Step step_between(const Spot& a, const Spot& b) const;
    bool agrees(std::size_t waiting, const Spot& start, const Spot& landing) const;
    bool is_stray(const Spot& before, const Spot& start, const Spot& landing) const;

    double limit_m_s_;
    Leaps found_;
    std::optional<geo::Plane> plane_;  // around the first fix
    std::optional<Spot> reference_;    // the last fix that is no outlier
    std::optional<Spot> previous_;     // and the one before it; the same when there is none
    std::size_t support_ = 1;          // how many fixes in a row agree with it, itself included
    std::optional<Instant> last_at_;   // of the last fix judged
    std::array<Spot, 3> waiting_{};    // not judged yet, in order
    std::size_t waiting_count_ = 0;
};

// REQUIRES: `track` ordered by time. Fixes without a place and those with a clock step are left out.
Leaps leaps(std::span<const Fix> track, double limit_mm_s);

// track.teleport
Measurement teleport(std::span<const Argument> arguments);

}  // namespace ningyi::track
