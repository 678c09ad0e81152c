// SPDX-License-Identifier: Apache-2.0
// Functions that make and scale the quantities of rules (rules.md §4.2, §4.4). Products have 128 bits, rounding is half
// away from zero.
#include "cel/functions.h"
#include "cel/times.h"

namespace ningyi::cel {
namespace {

using Arguments = std::span<const Value>;

constexpr std::int64_t ppm = 1000000;
constexpr std::int64_t nanos_per_micro = 1000;

template <Kind kind, std::int64_t factor>
Value quantity(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::integer)) return no_overload_error();
    return integer_arithmetic(Arithmetic::multiply, kind, a[0].number(), factor);
}

template <std::int64_t ms>
Value duration(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::integer)) return no_overload_error();
    return duration_of_nanos(static_cast<Int128>(a[0].number()) * ms * 1000000);
}

// 1 km/h is 2500/9 mm/s.
Value kmh(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::integer)) return no_overload_error();
    const auto speed = scaled(a[0].number(), 2500, 9);
    return speed ? Value::of(Kind::speed, *speed) : overflow_error();
}

Value of_or_overflow(Kind kind, std::optional<std::int64_t> number) {
    return number ? Value::of(kind, *number) : overflow_error();
}

Value times(const Node&, Scope&, Arguments a) {
    if (a.size() != 2 || a[1].kind() != Kind::ratio) return no_overload_error();
    if (a[0].kind() != Kind::duration) return of_or_overflow(a[0].kind(), scaled(a[0].number(), a[1].number(), ppm));
    // Whole milliseconds come back, as durations of rules have.
    const std::int64_t micros = nanos_of(a[0]) / nanos_per_micro;
    const auto ms = scaled(micros, a[1].number(), ppm * 1000);
    return ms ? duration_of_nanos(static_cast<Int128>(*ms) * 1000000) : overflow_error();
}

Value ratio_of(const Node&, Scope&, Arguments a) {
    if (a.size() != 2 || a[0].kind() != a[1].kind()) return no_overload_error();
    const bool is_duration = a[0].kind() == Kind::duration;
    const std::int64_t part = is_duration ? nanos_of(a[0]) : a[0].number();
    const std::int64_t whole = is_duration ? nanos_of(a[1]) : a[1].number();
    if (whole == 0) return Value();
    return of_or_overflow(Kind::ratio, scaled(part, ppm, whole));
}

Value speed(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::length, Kind::duration)) return no_overload_error();
    const std::int64_t nanos = nanos_of(a[1]);
    if (nanos <= 0) return Value();
    return of_or_overflow(Kind::speed, scaled(a[0].number(), 1000000000, nanos));
}

constexpr Builtin builtins[] = {{"mm", quantity<Kind::length, 1>},
                                {"m", quantity<Kind::length, 1000>},
                                {"km", quantity<Kind::length, 1000000>},
                                {"seconds", duration<seconds_ms>},
                                {"minutes", duration<minutes_ms>},
                                {"hours", duration<hours_ms>},
                                {"days", duration<days_ms>},
                                {"fen", quantity<Kind::money, 1>},
                                {"yuan", quantity<Kind::money, 100>},
                                {"permille", quantity<Kind::ratio, 1000>},
                                {"percent", quantity<Kind::ratio, 10000>},
                                {"mps", quantity<Kind::speed, 1000>},
                                {"kmh", kmh},
                                {"times", times},
                                {"ratio_of", ratio_of},
                                {"speed", speed}};

}  // namespace

Call quantity_function(std::string_view name) {
    return found_in(builtins, name);
}

}  // namespace ningyi::cel
