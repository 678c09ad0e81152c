// SPDX-License-Identifier: Apache-2.0
// Numbers and comparisons over values whose kinds are known only at run time: what the reference evaluator needs, and
// the checked integer arithmetic both modes share.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "cel/value.h"

namespace ningyi::cel {

// How many pairs of values one comparison may look at before it counts as too large.
constexpr std::int64_t default_comparisons = 1000000;

// Products and nanoseconds that 64 bits do not hold.
__extension__ typedef __int128 Int128;

// int, uint, double: kinds that compare with each other by value.
constexpr bool is_plain_number(Kind kind) {
    return kind == Kind::integer || kind == Kind::uinteger || kind == Kind::real;
}

// length, money, speed, ratio: quantities of rules kept as one int64.
constexpr bool is_quantity(Kind kind) {
    return kind == Kind::length || kind == Kind::money || kind == Kind::speed || kind == Kind::ratio;
}

// REQUIRES: both are plain numbers. Unordered only with NaN.
std::partial_ordering compare_numbers(const Value& a, const Value& b);

// Order of two values of one kind that has an order (CEL's < on bool int uint double string bytes timestamp duration,
// mixed numbers, and the units of rules); nothing when there is none.
std::optional<std::partial_ordering> compare(const Value& a, const Value& b);

// As equal(), spending one of `budget` for each pair of values looked at; false once it is used up (budget < 0).
bool equal(const Value& a, const Value& b, std::int64_t& budget);

// The value at `key`, or null.
const Value* find_key(const Map& map, const Value& key, std::int64_t& budget);

// The product over a divisor, rounded half away from zero; nothing when it does not fit or the divisor is 0.
std::optional<std::int64_t> scaled(std::int64_t a, std::int64_t b, std::int64_t divisor);

enum class Arithmetic : std::uint8_t { add, subtract, multiply, divide, remainder };

// + - * / % on what CEL allows: numbers of one kind, strings, bytes, lists, timestamps and durations. An error value
// for the rest, for overflow and for a divisor of 0.
Value arithmetic(Arithmetic operation, const Value& a, const Value& b);
Value negated(const Value& value);

// Integer arithmetic that keeps `kind`; an error value on overflow or a divisor of 0.
Value integer_arithmetic(Arithmetic operation, Kind kind, std::int64_t a, std::int64_t b);

// The errors everybody gives.
Value overflow_error();
Value division_error();
Value no_overload_error();
Value size_error();

// The longest text in bytes and the longest list that an evaluation may make.
constexpr std::size_t max_text_bytes = 1U << 20U;
constexpr std::size_t max_list_items = 100000;

}  // namespace ningyi::cel
