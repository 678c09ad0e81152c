// SPDX-License-Identifier: Apache-2.0
#include "track/compare/teleport.h"

#include <algorithm>
#include <cmath>

#include "geo/plane.h"
#include "track/reading.h"

namespace ningyi::track {
namespace {

constexpr double most_nats = 10;

// One step between two fixes: how far at least, and how long.
struct Step {
    double distance_m = 0;
    double low_m = 0;    // what is left of it beyond the 95 % error of both ends
    double sigma_m = 0;  // of the difference, one axis
    double seconds = 1;  // at least 1
    bool is_within(double limit_m_s) const { return low_m <= limit_m_s * seconds; }
};

Step step_between(const geo::Plane& plane, const Fix& a, const Fix& b) {
    const double sigma_a = sigma_mm(a) / 1000;
    const double sigma_b = sigma_mm(b) / 1000;
    Step step;
    step.sigma_m = std::sqrt(sigma_a * sigma_a + sigma_b * sigma_b);
    step.distance_m = geo::length(plane.between(a.place, b.place));
    step.low_m = std::max(0.0, step.distance_m - sigmas_95 * step.sigma_m);
    step.seconds = std::max(1.0, static_cast<double>(b.at.ms - a.at.ms) / 1000);
    return step;
}

}  // namespace

Leaps leaps(std::span<const Fix> track, double limit_mm_s) {
    Leaps result;
    std::vector<std::size_t> used;
    used.reserve(track.size());
    for (std::size_t i = 0; i < track.size(); ++i) {
        if ((track[i].marks & (marks_without_place | mark_clock)) == 0) used.push_back(i);
    }
    result.used = used.size();
    if (used.empty()) return result;
    const geo::Plane plane(track[used.front()].place);
    const double limit_m_s = limit_mm_s / 1000;

    // A fix agrees with a landing when it can be reached from there and lies nearer to it than to the start.
    const auto agrees = [&](std::size_t further, const Fix& start, const Fix& landing) {
        if (further >= used.size()) return false;
        const Fix& fix = track[used[further]];
        return step_between(plane, landing, fix).is_within(limit_m_s) &&
               geo::squared_length(plane.between(landing.place, fix.place)) <
                   geo::squared_length(plane.between(start.place, fix.place));
    };

    // One stray fix may be reached slowly enough, after a fix that was missed, and still be left too fast. It is the
    // stray when what came before it reaches the landing without it and lies far nearer to it.
    const auto is_stray = [&](const Fix& before, const Fix& start, const Fix& landing) {
        return step_between(plane, before, landing).is_within(limit_m_s) &&
               4 * geo::squared_length(plane.between(before.place, landing.place)) <
                   geo::squared_length(plane.between(start.place, landing.place));
    };

    std::size_t reference = 0;  // position in `used` of the last fix that is no outlier
    std::size_t previous = 0;   // and of the one before it; the same when there is none
    std::size_t support = 1;    // how many fixes in a row agree with it, itself included
    for (std::size_t next = 1; next < used.size(); ++next) {
        const Fix& start = track[used[reference]];
        const Fix& fix = track[used[next]];
        const Step step = step_between(plane, start, fix);
        if (fix.at.ms - track[used[next - 1]].at.ms <= interpolated_gap_ms) {
            result.observed += fix.at.ms - track[used[next - 1]].at.ms;
        }
        if (step.is_within(limit_m_s)) {
            result.speed_max_mm_s = std::max(result.speed_max_mm_s, step.low_m * 1000 / step.seconds);
            previous = reference;
            reference = next;
            ++support;
            continue;
        }
        if (!agrees(next + 1, start, fix) || !agrees(next + 2, start, fix)) {
            result.outliers.push_back(used[next]);
            continue;
        }
        if (support < 2 || is_stray(track[used[previous]], start, fix)) {
            result.outliers.push_back(used[reference]);
        } else {
            const double z = (step.distance_m - limit_m_s * step.seconds) / step.sigma_m;
            const double speed = step.low_m * 1000 / step.seconds;
            result.jumps.push_back({fix.at, used[next], speed, std::min(most_nats, z * z / 2)});
            result.speed_max_mm_s = std::max(result.speed_max_mm_s, speed);
        }
        previous = next;
        reference = next;
        support = 1;
    }
    return result;
}

Measurement teleport(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.teleport");
    if (!reading.is_complete()) return reading.nothing();
    const std::span<const Fix> track = fixes_within(reading.track("track"), reading.interval("interval"));
    const Leaps found = leaps(track, static_cast<double>(std::max<std::int64_t>(reading.number("limit_speed"), 0)));

    Writing writing("track.teleport");
    writing.fact("jumps", static_cast<std::int64_t>(found.jumps.size()));
    writing.fact("used", static_cast<std::int64_t>(found.used));
    writing.fact("seen", static_cast<std::int64_t>(track.size()));
    writing.fact("outliers", static_cast<std::int64_t>(found.outliers.size()));
    if (found.used > 1) writing.fact("speed_max", geo::rounded(found.speed_max_mm_s));
    Millis span = 0;
    if (!track.empty()) span = track.back().at.ms - track.front().at.ms;
    writing.fact("observed", found.observed);

    if (has_mark(track, mark_clock)) writing.limit(limit_clock_step);
    if (track.empty())
        writing.limit(limit_no_track);
    else if (found.used < 3)
        writing.limit(limit_few_fixes);
    const bool is_covered = span > 0 && found.observed * 10 >= span * 8;
    if (!is_covered) writing.limit(limit_low_coverage);

    if (!found.jumps.empty()) {
        const auto worst = std::max_element(found.jumps.begin(), found.jumps.end(),
                                            [](const Jump& a, const Jump& b) { return a.nats < b.nats; });
        writing.fact("at", worst->at.ms);
        writing.verdict(Verdict::contradicted, worst->nats);
    } else if (is_covered && found.used >= 3 && !writing.has_limit(limit_clock_step)) {
        writing.verdict(Verdict::supported, 0);
    }
    return writing.measurement();
}

}  // namespace ningyi::track
