// SPDX-License-Identifier: Apache-2.0
// C12, live form: whether a carer and the wearable of the person cared for are together, while fixes of both arrive.
// The difference of both places is known at a fix of one as soon as the other is heard again; presence
// (live/presence.h) of these differences is smoothed with the same lag. Without a lag and a bound it is the sealed
// form.  (tracks.md §8, §11)
//
// Against the sealed form, for each track in order, whichever is heard first: the differences, `used`, `observed`, the
// evidence and what the wearable says of itself are equal. `expected`, `sure`, `possible` and `out` differ as those of
// LivePresence do: not at all while all differences lie within twice the lag; on walks of two for 80 minutes, fixes of
// 1 to 60 m, `expected` differs by 0.2 % of the interval on the mean and by 3.3 % at worst. What is kept: the
// differences of twice the lag, and at most `most_waiting` fixes of each track that wait for the other; beyond, the
// oldest gives way, and the difference is not known there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>

#include "base/time.h"
#include "geo/plane.h"
#include "track/compare/together.h"
#include "track/fix.h"
#include "track/live/presence.h"

namespace ningyi::track {

class LiveTogether {
public:
    static constexpr std::size_t most_waiting = 4096;
    static constexpr std::size_t without_bound = std::numeric_limits<std::size_t>::max();

    // REQUIRES: 0 < radius_mm.
    LiveTogether(double radius_mm, Interval interval, std::optional<Millis> lag = presence_lag_ms,
                 std::size_t most = most_waiting);

    // The next fix, marked, of the carer or of the wearable. REQUIRES: each track in order.
    void add_own(const Fix& fix);
    void add_worn(const Fix& fix);

    Togetherness togetherness() const;

    std::size_t waiting() const { return own_.fixes.size() + worn_.fixes.size(); }
    std::size_t window() const { return both_.window(); }  // differences kept

private:
    // One track at an instant.
    struct Spot {
        geo::Offset offset;
        double sigma_mm = 0;
        std::uint32_t marks = 0;
        bool is_datum_known = true;
    };
    struct Track {
        std::optional<Fix> before;  // the last that waits no more
        std::deque<Fix> fixes;      // that wait
        std::optional<Instant> last;
    };
    // True if the fix waits for the other track.
    bool takes(Track& track, const Fix& fix);
    void join();
    std::optional<Spot> spot_at(const Track& track, Instant instant) const;
    static void release(Track& track);

    Interval interval_;
    std::size_t most_;
    std::optional<geo::Plane> plane_;  // around the first own fix
    Track own_, worn_;
    std::optional<Fix> first_worn_;  // that it may have moved from
    Togetherness sums_;              // what the wearable says of itself, and how much was seen
    LivePresence both_, at_own_, at_worn_;
};

}  // namespace ningyi::track
