// SPDX-License-Identifier: Apache-2.0
// C4: planned against actual. The claim is that the planned visits took place. Built on presence (C2) for the times and
// on stays (C3) for the order of visits and for stops at places nobody planned.  (tracks.md §8)
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "geo/place.h"
#include "track/compare/presence.h"
#include "track/fix.h"
#include "track/measure.h"
#include "track/stay.h"

namespace ningyi::track {

struct PlannedVisit {
    geo::Place place;
    std::int64_t radius_mm = 100'000;
    Interval interval;
};

struct KnownPlace {
    geo::Place place;
    std::int64_t radius_mm = 100'000;
};

struct PlanRule {
    Millis late = 15 * minutes_ms;
    Millis stray_stay = 15 * minutes_ms;
};

struct VisitOutcome {
    PresenceTimes times;
    std::optional<Millis> late_low;   // at least this late,
    std::optional<Millis> late_high;  // at most (nothing when never surely there)
    std::optional<Millis> early;      // left at least this early
    std::int64_t ratio_ppm = 0;       // expected / planned
    std::int64_t coverage_ppm = 0;    // observed / planned
    bool is_missed = false;           // at no instant possible
    Verdict verdict = Verdict::insufficient;
};

struct PlanOutcome {
    Verdict verdict = Verdict::insufficient;
    std::int64_t strength_mnat = 0;
    std::uint32_t limits = 0;
    std::vector<VisitOutcome> visits;  // in the order of the plan
    std::int64_t missed = 0;
    std::int64_t ratio_ppm = 0;  // of all visits
    std::int64_t coverage_ppm = 0;
    Millis late_low = 0;                        // the worst
    std::optional<std::int64_t> order_tau_ppm;  // Kendall τ_b of planned and actual order; nothing for fewer than 2
    std::vector<Stay> strays;                   // stays at no planned or listed place
};

// REQUIRES: `track` as mark() leaves it; planned intervals with a length. O(n + visits · (stays + visits)).
PlanOutcome plan_outcome(std::span<const Fix> track, std::span<const PlannedVisit> plan,
                         std::span<const KnownPlace> known, const PlanRule& rule = {});

// Kendall's τ_b of paired values; nothing when either side is all ties.
std::optional<double> kendall_tau_b(std::span<const std::int64_t> a, std::span<const std::int64_t> b);

// track.plan: arguments track, visits (the plan of the day, gathered), and the visit asked about: place, interval,
// radius. Facts of that visit: late_low, late_high, early, ratio, coverage, missed (0 or 1); of all of them and it:
// visits, missed_count, plan_ratio, plan_coverage, late_worst, stray and stray_longest (stays of 15 minutes and more at
// no place of the plan), order_tau. The verdict is that of the visit asked about, of the whole plan without one.
Measurement plan(std::span<const Argument> arguments);

}  // namespace ningyi::track
