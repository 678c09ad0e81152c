// SPDX-License-Identifier: Apache-2.0
#include "track/compare/replay.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "geo/plane.h"
#include "track/kept.h"
#include "track/live/replay.h"
#include "track/motion.h"
#include "track/reading.h"
#include "track/trail.h"

namespace ningyi::track {
namespace {

// Two tracks that follow each other at most this far apart in time were there together.
constexpr Millis simultaneous_lag = 15 * minutes_ms;

// Up to this many pairs of samples every lag is tried; beyond, those of the coarse grid and what lies around the best.
constexpr std::int64_t all_lags_pairs = 4'000'000;
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

std::int64_t floor_of(Millis at, Millis step) {
    return at / step - (at % step < 0 ? 1 : 0);
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
    bool is_enough(const Samples& samples) const { return samples.moving >= least_; }

    // The match at that shift (sample i of a meets i − shift of b) if its median is below that of `best` (any, if best
    // has none); else nothing.
    std::optional<Match> better(const Samples& a, const Samples& b, std::int64_t shift, float limit_squared) {
        // Only where both move a distance is a number.
        overlaps_.clear();
        std::int64_t most = 0;
        for (const Samples::Stretch& of_a : a.stretches) {
            for (const Samples::Stretch& of_b : b.stretches) {
                const std::int64_t begin = std::max(a.first + of_a.begin, b.first + of_b.begin + shift);
                const std::int64_t length =
                    std::min(a.first + of_a.begin + of_a.length, b.first + of_b.begin + of_b.length + shift) - begin;
                if (length <= 0) continue;
                const std::int64_t begin_a = begin - a.first;
                const std::int64_t begin_b = begin - b.first - shift;
                const std::int64_t moving =
                    std::min(a.moving_in(of_a, begin_a, length), b.moving_in(of_b, begin_b, length));
                if (moving == 0) continue;
                most += moving;
                overlaps_.push_back({of_a.at + static_cast<std::size_t>(begin_a - of_a.begin),
                                     of_b.at + static_cast<std::size_t>(begin_b - of_b.begin),
                                     static_cast<std::size_t>(length)});
            }
        }
        if (most < least_) return std::nullopt;
        Counts counts;
        for (const Overlap& overlap : overlaps_) count(a, b, overlap, limit_squared, counts);
        if (counts.compared < least_ || counts.nearer <= counts.compared / 2) return std::nullopt;
        distances_.clear();
        for (const Overlap& overlap : overlaps_) {
            for (std::size_t i = 0; i < overlap.length; ++i) {
                const float east = a.east[overlap.begin_a + i] - b.east[overlap.begin_b + i];
                const float north = a.north[overlap.begin_a + i] - b.north[overlap.begin_b + i];
                const float squared = east * east + north * north;
                if (squared == squared) distances_.push_back(squared);
            }
        }
        const auto middle = distances_.begin() + static_cast<std::ptrdiff_t>(distances_.size() / 2);
        std::nth_element(distances_.begin(), middle, distances_.end());
        return Match{*middle, shift, counts.compared};
    }

    // The best of the shifts from `low` to `high`.
    std::optional<Match> best(const Samples& a, const Samples& b, std::int64_t low, std::int64_t high) {
        // At any other shift nothing moves beside anything.
        ranges_.clear();
        for (const Samples::Stretch& of_a : a.stretches) {
            for (const Samples::Stretch& of_b : b.stretches) {
                const std::int64_t apart = a.first + of_a.begin - b.first - of_b.begin;
                ranges_.emplace_back(std::max(low, apart - of_b.length + 1), std::min(high, apart + of_a.length - 1));
            }
        }
        std::sort(ranges_.begin(), ranges_.end());
        std::optional<Match> found;
        std::int64_t shift = low;
        for (const auto& [begin, end] : ranges_) {
            for (shift = std::max(shift, begin); shift <= end; ++shift) {
                const auto match = better(a, b, shift, found ? found->squared : std::numeric_limits<float>::infinity());
                if (match) found = match;
            }
        }
        return found;
    }

private:
    // What of both lies on each other, as positions in what is kept of them.
    struct Overlap {
        std::size_t begin_a = 0;
        std::size_t begin_b = 0;
        std::size_t length = 0;
    };
    struct Counts {
        std::int32_t compared = 0;
        std::int32_t nearer = 0;
    };

    // How many samples are compared, and how many of them are nearer than the limit. A place that is nowhere makes the
    // distance no number, which equals nothing and is less than nothing.
    static void count(const Samples& a, const Samples& b, const Overlap& overlap, float limit_squared, Counts& counts) {
        const float* a_east = a.east.data() + overlap.begin_a;
        const float* a_north = a.north.data() + overlap.begin_a;
        const float* b_east = b.east.data() + overlap.begin_b;
        const float* b_north = b.north.data() + overlap.begin_b;
        std::int32_t compared = 0, nearer = 0;
        for (std::size_t i = 0; i < overlap.length; ++i) {
            const float east = a_east[i] - b_east[i];
            const float north = a_north[i] - b_north[i];
            const float squared = east * east + north * north;
            compared += squared == squared ? 1 : 0;
            nearer += squared < limit_squared ? 1 : 0;
        }
        counts.compared += compared;
        counts.nearer += nearer;
    }

    std::int64_t least_;
    std::vector<float> distances_;
    std::vector<Overlap> overlaps_;
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges_;
};

// The best lag of one direction, on the grid.
std::optional<Match> best_match(const Samples& a, const Samples& b, const ReplayRule& rule, Matcher& matcher) {
    if (a.size == 0 || b.size == 0) return std::nullopt;
    const std::int64_t low = a.first - b.first - b.size + 1;
    const std::int64_t high = a.first + a.size - 1 - b.first;
    if (a.size * b.size <= all_lags_pairs) return matcher.best(a, b, low, high);

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

// The best lag of one direction, finer than the grid.
std::optional<Aligned> alignment(const OwnTrail& a, const Path& b, const ReplayRule& rule, Matcher& matcher,
                                 Sampler& sampler) {
    const Millis phase = a.path.points.front().at;
    const auto coarse = best_match(a.samples, sampler.sample(b, rule.step, phase), rule, matcher);
    if (!coarse) return std::nullopt;
    Aligned best{*coarse, coarse->shift * rule.step};
    Millis reach = rule.step;
    for (const Millis fine : fine_lag_steps) {
        const Millis middle = best.lag;
        for (Millis lag = middle - reach + fine; lag < middle + reach; lag += fine) {
            // The other is sampled so that its samples, moved by the lag, fall on those of the first.
            const std::int64_t shift = floor_of(lag, rule.step);
            const Samples& of_b = sampler.sample(b, rule.step, phase + shift * rule.step - lag);
            const auto match = matcher.better(a.samples, of_b, shift, best.match.squared);
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

BothWays alignment_both_ways(const OwnTrail& a, const Path& b, const ReplayRule& rule) {
    if (a.path.points.empty()) return {};
    Matcher matcher(rule);
    Sampler sampler;
    if (!matcher.is_enough(a.samples)) return {};
    BothWays result{alignment(a, b, rule, matcher, sampler), false};
    const auto backwards = alignment(a, reversed(b), rule, matcher, sampler);
    if (backwards && (!result.aligned || backwards->match.squared < result.aligned->match.squared)) {
        return {backwards, true};
    }
    return result;
}

// Halts between motion, from three samples on: [from, to) in samples.
std::vector<std::pair<std::int64_t, std::int64_t>> halts(const AllSamples& samples) {
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
    const auto of_a = halts(all_samples_of(a, step, phase));
    const auto of_b = halts(all_samples_of(b, step, phase + shift * step - lag));
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

std::optional<Synchrony> synchrony_of(const OwnTrail& a, const Path& b, const ReplayRule& rule) {
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
    for (const JointPiece& piece : joint_pieces(a, b, marks_off_the_trail, std::nullopt))
        common += piece.to - piece.from;
    return common;
}

// What is known of a track, from what is kept of it if there is such a thing; else worked out into `here`.
const Trail& trail_of(std::span<const Fix> track, Kept* kept, std::optional<Trail>& here) {
    std::optional<Trail>& trail = kept != nullptr ? kept->trail : here;
    if (!trail) trail = track::trail_of(track);
    return *trail;
}

const OwnTrail& own_trail_of(const Trail& trail, Millis step, Kept* kept, std::optional<OwnTrail>& here) {
    std::optional<OwnTrail>& own = kept != nullptr ? kept->own_trail : here;
    if (!own) own = track::own_trail_of(trail, step);
    return *own;
}

bool share_one(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i] == b[j]) return true;
        a[i] < b[j] ? ++i : ++j;
    }
    return false;
}

enum class Extent : bool { verdict, everything };

Measurement compared(std::span<const Argument> arguments, Extent extent) {
    const Reading reading(arguments, "track.replay");
    if (!reading.is_complete()) return reading.nothing();
    const std::span<const Fix> a = reading.track("track");
    const std::span<const Fix> b = reading.track("other");
    std::optional<Trail> here_a, here_b;
    std::optional<OwnTrail> own_here;
    const Trail& trail_a = trail_of(a, reading.kept("track"), here_a);
    const Trail& trail_b = trail_of(b, reading.kept("other"), here_b);
    const ReplayRule rule;
    Writing writing("track.replay");
    writing.fact("used", trail_a.used + trail_b.used);
    writing.fact("seen", trail_a.seen + trail_b.seen);
    if (a.empty() || b.empty()) writing.limit(limit_no_track);

    const std::int64_t run = share_one(trail_a.windows, trail_b.windows) ? copied_run(a, b) : 0;
    writing.fact("run", run);
    const Millis together = common_time(a, b);
    writing.fact("together", together);
    std::optional<Synchrony> found;
    if (trail_a.plane) {
        const OwnTrail& own = own_trail_of(trail_a, rule.step, reading.kept("track"), own_here);
        const bool is_enough = Matcher(rule).is_enough(own.samples);
        const Path path_b = is_enough ? trail_b.path(*trail_a.plane) : Path{};
        if (is_enough) found = synchrony_of(own, path_b, rule);
        if (found && extent == Extent::everything) {
            writing.fact("stops", agreeing_halts(own.path, found->is_reversed ? reversed(path_b) : path_b, found->lag,
                                                 rule.step));
        }
    }
    if (found) {
        writing.fact("sync", geo::rounded(found->median_m * 1000));
        writing.fact("matched", found->matched);
        writing.fact("lag", found->lag);
        writing.fact("samples", found->samples);
        writing.fact("reversed", found->is_reversed ? 1 : 0);
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

}  // namespace

std::optional<Synchrony> synchrony(std::span<const Fix> a, std::span<const Fix> b, const ReplayRule& rule) {
    const Trail trail = track::trail_of(a);
    if (!trail.plane || rule.step <= 0) return std::nullopt;
    return synchrony_of(track::own_trail_of(trail, rule.step), track::trail_of(b).path(*trail.plane), rule);
}

std::int64_t copied_run(std::span<const Fix> a, std::span<const Fix> b) {
    LiveReplay live(b);
    for (const Fix& fix : a) live.add(fix);
    return live.longest_run();
}

Measurement replay(std::span<const Argument> arguments) {
    return compared(arguments, Extent::everything);
}

Measurement replay_verdict(std::span<const Argument> arguments) {
    return compared(arguments, Extent::verdict);
}

}  // namespace ningyi::track
