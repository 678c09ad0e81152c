// SPDX-License-Identifier: Apache-2.0
#include "track/compare/replay.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "geo/plane.h"
#include "track/live/replay.h"
#include "track/motion.h"
#include "track/reading.h"
#include "track/stay.h"

namespace ningyi::track {
namespace {

constexpr std::uint32_t left_out = marks_without_place | marks_of_time | mark_poor | mark_jump;
constexpr double moving_m_s = 0.8;
constexpr float nowhere = std::numeric_limits<float>::quiet_NaN();

// A longer track is compared by its beginning.
constexpr Millis longest_span = 48 * hours_ms;

// Two tracks that follow each other at most this far apart in time were there together.
constexpr Millis simultaneous_lag = 15 * minutes_ms;

// Up to this many pairs of samples every lag is tried; beyond, those of the coarse grid and what lies around the best.
constexpr std::size_t all_lags_pairs = 4'000'000;
constexpr std::size_t refined_lags = 8;

// Lags between those of the sampling grid are tried around the best of it.
constexpr Millis fine_lag_steps[] = {1000, 250};

// Strengths, in nats. No honest repeat of 226 came below 8 m, which gives 5; the same noise gives more.  (tracks.md
// §1.4)
constexpr double nats_of_same_timing = 5;
constexpr double nats_a_metre = 0.5;
constexpr double nats_of_another_trip = 3;
constexpr double nats_a_copied_fix = 0.5;
constexpr double most_nats = 20;

struct Point {
    Millis at = 0;
    geo::Offset offset;
};

// A track as a broken line on the map, with the times at which it stayed.
struct Path {
    std::vector<Point> points;
    std::vector<std::pair<Millis, Millis>> stays;
};

Path path_of(std::span<const Fix> track, const geo::Plane& plane) {
    Path path;
    for (const Fix& fix : track) {
        if ((fix.marks & left_out) != 0) continue;
        if (!path.points.empty() && fix.at.ms - path.points.front().at > longest_span) break;
        path.points.push_back({fix.at.ms, plane.offset(fix.place)});
    }
    for (const Stay& stay : stays(track)) path.stays.emplace_back(stay.from.ms, stay.to.ms);
    return path;
}

// The same line run backwards, between the same two instants.
Path reversed(const Path& path) {
    Path result;
    if (path.points.empty()) return result;
    const Millis mirror = path.points.front().at + path.points.back().at;
    for (auto point = path.points.rbegin(); point != path.points.rend(); ++point) {
        result.points.push_back({mirror - point->at, point->offset});
    }
    for (auto stay = path.stays.rbegin(); stay != path.stays.rend(); ++stay) {
        result.stays.emplace_back(mirror - stay->second, mirror - stay->first);
    }
    return result;
}

std::int64_t floor_of(Millis at, Millis step) {
    return at / step - (at % step < 0 ? 1 : 0);
}

// A path seen every step: sample i is at (first + i) · step + phase. A place is nowhere unless the path moves there;
// `is_known` and `is_moving` say more.
struct Samples {
    std::int64_t first = 0;
    std::vector<float> east;
    std::vector<float> north;
    std::vector<char> is_known;
    std::vector<char> is_moving;
    std::vector<std::int32_t> moving_before;  // of the first i samples; one longer
    std::size_t size() const { return east.size(); }
    std::int64_t moving_in(std::size_t begin, std::size_t length) const {
        return moving_before[begin + length] - moving_before[begin];
    }
};

Samples samples_of(const Path& path, Millis step, Millis phase) {
    Samples samples;
    if (path.points.empty()) return samples;
    samples.first = floor_of(path.points.front().at - phase - 1, step) + 1;
    const std::int64_t last = floor_of(path.points.back().at - phase, step);
    if (last < samples.first) return samples;
    const auto n = static_cast<std::size_t>(last - samples.first + 1);
    samples.is_known.assign(n, 0);
    samples.is_moving.assign(n, 0);
    std::vector<geo::Offset> places(n);
    std::size_t after = 0;  // the first point not before the sample
    for (std::size_t i = 0; i < n; ++i) {
        const Millis at = (samples.first + static_cast<std::int64_t>(i)) * step + phase;
        while (path.points[after].at < at) ++after;
        const Point& to = path.points[after];
        if (to.at == at) {
            places[i] = to.offset;
            samples.is_known[i] = 1;
        } else if (const Point& from = path.points[after - 1]; to.at - from.at <= interpolated_gap_ms) {
            const double share = static_cast<double>(at - from.at) / static_cast<double>(to.at - from.at);
            places[i] = {from.offset.east + share * (to.offset.east - from.offset.east),
                         from.offset.north + share * (to.offset.north - from.offset.north)};
            samples.is_known[i] = 1;
        }
    }
    // The speed over two steps, so that the noise of fixes a second apart does not look like motion.
    samples.east.assign(n, nowhere);
    samples.north.assign(n, nowhere);
    std::size_t stay = 0;
    for (std::size_t i = 0; i < n; ++i) {
        if (samples.is_known[i] == 0) continue;
        const Millis at = (samples.first + static_cast<std::int64_t>(i)) * step + phase;
        while (stay < path.stays.size() && path.stays[stay].second < at) ++stay;
        if (stay < path.stays.size() && path.stays[stay].first <= at) continue;
        const std::size_t from = i > 0 && samples.is_known[i - 1] != 0 ? i - 1 : i;
        const std::size_t to = i + 1 < n && samples.is_known[i + 1] != 0 ? i + 1 : i;
        const double limit_m = moving_m_s * static_cast<double>(to - from) * static_cast<double>(step) / 1000;
        const geo::Offset moved{places[to].east - places[from].east, places[to].north - places[from].north};
        if (geo::squared_length(moved) <= limit_m * limit_m) continue;
        samples.is_moving[i] = 1;
        samples.east[i] = static_cast<float>(places[i].east);
        samples.north[i] = static_cast<float>(places[i].north);
    }
    samples.moving_before.assign(n + 1, 0);
    for (std::size_t i = 0; i < n; ++i) samples.moving_before[i + 1] = samples.moving_before[i] + samples.is_moving[i];
    return samples;
}

// What of both lies on each other when the other is moved by `shift` samples: sample i of a meets i − shift of b.
struct Overlap {
    std::size_t begin_a = 0;
    std::size_t begin_b = 0;
    std::size_t length = 0;
};

Overlap overlap_of(const Samples& a, const Samples& b, std::int64_t shift) {
    const std::int64_t begin = std::max(a.first, b.first + shift);
    const std::int64_t end =
        std::min(a.first + static_cast<std::int64_t>(a.size()), b.first + shift + static_cast<std::int64_t>(b.size()));
    if (begin >= end) return {};
    return {static_cast<std::size_t>(begin - a.first), static_cast<std::size_t>(begin - b.first - shift),
            static_cast<std::size_t>(end - begin)};
}

struct Counts {
    std::int32_t compared = 0;
    std::int32_t nearer = 0;
};

// How many samples are compared, and how many of them are nearer than the limit. A place that is nowhere makes the
// distance no number, which equals nothing and is less than nothing.
Counts counts_of(const Samples& a, const Samples& b, const Overlap& overlap, float limit_squared) {
    const float* a_east = a.east.data() + overlap.begin_a;
    const float* a_north = a.north.data() + overlap.begin_a;
    const float* b_east = b.east.data() + overlap.begin_b;
    const float* b_north = b.north.data() + overlap.begin_b;
    Counts counts;
    for (std::size_t i = 0; i < overlap.length; ++i) {
        const float east = a_east[i] - b_east[i];
        const float north = a_north[i] - b_north[i];
        const float squared = east * east + north * north;
        counts.compared += squared == squared ? 1 : 0;
        counts.nearer += squared < limit_squared ? 1 : 0;
    }
    return counts;
}

struct Match {
    float squared = std::numeric_limits<float>::infinity();  // of the median distance
    std::int64_t shift = 0;
    std::int64_t compared = 0;
};

// Compares pairs of sampled paths under one rule; keeps its memory between lags.
class Matcher {
public:
    explicit Matcher(const ReplayRule& rule)
        : least_(std::max<std::int64_t>({1, rule.least_samples, (rule.least_matched + rule.step - 1) / rule.step})) {}

    // Whether it moves long enough to be compared with anything.
    bool is_enough(const Samples& samples) const {
        return samples.size() > 0 && samples.moving_in(0, samples.size()) >= least_;
    }

    // The match at that shift if its median is below that of `best` (any, if best has none); else nothing.
    std::optional<Match> better(const Samples& a, const Samples& b, std::int64_t shift, float limit_squared) {
        const Overlap overlap = overlap_of(a, b, shift);
        if (static_cast<std::int64_t>(overlap.length) < least_) return std::nullopt;
        // Only where both move a distance is a number.
        if (a.moving_in(overlap.begin_a, overlap.length) < least_) return std::nullopt;
        if (b.moving_in(overlap.begin_b, overlap.length) < least_) return std::nullopt;
        const Counts counts = counts_of(a, b, overlap, limit_squared);
        if (counts.compared < least_ || counts.nearer <= counts.compared / 2) return std::nullopt;
        distances_.clear();
        for (std::size_t i = 0; i < overlap.length; ++i) {
            const float east = a.east[overlap.begin_a + i] - b.east[overlap.begin_b + i];
            const float north = a.north[overlap.begin_a + i] - b.north[overlap.begin_b + i];
            const float squared = east * east + north * north;
            if (squared == squared) distances_.push_back(squared);
        }
        const auto middle = distances_.begin() + static_cast<std::ptrdiff_t>(distances_.size() / 2);
        std::nth_element(distances_.begin(), middle, distances_.end());
        return Match{*middle, shift, counts.compared};
    }

    // The best of the shifts from `low` to `high`.
    std::optional<Match> best(const Samples& a, const Samples& b, std::int64_t low, std::int64_t high) {
        std::optional<Match> found;
        for (std::int64_t shift = low; shift <= high; ++shift) {
            const auto match = better(a, b, shift, found ? found->squared : std::numeric_limits<float>::infinity());
            if (match) found = match;
        }
        return found;
    }

private:
    std::int64_t least_;
    std::vector<float> distances_;
};

// The best lag of one direction, on the grid.
std::optional<Match> best_match(const Samples& a, const Samples& b, const ReplayRule& rule, Matcher& matcher) {
    if (a.size() == 0 || b.size() == 0) return std::nullopt;
    const std::int64_t low = a.first - b.first - static_cast<std::int64_t>(b.size()) + 1;
    const std::int64_t high = a.first + static_cast<std::int64_t>(a.size()) - 1 - b.first;
    if (a.size() * b.size() <= all_lags_pairs) return matcher.best(a, b, low, high);

    const std::int64_t stride = std::max<std::int64_t>(1, rule.coarse_step / rule.step);
    std::vector<Match> coarse;
    for (std::int64_t shift = low; shift <= high; shift += stride) {
        // Only what may become one of the best needs its median.
        const float limit =
            coarse.size() < refined_lags ? std::numeric_limits<float>::infinity() : coarse.back().squared;
        const auto match = matcher.better(a, b, shift, limit);
        if (!match) continue;
        const auto place = std::upper_bound(coarse.begin(), coarse.end(), *match,
                                            [](const Match& x, const Match& y) { return x.squared < y.squared; });
        coarse.insert(place, *match);
        if (coarse.size() > refined_lags) coarse.pop_back();
    }
    std::optional<Match> found;
    for (const Match& match : coarse) {
        const auto finer = matcher.best(a, b, match.shift - stride + 1, match.shift + stride - 1);
        if (finer && (!found || finer->squared < found->squared)) found = finer;
    }
    return found;
}

struct Aligned {
    Match match;
    Millis lag = 0;
};

// The best lag of one direction, finer than the grid. `of_a`: a, sampled from its first point on.
std::optional<Aligned> alignment(const Path& a, const Samples& of_a, const Path& b, const ReplayRule& rule,
                                 Matcher& matcher) {
    const Millis phase = a.points.front().at;
    const auto coarse = best_match(of_a, samples_of(b, rule.step, phase), rule, matcher);
    if (!coarse) return std::nullopt;
    Aligned best{*coarse, coarse->shift * rule.step};
    Millis reach = rule.step;
    for (const Millis fine : fine_lag_steps) {
        const Millis middle = best.lag;
        for (Millis lag = middle - reach + fine; lag < middle + reach; lag += fine) {
            // The other is sampled so that its samples, moved by the lag, fall on those of the first.
            const std::int64_t shift = floor_of(lag, rule.step);
            const Samples of_b = samples_of(b, rule.step, phase + shift * rule.step - lag);
            const auto match = matcher.better(of_a, of_b, shift, best.match.squared);
            if (match) best = {*match, lag};
        }
        reach = fine;
    }
    return best;
}

struct BothWays {
    std::optional<Aligned> aligned;
    bool is_reversed = false;
};

BothWays alignment_both_ways(const Path& a, const Path& b, const ReplayRule& rule) {
    if (a.points.empty()) return {};
    Matcher matcher(rule);
    // From its first point on, so that samples of a steady track fall on its fixes.
    const Samples of_a = samples_of(a, rule.step, a.points.front().at);
    if (!matcher.is_enough(of_a)) return {};
    BothWays result{alignment(a, of_a, b, rule, matcher), false};
    const auto backwards = alignment(a, of_a, reversed(b), rule, matcher);
    if (backwards && (!result.aligned || backwards->match.squared < result.aligned->match.squared)) {
        return {backwards, true};
    }
    return result;
}

std::optional<geo::Plane> plane_of(std::span<const Fix> track) {
    const auto first = std::find_if(track.begin(), track.end(), [](const Fix& f) { return (f.marks & left_out) == 0; });
    if (first == track.end()) return std::nullopt;
    return geo::Plane(first->place);
}

// Halts between motion, from three samples on: [from, to) in samples.
std::vector<std::pair<std::int64_t, std::int64_t>> halts(const Samples& samples) {
    std::vector<std::pair<std::int64_t, std::int64_t>> result;
    std::size_t i = 0;
    while (i < samples.size()) {
        std::size_t j = i;
        while (j < samples.size() && samples.is_known[j] != 0 && samples.is_moving[j] == 0) ++j;
        const bool is_between =
            i > 0 && j < samples.size() && samples.is_moving[i - 1] != 0 && samples.is_moving[j] != 0;
        if (is_between && j - i >= 3) {
            result.emplace_back(samples.first + static_cast<std::int64_t>(i),
                                samples.first + static_cast<std::int64_t>(j));
        }
        i = j + 1;
    }
    return result;
}

// Halts of both that overlap at the lag and last equally long, within 10 s.
std::int64_t agreeing_halts(const Path& a, const Path& b, Millis lag, Millis step) {
    const std::int64_t shift = floor_of(lag, step);
    const Millis phase = a.points.front().at;
    const auto of_a = halts(samples_of(a, step, phase));
    const auto of_b = halts(samples_of(b, step, phase + shift * step - lag));
    std::int64_t agreeing = 0;
    std::size_t j = 0;
    for (const auto& halt : of_a) {
        while (j < of_b.size() && of_b[j].second + shift <= halt.first) ++j;
        for (std::size_t k = j; k < of_b.size() && of_b[k].first + shift < halt.second; ++k) {
            const std::int64_t difference = (halt.second - halt.first) - (of_b[k].second - of_b[k].first);
            if (std::abs(difference) * step > 10 * seconds_ms) continue;
            ++agreeing;
            break;
        }
    }
    return agreeing;
}

std::optional<Synchrony> synchrony_of(const Path& a, const Path& b, const ReplayRule& rule) {
    const BothWays found = alignment_both_ways(a, b, rule);
    if (!found.aligned) return std::nullopt;
    Synchrony result;
    result.median_m = std::sqrt(static_cast<double>(found.aligned->match.squared));
    result.lag = found.aligned->lag;
    result.samples = found.aligned->match.compared;
    result.matched = result.samples * rule.step;
    result.is_reversed = found.is_reversed;
    return result;
}

// Time in which both are interpolated.
Millis common_time(std::span<const Fix> a, std::span<const Fix> b) {
    if (a.empty() || b.empty() || a.back().at <= b.front().at || b.back().at <= a.front().at) return 0;
    Millis common = 0;
    for (const JointPiece& piece : joint_pieces(a, b, left_out, std::nullopt)) common += piece.to - piece.from;
    return common;
}

}  // namespace

std::optional<Synchrony> synchrony(std::span<const Fix> a, std::span<const Fix> b, const ReplayRule& rule) {
    const std::optional<geo::Plane> plane = plane_of(a);
    if (!plane || rule.step <= 0) return std::nullopt;
    return synchrony_of(path_of(a, *plane), path_of(b, *plane), rule);
}

std::int64_t copied_run(std::span<const Fix> a, std::span<const Fix> b) {
    LiveReplay live(b);
    for (const Fix& fix : a) live.add(fix);
    return live.longest_run();
}

Measurement replay(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.replay");
    if (!reading.is_complete()) return reading.nothing();
    const std::span<const Fix> a = reading.track("track");
    const std::span<const Fix> b = reading.track("other");
    const ReplayRule rule;
    Writing writing("track.replay");
    const auto is_used = [](const Fix& fix) { return (fix.marks & left_out) == 0; };
    writing.fact("used", std::count_if(a.begin(), a.end(), is_used) + std::count_if(b.begin(), b.end(), is_used));
    writing.fact("seen", static_cast<std::int64_t>(a.size() + b.size()));
    if (a.empty() || b.empty()) writing.limit(limit_no_track);

    const std::int64_t run = copied_run(a, b);
    writing.fact("run", run);
    const Millis together = common_time(a, b);
    writing.fact("together", together);
    std::optional<Synchrony> found;
    Path path_a, path_b;
    if (const std::optional<geo::Plane> plane = plane_of(a)) {
        path_a = path_of(a, *plane);
        path_b = path_of(b, *plane);
        found = synchrony_of(path_a, path_b, rule);
    }
    if (found) {
        writing.fact("sync", geo::rounded(found->median_m * 1000));
        writing.fact("matched", found->matched);
        writing.fact("lag", found->lag);
        writing.fact("samples", found->samples);
        writing.fact("reversed", found->is_reversed ? 1 : 0);
        writing.fact("stops",
                     agreeing_halts(path_a, found->is_reversed ? reversed(path_b) : path_b, found->lag, rule.step));
    } else {
        writing.limit(limit_no_motion);
    }

    const bool is_simultaneous =
        found && together > 0 && !found->is_reversed && std::abs(found->lag) <= simultaneous_lag;
    if (run >= rule.copied_run) {
        writing.verdict(Verdict::contradicted, std::min(most_nats, nats_a_copied_fix * static_cast<double>(run)));
    } else if (found && !is_simultaneous && found->median_m <= rule.same_m) {
        writing.verdict(Verdict::contradicted, nats_of_same_timing + nats_a_metre * (rule.same_m - found->median_m));
    } else if (found && found->median_m > rule.other_m) {
        writing.verdict(Verdict::supported, nats_of_another_trip);
    }
    return writing.measurement();
}

}  // namespace ningyi::track
