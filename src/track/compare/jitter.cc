// SPDX-License-Identifier: Apache-2.0
#include "track/compare/jitter.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "geo/plane.h"
#include "track/reading.h"
#include "track/stay.h"

namespace ningyi::track {
namespace {

constexpr std::uint32_t left_out = marks_without_place | marks_of_time | mark_poor | mark_jump;

// A minute at rest holds enough fixes; the five minutes of a visit are not needed.
constexpr StayRule rest{.distance_m = 100, .least = minutes_ms, .longest_gap = 2 * minutes_ms};

constexpr std::int64_t least_fixes = 60;
constexpr Millis longest_step = 5 * seconds_ms;
constexpr double white_below = 0.3;
constexpr double natural_from = 0.6;
// White errors below this are those of a very good receiver.
constexpr double least_white_rms_m = 1.5;
// What the feature is worth in tracks.md §12.
constexpr double nats_of_jitter = 2;

struct Axis {
    double squares = 0;
    double products = 0;

    // The mean product of neighbours over the mean square.
    std::optional<double> rho(std::int64_t fixes, std::int64_t pairs) const {
        if (squares == 0 || pairs == 0) return std::nullopt;
        return products / static_cast<double>(pairs) / (squares / static_cast<double>(fixes));
    }
};

}  // namespace

Jitter jitter_of(std::span<const Fix> track) {
    Jitter result;
    Axis east, north;
    std::int64_t pairs = 0;
    std::vector<Millis> steps;
    std::vector<geo::Place> places;
    for (const Stay& stay : stays(track, rest)) {
        const geo::Plane plane(stay.place);
        std::vector<geo::Offset> offsets;
        const Fix* before = nullptr;
        geo::Offset mean;
        for (const Fix& fix : fixes_within(track, Interval{stay.from, stay.to})) {
            if ((fix.marks & left_out) != 0 || fix.provider != Provider::gnss) continue;
            if (before != nullptr) steps.push_back(fix.at.ms - before->at.ms);
            before = &fix;
            offsets.push_back(plane.offset(fix.place));
            places.push_back(fix.place);
            mean.east += offsets.back().east;
            mean.north += offsets.back().north;
        }
        if (offsets.empty()) continue;
        const auto n = static_cast<double>(offsets.size());
        for (geo::Offset& offset : offsets) offset = {offset.east - mean.east / n, offset.north - mean.north / n};
        for (std::size_t i = 0; i < offsets.size(); ++i) {
            east.squares += offsets[i].east * offsets[i].east;
            north.squares += offsets[i].north * offsets[i].north;
            if (i == 0) continue;
            east.products += offsets[i - 1].east * offsets[i].east;
            north.products += offsets[i - 1].north * offsets[i].north;
            ++pairs;
        }
    }
    result.fixes = static_cast<std::int64_t>(places.size());
    if (places.empty()) return result;
    std::sort(places.begin(), places.end());
    result.distinct = std::unique(places.begin(), places.end()) - places.begin();
    if (!steps.empty()) {
        const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
        std::nth_element(steps.begin(), middle, steps.end());
        result.step = *middle;
    }
    result.rms_m = std::sqrt((east.squares + north.squares) / static_cast<double>(result.fixes));
    // One coordinate only: what is left of its mean is the rounding of the sum.
    if (result.distinct < 2) return result;
    result.rho_east = east.rho(result.fixes, pairs);
    result.rho_north = north.rho(result.fixes, pairs);
    return result;
}

bool is_white(const Jitter& jitter) {
    if (!jitter.rho_east || !jitter.rho_north || jitter.fixes < least_fixes) return false;
    const double largest = std::max(std::fabs(*jitter.rho_east), std::fabs(*jitter.rho_north));
    return largest < white_below && jitter.step <= longest_step && jitter.distinct * 2 >= jitter.fixes &&
           jitter.rms_m >= least_white_rms_m;
}

Measurement jitter(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.jitter");
    if (!reading.is_complete()) return reading.nothing();
    const std::span<const Fix> track = fixes_within(reading.track("track"), reading.interval("interval"));
    const Jitter found = jitter_of(track);
    Writing writing("track.jitter");
    writing.fact("n", found.fixes);
    writing.fact("distinct", found.distinct);
    writing.fact("seen", static_cast<std::int64_t>(track.size()));
    if (found.fixes > 0) {
        writing.fact("rms", geo::rounded(found.rms_m * 1000));
        writing.fact("step", found.step);
    }
    if (track.empty()) writing.limit(limit_no_track);
    if (found.fixes < least_fixes) writing.limit(limit_few_fixes);
    if (!found.rho_east || !found.rho_north) {
        writing.limit(limit_few_fixes);
        return writing.measurement();
    }
    const double low = std::min(*found.rho_east, *found.rho_north);
    writing.fact("rho", ppm_of(low));
    if (found.fixes < least_fixes) return writing.measurement();
    if (is_white(found)) {
        writing.verdict(Verdict::contradicted, nats_of_jitter);
    } else if (low >= natural_from) {
        writing.verdict(Verdict::supported, nats_of_jitter);
    }
    return writing.measurement();
}

}  // namespace ningyi::track
