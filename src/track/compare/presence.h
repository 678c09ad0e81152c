// SPDX-License-Identifier: Apache-2.0
// C2: a track against a place over an interval. Presence is a two-state Markov chain seen through noisy fixes, smoothed
// forward and backward; what was not seen is possible, never absent. The claim is presence for the whole interval.
// (tracks.md §8)
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "geo/place.h"
#include "track/fix.h"
#include "track/measure.h"

namespace ningyi::track {

struct PresenceModel {
    double leave_per_s = 1.0 / 3600;  // a visit lasts about an hour,
    double enter_per_s = 1.0 / 7200;  // the time between visits longer
    double stray = 0.02;              // share of fixes that say nothing
    double forget_s = 300;            // fixes of one place are correlated for minutes
    double repeat_weight = 0.05;      // most that a repeated coordinate may count, for each minute since the last fix
    Millis observed_step_ms = 600 * seconds_ms;
    double unseen_speed_m_s = 40;  // that two things may have come nearer while nothing was seen
    double sure = 0.9;
    double possible = 0.1;
};

struct PresenceTimes {
    Millis claimed = 0;
    double expected = 0;  // ms of observed time, weighted by probability
    Millis sure = 0, possible = 0, out = 0, observed = 0, unobserved = 0;
    std::optional<Instant> enter_low, enter_high, exit_low, exit_high;  // probability crossing 0.1 and 0.9
    double evidence_for = 0, evidence_against = 0;                      // nats, both ≥ 0
    std::int64_t flips = 0;                                             // changes between in (> 0.9) and out (≤ 0.1)
    std::int64_t used = 0, seen = 0;                                    // fixes inside the interval
    std::uint32_t marks = 0;                                            // of the fixes inside the interval
    bool has_doubtful_datum = false;
    std::vector<Interval> sure_spans;  // in order, disjoint
};

// One fix as the chain sees it.
struct Evidence {
    Millis at = 0;
    double weight = 0;  // nats for being inside
    double away_s = 0;  // seconds of travel that surely lie between the fix and the circle
};

// Probability of being inside at each piece of evidence, given all of it. REQUIRES: ordered by time.
std::vector<double> smoothed(std::span<const Evidence> evidence, const PresenceModel& model);

// REQUIRES: `track` as mark() leaves it; 0 < radius_mm. The fixes used are those of the interval, ten minutes either
// side, and the next one beyond.
PresenceTimes presence_times(std::span<const Fix> track, geo::Place place, double radius_mm, Interval interval,
                             const PresenceModel& model = {});

// track.presence
Measurement presence(std::span<const Argument> arguments);

}  // namespace ningyi::track
