// SPDX-License-Identifier: Apache-2.0
#include "track/live/visit.h"

#include <algorithm>
#include <vector>

#include "geo/real.h"

namespace ningyi::track {
namespace {

// Held back at most; beyond, a fix is taken for no outlier.
constexpr std::size_t most_held = 32;

}  // namespace

LiveVisit::LiveVisit(geo::Place place, double radius_mm, Interval interval, const PresenceModel& model,
                     const std::optional<SecondTrack>& second)
    : place_(place),
      radius_mm_(radius_mm),
      interval_(interval),
      presence_(place, radius_mm, interval, model),
      heard_(interval.from) {
    if (!second) return;
    approach_.emplace(second->within_mm / 1000, interval);
    together_.emplace(second->radius_mm, interval);
}

bool LiveVisit::Arrivals::take(Fix& fix) {
    if (last_ && fix.at < *last_) {
        ++late_;
        return false;
    }
    last_ = fix.at;
    marks_.mark(fix);
    const std::size_t index = next_index_++;
    leaps_.add(fix, index);
    held_.push_back({index, fix});
    return true;
}

std::optional<Fix> LiveVisit::Arrivals::next() {
    if (held_.empty() || (held_.front().index >= leaps_.settled() && held_.size() <= most_held)) return std::nullopt;
    Held held = held_.front();
    held_.pop_front();
    const std::vector<std::size_t>& outliers = leaps_.found().outliers;
    // What is held lies among the last ones found.
    const auto last_found = outliers.end() - static_cast<std::ptrdiff_t>(std::min(outliers.size(), 2 * most_held));
    if (std::find(last_found, outliers.end(), held.index) != outliers.end()) held.fix.marks |= mark_jump;
    return held.fix;
}

void LiveVisit::add(Fix fix) {
    if (!own_.take(fix)) return;
    last_ = fix;
    presence_.add(fix);
    const auto is_of_interval = [this](const Fix& some) {
        return some.at >= interval_.from && some.at <= interval_.to;
    };
    if (is_of_interval(fix)) {
        mock_.add(fix);
        if ((fix.marks & (marks_without_place | marks_of_time)) == 0) {
            longest_silence_ = std::max(longest_silence_, fix.at.ms - heard_.ms);
            heard_ = fix.at;
        }
    }
    while (const auto known = own_.next()) {
        if (stays_.add(*known)) ++stays_ended_;
        if (is_of_interval(*known)) jitter_.add(*known);
        if (approach_) approach_->add(Side::a, *known);
        if (together_) together_->add_own(*known);
    }
}

void LiveVisit::add_other(Fix fix) {
    if (!approach_ || !other_.take(fix)) return;
    while (const auto known = other_.next()) {
        approach_->add(Side::b, *known);
        together_->add_worn(*known);
    }
}

VisitNow LiveVisit::now(Instant instant) const {
    VisitNow now;
    if (last_) now.last = inside_of(*last_, place_, geo::rounded(radius_mm_));
    now.presence = presence_.times();
    now.inside = presence_.now();
    if (now.presence.enter_low) {
        // Until somebody may have come, the earliest is now.
        Instant earliest = *now.presence.enter_low;
        if (last_ && earliest > last_->at) earliest = std::max(earliest, std::min(instant, interval_.to));
        now.late_low = std::max<Millis>(0, earliest.ms - interval_.from.ms);
    } else {
        now.late_low = std::max<Millis>(0, std::min(instant, interval_.to).ms - interval_.from.ms);
    }
    now.stay = stays_.open();
    now.stays = stays_ended_;
    now.leaps = own_.leaps();
    now.jitter = jitter_.jitter();
    now.mock = mock_.evidence(static_cast<std::int64_t>(now.leaps.jumps.size()),
                              is_white(now.jitter) ? now.jitter.fixes : 0, 0);
    const Millis end = std::clamp(instant, interval_.from, interval_.to).ms;
    now.silent = std::max<Millis>(0, end - heard_.ms);
    now.longest_silence = std::max(longest_silence_, now.silent);
    now.late = own_.late() + other_.late();
    now.held = own_.held();
    if (approach_) now.approach = approach_->approach();
    if (together_) now.together = together_->togetherness();
    now.other_held = other_.held();
    return now;
}

}  // namespace ningyi::track
