// SPDX-License-Identifier: Apache-2.0
#include "cel/conversions.h"

#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "base/time.h"
#include "cel/functions.h"
#include "cel/times.h"

namespace ningyi::cel {
namespace {

using Arguments = std::span<const Value>;

Value conversion_error(const char* to) {
    return Value::error(format("无法转换为 {} | cannot be converted to {}", to, to));
}

std::optional<double> to_real(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size() || text.empty()) return std::nullopt;
    if (error != std::errc()) return std::nullopt;
    return value;
}

Value to_int(const Node&, Scope&, Arguments a) {
    if (a.size() != 1) return no_overload_error();
    switch (a[0].kind()) {
        case Kind::integer: return a[0];
        case Kind::uinteger:
            if (a[0].number() < 0) return overflow_error();
            return Value::of_int(a[0].number());
        case Kind::real: {
            const double x = a[0].real();
            // The ends are outside, as in the conformance suite: they are no exact ints of the other side.
            if (!(x > -0x1p63 && x < 0x1p63)) return overflow_error();
            return Value::of_int(static_cast<std::int64_t>(x));
        }
        case Kind::string: {
            const auto number = to_integer(a[0].text());
            return number ? Value::of_int(*number) : conversion_error("int");
        }
        case Kind::timestamp: return Value::of_int(a[0].number());
        default: return no_overload_error();
    }
}

Value to_uint(const Node&, Scope&, Arguments a) {
    if (a.size() != 1) return no_overload_error();
    switch (a[0].kind()) {
        case Kind::uinteger: return a[0];
        case Kind::integer:
            if (a[0].number() < 0) return overflow_error();
            return Value::of_uint(a[0].unsigned_number());
        case Kind::real: {
            const double x = a[0].real();
            if (!(x >= 0 && x < 0x1p64)) return overflow_error();
            return Value::of_uint(static_cast<std::uint64_t>(x));
        }
        case Kind::string: {
            const std::string& text = a[0].text();
            std::uint64_t number = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
            if (error != std::errc() || end != text.data() + text.size() || text.empty())
                return conversion_error("uint");
            return Value::of_uint(number);
        }
        default: return no_overload_error();
    }
}

Value to_double(const Node&, Scope&, Arguments a) {
    if (a.size() != 1) return no_overload_error();
    switch (a[0].kind()) {
        case Kind::real: return a[0];
        case Kind::integer: return Value::of_real(static_cast<double>(a[0].number()));
        case Kind::uinteger: return Value::of_real(static_cast<double>(a[0].unsigned_number()));
        case Kind::string: {
            const auto number = to_real(a[0].text());
            return number ? Value::of_real(*number) : conversion_error("double");
        }
        default: return no_overload_error();
    }
}

Value to_string(const Node&, Scope&, Arguments a) {
    if (a.size() != 1) return no_overload_error();
    switch (a[0].kind()) {
        case Kind::string: return a[0];
        case Kind::integer: return Value::of_string(format("{}", a[0].number()));
        case Kind::uinteger: return Value::of_string(format("{}", a[0].unsigned_number()));
        case Kind::real: return Value::of_string(real_text(a[0].real()));
        case Kind::boolean: return Value::of_string(a[0].is_true() ? "true" : "false");
        case Kind::bytes:
            if (!is_utf8(a[0].text())) return Value::error("不是 UTF-8 | invalid UTF-8");
            return Value::of_string(a[0].text());
        case Kind::timestamp:
        case Kind::duration: return Value::of_string(time_text(a[0]));
        case Kind::date: return Value::of_string(to_text(Date{static_cast<std::int32_t>(a[0].number())}));
        default: return no_overload_error();
    }
}

Value to_bytes(const Node&, Scope&, Arguments a) {
    if (are(a, Kind::bytes)) return a[0];
    if (!are(a, Kind::string)) return no_overload_error();
    return Value::of_bytes(a[0].text());
}

Value to_bool(const Node&, Scope&, Arguments a) {
    if (are(a, Kind::boolean)) return a[0];
    if (!are(a, Kind::string)) return no_overload_error();
    for (const char* yes : {"1", "t", "T", "true", "TRUE", "True"}) {
        if (a[0].text() == yes) return Value::of_bool(true);
    }
    for (const char* no : {"0", "f", "F", "false", "FALSE", "False"}) {
        if (a[0].text() == no) return Value::of_bool(false);
    }
    return conversion_error("bool");
}

Value to_timestamp(const Node&, Scope&, Arguments a) {
    if (are(a, Kind::timestamp)) return a[0];
    if (are(a, Kind::integer)) return timestamp_of_seconds(a[0].number());
    if (!are(a, Kind::string)) return no_overload_error();
    const auto value = timestamp_of(a[0].text());
    if (value) return *value;
    return Value::error(
        "不是时刻，例：2025-08-01T09:00:00+08:00 | not a timestamp, example: 2025-08-01T09:00:00+08:00");
}

Value to_duration(const Node&, Scope&, Arguments a) {
    if (are(a, Kind::duration)) return a[0];
    if (are(a, Kind::integer)) return duration_of_nanos(static_cast<Int128>(a[0].number()) * 1000000000);
    if (!are(a, Kind::string)) return no_overload_error();
    const auto value = duration_of(a[0].text());
    if (value) return *value;
    return Value::error("不是时长，例：1h30m | not a duration, example: 1h30m");
}

Value dynamic(const Node&, Scope&, Arguments a) {
    return a.size() == 1 ? a[0] : no_overload_error();
}

Value type(const Node&, Scope&, Arguments a) {
    if (a.size() != 1) return no_overload_error();
    return Value::of_type(std::string(type_name(a[0].kind())));
}

constexpr Builtin builtins[] = {
    {"int", to_int},     {"uint", to_uint}, {"double", to_double},       {"string", to_string},
    {"bytes", to_bytes}, {"bool", to_bool}, {"timestamp", to_timestamp}, {"duration", to_duration},
    {"dyn", dynamic},    {"type", type}};

}  // namespace

std::string plain_real_text(double number) {
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
    char buffer[400];  // 309 digits before the point at most, or 324 behind it
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed);
    return error == std::errc() ? std::string(buffer, end) : "";
}

std::string real_text(double number) {
    const double size = std::fabs(number);
    if (!std::isfinite(number) || number == 0 || (size >= 1e-4 && size < 1e21)) return plain_real_text(number);
    char buffer[64];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific);
    return error == std::errc() ? std::string(buffer, end) : "";
}

std::string_view type_name(Kind kind) {
    switch (kind) {
        case Kind::absent: return "absent";
        case Kind::error: return "error";
        case Kind::boolean: return "bool";
        case Kind::integer: return "int";
        case Kind::string: return "string";
        case Kind::list: return "list";
        case Kind::timestamp: return "google.protobuf.Timestamp";
        case Kind::duration: return "google.protobuf.Duration";
        case Kind::length: return "length";
        case Kind::money: return "money";
        case Kind::speed: return "speed";
        case Kind::ratio: return "ratio";
        case Kind::date: return "date";
        case Kind::place: return "place";
        case Kind::fix: return "fix";
        case Kind::null: return "null_type";
        case Kind::uinteger: return "uint";
        case Kind::real: return "double";
        case Kind::bytes: return "bytes";
        case Kind::map: return "map";
        case Kind::type: return "type";
        case Kind::record: return "record";
    }
    return "";
}

Call conversion_function(std::string_view name) {
    return found_in(builtins, name);
}

}  // namespace ningyi::cel
