// SPDX-License-Identifier: Apache-2.0
#include "track/compare/range.h"

#include <algorithm>
#include <cmath>

#include "geo/plane.h"
#include "track/reading.h"

namespace ningyi::track {
namespace {

constexpr std::uint32_t left_out = marks_without_place | marks_of_time | mark_jump;
constexpr std::int64_t least_run = 2;
constexpr Millis observed_step = 10 * minutes_ms;
constexpr double most_nats = 10;

}  // namespace

Reach reach_of(std::span<const Fix> track, geo::Place place, double beyond_m) {
    Reach reach;
    const geo::Plane plane(place);
    const Fix* before = nullptr;
    std::int64_t run = 0;
    double run_nats = 0;
    for (const Fix& fix : track) {
        if ((fix.marks & left_out) != 0) continue;
        ++reach.used;
        if (before != nullptr && fix.at.ms - before->at.ms <= observed_step)
            reach.observed += fix.at.ms - before->at.ms;
        const double sigma_m = sigma_mm(fix) / 1000;
        const double distance = geo::length(plane.offset(fix.place));
        const double low = std::max(0.0, distance - sigmas_95 * sigma_m);
        if (!reach.at || low > reach.farthest_m) {
            reach.farthest_m = low;
            reach.at = fix.at;
        }
        if (distance + sigmas_95 * sigma_m > beyond_m) reach.is_all_within = false;
        if (low > beyond_m) {
            ++reach.beyond;
            if (run == 0 || before->place != fix.place) {
                ++run;
                const double z = (distance - beyond_m) / sigma_m;
                run_nats += z * z / 2;
            }
            if (run > reach.longest_run) {
                reach.longest_run = run;
                reach.nats_beyond = std::min(most_nats, run_nats);
            }
        } else {
            run = 0;
            run_nats = 0;
        }
        before = &fix;
    }
    return reach;
}

Measurement range(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.range");
    if (!reading.is_complete()) return reading.nothing();
    const std::optional<Interval> interval = reading.interval("interval");
    const std::span<const Fix> track = fixes_within(reading.track("track"), interval);
    const std::int64_t beyond_mm = reading.number("beyond");
    Writing writing("track.range");
    writing.fact("seen", static_cast<std::int64_t>(track.size()));
    if (track.empty()) writing.limit(limit_no_track);
    if (beyond_mm <= 0) return writing.measurement();
    const Reach reach = reach_of(track, reading.place("place"), static_cast<double>(beyond_mm) / 1000);
    writing.fact("used", reach.used);
    writing.fact("beyond_count", reach.beyond);
    writing.fact("run", reach.longest_run);
    writing.fact("observed", reach.observed);
    if (reach.at) {
        writing.fact("farthest", geo::rounded(reach.farthest_m * 1000));
        writing.fact("at", reach.at->ms);
    }
    if (reach.used < least_run) writing.limit(limit_few_fixes);
    if (has_mark(track, mark_clock)) writing.limit(limit_clock_step);
    if (has_doubtful_datum(track)) writing.limit(limit_datum_suspect);
    const Millis span = interval ? interval->length() : track.empty() ? 0 : track.back().at.ms - track.front().at.ms;
    const bool is_observed = static_cast<double>(reach.observed) >= 0.8 * static_cast<double>(span);
    if (!is_observed) writing.limit(limit_low_coverage);

    if (writing.has_limit(limit_clock_step)) return writing.measurement();
    if (reach.longest_run >= least_run) {
        // A wrong datum moves a place by half a kilometre to one and a half; who is suspected of it is not accused.
        if (!writing.has_limit(limit_datum_suspect)) writing.verdict(Verdict::contradicted, reach.nats_beyond);
    } else if (reach.used >= least_run && reach.is_all_within && is_observed) {
        writing.verdict(Verdict::supported, 0);
    }
    return writing.measurement();
}

}  // namespace ningyi::track
