// SPDX-License-Identifier: Apache-2.0
#include "cel/kernels.h"

#include <algorithm>

namespace ningyi::cel {
namespace {

using Byte = std::uint8_t;
using Number = std::int64_t;
using Code = std::uint32_t;

constexpr Byte absent = static_cast<Byte>(Known::absent);
constexpr Byte known_mark = static_cast<Byte>(Known::known);
constexpr Byte error = static_cast<Byte>(Known::error);

// The loops over numbers of 64 bits are compiled twice: baseline x86-64 cannot compare two of them in one instruction.
// They are whole numbers, so both give the same.
#define NINGYI_WIDE __attribute__((target("avx2")))
#define NINGYI_LOOP [[gnu::always_inline]] inline

bool is_wide(Width width) {
    static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
    return has_avx2 && width == Width::widest;
}

template <class Holds>
NINGYI_LOOP void pairs(const Number* __restrict a, const Number* __restrict b, std::size_t rows, Byte* __restrict into,
                       Holds holds) {
    for (std::size_t i = 0; i < rows; ++i) into[i] = holds(a[i], b[i]) ? 1 : 0;
}

template <class Holds>
NINGYI_LOOP void against(const Number* __restrict a, Number b, std::size_t rows, Byte* __restrict into, Holds holds) {
    for (std::size_t i = 0; i < rows; ++i) into[i] = holds(a[i], b) ? 1 : 0;
}

NINGYI_LOOP void compare_loops(Comparison comparison, const Number* a, const Number* b, std::size_t rows, Byte* into) {
    switch (comparison) {
        case Comparison::less: return pairs(a, b, rows, into, [](Number x, Number y) { return x < y; });
        case Comparison::less_equal: return pairs(a, b, rows, into, [](Number x, Number y) { return x <= y; });
        case Comparison::greater: return pairs(a, b, rows, into, [](Number x, Number y) { return x > y; });
        case Comparison::greater_equal: return pairs(a, b, rows, into, [](Number x, Number y) { return x >= y; });
        case Comparison::equal: return pairs(a, b, rows, into, [](Number x, Number y) { return x == y; });
        case Comparison::not_equal: return pairs(a, b, rows, into, [](Number x, Number y) { return x != y; });
    }
}

NINGYI_LOOP void against_loops(Comparison comparison, const Number* a, Number b, std::size_t rows, Byte* into) {
    switch (comparison) {
        case Comparison::less: return against(a, b, rows, into, [](Number x, Number y) { return x < y; });
        case Comparison::less_equal: return against(a, b, rows, into, [](Number x, Number y) { return x <= y; });
        case Comparison::greater: return against(a, b, rows, into, [](Number x, Number y) { return x > y; });
        case Comparison::greater_equal: return against(a, b, rows, into, [](Number x, Number y) { return x >= y; });
        case Comparison::equal: return against(a, b, rows, into, [](Number x, Number y) { return x == y; });
        case Comparison::not_equal: return against(a, b, rows, into, [](Number x, Number y) { return x != y; });
    }
}

// A sum has wrapped where its sign is neither that of a nor that of b; a difference, where it is not that of a and a
// and b have different ones.
NINGYI_LOOP bool add_loop(const Number* __restrict a, const Number* __restrict b, std::size_t rows, Range range,
                          Number* __restrict into) {
    Number wrapped = 0;
    Number outside = 0;
    for (std::size_t i = 0; i < rows; ++i) {
        const auto sum = static_cast<Number>(static_cast<std::uint64_t>(a[i]) + static_cast<std::uint64_t>(b[i]));
        wrapped |= (a[i] ^ sum) & (b[i] ^ sum);
        outside |= sum < range.least ? 1 : 0;
        outside |= sum > range.most ? 1 : 0;
        into[i] = sum;
    }
    return wrapped < 0 || outside != 0;
}

NINGYI_LOOP bool subtract_loop(const Number* __restrict a, const Number* __restrict b, std::size_t rows, Range range,
                               Number* __restrict into) {
    Number wrapped = 0;
    Number outside = 0;
    for (std::size_t i = 0; i < rows; ++i) {
        const auto difference =
            static_cast<Number>(static_cast<std::uint64_t>(a[i]) - static_cast<std::uint64_t>(b[i]));
        wrapped |= (a[i] ^ b[i]) & (a[i] ^ difference);
        outside |= difference < range.least ? 1 : 0;
        outside |= difference > range.most ? 1 : 0;
        into[i] = difference;
    }
    return wrapped < 0 || outside != 0;
}

NINGYI_WIDE void compare_wide(Comparison comparison, const Number* a, const Number* b, std::size_t rows, Byte* into) {
    compare_loops(comparison, a, b, rows, into);
}
NINGYI_WIDE void against_wide(Comparison comparison, const Number* a, Number b, std::size_t rows, Byte* into) {
    against_loops(comparison, a, b, rows, into);
}
NINGYI_WIDE bool add_wide(const Number* a, const Number* b, std::size_t rows, Range range, Number* into) {
    return add_loop(a, b, rows, range, into);
}
NINGYI_WIDE bool subtract_wide(const Number* a, const Number* b, std::size_t rows, Range range, Number* into) {
    return subtract_loop(a, b, rows, range, into);
}

}  // namespace

void compare(Comparison comparison, const Number* a, const Number* b, std::size_t rows, Byte* into, Width width) {
    is_wide(width) ? compare_wide(comparison, a, b, rows, into) : compare_loops(comparison, a, b, rows, into);
}

void compare(Comparison comparison, const Number* a, Number b, std::size_t rows, Byte* into, Width width) {
    is_wide(width) ? against_wide(comparison, a, b, rows, into) : against_loops(comparison, a, b, rows, into);
}

bool add(const Number* a, const Number* b, std::size_t rows, Range range, Number* into, Width width) {
    return is_wide(width) ? add_wide(a, b, rows, range, into) : add_loop(a, b, rows, range, into);
}

bool subtract(const Number* a, const Number* b, std::size_t rows, Range range, Number* into, Width width) {
    return is_wide(width) ? subtract_wide(a, b, rows, range, into) : subtract_loop(a, b, rows, range, into);
}

void equal_codes(const Code* __restrict a, const Code* __restrict b, std::size_t rows, Byte* __restrict into) {
    for (std::size_t i = 0; i < rows; ++i) into[i] = a[i] == b[i] ? 1 : 0;
}

void equal_codes(const Code* __restrict a, Code b, std::size_t rows, Byte* __restrict into) {
    for (std::size_t i = 0; i < rows; ++i) into[i] = a[i] == b ? 1 : 0;
}

void in_codes(const Code* __restrict a, std::span<const Code> values, std::size_t rows, Byte* __restrict into) {
    std::fill_n(into, rows, Byte{0});
    for (const Code value : values) {
        for (std::size_t i = 0; i < rows; ++i) into[i] = static_cast<Byte>(into[i] | (a[i] == value ? 1 : 0));
    }
}

void in_table(const Code* __restrict a, std::span<const Byte> table, std::size_t rows, Byte* __restrict into) {
    const Byte* const truths = table.data();
    const std::size_t size = table.size();
    for (std::size_t i = 0; i < rows; ++i) into[i] = a[i] < size ? truths[a[i]] : Byte{0};
}

void in_numbers(const Number* __restrict a, std::span<const Number> values, std::size_t rows, Byte* __restrict into) {
    std::fill_n(into, rows, Byte{0});
    for (const Number value : values) {
        for (std::size_t i = 0; i < rows; ++i) into[i] = static_cast<Byte>(into[i] | (a[i] == value ? 1 : 0));
    }
}

void all_of(const Byte* __restrict a, const Byte* __restrict b, std::size_t rows, Byte* __restrict into) {
    for (std::size_t i = 0; i < rows; ++i) into[i] = a[i] & b[i];
}

void any_of(const Byte* __restrict a, const Byte* __restrict b, std::size_t rows, Byte* __restrict into) {
    for (std::size_t i = 0; i < rows; ++i) into[i] = a[i] | b[i];
}

void none_of(const Byte* __restrict a, std::size_t rows, Byte* __restrict into) {
    for (std::size_t i = 0; i < rows; ++i) into[i] = a[i] ^ 1;
}

namespace {

// The mark where nothing decided.
constexpr Byte open_mark(Byte a, Byte b) {
    const Byte least = a < b ? a : b;
    const Byte most = a < b ? b : a;
    return least == absent ? absent : most;
}

}  // namespace

void conjunction(Truths a, Truths b, std::size_t rows, Byte* __restrict truths, Byte* __restrict known) {
    const Byte* __restrict ta = a.truths;
    const Byte* __restrict ka = a.known;
    const Byte* __restrict tb = b.truths;
    const Byte* __restrict kb = b.known;
    for (std::size_t i = 0; i < rows; ++i) {
        const Byte is_false =
            static_cast<Byte>((ka[i] == known_mark ? ta[i] ^ 1 : 0) | (kb[i] == known_mark ? tb[i] ^ 1 : 0));
        const Byte mark = is_false != 0 ? known_mark : open_mark(ka[i], kb[i]);
        known[i] = mark;
        truths[i] = mark == known_mark ? static_cast<Byte>(is_false ^ 1) : Byte{0};
    }
}

void disjunction(Truths a, Truths b, std::size_t rows, Byte* __restrict truths, Byte* __restrict known) {
    const Byte* __restrict ta = a.truths;
    const Byte* __restrict ka = a.known;
    const Byte* __restrict tb = b.truths;
    const Byte* __restrict kb = b.known;
    for (std::size_t i = 0; i < rows; ++i) {
        const Byte is_true = static_cast<Byte>((ka[i] == known_mark ? ta[i] : 0) | (kb[i] == known_mark ? tb[i] : 0));
        known[i] = is_true != 0 ? known_mark : open_mark(ka[i], kb[i]);
        truths[i] = is_true;
    }
}

void strict(const Byte* __restrict a, const Byte* __restrict b, std::size_t rows, Byte* __restrict into) {
    for (std::size_t i = 0; i < rows; ++i) into[i] = open_mark(a[i], b[i]);
}

void choose(Truths c, const Byte* __restrict a, const Byte* __restrict b, std::size_t rows, Byte* __restrict into) {
    const Byte* __restrict truths = c.truths;
    const Byte* __restrict known = c.known;
    for (std::size_t i = 0; i < rows; ++i) {
        const Byte side = truths[i] != 0 ? a[i] : b[i];
        into[i] = known[i] == known_mark ? side : known[i];
    }
}

void choose(const Byte* __restrict c, const Byte* __restrict a, const Byte* __restrict b, std::size_t rows,
            Byte* __restrict into) {
    for (std::size_t i = 0; i < rows; ++i) into[i] = c[i] != 0 ? a[i] : b[i];
}

void choose(const Byte* __restrict c, const Code* __restrict a, const Code* __restrict b, std::size_t rows,
            Code* __restrict into) {
    for (std::size_t i = 0; i < rows; ++i) into[i] = c[i] != 0 ? a[i] : b[i];
}

void choose(const Byte* __restrict c, const Number* __restrict a, const Number* __restrict b, std::size_t rows,
            Number* __restrict into) {
    for (std::size_t i = 0; i < rows; ++i) into[i] = c[i] != 0 ? a[i] : b[i];
}

bool multiply(const Number* __restrict a, const Number* __restrict b, std::size_t rows, Number* __restrict into) {
    bool is_odd = false;
    for (std::size_t i = 0; i < rows; ++i) {
        Number product = 0;
        is_odd |= __builtin_mul_overflow(a[i], b[i], &product);
        into[i] = product;
    }
    return is_odd;
}

bool is_all_known(const Byte* known, std::size_t rows) {
    Byte odd = 0;
    for (std::size_t i = 0; i < rows; ++i) odd |= known[i] ^ known_mark;
    return odd == 0;
}

bool is_any(const Byte* mask, std::size_t rows) {
    Byte any = 0;
    for (std::size_t i = 0; i < rows; ++i) any |= mask[i];
    return any != 0;
}

bool covers(const Byte* __restrict mask, const Byte* __restrict other, std::size_t rows) {
    Byte outside = 0;
    for (std::size_t i = 0; i < rows; ++i) outside |= static_cast<Byte>(other[i] & (mask[i] ^ 1));
    return outside == 0;
}

void unite(Byte* __restrict mask, const Byte* __restrict other, std::size_t rows) {
    for (std::size_t i = 0; i < rows; ++i) mask[i] |= other[i];
}

void undecided(const Byte* __restrict mask, Truths a, Byte decided, std::size_t rows, Byte* __restrict into) {
    const Byte* __restrict truths = a.truths;
    const Byte* __restrict known = a.known;
    if (known == nullptr) {
        for (std::size_t i = 0; i < rows; ++i) into[i] = truths[i] ^ decided;
    } else {
        for (std::size_t i = 0; i < rows; ++i) into[i] = known[i] == known_mark ? truths[i] ^ decided : Byte{1};
    }
    if (mask == nullptr) return;
    for (std::size_t i = 0; i < rows; ++i) into[i] &= mask[i];
}

static_assert(absent < known_mark && known_mark < error);

}  // namespace ningyi::cel
