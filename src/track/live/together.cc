// SPDX-License-Identifier: Apache-2.0
#include "track/live/together.h"

#include <algorithm>
#include <cmath>

#include "track/reading.h"

namespace ningyi::track {
namespace {

constexpr std::uint32_t left_out = marks_without_place | marks_of_time;

// What lies further away cannot change the interval.
constexpr Millis around = hours_ms;

// Where the difference is drawn: on the equator a degree east is as long as one north.
constexpr geo::Place middle{0, 0};
constexpr double farthest_m = 1'000'000;

// The presence of one moving body near another: both may have travelled unseen, and a gap in either is not observed.
PresenceModel model() {
    PresenceModel result;
    result.observed_step_ms = interpolated_gap_ms;
    result.unseen_speed_m_s = 2 * unseen_speed_m_s;
    return result;
}

}  // namespace

LiveTogether::LiveTogether(double radius_mm, Interval interval, std::optional<Millis> lag, std::size_t most)
    : interval_(interval),
      most_(most),
      both_(middle, radius_mm, interval, model(), lag),
      at_own_(middle, radius_mm, interval, model(), lag),
      at_worn_(middle, radius_mm, interval, model(), lag) {}

bool LiveTogether::takes(Track& track, const Fix& fix) {
    if ((fix.marks & left_out) != 0) return false;
    if (fix.at.ms < interval_.from.ms - around || fix.at.ms > interval_.to.ms + around) return false;
    if (track.last == fix.at) return false;  // of two places at one time the first
    track.last = fix.at;
    track.fixes.push_back(fix);
    if (track.fixes.size() > most_) release(track);
    return true;
}

void LiveTogether::release(Track& track) {
    track.before = track.fixes.front();
    track.fixes.pop_front();
}

void LiveTogether::add_own(const Fix& fix) {
    if (fix.at >= interval_.from && fix.at <= interval_.to) ++sums_.seen;
    if (!takes(own_, fix)) return;
    if (!plane_) plane_.emplace(fix.place);
    join();
}

void LiveTogether::add_worn(const Fix& fix) {
    const bool is_charging = (fix.flags & flag_charging) != 0;
    if (fix.at >= interval_.from && fix.at <= interval_.to) {
        ++sums_.seen;
        if ((fix.marks & left_out) == 0) {
            sums_.charging += is_charging ? 1 : 0;
            sums_.moving += !is_charging && (fix.flags & flag_moving) != 0 ? 1 : 0;
            if (!is_charging && (fix.marks & mark_jump) == 0) {
                if (!first_worn_) first_worn_ = fix;
                const double sigma_a = sigma_mm(*first_worn_) / 1000;
                const double sigma_b = sigma_mm(fix) / 1000;
                const double error = sigmas_95 * std::sqrt(sigma_a * sigma_a + sigma_b * sigma_b);
                sums_.moved_m = std::max(sums_.moved_m, geo::distance_m(first_worn_->place, fix.place) - error);
            }
        }
    }
    if (!is_charging && takes(worn_, fix)) join();
}

// Where a track is at an instant not after the first fix that waits. It is not known before the last that gave way.
std::optional<LiveTogether::Spot> LiveTogether::spot_at(const Track& track, Instant instant) const {
    const Fix& to = track.fixes.front();
    if (to.at == instant) {
        return Spot{plane_->offset(to.place), sigma_mm(to), to.marks, to.datum != Datum::unknown};
    }
    if (!track.before || track.before->at > instant) return std::nullopt;
    const Fix& from = *track.before;
    if (to.at.ms - from.at.ms > interpolated_gap_ms) return std::nullopt;
    const double share = static_cast<double>(instant.ms - from.at.ms) / static_cast<double>(to.at.ms - from.at.ms);
    const geo::Offset a = plane_->offset(from.place);
    const geo::Offset b = plane_->offset(to.place);
    return Spot{{a.east + share * (b.east - a.east), a.north + share * (b.north - a.north)},
                std::max(sigma_mm(from), sigma_mm(to)),
                from.marks | to.marks,
                from.datum != Datum::unknown && to.datum != Datum::unknown};
}

// The difference at each fix of either track at which both are known, as a track of its own.
void LiveTogether::join() {
    const geo::Plane map(middle);
    while (!own_.fixes.empty() && !worn_.fixes.empty()) {
        const Instant at = std::min(own_.fixes.front().at, worn_.fixes.front().at);
        const auto own = spot_at(own_, at);
        const auto worn = spot_at(worn_, at);
        const bool is_own = own_.fixes.front().at == at;
        const bool is_worn = worn_.fixes.front().at == at;
        if (is_own) release(own_);
        if (is_worn) release(worn_);
        if (!own || !worn) continue;
        Fix fix;
        fix.at = at;
        fix.place = map.place({std::clamp(own->offset.east - worn->offset.east, -farthest_m, farthest_m),
                               std::clamp(own->offset.north - worn->offset.north, -farthest_m, farthest_m)});
        fix.received = fix.place;
        const double sigma = std::sqrt(own->sigma_mm * own->sigma_mm + worn->sigma_mm * worn->sigma_mm);
        fix.accuracy_mm = static_cast<std::uint32_t>(std::min(sigma, 4e9));
        fix.level = Level::p39;
        fix.provider = Provider::gnss;
        fix.marks = own->marks | worn->marks;
        if (!own->is_datum_known || !worn->is_datum_known) fix.datum = Datum::unknown;
        both_.add(fix);
        if (is_own) at_own_.add(fix);
        if (is_worn) at_worn_.add(fix);
    }
}

Togetherness LiveTogether::togetherness() const {
    Togetherness result = sums_;
    result.times = both_.times();
    const PresenceTimes by_own = at_own_.times();
    const PresenceTimes by_worn = at_worn_.times();
    result.own_nats = by_own.evidence_for + by_own.evidence_against;
    result.other_nats = by_worn.evidence_for + by_worn.evidence_against;
    return result;
}

}  // namespace ningyi::track
