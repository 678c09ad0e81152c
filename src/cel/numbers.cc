// SPDX-License-Identifier: Apache-2.0
#include "cel/numbers.h"

#include <cmath>

#include "cel/times.h"

namespace ningyi::cel {
namespace {

// Beyond 2^53 an int has no exact double: CEL compares its nearest one, which the conformance suite pins down.
std::partial_ordering compare_int_real(std::int64_t a, double b) {
    if (std::isnan(b)) return std::partial_ordering::unordered;
    if (b > 0x1p63) return std::partial_ordering::less;
    if (b < -0x1p63) return std::partial_ordering::greater;
    return static_cast<double>(a) <=> b;
}

std::partial_ordering compare_uint_real(std::uint64_t a, double b) {
    if (std::isnan(b)) return std::partial_ordering::unordered;
    if (b > 0x1p64) return std::partial_ordering::less;
    if (b < 0) return std::partial_ordering::greater;
    return static_cast<double>(a) <=> b;
}

std::partial_ordering reversed(std::partial_ordering order) {
    return 0 <=> order;
}

Value uint_arithmetic(Arithmetic operation, std::uint64_t a, std::uint64_t b) {
    std::uint64_t result = 0;
    switch (operation) {
        case Arithmetic::add:
            if (__builtin_add_overflow(a, b, &result)) return overflow_error();
            break;
        case Arithmetic::subtract:
            if (__builtin_sub_overflow(a, b, &result)) return overflow_error();
            break;
        case Arithmetic::multiply:
            if (__builtin_mul_overflow(a, b, &result)) return overflow_error();
            break;
        case Arithmetic::divide:
            if (b == 0) return division_error();
            result = a / b;
            break;
        case Arithmetic::remainder:
            if (b == 0) return division_error();
            result = a % b;
            break;
    }
    return Value::of_uint(result);
}

Value real_arithmetic(Arithmetic operation, double a, double b) {
    switch (operation) {
        case Arithmetic::add: return Value::of_real(a + b);
        case Arithmetic::subtract: return Value::of_real(a - b);
        case Arithmetic::multiply: return Value::of_real(a * b);
        case Arithmetic::divide:
            // Division by zero gives an infinity or NaN, as IEEE 754 says.
            if (b == 0.0) {
                if (a == 0.0 || std::isnan(a)) return Value::of_real(std::nan(""));
                const bool negative = std::signbit(a) != std::signbit(b);
                return Value::of_real(negative ? -HUGE_VAL : HUGE_VAL);
            }
            return Value::of_real(a / b);
        case Arithmetic::remainder: return no_overload_error();
    }
    return no_overload_error();
}

Value joined_lists(const List& a, const List& b) {
    if (a.size() + b.size() > max_list_items) return size_error();
    List items = a;
    items.insert(items.end(), b.begin(), b.end());
    return Value::of_list(std::move(items));
}

}  // namespace

Value overflow_error() {
    return Value::error("整数溢出 | integer overflow");
}
Value division_error() {
    return Value::error("除数为零 | division by zero");
}
Value no_overload_error() {
    return Value::error("没有适用于这些值的运算 | no such overload");
}
Value size_error() {
    return Value::error("值过大 | value too large");
}

std::partial_ordering compare_numbers(const Value& a, const Value& b) {
    if (a.kind() == Kind::integer) {
        if (b.kind() == Kind::integer) return a.number() <=> b.number();
        if (b.kind() == Kind::real) return compare_int_real(a.number(), b.real());
        if (a.number() < 0) return std::partial_ordering::less;
        return static_cast<std::uint64_t>(a.number()) <=> b.unsigned_number();
    }
    if (a.kind() == Kind::uinteger) {
        if (b.kind() == Kind::uinteger) return a.unsigned_number() <=> b.unsigned_number();
        if (b.kind() == Kind::real) return compare_uint_real(a.unsigned_number(), b.real());
        return reversed(compare_numbers(b, a));
    }
    if (b.kind() == Kind::real) return a.real() <=> b.real();
    return reversed(compare_numbers(b, a));
}

std::optional<std::partial_ordering> compare(const Value& a, const Value& b) {
    if (is_plain_number(a.kind()) && is_plain_number(b.kind())) return compare_numbers(a, b);
    if (a.kind() != b.kind()) return std::nullopt;
    switch (a.kind()) {
        case Kind::boolean:
        case Kind::length:
        case Kind::money:
        case Kind::speed:
        case Kind::ratio:
        case Kind::date: return a.number() <=> b.number();
        case Kind::timestamp:
        case Kind::duration:
            if (a.number() != b.number()) return a.number() <=> b.number();
            return a.nanos() <=> b.nanos();
        case Kind::string:
        case Kind::bytes: return a.text().compare(b.text()) <=> 0;  // bytes of UTF-8 order as code points do
        default: return std::nullopt;
    }
}

std::optional<std::int64_t> scaled(std::int64_t a, std::int64_t b, std::int64_t divisor) {
    if (divisor == 0) return std::nullopt;
    Int128 product = static_cast<Int128>(a) * b;
    Int128 by = divisor;
    if (by < 0) product = -product, by = -by;
    Int128 quotient = product / by;
    const Int128 rest = product % by;
    if (rest >= by - rest) {
        ++quotient;
    } else if (-rest >= by + rest) {
        --quotient;
    }
    if (quotient > INT64_MAX || quotient < INT64_MIN) return std::nullopt;
    return static_cast<std::int64_t>(quotient);
}

Value integer_arithmetic(Arithmetic operation, Kind kind, std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    switch (operation) {
        case Arithmetic::add:
            if (__builtin_add_overflow(a, b, &result)) return overflow_error();
            break;
        case Arithmetic::subtract:
            if (__builtin_sub_overflow(a, b, &result)) return overflow_error();
            break;
        case Arithmetic::multiply:
            if (__builtin_mul_overflow(a, b, &result)) return overflow_error();
            break;
        case Arithmetic::divide:
            if (b == 0) return division_error();
            if (a == INT64_MIN && b == -1) return overflow_error();
            result = a / b;
            break;
        case Arithmetic::remainder:
            if (b == 0) return division_error();
            if (a == INT64_MIN && b == -1) return overflow_error();
            result = a % b;
            break;
    }
    return Value::of(kind, result);
}

Value arithmetic(Arithmetic operation, const Value& a, const Value& b) {
    const bool additive = operation == Arithmetic::add || operation == Arithmetic::subtract;
    if (additive && (a.kind() == Kind::timestamp || a.kind() == Kind::duration)) {
        return operation == Arithmetic::add ? time_sum(a, b) : time_difference(a, b);
    }
    if (a.kind() != b.kind()) return no_overload_error();
    switch (a.kind()) {
        case Kind::integer: return integer_arithmetic(operation, Kind::integer, a.number(), b.number());
        case Kind::uinteger: return uint_arithmetic(operation, a.unsigned_number(), b.unsigned_number());
        case Kind::real: return real_arithmetic(operation, a.real(), b.real());
        case Kind::string:
        case Kind::bytes: {
            if (operation != Arithmetic::add) return no_overload_error();
            if (a.text().size() + b.text().size() > max_text_bytes) return size_error();
            const std::string text = a.text() + b.text();
            return a.kind() == Kind::string ? Value::of_string(text) : Value::of_bytes(text);
        }
        case Kind::list:
            if (operation != Arithmetic::add) return no_overload_error();
            return joined_lists(a.list(), b.list());
        default: return no_overload_error();
    }
}

Value negated(const Value& value) {
    if (value.kind() == Kind::real) return Value::of_real(-value.real());
    if (value.kind() == Kind::duration) return time_difference(Value::of_duration(0, 0), value);
    if (value.kind() != Kind::integer && !is_quantity(value.kind())) return no_overload_error();
    return integer_arithmetic(Arithmetic::subtract, value.kind(), 0, value.number());
}

}  // namespace ningyi::cel
