// SPDX-License-Identifier: Apache-2.0
#include "cel/times.h"

#include "base/text.h"
#include "cel/numbers.h"

namespace ningyi::cel {
namespace {

constexpr std::int64_t nanos_per_second = 1000000000;
constexpr std::int64_t seconds_per_day = 86400;
constexpr std::int64_t first_second = -62135596800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t last_second = 253402300799;   // 9999-12-31T23:59:59Z

Value range_error() {
    return Value::error("时间超出范围 | time out of range");
}

Int128 total_nanos(const Value& value) {
    return static_cast<Int128>(value.number()) * nanos_per_second + value.nanos();
}

Value timestamp_of_nanos(Int128 nanos) {
    Int128 seconds = nanos / nanos_per_second;
    Int128 rest = nanos % nanos_per_second;
    if (rest < 0) rest += nanos_per_second, --seconds;
    if (seconds < first_second || seconds > last_second) return range_error();
    return Value::of_timestamp(static_cast<std::int64_t>(seconds), static_cast<std::int32_t>(rest));
}

// ".123" without the zeros behind, "" for 0.
std::string fraction_text(std::int64_t nanos) {
    if (nanos == 0) return "";
    std::string text = format(".{:09d}", nanos);
    while (text.back() == '0') text.pop_back();
    return text;
}

struct Unit {
    std::string_view name;
    std::int64_t nanos;
};

constexpr Unit units[] = {{"ns", 1},
                          {"us", 1000},
                          {"µs", 1000},
                          {"μs", 1000},
                          {"ms", 1000000},
                          {"s", nanos_per_second},
                          {"m", 60 * nanos_per_second},
                          {"h", 3600 * nanos_per_second}};

}  // namespace

std::optional<Value> timestamp_of(std::string_view text) {
    if (text.size() < 20 || text[10] == ' ') return std::nullopt;
    const auto instant = parse_instant(text);
    if (!instant) return std::nullopt;
    std::int64_t nanos = 0;
    if (text[19] == '.') {
        std::int64_t scale = nanos_per_second / 10;
        for (std::size_t at = 20; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) {
            nanos += (text[at] - '0') * scale;
        }
    }
    const std::int64_t seconds = Value::of_timestamp_ms(instant->ms).number();
    if (seconds < first_second || seconds > last_second) return std::nullopt;
    return Value::of_timestamp(seconds, static_cast<std::int32_t>(nanos));
}

std::optional<Value> duration_of(std::string_view text) {
    bool negative = false;
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
        negative = text.front() == '-';
        text.remove_prefix(1);
    }
    if (text == "0") return Value::of_duration(0, 0);
    if (text.empty() || text.size() > 100) return std::nullopt;
    Int128 total = 0;
    while (!text.empty()) {
        Int128 whole = 0;
        Int128 fraction = 0;
        Int128 scale = 1;
        std::size_t at = 0;
        std::size_t digits = 0;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits) {
            whole = whole * 10 + (text[at] - '0');
            if (whole > INT64_MAX) return std::nullopt;
        }
        if (at < text.size() && text[at] == '.') {
            ++at;
            for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits) {
                if (scale > INT64_MAX / 10) continue;
                fraction = fraction * 10 + (text[at] - '0');
                scale *= 10;
            }
        }
        if (digits == 0) return std::nullopt;
        text.remove_prefix(at);
        const std::size_t end = std::min(text.find_first_of("0123456789."), text.size());
        const Unit* found = nullptr;
        for (const Unit& unit : units) {
            if (unit.name == text.substr(0, end)) found = &unit;
        }
        if (found == nullptr) return std::nullopt;
        text.remove_prefix(end);
        total += whole * found->nanos + fraction * found->nanos / scale;
        if (total > static_cast<Int128>(INT64_MAX) + 1) return std::nullopt;
    }
    const Value value = duration_of_nanos(negative ? -total : total);
    if (value.is_error()) return std::nullopt;
    return value;
}

Value timestamp_of_seconds(std::int64_t seconds) {
    if (seconds < first_second || seconds > last_second) return range_error();
    return Value::of_timestamp(seconds, 0);
}

std::string time_text(const Value& value) {
    if (value.kind() == Kind::duration) {
        const std::int64_t nanos = nanos_of(value);
        const bool negative = nanos < 0;
        const std::uint64_t size = negative ? 0 - static_cast<std::uint64_t>(nanos) : static_cast<std::uint64_t>(nanos);
        return format("{}{}{}s", negative ? "-" : "", size / nanos_per_second,
                      fraction_text(static_cast<std::int64_t>(size % nanos_per_second)));
    }
    if (value.number() < first_second || value.number() > last_second) return "";
    std::string text = to_text(Instant{value.number() * 1000}, 0);
    text.pop_back();
    return text + fraction_text(value.nanos()) + "Z";
}

Value time_sum(const Value& a, const Value& b) {
    if (a.kind() == Kind::duration && b.kind() == Kind::duration)
        return duration_of_nanos(total_nanos(a) + total_nanos(b));
    if (a.kind() == Kind::timestamp && b.kind() == Kind::duration)
        return timestamp_of_nanos(total_nanos(a) + total_nanos(b));
    if (a.kind() == Kind::duration && b.kind() == Kind::timestamp)
        return timestamp_of_nanos(total_nanos(a) + total_nanos(b));
    return no_overload_error();
}

Value time_difference(const Value& a, const Value& b) {
    if (a.kind() == b.kind()) return duration_of_nanos(total_nanos(a) - total_nanos(b));
    if (a.kind() == Kind::timestamp && b.kind() == Kind::duration)
        return timestamp_of_nanos(total_nanos(a) - total_nanos(b));
    return no_overload_error();
}

Value duration_of_nanos(Int128 nanos) {
    if (nanos > INT64_MAX || nanos < INT64_MIN) return range_error();
    return Value::of_duration(static_cast<std::int64_t>(nanos / nanos_per_second),
                              static_cast<std::int32_t>(nanos % nanos_per_second));
}

std::int64_t nanos_of(const Value& duration) {
    const Int128 nanos = total_nanos(duration);
    if (nanos > INT64_MAX) return INT64_MAX;
    if (nanos < INT64_MIN) return INT64_MIN;
    return static_cast<std::int64_t>(nanos);
}

Instant instant_of(const Value& timestamp) {
    const std::int64_t seconds = std::min(std::max(timestamp.number(), first_second), last_second);
    return Instant{seconds * 1000 + timestamp.nanos() / 1000000};
}

std::optional<std::int64_t> clock_ms(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    const auto hour = to_integer(text.substr(0, 2));
    const auto minute = to_integer(text.substr(3, 2));
    if (!hour || !minute || *hour < 0 || *hour > 24 || *minute < 0 || *minute > 59) return std::nullopt;
    if (*hour == 24 && *minute != 0) return std::nullopt;
    return *hour * hours_ms + *minute * minutes_ms;
}

std::optional<std::int64_t> timestamp_part(std::string_view name, const Value& timestamp, std::int64_t offset_seconds) {
    const std::int64_t local = timestamp.number() + offset_seconds;
    std::int64_t days = local / seconds_per_day;
    std::int64_t rest = local % seconds_per_day;
    if (rest < 0) rest += seconds_per_day, --days;
    const Date date{static_cast<std::int32_t>(days)};
    const Calendar calendar = calendar_of(date);
    if (name == "getFullYear") return calendar.year;
    if (name == "getMonth") return calendar.month - 1;
    if (name == "getDate") return calendar.day;
    if (name == "getDayOfMonth") return calendar.day - 1;
    if (name == "getDayOfWeek") return weekday_of(date) % 7;
    if (name == "getDayOfYear") {
        // The first of January may lie a day outside the years date_of() takes.
        std::int64_t first = days;
        while (calendar_of(Date{static_cast<std::int32_t>(first - 1)}).year == calendar.year) --first;
        return days - first;
    }
    if (name == "getHours") return rest / 3600;
    if (name == "getMinutes") return rest / 60 % 60;
    if (name == "getSeconds") return rest % 60;
    if (name == "getMilliseconds") return timestamp.nanos() / 1000000;
    return std::nullopt;
}

std::optional<std::int64_t> duration_part(std::string_view name, const Value& duration) {
    if (name == "getHours") return duration.number() / 3600;
    if (name == "getMinutes") return duration.number() / 60;
    if (name == "getSeconds") return duration.number();
    if (name == "getMilliseconds") return duration.nanos() / 1000000;
    return std::nullopt;
}

}  // namespace ningyi::cel
