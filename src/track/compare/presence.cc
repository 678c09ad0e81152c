// SPDX-License-Identifier: Apache-2.0
#include "track/compare/presence.h"

#include <algorithm>
#include <utility>

#include "track/compare/presence_chain.h"
#include "track/live/presence.h"
#include "track/reading.h"

namespace ningyi::track {
namespace {

// The fixes that matter to the interval: those of it, ten minutes either side, and the next used one beyond.
std::span<const Fix> fixes_around(std::span<const Fix> track, Interval interval, Millis margin) {
    const std::span<const Fix> middle =
        fixes_within(track, Interval{Instant{interval.from.ms - margin}, Instant{interval.to.ms + margin}});
    std::size_t first = static_cast<std::size_t>(middle.data() - track.data());
    std::size_t last = first + middle.size();
    while (first > 0) {
        --first;
        if (is_evidence(track[first])) break;
    }
    while (last < track.size()) {
        ++last;
        if (is_evidence(track[last - 1])) break;
    }
    return track.subspan(first, last - first);
}

}  // namespace

std::vector<double> smoothed(std::span<const Evidence> evidence, const PresenceModel& model) {
    const std::size_t n = evidence.size();
    std::vector<double> result(n);
    if (n == 0) return result;
    std::vector<ChainState> filtered(n);
    Chain chain(model);
    filtered[0] = chain.first(evidence[0].weight);
    for (std::size_t i = 1; i < n; ++i) {
        filtered[i] = chain.next(filtered[i - 1], evidence[i].at - evidence[i - 1].at, evidence[i].weight);
    }
    ChainState later = filtered[n - 1];
    result[n - 1] = later.in;
    for (std::size_t i = n - 1; i > 0; --i) {
        later = chain.back(filtered[i - 1], filtered[i].forgotten, later);
        result[i - 1] = later.in;
    }
    return result;
}

PresenceTimes presence_times(std::span<const Fix> track, geo::Place place, double radius_mm, Interval interval,
                             const PresenceModel& model) {
    const std::span<const Fix> around = fixes_around(track, interval, model.observed_step_ms);
    LivePresence whole(place, radius_mm, interval, model, std::nullopt);
    whole.expect(around.size());
    for (const Fix& fix : around) whole.add(fix);
    return std::move(whole).times();
}

Measurement presence(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.presence");
    if (!reading.is_complete()) return reading.nothing();
    Writing writing("track.presence");
    const std::int64_t radius_mm = reading.number("radius");
    const Interval interval = *reading.interval("interval");
    if (radius_mm <= 0 || interval.length() == 0) {
        writing.limit(limit_no_track);
        return writing.measurement();
    }
    const PresenceTimes times =
        presence_times(reading.track("track"), reading.place("place"), static_cast<double>(radius_mm), interval);
    writing.fact("claimed", times.claimed);
    writing.fact("expected", geo::rounded(times.expected));
    writing.fact("sure", times.sure);
    writing.fact("possible", times.possible);
    writing.fact("out", times.out);
    writing.fact("observed", times.observed);
    writing.fact("unobserved", times.unobserved);
    if (times.enter_low) writing.fact("enter_lo", times.enter_low->ms);
    if (times.enter_high) writing.fact("enter_hi", times.enter_high->ms);
    if (times.exit_low) writing.fact("exit_lo", times.exit_low->ms);
    if (times.exit_high) writing.fact("exit_hi", times.exit_high->ms);
    writing.fact("for", mnat_of(times.evidence_for));
    writing.fact("against", mnat_of(times.evidence_against));
    writing.fact("flips", times.flips);
    writing.fact("used", times.used);
    writing.fact("seen", times.seen);

    if (times.seen == 0)
        writing.limit(limit_no_track);
    else if (times.used < 3)
        writing.limit(limit_few_fixes);
    if (times.observed * 2 < times.claimed) writing.limit(limit_low_coverage);
    if ((times.marks & mark_poor) != 0) writing.limit(limit_poor_accuracy);
    if ((times.marks & mark_clock) != 0) writing.limit(limit_clock_step);
    if (times.has_doubtful_datum) writing.limit(limit_datum_suspect);

    if (writing.has_limit(limit_clock_step)) return writing.measurement();
    if (times.possible * 2 < times.claimed) {
        if (!times.has_doubtful_datum) writing.verdict(Verdict::contradicted, times.evidence_against);
    } else if (times.sure * 10 >= times.claimed * 8) {
        writing.verdict(Verdict::supported, times.evidence_for);
    }
    return writing.measurement();
}

}  // namespace ningyi::track
