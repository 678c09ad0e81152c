// SPDX-License-Identifier: Apache-2.0
#include "track/compare/approach.h"

#include "geo/plane.h"
#include "track/live/approach.h"
#include "track/reading.h"

namespace ningyi::track {

Approach nearest_approach(std::span<const Fix> a, std::span<const Fix> b, double within_m,
                          std::optional<Interval> interval) {
    LiveApproach both(within_m, interval, LiveJointPieces::without_bound);
    add_in_order(a, b, [&both](Side side, const Fix& fix) { both.add(side, fix); });
    return both.approach();
}

Measurement approach(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.approach");
    if (!reading.is_complete()) return reading.nothing();
    const std::span<const Fix> a = reading.track("track");
    const std::span<const Fix> b = reading.track("other");
    const double within_m = static_cast<double>(reading.number("within")) / 1000;
    const Approach found = nearest_approach(a, b, within_m, reading.interval("interval"));

    Writing writing("track.approach");
    writing.fact("observed", found.observed);
    writing.fact("span", found.span);
    writing.fact("near", geo::rounded(found.near_ms));
    if (found.least_m) {
        writing.fact("min", geo::rounded(*found.least_m * 1000));
        writing.fact("at", found.at.ms);
    }
    if (found.least_low_m) writing.fact("min_low", geo::rounded(*found.least_low_m * 1000));
    if (a.empty() || b.empty()) writing.limit(limit_no_track);
    const bool is_observed = found.span > 0 && found.observed * 10 >= found.span * 8;
    if (!is_observed) writing.limit(limit_low_coverage);
    const bool is_doubtful = has_doubtful_datum(a) || has_doubtful_datum(b);
    if (is_doubtful) writing.limit(limit_datum_suspect);
    if (has_mark(a, mark_poor) || has_mark(b, mark_poor)) writing.limit(limit_poor_accuracy);

    if (found.least_m && found.least_high_m <= within_m) {
        writing.verdict(Verdict::supported, 3);  // outside the 95 % error: odds of 20 to 1
    } else if (found.least_m && *found.least_low_m > within_m && is_observed && !is_doubtful) {
        writing.verdict(Verdict::contradicted, 3);
    }
    return writing.measurement();
}

}  // namespace ningyi::track
