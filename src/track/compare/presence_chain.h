// SPDX-License-Identifier: Apache-2.0
// The parts of C2 (compare/presence.h): how a fix becomes evidence, the two-state chain forward and backward, and what
// a step of time adds to the sums. One place for the live and for the sealed form; nobody else needs it.
#pragma once

#include <algorithm>
#include <cmath>

#include "geo/plane.h"
#include "geo/real.h"
#include "track/compare/inside.h"
#include "track/compare/presence.h"

namespace ningyi::track {

// The area in which a fix that is not inside may lie, unless the circle itself is large.
constexpr double surroundings_m = 3000;

inline bool is_evidence(const Fix& fix) {
    return (fix.marks & (marks_without_place | marks_of_time)) == 0;
}

// Turns fixes into evidence. Keeps what successive fixes share, so that most of them need no elementary function.
class Witness {
public:
    Witness(geo::Place place, double radius_m, const PresenceModel& model)
        : plane_(place), model_(model), radius_m_(radius_m) {
        const double area = geo::real::pi * radius_m * radius_m;
        const double outer = std::max(surroundings_m, 2 * radius_m);
        const double whole = geo::real::pi * outer * outer;
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
    PresenceModel model_;
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
    PresenceModel model_;
};

// Filtered probability of in and of out, each kept, so that neither is lost in 1 − the other.
struct ChainState {
    double in = 0;
    double out = 0;
    double forgotten = 0;  // in the step that led here
};

class Chain {
public:
    explicit Chain(const PresenceModel& model)
        : share_in_(model.enter_per_s / (model.leave_per_s + model.enter_per_s)),
          share_out_(1 - share_in_),
          forgetting_(model) {}

    ChainState first(double weight) { return weighed({share_in_, share_out_, 0}, weight); }

    ChainState next(const ChainState& before, Millis step, double weight) {
        const double forgotten = forgetting_.in(step);
        const double leave = share_out_ * forgotten;
        const double enter = share_in_ * forgotten;
        return weighed(
            {before.in * (1 - leave) + before.out * enter, before.in * leave + before.out * (1 - enter), forgotten},
            weight);
    }

    // The smoothed state before a step, from the filtered one there and the smoothed one (`later`) behind it.
    ChainState back(const ChainState& now, double forgotten, const ChainState& later) const {
        const double leave = now.in * share_out_ * forgotten;
        const double enter = now.out * share_in_ * forgotten;
        const double stay_in = now.in * (1 - share_out_ * forgotten);
        const double stay_out = now.out * (1 - share_in_ * forgotten);
        const double from_in = stay_in + enter > 0 ? later.in / (stay_in + enter) : 0;
        const double from_out = leave + stay_out > 0 ? later.out / (leave + stay_out) : 0;
        return {stay_in * from_in + leave * from_out, enter * from_in + stay_out * from_out, 0};
    }

private:
    ChainState weighed(const ChainState& predicted, double weight) {
        if (weight != last_weight_) {
            last_weight_ = weight;
            factor_ = geo::real::exp(weight);
        }
        const double in = predicted.in * factor_;
        const double scale = 1 / (in + predicted.out);
        return {in * scale, predicted.out * scale, predicted.forgotten};
    }

    double share_in_;
    double share_out_;
    Forgetting forgetting_;
    double last_weight_ = 0;
    double factor_ = 1;
};

}  // namespace ningyi::track
