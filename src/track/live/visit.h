// SPDX-License-Identifier: Apache-2.0
// One running visit: presence, open stay, leaps, noise, evidence of made-up positions and silence, fix by fix, with a
// bounded memory; with a second track also how near both came and whether they are together. It feeds the map and
// notices; the sealed measures decide.  (tracks.md §11)
//
// What looks at outliers (stay, noise, approach, together) leaves out the last fixes until it is known whether they are
// some: two fixes as a rule, at most 32. Of the fixes before them it says what the live form of each measure says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.h"
#include "geo/place.h"
#include "track/clean.h"
#include "track/compare/inside.h"
#include "track/compare/mock.h"
#include "track/compare/teleport.h"
#include "track/fix.h"
#include "track/live/approach.h"
#include "track/live/jitter.h"
#include "track/live/presence.h"
#include "track/live/stay.h"
#include "track/live/together.h"

namespace ningyi::track {

// What a second track is compared for.
struct SecondTrack {
    double within_mm = 0;  // C5
    double radius_mm = 0;  // C12, above 0
};

// What is known at an instant.
struct VisitNow {
    std::optional<Inside> last;            // C1 of the last fix, if it has a place
    PresenceTimes presence;                // up to the end of the interval; what is not seen yet is possible
    std::optional<double> inside;          // probability at the last fix
    std::optional<Millis> late_low;        // so late at least: it grows while nobody comes
    std::optional<Stay> stay;              // the open one
    std::size_t stays = 0;                 // that have ended
    Leaps leaps;                           // two fixes late
    Jitter jitter;                         // of the interval
    MockEvidence mock;                     // without copies, for which an earlier track is needed (live/replay.h)
    Millis silent = 0;                     // since the last fix with a place, or since the begin
    Millis longest_silence = 0;            // of the interval
    std::int64_t late = 0;                 // fixes that arrived out of order and are left to the sealed form
    std::size_t held = 0;                  // last fixes that may be outliers yet
    std::optional<Approach> approach;      // of both tracks, within the interval
    std::optional<Togetherness> together;  // the second track is the wearable
    std::size_t other_held = 0;
};

class LiveVisit {
public:
    // REQUIRES: 0 < radius_mm.
    LiveVisit(geo::Place place, double radius_mm, Interval interval, const PresenceModel& model = {},
              const std::optional<SecondTrack>& second = std::nullopt);

    // The next fix of the log. One that is older than another that came before is counted and left out.
    void add(Fix fix);

    // The same of the second track; passed over when nothing is asked of it.
    void add_other(Fix fix);

    VisitNow now(Instant instant) const;

private:
    // One track as it arrives.
    class Arrivals {
    public:
        // Marks the fix and holds it; false if it is late.
        bool take(Fix& fix);
        // The next fix of which it is known whether it is an outlier.
        std::optional<Fix> next();
        const Leaps& leaps() const { return leaps_.found(); }
        std::size_t held() const { return held_.size(); }
        std::optional<Instant> last() const { return last_; }
        std::int64_t late() const { return late_; }

    private:
        struct Held {
            std::size_t index = 0;
            Fix fix;
        };
        LiveMarks marks_;
        LiveLeaps leaps_{road_speed_mm_s};
        std::deque<Held> held_;
        std::size_t next_index_ = 0;
        std::optional<Instant> last_;
        std::int64_t late_ = 0;
    };

    geo::Place place_;
    double radius_mm_;
    Interval interval_;
    Arrivals own_;
    Arrivals other_;
    std::optional<Fix> last_;
    LivePresence presence_;
    LiveStays stays_;
    std::size_t stays_ended_ = 0;
    LiveJitter jitter_;
    MockSums mock_;
    Instant heard_;  // last fix with a place, within the interval
    Millis longest_silence_ = 0;
    std::optional<LiveApproach> approach_;
    std::optional<LiveTogether> together_;
};

}  // namespace ningyi::track
