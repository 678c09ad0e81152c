// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <chrono>

#include "base/text.h"

namespace ningyi {
namespace {

// Reads exactly `count` digits at `at`; nothing when one is missing.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    if (at + count > text.size()) return std::nullopt;
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

bool is_char(std::string_view text, std::size_t at, char c) {
    return at < text.size() && text[at] == c;
}

}  // namespace

Calendar calendar_of(Date date) {
    const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{date.days}}};
    return {int(day.year()), int(unsigned(day.month())), int(unsigned(day.day()))};
}

std::optional<Date> date_of(int year, int month, int day) {
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
    const std::chrono::year_month_day value{std::chrono::year{year}, std::chrono::month{unsigned(month)},
                                            std::chrono::day{unsigned(day)}};
    if (!value.ok()) return std::nullopt;
    return Date{static_cast<std::int32_t>(std::chrono::sys_days{value}.time_since_epoch().count())};
}

int weekday_of(Date date) {
    const std::chrono::weekday day{std::chrono::sys_days{std::chrono::days{date.days}}};
    return int(day.iso_encoding());
}

std::optional<Date> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = digits(text, 0, 4);
    const auto month = digits(text, 5, 2);
    const auto day = digits(text, 8, 2);
    if (!year || !month || !day) return std::nullopt;
    return date_of(*year, *month, *day);
}

std::string to_text(Date date) {
    const Calendar day = calendar_of(date);
    return format("{:04d}-{:02d}-{:02d}", day.year, day.month, day.day);
}

std::optional<Instant> parse_instant(std::string_view text) {
    if (text.size() < 20) return std::nullopt;
    const auto date = parse_date(text.substr(0, 10));
    const char separator = text[10];
    if (!date || (separator != 'T' && separator != 't' && separator != ' ')) return std::nullopt;
    const auto hour = digits(text, 11, 2);
    const auto minute = digits(text, 14, 2);
    const auto second = digits(text, 17, 2);
    if (!hour || !minute || !second || !is_char(text, 13, ':') || !is_char(text, 16, ':')) return std::nullopt;
    if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    std::size_t at = 19;
    Millis fraction = 0;
    if (is_char(text, at, '.')) {
        ++at;
        Millis scale = 100;
        const std::size_t first = at;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
            fraction += (text[at] - '0') * scale;
            scale /= 10;
        }
        if (at == first || at - first > 9) return std::nullopt;
    }
    Millis offset = 0;
    if (is_char(text, at, 'Z') || is_char(text, at, 'z')) {
        ++at;
    } else if (is_char(text, at, '+') || is_char(text, at, '-')) {
        const auto offset_hour = digits(text, at + 1, 2);
        const auto offset_minute = digits(text, at + 4, 2);
        if (!offset_hour || !offset_minute || !is_char(text, at + 3, ':')) return std::nullopt;
        if (*offset_hour > 23 || *offset_minute > 59) return std::nullopt;
        offset = (*offset_hour * 60 + *offset_minute) * minutes_ms;
        if (text[at] == '-') offset = -offset;
        at += 6;
    } else {
        return std::nullopt;
    }
    if (at != text.size()) return std::nullopt;
    return Instant{date->days * days_ms + *hour * hours_ms + *minute * minutes_ms + *second * seconds_ms + fraction -
                   offset};
}

std::string to_text(Instant instant, int offset_minutes) {
    const Millis local = instant.ms + offset_minutes * minutes_ms;
    Millis day = local / days_ms;
    Millis rest = local % days_ms;
    if (rest < 0) rest += days_ms, --day;
    std::string text = to_text(Date{static_cast<std::int32_t>(day)});
    text += format("T{:02d}:{:02d}:{:02d}", rest / hours_ms, rest / minutes_ms % 60, rest / seconds_ms % 60);
    if (rest % seconds_ms != 0) text += format(".{:03d}", rest % seconds_ms);
    if (offset_minutes == 0) return text + "Z";
    const int minutes = offset_minutes < 0 ? -offset_minutes : offset_minutes;
    return text + format("{}{:02d}:{:02d}", offset_minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

}  // namespace ningyi
