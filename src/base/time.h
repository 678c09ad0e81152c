// SPDX-License-Identifier: Apache-2.0
// Time as integers: instants and durations in milliseconds, dates in days. Nothing here reads a clock.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ningyi {

using Millis = std::int64_t;  // a length of time in ms

constexpr Millis seconds_ms = 1000;
constexpr Millis minutes_ms = 60 * seconds_ms;
constexpr Millis hours_ms = 60 * minutes_ms;
constexpr Millis days_ms = 24 * hours_ms;

// A point in time: milliseconds since 1970-01-01T00:00:00Z.
struct Instant {
    Millis ms = 0;
    auto operator<=>(const Instant&) const = default;
};

// Half-open [from, to).
struct Interval {
    Instant from;
    Instant to;
    Millis length() const { return to.ms > from.ms ? to.ms - from.ms : 0; }
    bool operator==(const Interval&) const = default;
};

// A calendar day: days since 1970-01-01.
struct Date {
    std::int32_t days = 0;
    auto operator<=>(const Date&) const = default;
};

struct Calendar {
    int year = 1970, month = 1, day = 1;
};

Calendar calendar_of(Date date);
std::optional<Date> date_of(int year, int month, int day);  // nothing when there is no such day
int weekday_of(Date date);                                  // 1 Monday … 7 Sunday

// "2025-08-01", exactly; nothing when it is not a real day of years 1 to 9999.
std::optional<Date> parse_date(std::string_view text);
std::string to_text(Date date);

// RFC 3339 with an offset ("2025-08-01T09:00:00+08:00", "…Z", also a space for the T, fractions cut to ms).
// Nothing when malformed, without an offset, or finer than can be kept.
std::optional<Instant> parse_instant(std::string_view text);

// RFC 3339 in UTC+`offset_minutes`, with milliseconds only when there are any.
std::string to_text(Instant instant, int offset_minutes);

}  // namespace ningyi
