// SPDX-License-Identifier: Apache-2.0
#include "track/compare/together.h"

#include <algorithm>

#include "geo/real.h"
#include "track/live/motion.h"
#include "track/live/together.h"
#include "track/reading.h"

namespace ningyi::track {
namespace {

constexpr double least_nats = 3;  // that both sides must hold before anybody is accused
constexpr double least_moved_m = 30;
constexpr std::int64_t least_moving = 3;

}  // namespace

bool Togetherness::is_worn() const {
    return moved_m >= least_moved_m || moving >= least_moving;
}

Togetherness togetherness(std::span<const Fix> track, std::span<const Fix> wearable, double radius_mm,
                          Interval interval) {
    LiveTogether both(radius_mm, interval, std::nullopt, LiveTogether::without_bound);
    // In the order of time, so that little waits.
    add_in_order(track, wearable, [&both](Side side, const Fix& fix) {
        if (side == Side::a) {
            both.add_own(fix);
        } else {
            both.add_worn(fix);
        }
    });
    return both.togetherness();
}

Measurement together(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.together");
    if (!reading.is_complete()) return reading.nothing();
    Writing writing("track.together");
    const std::int64_t radius_mm = reading.number("radius");
    const Interval interval = *reading.interval("interval");
    if (radius_mm <= 0 || interval.length() == 0) {
        writing.limit(limit_no_track);
        return writing.measurement();
    }
    const std::span<const Fix> track = reading.track("track");
    const std::span<const Fix> other = reading.track("other");
    const Togetherness found = togetherness(track, other, static_cast<double>(radius_mm), interval);
    const PresenceTimes& times = found.times;
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
    writing.fact("own", mnat_of(found.own_nats));
    writing.fact("other", mnat_of(found.other_nats));
    writing.fact("moved", geo::rounded(found.moved_m * 1000));
    writing.fact("moving", found.moving);
    writing.fact("charging", found.charging);
    writing.fact("used", times.used);
    writing.fact("seen", found.seen);

    const bool is_one_empty = fixes_within(track, interval).empty() || fixes_within(other, interval).empty();
    if (found.seen == 0)
        writing.limit(limit_no_track);
    else if (is_one_empty)
        writing.limit(limit_one_sided);
    else if (times.used < 3)
        writing.limit(limit_few_fixes);
    if (times.observed * 2 < times.claimed) writing.limit(limit_low_coverage);
    if ((times.marks & mark_poor) != 0) writing.limit(limit_poor_accuracy);
    if ((times.marks & mark_clock) != 0) writing.limit(limit_clock_step);
    if (times.has_doubtful_datum) writing.limit(limit_datum_suspect);
    if (!is_one_empty && !found.is_worn()) writing.limit(limit_wearable_off);

    if (writing.has_limit(limit_clock_step) || !found.is_worn()) return writing.measurement();
    if (times.possible * 2 < times.claimed) {
        const bool have_both_spoken = found.own_nats >= least_nats && found.other_nats >= least_nats;
        if (!have_both_spoken) writing.limit(limit_one_sided);
        if (have_both_spoken && !times.has_doubtful_datum)
            writing.verdict(Verdict::contradicted, times.evidence_against);
    } else if (times.sure * 10 >= times.claimed * 8) {
        writing.verdict(Verdict::supported, times.evidence_for);
    }
    return writing.measurement();
}

}  // namespace ningyi::track
