// SPDX-License-Identifier: Apache-2.0
#include "cel/kernels.h"

#include <array>

#include <gtest/gtest.h>

#include "base/random.h"

namespace ningyi::cel {
namespace {

using Byte = std::uint8_t;

constexpr std::size_t rows = 67;  // no multiple of what a register holds
constexpr std::array comparisons{Comparison::less,          Comparison::less_equal, Comparison::greater,
                                 Comparison::greater_equal, Comparison::equal,      Comparison::not_equal};

std::int64_t number(Random& random) {
    static constexpr std::int64_t edges[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
    return random.chance(0.3) ? edges[random.below(7)] : random.between(-4, 4);
}

TEST(kernels, numbers_compare_and_add_alike_in_both_widths) {
    Random random(1);
    for (int round = 0; round < 300; ++round) {
        std::array<std::int64_t, rows> a{}, b{}, made{};
        for (std::size_t i = 0; i < rows; ++i) a[i] = number(random), b[i] = number(random);
        if (round % 3 == 0) {
            for (std::size_t i = 0; i < rows; ++i) a[i] = random.between(-100, 100), b[i] = random.between(-100, 100);
        }
        const Range range = round % 2 == 0 ? Range{} : Range{-150, 150};
        for (const Width width : {Width::baseline, Width::widest}) {
            std::array<Byte, rows> truths{};
            for (const Comparison comparison : comparisons) {
                compare(comparison, a.data(), b.data(), rows, truths.data(), width);
                for (std::size_t i = 0; i < rows; ++i) ASSERT_EQ(truths[i], holds(comparison, a[i] <=> b[i]) ? 1 : 0);
                compare(comparison, a.data(), b[0], rows, truths.data(), width);
                for (std::size_t i = 0; i < rows; ++i) ASSERT_EQ(truths[i], holds(comparison, a[i] <=> b[0]) ? 1 : 0);
            }
            for (const bool is_sum : {true, false}) {
                const bool is_odd = is_sum ? add(a.data(), b.data(), rows, range, made.data(), width)
                                           : subtract(a.data(), b.data(), rows, range, made.data(), width);
                bool any = false;
                for (std::size_t i = 0; i < rows; ++i) {
                    std::int64_t exact = 0;
                    const bool wraps = is_sum ? __builtin_add_overflow(a[i], b[i], &exact)
                                              : __builtin_sub_overflow(a[i], b[i], &exact);
                    any = any || wraps || exact < range.least || exact > range.most;
                    ASSERT_EQ(made[i], exact);
                }
                ASSERT_EQ(is_odd, any);
            }
        }
    }
}

// The tables of rules.md §4.5, for every pair of truth and mark, also of rows that hold rubbish.
TEST(kernels, logic_follows_its_tables) {
    std::vector<std::pair<Byte, Byte>> states;  // truth, mark
    for (const Byte mark : {Byte{0}, Byte{1}, Byte{2}}) {
        for (const Byte truth : {Byte{0}, Byte{1}}) states.emplace_back(truth, mark);
    }
    const auto state = [](std::pair<Byte, Byte> one) {
        return one.second == 0 ? 'a' : one.second == 2 ? 'e' : one.first != 0 ? 't' : 'f';
    };
    for (const auto& a : states) {
        for (const auto& b : states) {
            std::array<Byte, rows> ta{}, ka{}, tb{}, kb{}, truths{}, known{};
            ta.fill(a.first), ka.fill(a.second), tb.fill(b.first), kb.fill(b.second);
            const std::string both{state(a), state(b)};
            const auto first_of = [&](const char* order) {
                for (const char* at = order; *at != 0; ++at) {
                    if (both.find(*at) != std::string::npos) return *at;
                }
                return ' ';
            };
            conjunction({ta.data(), ka.data()}, {tb.data(), kb.data()}, rows, truths.data(), known.data());
            for (std::size_t i = 0; i < rows; ++i) ASSERT_EQ(state({truths[i], known[i]}), first_of("faet")) << both;
            disjunction({ta.data(), ka.data()}, {tb.data(), kb.data()}, rows, truths.data(), known.data());
            for (std::size_t i = 0; i < rows; ++i) ASSERT_EQ(state({truths[i], known[i]}), first_of("taef")) << both;
            strict(ka.data(), kb.data(), rows, known.data());
            for (std::size_t i = 0; i < rows; ++i)
                ASSERT_EQ(known[i], a.second == 0 || b.second == 0 ? 0 : std::max(a.second, b.second));
        }
    }
}

TEST(kernels, membership_is_equality_with_one_of_the_values) {
    Random random(2);
    std::array<std::uint32_t, rows> codes{};
    std::array<std::int64_t, rows> numbers{};
    for (std::size_t i = 0; i < rows; ++i)
        codes[i] = static_cast<std::uint32_t>(random.below(9)), numbers[i] = number(random);
    codes[5] = UINT32_MAX;
    const std::vector<std::uint32_t> wanted{1, 4};
    const std::vector<Byte> table{0, 1, 0, 0, 1};
    const std::vector<std::int64_t> values{-1, 0, INT64_MAX};
    std::array<Byte, rows> few{}, many{}, found{};
    in_codes(codes.data(), wanted, rows, few.data());
    in_table(codes.data(), table, rows, many.data());
    in_numbers(numbers.data(), values, rows, found.data());
    for (std::size_t i = 0; i < rows; ++i) {
        EXPECT_EQ(few[i], codes[i] == 1 || codes[i] == 4 ? 1 : 0);
        EXPECT_EQ(many[i], few[i]);
        EXPECT_EQ(found[i], numbers[i] == -1 || numbers[i] == 0 || numbers[i] == INT64_MAX ? 1 : 0);
    }
}

}  // namespace
}  // namespace ningyi::cel
