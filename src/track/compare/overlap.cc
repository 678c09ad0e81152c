// SPDX-License-Identifier: Apache-2.0
#include "track/compare/overlap.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "geo/plane.h"
#include "track/motion.h"
#include "track/reading.h"

namespace ningyi::track {

std::vector<Clash> clashes(std::span<const SureStay> stays, Millis slack) {
    std::vector<std::size_t> by_start;
    for (std::size_t i = 0; i < stays.size(); ++i) {
        if (stays[i].interval.length() > slack) by_start.push_back(i);
    }
    std::sort(by_start.begin(), by_start.end(), [&](std::size_t a, std::size_t b) {
        return std::tuple(stays[a].interval.from, a) < std::tuple(stays[b].interval.from, b);
    });
    std::vector<Clash> result;
    std::vector<std::size_t> open;
    for (const std::size_t next : by_start) {
        const Interval interval = stays[next].interval;
        std::erase_if(open, [&](std::size_t other) { return stays[other].interval.to.ms - interval.from.ms <= slack; });
        for (const std::size_t other : open) {
            const Millis both = std::min(stays[other].interval.to, interval.to).ms - interval.from.ms;
            if (both <= slack) continue;
            const std::int64_t apart = geo::rounded(
                geo::distance_m(stays[std::min(next, other)].place, stays[std::max(next, other)].place) * 1000);
            if (apart <= stays[other].radius_mm + stays[next].radius_mm) continue;
            result.push_back({std::min(next, other), std::max(next, other), both, apart});
        }
        open.push_back(next);
    }
    std::sort(result.begin(), result.end());
    return result;
}

Measurement apart(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.apart");
    if (!reading.is_complete()) return reading.nothing();
    const std::span<const Fix> a = reading.track("track");
    const std::span<const Fix> b = reading.track("other");
    const double limit_m = static_cast<double>(reading.number("distance")) / 1000;
    double both_ms = 0;
    double apart_m = 0;
    Millis common = 0;
    constexpr std::uint32_t left_out = marks_without_place | marks_of_time | mark_clock | mark_jump;
    for (const JointPiece& piece : joint_pieces(a, b, left_out, reading.interval("interval"))) {
        common += piece.to - piece.from;
        const double error = sigmas_95 * piece.sigma_m;
        both_ms += (piece.seconds() - seconds_within(piece, limit_m + error)) * 1000;
        const double ends = std::max(squared_distance_at(piece, 0), squared_distance_at(piece, piece.seconds()));
        apart_m = std::max(apart_m, std::sqrt(ends) - error);
    }
    Writing writing("track.apart");
    const Millis both = geo::rounded(both_ms);
    writing.fact("both", both);
    writing.fact("common", common);
    if (common > 0) writing.fact("apart", geo::rounded(apart_m * 1000));
    if (a.empty() || b.empty()) writing.limit(limit_no_track);
    if (has_mark(a, mark_clock) || has_mark(b, mark_clock)) writing.limit(limit_clock_step);
    const bool is_doubtful = has_doubtful_datum(a) || has_doubtful_datum(b);
    if (is_doubtful) writing.limit(limit_datum_suspect);
    if (common < reading.number("slack")) writing.limit(limit_low_coverage);
    if (writing.has_limit(limit_clock_step)) return writing.measurement();
    if (both > 0 && both > reading.number("slack")) {
        if (!is_doubtful) writing.verdict(Verdict::contradicted, 3);
    } else if (both == 0 && common > 0 && common >= reading.number("slack")) {
        writing.verdict(Verdict::supported, 0);
    }
    return writing.measurement();
}

}  // namespace ningyi::track
