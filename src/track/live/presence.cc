// SPDX-License-Identifier: Apache-2.0
#include "track/live/presence.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "track/reading.h"

namespace ningyi::track {

LivePresence::LivePresence(geo::Place place, double radius_mm, Interval interval, const PresenceModel& model,
                           std::optional<Millis> lag)
    : model_(model), interval_(interval), lag_(lag), witness_(place, radius_mm / 1000, model), chain_(model) {
    times_.claimed = interval.length();
}

void LivePresence::expect(std::size_t fixes) {
    evidence_.reserve(fixes);
    filtered_.reserve(fixes);
}

void LivePresence::add(const Fix& fix) {
    const bool is_of_interval = fix.at >= interval_.from && fix.at <= interval_.to;
    if (is_of_interval) {
        ++times_.seen;
        times_.marks |= fix.marks;
    }
    if (!is_evidence(fix) || is_over_) return;
    // Long before the interval only the last fix matters, long after it only the first.
    if (fix.at.ms < interval_.from.ms - model_.observed_step_ms) {
        evidence_.clear();
        filtered_.clear();
    }
    is_over_ = fix.at.ms > interval_.to.ms + model_.observed_step_ms;
    // The first fix known is taken as new evidence in full.
    const bool is_first = evidence_.empty();
    const Millis step = is_first ? 0 : fix.at.ms - evidence_.back().at;
    const double since = is_first ? model_.forget_s : static_cast<double>(step) / 1000;
    const Evidence evidence = witness_.evidence(fix, since);
    filtered_.push_back(is_first ? chain_.first(evidence.weight)
                                 : chain_.next(filtered_.back(), step, evidence.weight));
    evidence_.push_back(evidence);
    if (is_of_interval) {
        ++times_.used;
        times_.has_doubtful_datum = times_.has_doubtful_datum || has_doubtful_datum({&fix, 1});
        (evidence.weight > 0 ? times_.evidence_for : times_.evidence_against) += std::fabs(evidence.weight);
    }
    // Twice the lag is let come together, so that each fix is smoothed but a few times.
    if (lag_ && evidence_.back().at - evidence_.front().at > 2 * *lag_) settle();
}

void LivePresence::settle() {
    std::size_t keep = 0;  // the last fix that is old enough stays as the first of the window
    while (keep + 1 < evidence_.size() && evidence_.back().at - evidence_[keep + 1].at >= *lag_) ++keep;
    if (keep == 0) return;
    std::vector<double> probability;
    tally(times_, side_, keep, probability);
    has_settled_ = true;
    evidence_.erase(evidence_.begin(), evidence_.begin() + static_cast<std::ptrdiff_t>(keep));
    filtered_.erase(filtered_.begin(), filtered_.begin() + static_cast<std::ptrdiff_t>(keep));
}

void LivePresence::tally(PresenceTimes& times, int& side, std::size_t steps, std::vector<double>& probability) const {
    const std::size_t n = evidence_.size();
    probability.resize(n);
    ChainState later = filtered_[n - 1];
    probability[n - 1] = later.in;
    for (std::size_t i = n - 1; i > 0; --i) {
        later = chain_.back(filtered_[i - 1], filtered_[i].forgotten, later);
        probability[i - 1] = later.in;
    }
    Tally sums(times, interval_, model_);
    if (!has_settled_) sums.unobserved(interval_.from.ms, evidence_.front().at, 0, evidence_.front().away_s);
    // Changes between in and out; a probability between the thresholds is neither. The first of the window was looked
    // at when it was settled, the last of a part will be the first of the next.
    const auto look = [&](double p) {
        const int now = p > model_.sure ? 1 : p <= model_.possible ? -1 : side;
        if (side != 0 && now != side) ++times.flips;
        side = now;
    };
    if (!has_settled_) look(probability[0]);
    for (std::size_t i = 1; i <= steps; ++i) {
        const Evidence& before = evidence_[i - 1];
        const Evidence& after = evidence_[i];
        look(probability[i]);
        if (after.at - before.at <= model_.observed_step_ms) {
            sums.observed(before.at, after.at, probability[i - 1], probability[i]);
        } else {
            sums.unobserved(before.at, after.at, before.away_s, after.away_s);
        }
    }
}

PresenceTimes LivePresence::times() const& {
    LivePresence copy = *this;
    return std::move(copy).times();
}

PresenceTimes LivePresence::times() && {
    if (evidence_.empty()) {
        Tally(times_, interval_, model_).unobserved(interval_.from.ms, interval_.to.ms, 0, 0);
        return std::move(times_);
    }
    std::vector<double> probability;
    tally(times_, side_, evidence_.size() - 1, probability);
    Tally(times_, interval_, model_).unobserved(evidence_.back().at, interval_.to.ms, evidence_.back().away_s, 0);
    return std::move(times_);
}

std::optional<double> LivePresence::now() const {
    if (filtered_.empty()) return std::nullopt;
    return filtered_.back().in;
}

}  // namespace ningyi::track
