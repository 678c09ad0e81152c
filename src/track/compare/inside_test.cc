// SPDX-License-Identifier: Apache-2.0
#include "track/compare/inside.h"

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "track/call_test.h"
#include "track/clean.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

TEST(inside, agrees_with_an_outside_noncentral_chi_squared_to_1e_8) {
    std::ifstream file("../shared/data/tracks/vectors/p_inside_boost_ncx2.csv");
    if (!file) GTEST_SKIP() << "the outside vectors are not beside the project";
    std::string line;
    std::getline(file, line);
    int rows = 0;
    while (std::getline(file, line)) {
        double accuracy = 0, distance = 0, radius = 0, p = 0;
        ASSERT_EQ(std::sscanf(line.c_str(), "%lf,%lf,%lf,%lf", &accuracy, &distance, &radius, &p), 4);
        EXPECT_NEAR(probability_inside(distance, radius, accuracy / sigmas_68), p, 1e-8) << line;
        ++rows;
    }
    EXPECT_EQ(rows, 147);
}

// Slow oracle: the normal error added up over rings around the fix, by the share of each ring inside the circle.
// REQUIRES: distance > 0.
double by_rings(double distance, double radius, double sigma) {
    double sum = 0;
    const int steps = 200'000;
    for (int i = 0; i < steps; ++i) {
        const double r = (i + 0.5) * 9 * sigma / steps;
        double share = 0;
        if (r + distance <= radius) {
            share = 1;
        } else if (r < radius + distance && r > std::fabs(radius - distance)) {
            share = std::acos((r * r + distance * distance - radius * radius) / (2 * r * distance)) / M_PI;
        }
        sum += share * r / (sigma * sigma) * std::exp(-r * r / (2 * sigma * sigma)) * 9 * sigma / steps;
    }
    return sum;
}

TEST(inside, agrees_with_adding_up_rings) {
    for (const double sigma : {3.0, 13.2, 40.0, 300.0, 2000.0}) {
        EXPECT_NEAR(probability_inside(0, 100, sigma), 1 - std::exp(-100 * 100 / (2 * sigma * sigma)), 1e-11);
        for (const double distance : {20.0, 62.0, 95.0, 101.0, 140.0, 900.0}) {
            EXPECT_NEAR(probability_inside(distance, 100, sigma), by_rings(distance, 100, sigma), 1e-6)
                << distance << " " << sigma;
        }
    }
    // Beyond 20 standard deviations the series would underflow.
    EXPECT_NEAR(probability_inside(200, 202, 3), by_rings(200, 202, 3), 1e-5);
    EXPECT_NEAR(probability_inside(1000, 995, 10), by_rings(1000, 995, 10), 1e-5);
}

RC_GTEST_PROP(inside, farther_is_never_likelier, ()) {
    const double sigma = *rc::gen::inRange(3, 3000);
    const double radius = *rc::gen::inRange(10, 1000);
    const double near = *rc::gen::inRange(0, 3000);
    const double step = *rc::gen::inRange(0, 300);
    RC_ASSERT(probability_inside(near + step, radius, sigma) <= probability_inside(near, radius, sigma) + 1e-6);
}

Call call_inside(const Fix& fix, std::int64_t radius_mm) {
    return Call("track.inside").with_fix("fix", fix).with_place("place", home).with_number("radius", radius_mm);
}

RC_GTEST_PROP(inside, a_wider_error_never_makes_a_contradiction, ()) {
    const geo::Offset there{*rc::gen::inRange(-1000, 1000) * 1.0, *rc::gen::inRange(-1000, 1000) * 1.0};
    const auto accuracy = *rc::gen::inRange<std::uint32_t>(1000, 1'000'000);
    const auto wider = accuracy + *rc::gen::inRange<std::uint32_t>(0, 1'000'000);
    const auto first = call_inside(fix_at(nine, there, accuracy), 100'000).run();
    const auto second = call_inside(fix_at(nine, there, wider), 100'000).run();
    if (second.verdict == Verdict::contradicted) RC_ASSERT(first.verdict == Verdict::contradicted);
}

TEST(inside, a_fix_next_door_is_neither_and_a_fix_half_a_kilometre_away_contradicts) {
    EXPECT_EQ(call_inside(fix_at(nine, {}, 15'000), 100'000).run().verdict, Verdict::supported);
    EXPECT_EQ(call_inside(fix_at(nine, {115, 0}, 15'000), 100'000).run().verdict, Verdict::insufficient);
    const Call far = call_inside(fix_at(nine, {500, 0}, 15'000), 100'000);
    EXPECT_EQ(far.run().verdict, Verdict::contradicted);
    EXPECT_NEAR(static_cast<double>(*far.fact("dist")), 500'000, 12);
    EXPECT_EQ(*far.fact("sigma"), 9936);  // 15 m / 1.5096
    EXPECT_EQ(*far.fact("p"), 0);
}

TEST(inside, a_fix_in_an_unknown_datum_does_not_accuse) {
    Fix fix = fix_at(nine, {500, 0}, 15'000);
    fix.datum = Datum::unknown;
    const Measurement measurement = call_inside(fix, 100'000).run();
    EXPECT_EQ(measurement.verdict, Verdict::insufficient);
    EXPECT_EQ(limit_names(measurement.limits), "datum_suspect");
}

TEST(inside, a_fix_that_is_no_position_says_nothing) {
    std::vector<Fix> fixes = {fix_received(Instant{nine}, {0, 0}, Datum::wgs84)};
    mark(fixes);
    const Call call = call_inside(fixes.front(), 100'000);
    EXPECT_EQ(call.run().verdict, Verdict::insufficient);
    EXPECT_FALSE(call.fact("dist"));
}

TEST(inside, the_same_number_from_a_browser_is_a_narrower_error_than_from_a_phone) {
    Fix fix = fix_at(nine, {}, 100'000);
    const double phone = sigma_mm(fix);
    fix.level = Level::p95;
    EXPECT_NEAR(phone / sigma_mm(fix), 2.4477 / 1.5096, 1e-4);
    fix.level = Level::unknown;
    EXPECT_EQ(sigma_mm(fix), phone);
    fix.accuracy_mm = 0;
    EXPECT_NEAR(sigma_mm(fix), 20'000 / 1.5096, 1);
    fix.accuracy_mm = 1000;
    EXPECT_EQ(sigma_mm(fix), 3000);
    fix.provider = Provider::wifi;
    EXPECT_NEAR(sigma_mm(fix), 20'000 / 1.5096, 1);
}

}  // namespace
}  // namespace ningyi::track
