// SPDX-License-Identifier: Apache-2.0
#include "track/clean.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "track/compare/teleport.h"

namespace ningyi::track {
namespace {

constexpr Millis clock_slack_ms = 2 * minutes_ms;
constexpr double poor_accuracy_mm = 200'000;
constexpr std::int32_t near_zero_e7 = 1000;  // 1e-4°
constexpr std::size_t least_coarse = 20;
constexpr std::size_t most_at_once = 16;  // fixes of one instant that are told apart live

// A total order on what a fix says, so that arrival never shows: time, then the order in which the device sent it, then
// the rest.
auto order_of(const Fix& fix) {
    return std::tuple(fix.at, fix.upload, fix.seq, fix.boot, fix.mono_ms, fix.device, fix.place, fix.received,
                      fix.accuracy_mm, fix.level, fix.datum, fix.provider, fix.flags, fix.speed_mm_s, fix.bearing_cdeg,
                      fix.altitude_mm, fix.conversion, fix.recorded);
}

bool is_near_zero(geo::Place place) {
    return std::abs(std::int64_t{place.lat_e7}) <= near_zero_e7 && std::abs(std::int64_t{place.lon_e7}) <= near_zero_e7;
}

// Positions of the fixes, ordered by `key`; equal keys keep the order of the track.
template <class Key>
std::vector<std::size_t> ordered_by(const std::vector<Fix>& fixes, Key key) {
    std::vector<std::size_t> positions(fixes.size());
    for (std::size_t i = 0; i < positions.size(); ++i) positions[i] = i;
    const auto is_before = [&](std::size_t a, std::size_t b) { return key(fixes[a]) < key(fixes[b]); };
    if (!std::is_sorted(positions.begin(), positions.end(), is_before)) {
        std::stable_sort(positions.begin(), positions.end(), is_before);
    }
    return positions;
}

void mark_duplicates(std::vector<Fix>& fixes) {
    const auto key = [](const Fix& fix) { return std::tuple(fix.device, fix.at, fix.place); };
    const auto positions = ordered_by(fixes, key);
    for (std::size_t i = 1; i < positions.size(); ++i) {
        if (key(fixes[positions[i - 1]]) == key(fixes[positions[i]])) fixes[positions[i]].marks |= mark_duplicate;
    }
}

void mark_disorder(std::vector<Fix>& fixes) {
    const auto positions = ordered_by(fixes, [](const Fix& f) { return std::tuple(f.device, f.upload, f.seq); });
    for (std::size_t i = 1; i < positions.size(); ++i) {
        const Fix& before = fixes[positions[i - 1]];
        Fix& fix = fixes[positions[i]];
        const bool is_successor = before.device == fix.device && before.upload == fix.upload && before.seq < fix.seq;
        if (is_successor && fix.at < before.at) fix.marks |= mark_order;
    }
}

// Inside one boot the offset of the two clocks is constant but for drift. Where it steps, the longest run with one
// offset is left as it is and all others are marked: which of them is right is not knowable here, and nothing is
// re-dated.
void mark_clock_steps(std::vector<Fix>& fixes) {
    const auto positions = ordered_by(fixes, [](const Fix& f) { return std::tuple(f.device, f.boot, f.mono_ms); });
    const auto offset = [&](std::size_t i) { return fixes[positions[i]].at.ms - fixes[positions[i]].mono_ms; };
    std::size_t i = 0;
    while (i < positions.size()) {
        const Fix& first = fixes[positions[i]];
        std::vector<std::size_t> starts;  // of the runs of this boot, and its end
        std::size_t j = i;
        for (; j < positions.size(); ++j) {
            const Fix& fix = fixes[positions[j]];
            if (fix.device != first.device || fix.boot != first.boot) break;
            if (fix.mono_ms == no_time) continue;  // these come first in their boot
            if (starts.empty() || std::abs(offset(j) - offset(j - 1)) > clock_slack_ms) starts.push_back(j);
        }
        starts.push_back(j);
        std::size_t longest = 0;
        for (std::size_t run = 0; run + 1 < starts.size(); ++run) {
            if (starts[run + 1] - starts[run] > starts[longest + 1] - starts[longest]) longest = run;
        }
        for (std::size_t run = 0; run + 1 < starts.size(); ++run) {
            if (run == longest) continue;
            for (std::size_t k = starts[run]; k < starts[run + 1]; ++k) fixes[positions[k]].marks |= mark_clock;
        }
        i = j;
    }
}

void mark_repeats(std::vector<Fix>& fixes) {
    const Fix* before = nullptr;
    for (Fix& fix : fixes) {
        if ((fix.marks & marks_without_place) != 0) continue;
        if (before != nullptr && before->place == fix.place) fix.marks |= mark_repeat;
        before = &fix;
    }
}

// One device whose fixes come in the order in which it sent them, each later than the one before, and that tells no
// monotonic time: nothing is told twice, out of order or by a clock that stepped.
bool is_plain(const std::vector<Fix>& fixes) {
    for (std::size_t i = 0; i < fixes.size(); ++i) {
        if (fixes[i].mono_ms != no_time) return false;
        if (i == 0) continue;
        const Fix& before = fixes[i - 1];
        const Fix& fix = fixes[i];
        if (before.device != fix.device || before.at >= fix.at) return false;
        if (before.upload != fix.upload ? before.upload > fix.upload : before.seq >= fix.seq) return false;
    }
    return true;
}

void mark_coarse_device(std::vector<Fix>& fixes) {
    const auto is_coarse = [](const Fix& fix) {
        return fix.received.lat_e7 % 1000 == 0 && fix.received.lon_e7 % 1000 == 0;
    };
    if (fixes.size() < least_coarse || !std::all_of(fixes.begin(), fixes.end(), is_coarse)) return;
    for (Fix& fix : fixes) fix.marks |= mark_coarse;
}

void mark_coarse_devices(std::vector<Fix>& fixes) {
    const auto positions = ordered_by(fixes, [](const Fix& fix) { return fix.device; });
    std::size_t i = 0;
    while (i < positions.size()) {
        std::size_t j = i;
        bool is_coarse = true;
        for (; j < positions.size() && fixes[positions[j]].device == fixes[positions[i]].device; ++j) {
            const geo::Place place = fixes[positions[j]].received;
            is_coarse = is_coarse && place.lat_e7 % 1000 == 0 && place.lon_e7 % 1000 == 0;
        }
        for (std::size_t k = i; is_coarse && j - i >= least_coarse && k < j; ++k) {
            fixes[positions[k]].marks |= mark_coarse;
        }
        i = j;
    }
}

}  // namespace

std::uint32_t own_marks(const Fix& fix) {
    std::uint32_t marks = fix.marks & mark_suspect_datum;
    if ((fix.flags & flag_not_positioned) != 0) marks |= mark_invalid;
    if (is_near_zero(fix.received)) marks |= mark_zero;
    if (!geo::is_on_earth(fix.place) || (fix.flags & flag_not_a_number) != 0) marks |= mark_range;
    if (fix.recorded.ms != no_time && fix.at.ms - clock_slack_ms > fix.recorded.ms) marks |= mark_future;
    if ((fix.flags & flag_aged) != 0) marks |= mark_stale;
    if (accuracy_68_mm(fix) > poor_accuracy_mm) marks |= mark_poor;
    if ((fix.flags & flag_mock_known) != 0 && (fix.flags & flag_mock) != 0) marks |= mark_mock;
    if ((fix.flags & flag_simulated) != 0) marks |= mark_simulated;
    if ((fix.flags & flag_accessory) != 0) marks |= mark_accessory;
    return marks;
}

void LiveMarks::mark(Fix& fix) {
    fix.marks = own_marks(fix);
    if (at_once_.empty() || fix.at != at_) at_once_.clear();
    at_ = fix.at;
    const std::pair here(fix.device, fix.place);
    if (std::find(at_once_.begin(), at_once_.end(), here) != at_once_.end()) {
        fix.marks |= mark_duplicate;
    } else if (at_once_.size() < most_at_once) {
        at_once_.push_back(here);
    }
    if ((fix.marks & marks_without_place) != 0) return;
    if (place_ == fix.place) fix.marks |= mark_repeat;
    place_ = fix.place;
}

void mark(std::vector<Fix>& fixes) {
    // Most tracks come in order, and most fixes differ in their time.
    const auto is_before = [](const Fix& a, const Fix& b) {
        return a.at != b.at ? a.at < b.at : order_of(a) < order_of(b);
    };
    if (!std::is_sorted(fixes.begin(), fixes.end(), is_before)) std::sort(fixes.begin(), fixes.end(), is_before);
    for (Fix& fix : fixes) fix.marks = own_marks(fix);
    const bool plain = is_plain(fixes);
    if (!plain) {
        mark_duplicates(fixes);
        mark_disorder(fixes);
        mark_clock_steps(fixes);
    }
    mark_repeats(fixes);
    plain ? mark_coarse_device(fixes) : mark_coarse_devices(fixes);
    for (const std::size_t outlier : leaps(fixes, road_speed_mm_s).outliers) fixes[outlier].marks |= mark_jump;
}

}  // namespace ningyi::track
