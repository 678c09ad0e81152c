// SPDX-License-Identifier: Apache-2.0
#include "track/compare/presence.h"

#include <algorithm>
#include <cmath>

#include "geo/plane.h"
#include "geo/real.h"
#include "track/compare/inside.h"
#include "track/reading.h"

namespace ningyi::track {
namespace {

using geo::real::pi;

// The area in which a fix that is not inside may lie, unless the circle itself is large.
constexpr double surroundings_m = 3000;

bool is_used(const Fix& fix) {
    return (fix.marks & (marks_without_place | marks_of_time)) == 0;
}

// Turns fixes into evidence. Keeps what successive fixes share, so that most of them need no elementary function.
class Witness {
public:
    Witness(geo::Place place, double radius_m, const PresenceModel& model)
        : plane_(place), model_(model), radius_m_(radius_m) {
        const double area = pi * radius_m * radius_m;
        const double outer = std::max(surroundings_m, 2 * radius_m);
        const double whole = pi * outer * outer;
        inside_density_ = (1 - model.stray) / area;
        outside_density_ = (1 - model.stray) / (whole - area);
        stray_density_ = model.stray / whole;
        log_ratio_inside_ = log_ratio(1);
        log_ratio_outside_ = log_ratio(0);
    }

    Evidence evidence(const Fix& fix, double seconds_since_last) const {
        const geo::Offset offset = plane_.offset(fix.place);
        const double squared = geo::squared_length(offset);
        const double sigma = sigma_mm(fix) / 1000;
        const double away = radius_m_ + sigmas_95 * sigma;
        Evidence evidence;
        evidence.at = fix.at.ms;
        if (squared > away * away) evidence.away_s = (std::sqrt(squared) - away) / model_.unseen_speed_m_s;

        double share = std::min(1.0, seconds_since_last / model_.forget_s);
        if ((fix.marks & mark_repeat) != 0) {
            share = std::min(share, model_.repeat_weight * std::max(1.0, seconds_since_last / 60));
        }
        const double beyond = radius_m_ + 8 * sigma;
        const double within = radius_m_ - 8 * sigma;
        double ratio = 0;
        if (squared > beyond * beyond) {
            ratio = log_ratio_outside_;
        } else if (within > 0 && squared < within * within) {
            ratio = log_ratio_inside_;
        } else {
            ratio = log_ratio(probability_inside(std::sqrt(squared), radius_m_, sigma));
        }
        evidence.weight = share * ratio;
        return evidence;
    }

private:
    double log_ratio(double p) const {
        return geo::real::log((inside_density_ * p + stray_density_) / (outside_density_ * (1 - p) + stray_density_));
    }

    geo::Plane plane_;
    const PresenceModel& model_;
    double radius_m_;
    double inside_density_ = 0, outside_density_ = 0, stray_density_ = 0;
    double log_ratio_inside_ = 0, log_ratio_outside_ = 0;
};

// How much of the state before is forgotten in a step: 1 − e^−(leave + enter)·Δt.
class Forgetting {
public:
    explicit Forgetting(const PresenceModel& model) : rate_per_ms_((model.leave_per_s + model.enter_per_s) / 1000) {}
    double in(Millis ms) {
        if (ms != last_ms_) {
            last_ = 1 - geo::real::exp(-rate_per_ms_ * static_cast<double>(ms));
            last_ms_ = ms;
        }
        return last_;
    }

private:
    double rate_per_ms_;
    Millis last_ms_ = 0;
    double last_ = 0;
};

// What one stretch of time adds. Built by going through the steps once, in order.
class Tally {
public:
    Tally(PresenceTimes& times, Interval interval, const PresenceModel& model)
        : times_(times), interval_(interval), model_(model) {}

    // A stretch in which nobody saw anything but its ends.
    void unobserved(Millis from, Millis to, double away_from_s, double away_to_s) {
        const Millis seen_from = std::max(from, interval_.from.ms);
        const Millis seen_to = std::min(to, interval_.to.ms);
        if (seen_from >= seen_to) return;
        times_.unobserved += seen_to - seen_from;
        const Millis first = std::max(seen_from, later(from, away_from_s));
        const Millis last = std::min(seen_to, earlier(to, away_to_s));
        if (first >= last) return;
        times_.possible += last - first;
        note_possible(first, last);
    }

    // A step between two fixes, with the probabilities at its ends.
    void observed(Millis from, Millis to, double p_from, double p_to) {
        const Millis seen_from = std::max(from, interval_.from.ms);
        const Millis seen_to = std::min(to, interval_.to.ms);
        if (seen_from >= seen_to) return;
        const Millis length = seen_to - seen_from;
        times_.observed += length;
        const double slope = (p_to - p_from) / static_cast<double>(to - from);
        const double middle = (static_cast<double>(seen_from - from) + static_cast<double>(seen_to - from)) / 2;
        times_.expected += static_cast<double>(length) * (p_from + slope * middle);
        const double least = std::min(p_from, p_to);
        const double most = std::max(p_from, p_to);
        if (most > model_.possible) {
            times_.possible += length;
        } else {
            times_.out += length;
        }
        if (least > model_.sure) {
            times_.sure += length;
            if (!times_.sure_spans.empty() && times_.sure_spans.back().to.ms == seen_from) {
                times_.sure_spans.back().to.ms = seen_to;
            } else {
                times_.sure_spans.push_back({Instant{seen_from}, Instant{seen_to}});
            }
        }
        if (most > model_.possible) {
            note_possible(crossing(from, to, p_from, p_to, model_.possible, true, seen_from, seen_to),
                          crossing(from, to, p_from, p_to, model_.possible, false, seen_from, seen_to));
        }
        if (most > model_.sure) {
            const Instant first{crossing(from, to, p_from, p_to, model_.sure, true, seen_from, seen_to)};
            const Instant last{crossing(from, to, p_from, p_to, model_.sure, false, seen_from, seen_to)};
            if (!times_.enter_high) times_.enter_high = first;
            times_.exit_low = last;
        }
    }

private:
    static constexpr double long_away_s = 1e9;
    static Millis later(Millis at, double seconds) { return at + geo::rounded(std::min(seconds, long_away_s) * 1000); }
    static Millis earlier(Millis at, double seconds) {
        return at - geo::rounded(std::min(seconds, long_away_s) * 1000);
    }

    // The first (or last) instant of the step above the threshold, within [low, high]. REQUIRES: one end is above.
    static Millis crossing(Millis from, Millis to, double p_from, double p_to, double threshold, bool is_first,
                           Millis low, Millis high) {
        const bool is_above_at_end = is_first ? p_from > threshold : p_to > threshold;
        if (is_above_at_end) return is_first ? low : high;
        const double share = (threshold - p_from) / (p_to - p_from);
        return std::clamp(from + geo::rounded(share * static_cast<double>(to - from)), low, high);
    }

    void note_possible(Millis first, Millis last) {
        if (!times_.enter_low) times_.enter_low = Instant{first};
        times_.exit_high = Instant{last};
    }

    PresenceTimes& times_;
    Interval interval_;
    const PresenceModel& model_;
};

// Changes between in and out; a probability between the thresholds is neither.
std::int64_t flips_of(std::span<const double> probabilities, const PresenceModel& model) {
    std::int64_t flips = 0;
    int state = 0;
    for (const double p : probabilities) {
        const int now = p > model.sure ? 1 : p <= model.possible ? -1 : state;
        if (state != 0 && now != state) ++flips;
        state = now;
    }
    return flips;
}

// The fixes that matter to the interval: those of it, ten minutes either side, and the next used one beyond.
std::span<const Fix> fixes_around(std::span<const Fix> track, Interval interval, Millis margin) {
    const std::span<const Fix> middle =
        fixes_within(track, Interval{Instant{interval.from.ms - margin}, Instant{interval.to.ms + margin}});
    std::size_t first = static_cast<std::size_t>(middle.data() - track.data());
    std::size_t last = first + middle.size();
    while (first > 0) {
        --first;
        if (is_used(track[first])) break;
    }
    while (last < track.size()) {
        ++last;
        if (is_used(track[last - 1])) break;
    }
    return track.subspan(first, last - first);
}

}  // namespace

std::vector<double> smoothed(std::span<const Evidence> evidence, const PresenceModel& model) {
    // Filtered probability of in and of out, each kept, so that neither is lost in 1 − the other.
    struct State {
        double in = 0;
        double out = 0;
        double forgotten = 0;  // in the step that led here
    };
    const std::size_t n = evidence.size();
    std::vector<double> result(n);
    if (n == 0) return result;
    const double share_in = model.enter_per_s / (model.leave_per_s + model.enter_per_s);
    const double share_out = 1 - share_in;
    std::vector<State> filtered(n);
    Forgetting forgetting(model);
    State predicted = {share_in, share_out, 0};
    double last_weight = 0;
    double factor = 1;
    for (std::size_t i = 0; i < n; ++i) {
        if (i > 0) {
            const double forgotten = forgetting.in(evidence[i].at - evidence[i - 1].at);
            const double leave = share_out * forgotten;
            const double enter = share_in * forgotten;
            const State& before = filtered[i - 1];
            predicted = {before.in * (1 - leave) + before.out * enter, before.in * leave + before.out * (1 - enter),
                         forgotten};
        }
        if (evidence[i].weight != last_weight) {
            last_weight = evidence[i].weight;
            factor = geo::real::exp(last_weight);
        }
        const double in = predicted.in * factor;
        const double scale = 1 / (in + predicted.out);
        filtered[i] = {in * scale, predicted.out * scale, predicted.forgotten};
    }
    double later_in = filtered[n - 1].in;
    double later_out = filtered[n - 1].out;
    result[n - 1] = later_in;
    for (std::size_t i = n - 1; i > 0; --i) {
        const double forgotten = filtered[i].forgotten;
        const State& now = filtered[i - 1];
        const double leave = now.in * share_out * forgotten;
        const double enter = now.out * share_in * forgotten;
        const double stay_in = now.in * (1 - share_out * forgotten);
        const double stay_out = now.out * (1 - share_in * forgotten);
        const double from_in = stay_in + enter > 0 ? later_in / (stay_in + enter) : 0;
        const double from_out = leave + stay_out > 0 ? later_out / (leave + stay_out) : 0;
        later_in = stay_in * from_in + leave * from_out;
        later_out = enter * from_in + stay_out * from_out;
        result[i - 1] = later_in;
    }
    return result;
}

PresenceTimes presence_times(std::span<const Fix> track, geo::Place place, double radius_mm, Interval interval,
                             const PresenceModel& model) {
    PresenceTimes times;
    times.claimed = interval.length();
    const std::span<const Fix> around = fixes_around(track, interval, model.observed_step_ms);
    const Witness witness(place, radius_mm / 1000, model);
    std::vector<Evidence> evidence;
    evidence.reserve(around.size());
    for (const Fix& fix : around) {
        const bool is_of_interval = fix.at >= interval.from && fix.at <= interval.to;
        if (is_of_interval) {
            ++times.seen;
            times.marks |= fix.marks;
        }
        if (!is_used(fix)) continue;
        // The first fix known is taken as new evidence in full.
        const double since =
            evidence.empty() ? model.forget_s : static_cast<double>(fix.at.ms - evidence.back().at) / 1000;
        evidence.push_back(witness.evidence(fix, since));
        if (is_of_interval) {
            ++times.used;
            times.has_doubtful_datum = times.has_doubtful_datum || has_doubtful_datum({&fix, 1});
            const double weight = evidence.back().weight;
            (weight > 0 ? times.evidence_for : times.evidence_against) += std::fabs(weight);
        }
    }
    const std::vector<double> probability = smoothed(evidence, model);
    times.flips = flips_of(probability, model);

    Tally tally(times, interval, model);
    if (evidence.empty()) {
        tally.unobserved(interval.from.ms, interval.to.ms, 0, 0);
        return times;
    }
    tally.unobserved(interval.from.ms, evidence.front().at, 0, evidence.front().away_s);
    for (std::size_t i = 1; i < evidence.size(); ++i) {
        const Evidence& before = evidence[i - 1];
        const Evidence& after = evidence[i];
        if (after.at - before.at <= model.observed_step_ms) {
            tally.observed(before.at, after.at, probability[i - 1], probability[i]);
        } else {
            tally.unobserved(before.at, after.at, before.away_s, after.away_s);
        }
    }
    tally.unobserved(evidence.back().at, interval.to.ms, evidence.back().away_s, 0);
    return times;
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
