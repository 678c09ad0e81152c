// SPDX-License-Identifier: Apache-2.0
// C3, live form: the stay that is open, and each one that ended, while fixes arrive. For fixes in order they are the
// stays of the sealed form (stay.h).  (tracks.md §8, §11)
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "geo/plane.h"
#include "track/fix.h"
#include "track/stay.h"

namespace ningyi::track {

class LiveStays {
public:
    explicit LiveStays(const StayRule& rule = {}) : rule_(rule) {}

    // The next fix, marked, and the stay that it ends. REQUIRES: in order.
    std::optional<Stay> add(const Fix& fix);

    // The open stay as it is; nothing before it has lasted long enough.
    std::optional<Stay> open() const;
    bool is_open() const { return sums_.fixes() > 0; }

    // Fixes of the open stay, or the last ones of those used with which one may begin.
    std::size_t fixes() const { return is_open() ? sums_.fixes() : kept_.size(); }

    // Fixes kept because a stay may begin with one of them: those of the last minutes, and no more than `most_kept`.
    // Beyond, the oldest is no beginning any more.
    static constexpr std::size_t most_kept = 4096;

private:
    bool is_near(const Fix& from, const Fix& to) const;
    void start_again();

    StayRule rule_;
    std::optional<geo::Plane> plane_;  // around the first fix
    std::deque<Fix> kept_;             // from the first that may begin a stay; the front alone once it is one
    StaySums sums_;                    // of the open stay
    Instant last_;                     // time of its last fix
};

}  // namespace ningyi::track
