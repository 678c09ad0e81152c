// SPDX-License-Identifier: Apache-2.0
// C11, live form: the noise of satellite fixes at rest, while they arrive. Running sums of the open stay and of those
// that ended.  (tracks.md §8, §11)
//
// Against the sealed form, for fixes in order: equal to the last bit for up to `most_kept` different places, for
// jitter_of() is this fold. Beyond, `distinct` stays at `most_kept`, so that too few are counted, which accuses nobody;
// and a step that differs from `most_kept` others is counted as the next longer one that is known. A stay is looked for
// among at most LiveStays::most_kept fixes: with more than 68 a second it is noticed late, in both forms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_set>

#include "base/time.h"
#include "geo/plane.h"
#include "track/compare/jitter.h"
#include "track/fix.h"
#include "track/live/stay.h"

namespace ningyi::track {

class LiveJitter {
public:
    static constexpr std::size_t most_kept = 65'536;

    // REQUIRES: most ≥ 1.
    explicit LiveJitter(std::size_t most = most_kept);

    // The next fix, marked. REQUIRES: in order.
    void add(const Fix& fix);

    // Of the fixes so far; the open stay counts as it is.
    Jitter jitter() const;

    // Places, steps and fixes kept, the largest number.
    std::size_t kept() const;

private:
    // Of one axis: sums of x, of x² and of the products of neighbours, where x is measured from the first fix.
    struct Axis {
        double sum = 0, squares = 0, products = 0;
        double first = 0, last = 0;
        void add(double x, bool is_first);
    };
    struct Sums {
        std::int64_t fixes = 0;
        std::optional<geo::Plane> plane;  // around the first fix
        Instant last;
        Axis east, north;
    };
    // Around the mean of each stay.
    struct Residuals {
        double squares = 0, products = 0;
        void add(const Axis& axis, std::int64_t fixes);
    };
    struct Total {
        std::int64_t fixes = 0, pairs = 0;
        Residuals east, north;
        void add(const Sums& stay);
    };
    void add_to_stay(const Fix& fix);

    std::size_t most_;
    LiveStays stays_;
    std::deque<Fix> waiting_;  // fixes with which a stay may begin
    Sums open_;
    Total ended_;
    std::unordered_set<std::uint64_t> places_;
    std::map<Millis, std::int64_t> steps_;  // how many of each length
};

}  // namespace ningyi::track
