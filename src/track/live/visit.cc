// SPDX-License-Identifier: Apache-2.0
#include "track/live/visit.h"

#include <algorithm>
#include <vector>

namespace ningyi::track {
namespace {

// Held back at most; beyond, a fix is taken for no outlier.
constexpr std::size_t most_held = 32;

}  // namespace

LiveVisit::LiveVisit(geo::Place place, double radius_mm, Interval interval, const PresenceModel& model)
    : interval_(interval), presence_(place, radius_mm, interval, model), heard_(interval.from) {}

void LiveVisit::add(Fix fix) {
    if (last_ && fix.at < *last_) {
        ++late_;
        return;
    }
    last_ = fix.at;
    marks_.mark(fix);
    presence_.add(fix);
    const std::size_t index = next_index_++;
    leaps_.add(fix, index);
    if (fix.at >= interval_.from && fix.at <= interval_.to) {
        mock_.add(fix);
        if ((fix.marks & (marks_without_place | marks_of_time)) == 0) {
            longest_silence_ = std::max(longest_silence_, fix.at.ms - heard_.ms);
            heard_ = fix.at;
        }
    }
    held_.push_back({index, fix});
    release(leaps_.settled());
}

// Gives the stays the fixes before a position, less the outliers.
void LiveVisit::release(std::size_t before) {
    const std::vector<std::size_t>& outliers = leaps_.found().outliers;
    // What is held lies among the last ones found.
    const auto last_found = outliers.end() - static_cast<std::ptrdiff_t>(std::min(outliers.size(), 2 * most_held));
    while (!held_.empty() && (held_.front().index < before || held_.size() > most_held)) {
        Held& held = held_.front();
        if (std::find(last_found, outliers.end(), held.index) != outliers.end()) held.fix.marks |= mark_jump;
        if (stays_.add(held.fix)) ++stays_ended_;
        held_.pop_front();
    }
}

VisitNow LiveVisit::now(Instant instant) const {
    VisitNow now;
    now.presence = presence_.times();
    now.inside = presence_.now();
    if (now.presence.enter_low) {
        // Until somebody may have come, the earliest is now.
        Instant earliest = *now.presence.enter_low;
        if (last_ && earliest > *last_) earliest = std::max(earliest, std::min(instant, interval_.to));
        now.late_low = std::max<Millis>(0, earliest.ms - interval_.from.ms);
    } else {
        now.late_low = std::max<Millis>(0, std::min(instant, interval_.to).ms - interval_.from.ms);
    }
    now.stay = stays_.open();
    now.stays = stays_ended_;
    now.leaps = leaps_.found();
    now.mock = mock_.evidence(static_cast<std::int64_t>(now.leaps.jumps.size()), 0, 0);
    const Millis end = std::clamp(instant, interval_.from, interval_.to).ms;
    now.silent = std::max<Millis>(0, end - heard_.ms);
    now.longest_silence = std::max(longest_silence_, now.silent);
    now.late = late_;
    return now;
}

}  // namespace ningyi::track
