// SPDX-License-Identifier: Apache-2.0
#include "track/compare/plan.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "geo/plane.h"
#include "track/reading.h"

namespace ningyi::track {
namespace {

// Of one day and one person; more are not told apart by their order.
constexpr std::size_t most_visits = 500;

VisitOutcome visit_outcome(std::span<const Fix> track, const PlannedVisit& visit, const PlanRule& rule) {
    VisitOutcome outcome;
    outcome.times = presence_times(track, visit.place, static_cast<double>(visit.radius_mm), visit.interval);
    const PresenceTimes& times = outcome.times;
    const auto planned = static_cast<double>(times.claimed);
    outcome.ratio_ppm = ppm_of(times.expected / planned);
    outcome.coverage_ppm = ppm_of(static_cast<double>(times.observed) / planned);
    outcome.is_missed = times.possible == 0;
    if (times.enter_low) outcome.late_low = std::max<Millis>(0, times.enter_low->ms - visit.interval.from.ms);
    if (times.enter_high) outcome.late_high = std::max<Millis>(0, times.enter_high->ms - visit.interval.from.ms);
    if (times.exit_high) outcome.early = std::max<Millis>(0, visit.interval.to.ms - times.exit_high->ms);
    if (times.possible * 2 < times.claimed) {
        outcome.verdict = Verdict::contradicted;
    } else if (outcome.coverage_ppm >= 500'000 && outcome.ratio_ppm >= 800'000 &&
               outcome.late_low.value_or(0) <= rule.late) {
        outcome.verdict = Verdict::supported;
    }
    return outcome;
}

// A stay may belong to a place when the 95 % error of its centroid reaches the circle.
bool may_be_at(const Stay& stay, geo::Place place, std::int64_t radius_mm) {
    return geo::distance_m(place, stay.place) * 1000 <= static_cast<double>(radius_mm) + sigmas_95 * stay.sigma_mm;
}

std::optional<std::int64_t> order_tau(std::span<const Stay> stays_found, std::span<const PlannedVisit> plan) {
    std::vector<std::int64_t> planned;
    std::vector<std::int64_t> actual;
    for (const PlannedVisit& visit : plan) {
        const auto stay = std::find_if(stays_found.begin(), stays_found.end(), [&](const Stay& candidate) {
            return may_be_at(candidate, visit.place, visit.radius_mm);
        });
        if (stay == stays_found.end()) continue;
        planned.push_back(visit.interval.from.ms);
        actual.push_back(stay->from.ms);
    }
    const std::optional<double> tau = kendall_tau_b(planned, actual);
    if (!tau) return std::nullopt;
    return ppm_of(*tau);
}

}  // namespace

std::optional<double> kendall_tau_b(std::span<const std::int64_t> a, std::span<const std::int64_t> b) {
    std::int64_t agreeing = 0, pairs_a = 0, pairs_b = 0;
    const std::size_t n = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = i + 1; j < n; ++j) {
            const int order_a = (a[i] < a[j]) - (a[i] > a[j]);
            const int order_b = (b[i] < b[j]) - (b[i] > b[j]);
            agreeing += order_a * order_b;
            pairs_a += order_a != 0;
            pairs_b += order_b != 0;
        }
    }
    if (pairs_a == 0 || pairs_b == 0) return std::nullopt;
    return static_cast<double>(agreeing) / std::sqrt(static_cast<double>(pairs_a) * static_cast<double>(pairs_b));
}

PlanOutcome plan_outcome(std::span<const Fix> track, std::span<const PlannedVisit> plan,
                         std::span<const KnownPlace> known, const PlanRule& rule) {
    PlanOutcome outcome;
    std::span<const Fix> used = track;
    std::vector<Fix> without_steps;
    if (has_mark(track, mark_clock)) {
        std::copy_if(track.begin(), track.end(), std::back_inserter(without_steps),
                     [](const Fix& fix) { return (fix.marks & mark_clock) == 0; });
        used = without_steps;
    }
    if (track.empty()) outcome.limits |= limit_no_track;
    if (used.size() != track.size()) outcome.limits |= limit_clock_step;

    double expected = 0;
    Millis planned = 0, observed = 0;
    bool is_contradicted = false;
    bool is_supported = !plan.empty();
    double against = 0, in_favour = 0;
    for (const PlannedVisit& visit : plan) {
        VisitOutcome found = visit_outcome(used, visit, rule);
        planned += found.times.claimed;
        observed += found.times.observed;
        expected += found.times.expected;
        outcome.missed += found.is_missed ? 1 : 0;
        outcome.late_low = std::max(outcome.late_low, found.late_low.value_or(0));
        if (found.times.has_doubtful_datum) outcome.limits |= limit_datum_suspect;
        if (found.verdict == Verdict::contradicted) {
            is_contradicted = true;
            against = std::max(against, found.times.evidence_against);
        }
        is_supported = is_supported && found.verdict == Verdict::supported;
        in_favour += found.times.evidence_for;
        outcome.visits.push_back(std::move(found));
    }
    if (planned > 0) {
        outcome.ratio_ppm = ppm_of(expected / static_cast<double>(planned));
        outcome.coverage_ppm = ppm_of(static_cast<double>(observed) / static_cast<double>(planned));
    }
    if (outcome.coverage_ppm < 500'000) outcome.limits |= limit_low_coverage;

    const std::vector<Stay> found_stays = stays(used);
    outcome.order_tau_ppm = order_tau(found_stays, plan);
    for (const Stay& stay : found_stays) {
        if (stay.to.ms - stay.from.ms < rule.stray_stay) continue;
        const bool is_planned = std::any_of(plan.begin(), plan.end(), [&](const PlannedVisit& visit) {
            return may_be_at(stay, visit.place, visit.radius_mm);
        });
        const bool is_known = std::any_of(known.begin(), known.end(), [&](const KnownPlace& place) {
            return may_be_at(stay, place.place, place.radius_mm);
        });
        if (!is_planned && !is_known) outcome.strays.push_back(stay);
    }

    if ((outcome.limits & limit_clock_step) != 0) return outcome;
    if (is_contradicted && (outcome.limits & limit_datum_suspect) == 0) {
        outcome.verdict = Verdict::contradicted;
        outcome.strength_mnat = mnat_of(against);
    } else if (is_supported) {
        outcome.verdict = Verdict::supported;
        outcome.strength_mnat = mnat_of(in_favour);
    }
    return outcome;
}

Measurement plan(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.plan");
    if (!reading.is_complete()) return reading.nothing();
    const std::span<const Fix> track = reading.track("track");
    Writing writing("track.plan");
    writing.fact("seen", static_cast<std::int64_t>(track.size()));

    const auto is_possible = [](const PlannedVisit& visit) {
        return visit.radius_mm > 0 && visit.interval.length() > 0;
    };
    const auto is_same = [](const PlannedVisit& a, const PlannedVisit& b) {
        return a.place == b.place && a.interval == b.interval;
    };
    std::vector<PlannedVisit> visits;
    for (const PlannedVisit& visit : reading.visits("visits")) {
        if (is_possible(visit)) visits.push_back(visit);
    }
    if (visits.size() > most_visits) {
        writing.limit(limit_crowded);
        return writing.measurement();
    }
    // The order in which visits were gathered must not show.
    std::sort(visits.begin(), visits.end(), [](const PlannedVisit& a, const PlannedVisit& b) {
        return std::tuple(a.interval.from, a.interval.to, a.place, a.radius_mm) <
               std::tuple(b.interval.from, b.interval.to, b.place, b.radius_mm);
    });
    std::optional<std::size_t> own;
    if (const std::optional<Interval> interval = reading.interval("interval"); interval && reading.has("place")) {
        const PlannedVisit asked{reading.place("place"), reading.number("radius"), *interval};
        if (!is_possible(asked)) {
            writing.limit(limit_no_track);
            return writing.measurement();
        }
        const auto found = std::find_if(visits.begin(), visits.end(),
                                        [&](const PlannedVisit& visit) { return is_same(visit, asked); });
        own = static_cast<std::size_t>(found - visits.begin());
        if (found == visits.end()) visits.push_back(asked);
        visits[*own].radius_mm = asked.radius_mm;
    }
    const PlanOutcome outcome = plan_outcome(track, visits, {});
    writing.limit(outcome.limits & ~limit_low_coverage);
    writing.fact("visits", static_cast<std::int64_t>(visits.size()));
    writing.fact("missed_count", outcome.missed);
    writing.fact("plan_ratio", outcome.ratio_ppm);
    writing.fact("plan_coverage", outcome.coverage_ppm);
    writing.fact("late_worst", outcome.late_low);
    writing.fact("stray", static_cast<std::int64_t>(outcome.strays.size()));
    Millis longest = 0;
    for (const Stay& stay : outcome.strays) longest = std::max(longest, stay.to.ms - stay.from.ms);
    writing.fact("stray_longest", longest);
    if (outcome.order_tau_ppm) writing.fact("order_tau", *outcome.order_tau_ppm);
    if (!own) {
        writing.limit(outcome.limits & limit_low_coverage);
        writing.verdict(outcome.verdict, static_cast<double>(outcome.strength_mnat) / 1000);
        return writing.measurement();
    }

    const VisitOutcome& visit = outcome.visits[*own];
    if (visit.late_low) writing.fact("late_low", *visit.late_low);
    if (visit.late_high) writing.fact("late_high", *visit.late_high);
    if (visit.early) writing.fact("early", *visit.early);
    writing.fact("ratio", visit.ratio_ppm);
    writing.fact("coverage", visit.coverage_ppm);
    writing.fact("missed", visit.is_missed ? 1 : 0);
    if (visit.coverage_ppm < 500'000) writing.limit(limit_low_coverage);
    if ((outcome.limits & limit_clock_step) != 0) return writing.measurement();
    if (visit.verdict == Verdict::contradicted) {
        if (!visit.times.has_doubtful_datum) writing.verdict(visit.verdict, visit.times.evidence_against);
    } else if (visit.verdict == Verdict::supported) {
        writing.verdict(visit.verdict, visit.times.evidence_for);
    }
    return writing.measurement();
}

}  // namespace ningyi::track
