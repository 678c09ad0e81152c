// SPDX-License-Identifier: Apache-2.0
// math.*: abs, least and greatest also over the quantities of rules; the rest for the reference evaluator. Everything
// here is exact or IEEE 754 basic; nothing transcendental but sqrt, which IEEE 754 fixes.
#include <cmath>

#include "cel/functions.h"
#include "cel/times.h"

namespace ningyi::cel {
namespace {

using Arguments = std::span<const Value>;

Value abs(const Node&, Scope&, Arguments a) {
    if (a.size() != 1) return no_overload_error();
    switch (a[0].kind()) {
        case Kind::uinteger: return a[0];
        case Kind::real: return Value::of_real(std::fabs(a[0].real()));
        case Kind::duration: return a[0].number() < 0 || a[0].nanos() < 0 ? negated(a[0]) : a[0];
        case Kind::integer:
        case Kind::length:
        case Kind::money:
        case Kind::speed:
        case Kind::ratio: return a[0].number() < 0 ? negated(a[0]) : a[0];
        default: return no_overload_error();
    }
}

// The extreme of the arguments, or of one list of them. The first of equal ones.
Value extreme(Arguments a, bool wants_greatest) {
    const bool is_list = a.size() == 1 && a[0].kind() == Kind::list;
    const Arguments items = is_list ? Arguments(a[0].list()) : a;
    if (items.empty()) return Value::error("空列表没有最大最小值 | an empty list has no extreme");
    const Value* best = nullptr;
    for (const Value& item : items) {
        const bool is_ordered = is_plain_number(item.kind()) || is_quantity(item.kind()) || item.kind() == Kind::date ||
                                item.kind() == Kind::duration || item.kind() == Kind::timestamp;
        if (!is_ordered) return no_overload_error();
        if (best == nullptr) {
            best = &item;
            continue;
        }
        const auto order = compare(item, *best);
        if (!order) return no_overload_error();
        if (wants_greatest ? *order > 0 : *order < 0) best = &item;
    }
    return *best;
}

Value greatest(const Node&, Scope&, Arguments a) {
    return extreme(a, true);
}
Value least(const Node&, Scope&, Arguments a) {
    return extreme(a, false);
}

template <double (*function)(double)>
Value rounded(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::real)) return no_overload_error();
    return Value::of_real(function(a[0].real()));
}
double ceiling(double x) {
    return std::ceil(x);
}
double floor_of(double x) {
    return std::floor(x);
}
double nearest(double x) {
    return std::round(x);
}
double truncated(double x) {
    return std::trunc(x);
}

template <bool (*function)(double)>
Value tested(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::real)) return no_overload_error();
    return Value::of_bool(function(a[0].real()));
}
bool is_nan(double x) {
    return std::isnan(x);
}
bool is_infinite(double x) {
    return std::isinf(x);
}
bool is_finite(double x) {
    return std::isfinite(x);
}

Value sign(const Node&, Scope&, Arguments a) {
    if (a.size() != 1) return no_overload_error();
    switch (a[0].kind()) {
        case Kind::integer: return Value::of_int((a[0].number() > 0) - (a[0].number() < 0));
        case Kind::uinteger: return Value::of_uint(a[0].unsigned_number() > 0 ? 1 : 0);
        case Kind::real: {
            const double x = a[0].real();
            if (std::isnan(x)) return a[0];
            return Value::of_real(static_cast<double>((x > 0) - (x < 0)));
        }
        default: return no_overload_error();
    }
}

Value square_root(const Node&, Scope&, Arguments a) {
    if (a.size() != 1) return no_overload_error();
    switch (a[0].kind()) {
        case Kind::integer: return Value::of_real(std::sqrt(static_cast<double>(a[0].number())));
        case Kind::uinteger: return Value::of_real(std::sqrt(static_cast<double>(a[0].unsigned_number())));
        case Kind::real: return Value::of_real(std::sqrt(a[0].real()));
        default: return no_overload_error();
    }
}

enum class Bits : std::uint8_t { both, either, one };

template <Bits bits>
Value combined(const Node&, Scope&, Arguments a) {
    if (a.size() != 2 || a[0].kind() != a[1].kind()) return no_overload_error();
    if (a[0].kind() != Kind::integer && a[0].kind() != Kind::uinteger) return no_overload_error();
    const std::uint64_t x = a[0].unsigned_number();
    const std::uint64_t y = a[1].unsigned_number();
    const std::uint64_t result = bits == Bits::both ? x & y : bits == Bits::either ? x | y : x ^ y;
    return Value::of(a[0].kind(), static_cast<std::int64_t>(result));
}

Value bit_not(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::integer) && !are(a, Kind::uinteger)) return no_overload_error();
    return Value::of(a[0].kind(), ~a[0].number());
}

// A shift by 64 or more leaves nothing; to the right zeros come in, also for int.
template <bool is_left>
Value shifted(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::integer, Kind::integer) && !are(a, Kind::uinteger, Kind::integer)) return no_overload_error();
    const std::int64_t by = a[1].number();
    if (by < 0) return Value::error("位移为负 | negative offset");
    const std::uint64_t x = a[0].unsigned_number();
    const std::uint64_t result = by >= 64  ? 0
                                 : is_left ? x << static_cast<unsigned>(by)
                                           : x >> static_cast<unsigned>(by);
    return Value::of(a[0].kind(), static_cast<std::int64_t>(result));
}

constexpr Builtin builtins[] = {{"math.abs", abs},
                                {"math.least", least},
                                {"math.greatest", greatest},
                                {"math.ceil", rounded<ceiling>},
                                {"math.floor", rounded<floor_of>},
                                {"math.round", rounded<nearest>},
                                {"math.trunc", rounded<truncated>},
                                {"math.isNaN", tested<is_nan>},
                                {"math.isInf", tested<is_infinite>},
                                {"math.isFinite", tested<is_finite>},
                                {"math.sign", sign},
                                {"math.sqrt", square_root},
                                {"math.bitAnd", combined<Bits::both>},
                                {"math.bitOr", combined<Bits::either>},
                                {"math.bitXor", combined<Bits::one>},
                                {"math.bitNot", bit_not},
                                {"math.bitShiftLeft", shifted<true>},
                                {"math.bitShiftRight", shifted<false>}};

}  // namespace

Call math_function(std::string_view name) {
    return found_in(builtins, name);
}

}  // namespace ningyi::cel
