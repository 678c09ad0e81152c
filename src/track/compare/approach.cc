// SPDX-License-Identifier: Apache-2.0
#include "track/compare/approach.h"

#include <algorithm>

#include "geo/plane.h"
#include "track/motion.h"
#include "track/reading.h"

namespace ningyi::track {

Approach nearest_approach(std::span<const Fix> a, std::span<const Fix> b, double within_m,
                          std::optional<Interval> interval) {
    Approach result;
    if (interval) {
        result.span = interval->length();
    } else if (!a.empty() && !b.empty()) {
        const Millis from = std::max(a.front().at.ms, b.front().at.ms);
        const Millis to = std::min(a.back().at.ms, b.back().at.ms);
        result.span = std::max<Millis>(0, to - from);
    }
    for (const JointPiece& piece : joint_pieces(a, b, marks_without_place | mark_poor | mark_jump, interval)) {
        const Nearest least = nearest(piece);
        const double high = least.distance_m + sigmas_95 * piece.sigma_m;
        result.least_high_m = result.least_m ? std::min(result.least_high_m, high) : high;
        if (!result.least_m || least.distance_m < *result.least_m) {
            result.least_m = least.distance_m;
            result.at = Instant{piece.from + geo::rounded(least.seconds * 1000)};
        }
        result.near_ms += seconds_within(piece, within_m) * 1000;
        result.observed += piece.to - piece.from;
    }
    // A poor fix cannot support, but it can keep a contradiction away: a wider error must never accuse.
    for (const JointPiece& piece : joint_pieces(a, b, marks_without_place, interval)) {
        const double low = std::max(0.0, nearest(piece).distance_m - sigmas_95 * piece.sigma_m);
        result.least_low_m = result.least_low_m ? std::min(*result.least_low_m, low) : low;
    }
    return result;
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
