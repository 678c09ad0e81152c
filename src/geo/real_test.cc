// SPDX-License-Identifier: Apache-2.0
#include "geo/real.h"

#include <bit>
#include <cmath>
#include <cstdint>

#include <gtest/gtest.h>

#include "base/random.h"

namespace ningyi::geo {
namespace {

// Distance from the long double reference in units of the last place of a double of that size.
double ulps(double value, long double reference) {
    const double nearest = static_cast<double>(reference);
    const double above = std::nextafter(std::fabs(nearest), HUGE_VAL);
    const long double ulp = static_cast<long double>(above) - std::fabs(nearest);
    return static_cast<double>(std::fabs(static_cast<long double>(value) - reference) / ulp);
}

// The worst distance over a grid of `steps` and as many random arguments in [low, high].
template <class Ours, class Reference>
double worst(double low, double high, int steps, Ours ours, Reference reference) {
    Random random(20261123);
    double worst = 0;
    for (int i = 0; i <= steps; ++i) {
        const double even = low + (high - low) * i / steps;
        const double uneven = low + (high - low) * random.unit();
        for (const double x : {even, uneven}) {
            worst = std::max(worst, ulps(ours(x), reference(static_cast<long double>(x))));
        }
    }
    return worst;
}

constexpr int steps = 200'000;
constexpr double allowed = 2.0;

TEST(real, exp_is_within_two_units_in_the_last_place) {
    const auto reference = [](long double x) { return std::exp(x); };
    EXPECT_LE(worst(-1, 1, steps, real::exp, reference), allowed);
    EXPECT_LE(worst(-700, 709, steps, real::exp, reference), allowed);
    EXPECT_EQ(real::exp(0), 1.0);
    EXPECT_EQ(real::exp(-1000), 0.0);
    EXPECT_TRUE(std::isinf(real::exp(1000)));
}

TEST(real, log_is_within_two_units_in_the_last_place) {
    const auto reference = [](long double x) { return std::log(x); };
    EXPECT_LE(worst(1e-9, 2, steps, real::log, reference), allowed);
    EXPECT_LE(worst(0.9, 1.1, steps, real::log, reference), allowed);
    EXPECT_LE(worst(1e-300, 1e-290, steps, real::log, reference), allowed);
    EXPECT_LE(worst(1, 1e9, steps, real::log, reference), allowed);
    EXPECT_EQ(real::log(1), 0.0);
    EXPECT_TRUE(std::isnan(real::log(-1)));
    EXPECT_TRUE(std::isinf(real::log(0)));
}

TEST(real, sin_and_cos_are_within_two_units_in_the_last_place) {
    const auto sine = [](long double x) { return std::sin(x); };
    const auto cosine = [](long double x) { return std::cos(x); };
    EXPECT_LE(worst(-7, 7, steps, real::sin, sine), allowed);
    EXPECT_LE(worst(-7, 7, steps, real::cos, cosine), allowed);
    EXPECT_LE(worst(-10000, 10000, steps, real::sin, sine), allowed);
    EXPECT_LE(worst(-10000, 10000, steps, real::cos, cosine), allowed);
    EXPECT_TRUE(std::isnan(real::sin(0x1p21)));
}

TEST(real, atan2_is_within_two_units_in_the_last_place) {
    Random random(7);
    double worst_distance = 0;
    for (int i = 0; i < steps; ++i) {
        const double y = (random.unit() - 0.5) * (i % 3 == 0 ? 1e-6 : 2);
        const double x = (random.unit() - 0.5) * (i % 5 == 0 ? 1e-6 : 2);
        const long double reference = std::atan2(static_cast<long double>(y), static_cast<long double>(x));
        worst_distance = std::max(worst_distance, ulps(real::atan2(y, x), reference));
    }
    EXPECT_LE(worst_distance, allowed);
    EXPECT_EQ(real::atan2(0, 0), 0.0);
    EXPECT_EQ(real::atan2(1, 0), real::pi / 2);
    EXPECT_EQ(real::atan2(0, -1), real::pi);
}

TEST(real, erfc_is_within_two_units_in_the_last_place) {
    const auto reference = [](long double x) { return std::erfc(x); };
    EXPECT_LE(worst(-6, 0.5, steps, real::erfc, reference), allowed);
    EXPECT_LE(worst(0.5, 6, steps, real::erfc, reference), allowed);
    EXPECT_LE(worst(6, 26, steps, real::erfc, reference), allowed);
    EXPECT_EQ(real::erfc(40), 0.0);
    EXPECT_EQ(real::erfc(-40), 2.0);
}

TEST(real, the_normal_distribution_has_its_known_values) {
    EXPECT_EQ(real::normal_cdf(0), 0.5);
    EXPECT_NEAR(real::normal_cdf(1.959963984540054), 0.975, 1e-15);
    EXPECT_NEAR(real::normal_cdf(-1.959963984540054), 0.025, 1e-16);
    EXPECT_NEAR(real::normal_density(0), 0.3989422804014327, 1e-16);
}

// The bits themselves are pinned: another compiler or C library must give the same.
TEST(real, the_bits_are_the_same_everywhere) {
    std::uint64_t digest = 0;
    Random random(42);
    for (int i = 0; i < 10'000; ++i) {
        const double x = random.unit() * 20 - 10;
        for (const double value : {real::exp(x), real::log(std::fabs(x) + 1e-3), real::sin(x), real::cos(x),
                                   real::atan2(x, 3), real::erfc(x)}) {
            digest = digest * 0x100000001B3U ^ std::bit_cast<std::uint64_t>(value);
        }
    }
    EXPECT_EQ(digest, 12086603925039035206U);
}

}  // namespace
}  // namespace ningyi::geo
