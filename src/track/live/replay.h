// SPDX-License-Identifier: Apache-2.0
// C7 (a), live form: whether the fixes of a track that arrive repeat the steps of an earlier one. The earlier track is
// looked at once; each new fix goes on with the runs that it continues. How well both keep time (C7 b) needs the whole
// track and is left to the sealed form.  (tracks.md §8, §11)
//
// Against the sealed form, for fixes in order: the same run after every fix, for copied_run() is this fold. What is
// kept does not grow with the fixes: the steps of the earlier track, at most one number for each of them, and the last
// eight steps of the new one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/time.h"
#include "geo/plane.h"
#include "track/fix.h"

namespace ningyi::track {

// A step of a track that moves, and the report that it comes from.
struct CopyStep {
    std::int64_t seconds = 0;
    std::int64_t lat_e6 = 0;
    std::int64_t lon_e6 = 0;
    Instant at;
    std::uint32_t device = 0;
};

// The last eight moving steps of a track, with their rolling hash.
class CopyWindow {
public:
    static constexpr std::size_t steps = 8;

    // The next fix, marked; true if it makes a step. Fixes in no geometry, poor ones and outliers are passed over.
    // REQUIRES: in order.
    bool add(const Fix& fix);

    std::size_t count() const { return count_; }   // steps so far
    std::uint64_t hash() const { return hash_; }   // of the window
    const CopyStep& step(std::size_t back) const;  // 0: the last one. REQUIRES: back < steps, back < count()

    // Whether the window is full and not a straight line at one speed, which resembles every other.
    bool is_telling() const;

private:
    std::optional<geo::Plane> plane_;  // around the first fix
    struct Before {
        Instant at;
        geo::Place place;
    };
    std::optional<Before> before_;
    std::array<CopyStep, steps> last_{};  // in a circle
    std::size_t count_ = 0;
    std::uint64_t hash_ = 0;
};

class LiveReplay {
public:
    // REQUIRES: `earlier` as mark() leaves it.
    explicit LiveReplay(std::span<const Fix> earlier);

    // The next fix, marked. REQUIRES: in order.
    void add(const Fix& fix);

    std::int64_t longest_run() const;  // moving fixes, as copied_run() counts them
    std::int64_t run() const;          // the longest of those that go on at the last step

    // Runs that go on; no more than the earlier track has steps.
    std::size_t open() const { return row_.size(); }

private:
    struct Window {
        std::uint64_t hash = 0;
        std::size_t last = 0;  // its last step
    };
    bool is_copy(std::size_t last) const;

    std::vector<CopyStep> earlier_;
    std::vector<Window> windows_;  // the telling ones of the earlier track, by hash
    CopyWindow window_;
    // How many windows in a row end at each step of the earlier track, in its order: at the last step.
    std::vector<std::pair<std::size_t, std::int64_t>> row_;
    std::vector<std::pair<std::size_t, std::int64_t>> next_row_;
    std::int64_t longest_ = 0;
};

}  // namespace ningyi::track
