// SPDX-License-Identifier: Apache-2.0
#include "casework/wilson.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ningyi::casework {
namespace {

std::string in_percent(Interval interval) {
    const auto tenths = [](std::int64_t ppm) { return (ppm + 500) / 1000; };
    return std::to_string(tenths(interval.low_ppm)) + "-" + std::to_string(tenths(interval.high_ppm));
}

// Vectors of rules.md §9.2, in tenths of a percent.
TEST(Wilson, gives_the_published_intervals) {
    EXPECT_EQ(in_percent(wilson(18, 30)), "423-754");
    EXPECT_EQ(in_percent(wilson(25, 30)), "664-927");
    EXPECT_EQ(in_percent(wilson(500, 1000)), "469-531");
}

TEST(Wilson, a_floor_of_60_percent_needs_24_of_30_and_of_80_percent_29_of_30_or_55_of_60) {
    EXPECT_GE(wilson(24, 30).low_ppm, 600'000);
    EXPECT_LT(wilson(23, 30).low_ppm, 600'000);
    EXPECT_GE(wilson(29, 30).low_ppm, 800'000);
    EXPECT_LT(wilson(28, 30).low_ppm, 800'000);
    EXPECT_GE(wilson(55, 60).low_ppm, 800'000);
    EXPECT_LT(wilson(54, 60).low_ppm, 800'000);
}

TEST(Wilson, knows_nothing_without_cases_and_never_leaves_0_to_100) {
    EXPECT_EQ(wilson(0, 0), (Interval{0, million}));
    for (std::int64_t of = 1; of <= 40; ++of) {
        EXPECT_EQ(wilson(0, of).low_ppm, 0);
        EXPECT_EQ(wilson(of, of).high_ppm, million);
    }
}

// The slow oracle: the textbook formula in floating point.
TEST(Wilson, agrees_with_the_formula_in_floating_point_to_two_millionths) {
    for (const std::int64_t of : {1, 2, 7, 30, 60, 61, 500, 9999, 1'000'000, 1'000'000'000}) {
        for (const std::int64_t part : {0, 1, 3, 5, 8, 9, 10}) {
            const std::int64_t yes = of / 10 * part + (of % 10) * part / 10;
            const long double n = static_cast<long double>(of), p = static_cast<long double>(yes) / n, z = 1.96L;
            const long double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
            const long double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
            const Interval interval = wilson(yes, of);
            EXPECT_NEAR(static_cast<double>(interval.low_ppm),
                        static_cast<double>(1e6L * std::max(0.0L, middle - half)), 2)
                << yes << " of " << of;
            EXPECT_NEAR(static_cast<double>(interval.high_ppm),
                        static_cast<double>(1e6L * std::min(1.0L, middle + half)), 2)
                << yes << " of " << of;
        }
    }
}

TEST(Wilson, equal_weights_change_nothing) {
    for (const std::int64_t probability : {1'000'000, 500'000, 50'000}) {
        WeightedShare share;
        for (int i = 0; i < 30; ++i) share.add(i < 18, probability);
        EXPECT_EQ(share.share_ppm(), 600'000);
        EXPECT_EQ(share.effective_thousandths(), 30'000);
        EXPECT_EQ(share.interval(), wilson(18, 30));
    }
}

// Ten certain cases, all confirmed, and two drawn with 5 %, none confirmed: each of the two stands for twenty.
TEST(Wilson, a_drawn_case_stands_for_those_that_were_not_drawn) {
    WeightedShare share;
    for (int i = 0; i < 10; ++i) share.add(true, million);
    for (int i = 0; i < 2; ++i) share.add(false, 50'000);
    EXPECT_EQ(share.share_ppm(), 200'000);            // 10 of 50
    EXPECT_EQ(share.effective_thousandths(), 3'086);  // 50² / (10 + 2·400)
    EXPECT_GT(share.interval().high_ppm, 600'000);    // twelve cases that weigh like three say little
}

}  // namespace
}  // namespace ningyi::casework
