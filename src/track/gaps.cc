// SPDX-License-Identifier: Apache-2.0
#include "track/gaps.h"

#include <algorithm>
#include <optional>

#include "track/reading.h"

namespace ningyi::track {
namespace {

constexpr Millis longest_reach_ms = 366 * days_ms;

// Signs of life at most this far apart: the application lived between them. Terminals send one every minute or two.
constexpr Millis longest_breath_ms = 5 * minutes_ms;

bool is_heard(const Fix& fix) {
    return (fix.marks & (marks_without_place | marks_of_time)) == 0;
}

// The part of a silence in which the terminal gave signs of life without a position.
Millis alive_ms(std::span<const Fix> track, Interval silence) {
    Millis alive = 0;
    std::optional<Instant> last;
    const auto breathe = [&](Instant at) {
        if (last && at.ms - last->ms <= longest_breath_ms) alive += at.ms - last->ms;
        last = at;
    };
    for (const Fix& fix : fixes_within(track, silence)) {
        const bool is_sign = (fix.flags & flag_not_positioned) != 0 && (fix.marks & marks_of_time) == 0;
        if (is_sign || is_heard(fix)) breathe(fix.at);
    }
    return alive;
}

}  // namespace

std::vector<Interval> silences(std::span<const Fix> track, Interval interval, Millis limit) {
    std::vector<Interval> result;
    Instant last = interval.from;
    const auto note = [&](Instant next) {
        if (next.ms - last.ms > limit) result.push_back({last, next});
        last = next;
    };
    for (const Fix& fix : fixes_within(track, interval)) {
        if (is_heard(fix)) note(fix.at);
    }
    if (interval.to > last) note(interval.to);
    return result;
}

Measurement gaps(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.gaps");
    if (!reading.is_complete()) return reading.nothing();
    const Interval interval = *reading.interval("interval");
    const std::span<const Fix> track = fixes_within(reading.track("track"), interval);
    Millis longest = 0;
    Millis total = 0;
    Millis alive = 0;
    const std::vector<Interval> silent = silences(track, interval, std::max<Millis>(0, reading.number("limit")));
    for (const Interval& gap : silent) {
        longest = std::max(longest, gap.length());
        total += gap.length();
        alive += alive_ms(track, gap);
    }
    const auto used = std::count_if(track.begin(), track.end(), is_heard);
    Writing writing("track.gaps");
    writing.fact("count", static_cast<std::int64_t>(silent.size()));
    writing.fact("longest", longest);
    writing.fact("total", total);
    writing.fact("alive", alive);
    writing.fact("used", used);
    writing.fact("seen", static_cast<std::int64_t>(track.size()));
    if (track.empty()) writing.limit(limit_no_track);
    if (has_mark(track, mark_clock)) writing.limit(limit_clock_step);
    if (used > 0) writing.verdict(Verdict::supported, 0);
    return writing.measurement();
}

Measurement usable(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.usable");
    if (!reading.is_complete()) return reading.nothing();
    const Interval stated = *reading.interval("interval");
    const Millis reach = std::clamp<Millis>(reading.number("reach"), 0, longest_reach_ms);
    const Interval interval{Instant{stated.from.ms - reach}, Instant{std::max(stated.from, stated.to).ms + reach}};
    const std::span<const Fix> track = fixes_within(reading.track("track"), interval);

    std::int64_t usable_fixes = 0;
    std::int64_t poor = 0;
    double best_mm = 0;
    for (const Fix& fix : track) {
        if (!is_heard(fix)) continue;
        if ((fix.marks & mark_poor) != 0) {
            ++poor;
            continue;
        }
        const double accuracy = accuracy_68_mm(fix);
        best_mm = usable_fixes == 0 ? accuracy : std::min(best_mm, accuracy);
        ++usable_fixes;
    }
    Millis longest = 0;
    for (const Interval& gap : silences(track, interval, 0)) longest = std::max(longest, gap.length());

    Writing writing("track.usable");
    writing.fact("usable", usable_fixes);
    writing.fact("seen", static_cast<std::int64_t>(track.size()));
    writing.fact("poor", poor);
    writing.fact("longest", longest);
    if (usable_fixes > 0) {
        writing.fact("accuracy", geo::rounded(best_mm));
        writing.verdict(Verdict::supported, 0);
    } else {
        writing.limit(track.empty() ? limit_no_track : limit_few_fixes);
        if (poor > 0) writing.limit(limit_poor_accuracy);
    }
    return writing.measurement();
}

}  // namespace ningyi::track
