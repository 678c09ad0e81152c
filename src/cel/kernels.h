// SPDX-License-Identifier: Apache-2.0
// The loops of the vector program: one operation over all rows of a batch. Rows that are not known hold anything, and
// what comes out for them is never looked at. A truth is 0 or 1; a mark is a Known; a mask is 0 or 1. No loop branches
// on data, allocates or fails, and the arrays of one call never overlap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cel/column.h"
#include "cel/numbers.h"
#include "cel/tree.h"

namespace ningyi::cel {

// Loops over 64-bit numbers have a second form for processors that compare four of them at once; the results are equal.
enum class Width : std::uint8_t { baseline, widest };

// Comparisons of numbers (== and != of codes besides), with a column or with one number on the right.
void compare(Comparison comparison, const std::int64_t* a, const std::int64_t* b, std::size_t rows, std::uint8_t* into,
             Width width = Width::widest);
void compare(Comparison comparison, const std::int64_t* a, std::int64_t b, std::size_t rows, std::uint8_t* into,
             Width width = Width::widest);
void equal_codes(const std::uint32_t* a, const std::uint32_t* b, std::size_t rows, std::uint8_t* into);
void equal_codes(const std::uint32_t* a, std::uint32_t b, std::size_t rows, std::uint8_t* into);

// Membership: in a few values one after the other, or of codes in a table of truths by code (beyond its end: 0).
void in_codes(const std::uint32_t* a, std::span<const std::uint32_t> values, std::size_t rows, std::uint8_t* into);
void in_table(const std::uint32_t* a, std::span<const std::uint8_t> table, std::size_t rows, std::uint8_t* into);
void in_numbers(const std::int64_t* a, std::span<const std::int64_t> values, std::size_t rows, std::uint8_t* into);

// Truths of rows that are all known.
void all_of(const std::uint8_t* a, const std::uint8_t* b, std::size_t rows, std::uint8_t* into);
void any_of(const std::uint8_t* a, const std::uint8_t* b, std::size_t rows, std::uint8_t* into);
void none_of(const std::uint8_t* a, std::size_t rows, std::uint8_t* into);

// Truths with marks: false > absent > error > true for &&, true > absent > error > false for ||.
struct Truths {
    const std::uint8_t* truths;
    const std::uint8_t* known;
};
void conjunction(Truths a, Truths b, std::size_t rows, std::uint8_t* truths, std::uint8_t* known);
void disjunction(Truths a, Truths b, std::size_t rows, std::uint8_t* truths, std::uint8_t* known);

// The mark of a strict operation: absent before error before known.
void strict(const std::uint8_t* a, const std::uint8_t* b, std::size_t rows, std::uint8_t* into);

// c ? a : b. The mark is that of the side chosen, or of c where c is not known.
void choose(Truths c, const std::uint8_t* a, const std::uint8_t* b, std::size_t rows, std::uint8_t* into);
void choose(const std::uint8_t* c, const std::uint8_t* a, const std::uint8_t* b, std::size_t rows, std::uint8_t* into);
void choose(const std::uint8_t* c, const std::uint32_t* a, const std::uint32_t* b, std::size_t rows,
            std::uint32_t* into);
void choose(const std::uint8_t* c, const std::int64_t* a, const std::int64_t* b, std::size_t rows, std::int64_t* into);

// + - * that wrap; true when some row lies outside [least, most] or has wrapped. What such rows hold is then settled
// one by one.
struct Range {
    std::int64_t least = INT64_MIN;
    std::int64_t most = INT64_MAX;
};
bool add(const std::int64_t* a, const std::int64_t* b, std::size_t rows, Range range, std::int64_t* into,
         Width width = Width::widest);
bool subtract(const std::int64_t* a, const std::int64_t* b, std::size_t rows, Range range, std::int64_t* into,
              Width width = Width::widest);
bool multiply(const std::int64_t* a, const std::int64_t* b, std::size_t rows, std::int64_t* into);

// Masks.
bool is_all_known(const std::uint8_t* known, std::size_t rows);
bool is_any(const std::uint8_t* mask, std::size_t rows);
bool covers(const std::uint8_t* mask, const std::uint8_t* other, std::size_t rows);  // other ⊆ mask
void unite(std::uint8_t* mask, const std::uint8_t* other, std::size_t rows);
// Rows of `mask` (null: all) where the truth is not known to be `decided`.
void undecided(const std::uint8_t* mask, Truths a, std::uint8_t decided, std::size_t rows, std::uint8_t* into);

}  // namespace ningyi::cel
