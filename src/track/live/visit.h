// SPDX-License-Identifier: Apache-2.0
// One running visit: presence, open stay, leaps, evidence of made-up positions and silence, fix by fix, with a bounded
// memory. It feeds the map and notices; the sealed measures decide.  (tracks.md §11)
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.h"
#include "geo/place.h"
#include "track/clean.h"
#include "track/compare/mock.h"
#include "track/compare/teleport.h"
#include "track/fix.h"
#include "track/live/presence.h"
#include "track/live/stay.h"

namespace ningyi::track {

// What is known at an instant.
struct VisitNow {
    PresenceTimes presence;          // up to the end of the interval; what is not seen yet is possible
    std::optional<double> inside;    // probability at the last fix
    std::optional<Millis> late_low;  // so late at least: it grows while nobody comes
    std::optional<Stay> stay;        // the open one
    std::size_t stays = 0;           // that have ended
    Leaps leaps;                     // two fixes late
    MockEvidence mock;               // without what a whole track shows: white noise and copies
    Millis silent = 0;               // since the last fix with a place, or since the begin
    Millis longest_silence = 0;      // of the interval
    std::int64_t late = 0;           // fixes that arrived out of order and are left to the sealed form
};

class LiveVisit {
public:
    // REQUIRES: 0 < radius_mm.
    LiveVisit(geo::Place place, double radius_mm, Interval interval, const PresenceModel& model = {});

    // The next fix of the log. One that is older than another that came before is counted and left out.
    void add(Fix fix);

    VisitNow now(Instant instant) const;

private:
    void release(std::size_t before);

    Interval interval_;
    LiveMarks marks_;
    LivePresence presence_;
    LiveStays stays_;
    std::size_t stays_ended_ = 0;
    LiveLeaps leaps_{road_speed_mm_s};
    MockSums mock_;
    struct Held {
        std::size_t index = 0;
        Fix fix;
    };
    std::deque<Held> held_;  // until it is known whether they are outliers, which stays leave out
    std::size_t next_index_ = 0;
    std::optional<Instant> last_;
    Instant heard_;  // last fix with a place, within the interval
    Millis longest_silence_ = 0;
    std::int64_t late_ = 0;
};

}  // namespace ningyi::track
