// SPDX-License-Identifier: Apache-2.0
#include "track/compare/together.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "geo/plane.h"
#include "track/reading.h"

namespace ningyi::track {
namespace {

constexpr std::uint32_t left_out = marks_without_place | marks_of_time;

constexpr double least_nats = 3;  // that both sides must hold before anybody is accused
constexpr double least_moved_m = 30;
constexpr std::int64_t least_moving = 3;

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

bool is_used(const Fix& fix) {
    return (fix.marks & left_out) == 0;
}

std::vector<Fix> usable(std::span<const Fix> track, bool is_wearable) {
    std::vector<Fix> result;
    for (const Fix& fix : track) {
        if (!is_used(fix) || (is_wearable && (fix.flags & flag_charging) != 0)) continue;
        if (!result.empty() && result.back().at == fix.at) continue;  // of two places at one time the first
        result.push_back(fix);
    }
    return result;
}

// Walks along a track; says where it is at instants that only grow.
class Walker {
public:
    Walker(std::span<const Fix> track, const geo::Plane& plane) : track_(track), plane_(plane) {}

    struct State {
        geo::Offset offset;
        double sigma_mm = 0;
        std::uint32_t marks = 0;
        bool is_datum_known = true;
        bool is_fix = false;  // an own fix, not between two
    };
    std::optional<State> at(Instant instant) {
        while (next_ < track_.size() && track_[next_].at < instant) ++next_;
        if (next_ == track_.size()) return std::nullopt;
        const Fix& to = track_[next_];
        if (to.at == instant) {
            return State{plane_.offset(to.place), sigma_mm(to), to.marks, to.datum != Datum::unknown, true};
        }
        if (next_ == 0) return std::nullopt;
        const Fix& from = track_[next_ - 1];
        if (to.at.ms - from.at.ms > interpolated_gap_ms) return std::nullopt;
        const double share = static_cast<double>(instant.ms - from.at.ms) / static_cast<double>(to.at.ms - from.at.ms);
        const geo::Offset a = plane_.offset(from.place);
        const geo::Offset b = plane_.offset(to.place);
        return State{{a.east + share * (b.east - a.east), a.north + share * (b.north - a.north)},
                     std::max(sigma_mm(from), sigma_mm(to)),
                     from.marks | to.marks,
                     from.datum != Datum::unknown && to.datum != Datum::unknown,
                     false};
    }

private:
    std::span<const Fix> track_;
    const geo::Plane& plane_;
    std::size_t next_ = 0;
};

// The difference of both as a track of its own, at the times given, where both are known.
std::vector<Fix> difference(std::span<const Fix> a, std::span<const Fix> b, std::span<const Instant> times,
                            const geo::Plane& plane) {
    std::vector<Fix> result;
    Walker walker_a(a, plane);
    Walker walker_b(b, plane);
    const geo::Plane map(middle);
    for (const Instant at : times) {
        const auto place_a = walker_a.at(at);
        const auto place_b = walker_b.at(at);
        if (!place_a || !place_b) continue;
        Fix fix;
        fix.at = at;
        fix.place = map.place({std::clamp(place_a->offset.east - place_b->offset.east, -farthest_m, farthest_m),
                               std::clamp(place_a->offset.north - place_b->offset.north, -farthest_m, farthest_m)});
        fix.received = fix.place;
        const double sigma = std::sqrt(place_a->sigma_mm * place_a->sigma_mm + place_b->sigma_mm * place_b->sigma_mm);
        fix.accuracy_mm = static_cast<std::uint32_t>(std::min(sigma, 4e9));
        fix.level = Level::p39;
        fix.provider = Provider::gnss;
        fix.marks = place_a->marks | place_b->marks;
        if (!place_a->is_datum_known || !place_b->is_datum_known) fix.datum = Datum::unknown;
        result.push_back(fix);
    }
    return result;
}

std::vector<Instant> times_of(std::span<const Fix> a, std::span<const Fix> b) {
    std::vector<Instant> times;
    for (const Fix& fix : a) times.push_back(fix.at);
    for (const Fix& fix : b) times.push_back(fix.at);
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    return times;
}

}  // namespace

bool Togetherness::is_worn() const {
    return moved_m >= least_moved_m || moving >= least_moving;
}

Togetherness togetherness(std::span<const Fix> track, std::span<const Fix> wearable, double radius_mm,
                          Interval interval) {
    Togetherness result;
    // What lies an hour away cannot change the interval.
    const Interval around{Instant{interval.from.ms - hours_ms}, Instant{interval.to.ms + hours_ms}};
    const std::vector<Fix> own = usable(fixes_within(track, around), false);
    const std::vector<Fix> other = usable(fixes_within(wearable, around), true);
    const std::span<const Fix> worn = fixes_within(wearable, interval);
    result.seen = static_cast<std::int64_t>(fixes_within(track, interval).size() + worn.size());
    const Fix* first = nullptr;
    for (const Fix& fix : worn) {
        if (!is_used(fix)) continue;
        if ((fix.flags & flag_charging) != 0) {
            ++result.charging;
            continue;
        }
        result.moving += (fix.flags & flag_moving) != 0 ? 1 : 0;
        if ((fix.marks & mark_jump) != 0) continue;
        if (first == nullptr) first = &fix;
        const double sigma_a = sigma_mm(*first) / 1000;
        const double sigma_b = sigma_mm(fix) / 1000;
        const double error = sigmas_95 * std::sqrt(sigma_a * sigma_a + sigma_b * sigma_b);
        result.moved_m = std::max(result.moved_m, geo::distance_m(first->place, fix.place) - error);
    }
    const geo::Plane plane(own.empty() ? middle : own.front().place);
    const auto presence_at = [&](std::span<const Fix> times_a, std::span<const Fix> times_b) {
        const std::vector<Fix> apart = difference(own, other, times_of(times_a, times_b), plane);
        return presence_times(apart, middle, radius_mm, interval, model());
    };
    result.times = presence_at(own, other);
    const PresenceTimes by_own = presence_at(own, {});
    const PresenceTimes by_other = presence_at(other, {});
    result.own_nats = by_own.evidence_for + by_own.evidence_against;
    result.other_nats = by_other.evidence_for + by_other.evidence_against;
    return result;
}

Measurement together(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.together");
    if (!reading.is_complete()) return reading.nothing();
    Writing writing("track.together");
    const std::int64_t radius_mm = reading.number("radius");
    const Interval interval = *reading.interval("interval");
    if (radius_mm <= 0 || interval.length() == 0) {
        writing.limit(limit_no_track);
        return writing.measurement();
    }
    const std::span<const Fix> track = reading.track("track");
    const std::span<const Fix> other = reading.track("other");
    const Togetherness found = togetherness(track, other, static_cast<double>(radius_mm), interval);
    const PresenceTimes& times = found.times;
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
    writing.fact("own", mnat_of(found.own_nats));
    writing.fact("other", mnat_of(found.other_nats));
    writing.fact("moved", geo::rounded(found.moved_m * 1000));
    writing.fact("moving", found.moving);
    writing.fact("charging", found.charging);
    writing.fact("used", times.used);
    writing.fact("seen", found.seen);

    const bool is_one_empty = fixes_within(track, interval).empty() || fixes_within(other, interval).empty();
    if (found.seen == 0)
        writing.limit(limit_no_track);
    else if (is_one_empty)
        writing.limit(limit_one_sided);
    else if (times.used < 3)
        writing.limit(limit_few_fixes);
    if (times.observed * 2 < times.claimed) writing.limit(limit_low_coverage);
    if ((times.marks & mark_poor) != 0) writing.limit(limit_poor_accuracy);
    if ((times.marks & mark_clock) != 0) writing.limit(limit_clock_step);
    if (times.has_doubtful_datum) writing.limit(limit_datum_suspect);
    if (!is_one_empty && !found.is_worn()) writing.limit(limit_wearable_off);

    if (writing.has_limit(limit_clock_step) || !found.is_worn()) return writing.measurement();
    if (times.possible * 2 < times.claimed) {
        const bool have_both_spoken = found.own_nats >= least_nats && found.other_nats >= least_nats;
        if (!have_both_spoken) writing.limit(limit_one_sided);
        if (have_both_spoken && !times.has_doubtful_datum)
            writing.verdict(Verdict::contradicted, times.evidence_against);
    } else if (times.sure * 10 >= times.claimed * 8) {
        writing.verdict(Verdict::supported, times.evidence_for);
    }
    return writing.measurement();
}

}  // namespace ningyi::track
