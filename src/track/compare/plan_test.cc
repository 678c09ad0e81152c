// SPDX-License-Identifier: Apache-2.0
#include "track/compare/plan.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "track/clean.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

constexpr geo::Offset first_flat{0, 0};
constexpr geo::Offset second_flat{2000, 0};
constexpr geo::Offset third_flat{4000, 1000};

// A day of stays: minute from, minute to, where. Fixes each minute, straight roads between.
struct Leg {
    int from;
    int to;
    geo::Offset where;
};

std::vector<Fix> day(const std::vector<Leg>& legs) {
    std::vector<Fix> track;
    for (std::size_t i = 0; i < legs.size(); ++i) {
        for (int m = legs[i].from; m <= legs[i].to; ++m) {
            track.push_back(fix_at(nine + m * minutes_ms, {legs[i].where.east + m % 3, legs[i].where.north + m % 2}));
        }
        if (i + 1 == legs.size()) continue;
        for (int m = legs[i].to + 1; m < legs[i + 1].from; ++m) {
            const double share = static_cast<double>(m - legs[i].to) / (legs[i + 1].from - legs[i].to);
            track.push_back(fix_at(nine + m * minutes_ms,
                                   {legs[i].where.east + share * (legs[i + 1].where.east - legs[i].where.east),
                                    legs[i].where.north + share * (legs[i + 1].where.north - legs[i].where.north)}));
        }
    }
    mark(track);
    return track;
}

PlannedVisit visit(geo::Offset where, int from, int to) {
    return {geo::Plane(home).place(where), 100'000, minutes(from, to)};
}

TEST(plan, visits_kept_as_planned_are_supported) {
    const auto track = day({{0, 60, first_flat}, {75, 135, second_flat}, {150, 210, third_flat}});
    const PlannedVisit plan[] = {visit(first_flat, 0, 60), visit(second_flat, 75, 135), visit(third_flat, 150, 210)};
    const PlanOutcome outcome = plan_outcome(track, plan, {});
    EXPECT_EQ(outcome.verdict, Verdict::supported);
    EXPECT_EQ(outcome.missed, 0);
    EXPECT_GT(outcome.ratio_ppm, 950'000);
    EXPECT_EQ(outcome.coverage_ppm, 1'000'000);
    EXPECT_EQ(outcome.order_tau_ppm, 1'000'000);
    EXPECT_TRUE(outcome.strays.empty());
    EXPECT_LE(outcome.late_low, 2 * minutes_ms);
}

TEST(plan, a_visit_that_did_not_take_place_contradicts_the_plan) {
    const auto track = day({{0, 60, first_flat}, {75, 135, first_flat}, {150, 210, third_flat}});
    const PlannedVisit plan[] = {visit(first_flat, 0, 60), visit(second_flat, 75, 135), visit(third_flat, 150, 210)};
    const PlanOutcome outcome = plan_outcome(track, plan, {});
    EXPECT_EQ(outcome.verdict, Verdict::contradicted);
    EXPECT_EQ(outcome.missed, 1);
    EXPECT_TRUE(outcome.visits[1].is_missed);
    EXPECT_GT(outcome.strength_mnat, 5000);
}

TEST(plan, half_an_hour_late_is_between_the_verdicts_and_says_how_late_at_least) {
    const auto track = day({{0, 60, first_flat}, {105, 165, second_flat}});
    const PlannedVisit plan[] = {visit(first_flat, 0, 60), visit(second_flat, 75, 165)};
    const PlanOutcome outcome = plan_outcome(track, plan, {});
    EXPECT_EQ(outcome.verdict, Verdict::insufficient);
    EXPECT_GE(*outcome.visits[1].late_low, 24 * minutes_ms);
    EXPECT_LE(*outcome.visits[1].late_low, 30 * minutes_ms);
    EXPECT_GE(*outcome.visits[1].late_high, *outcome.visits[1].late_low);
}

TEST(plan, leaving_early_is_measured_from_the_last_possible_minute) {
    const auto track = day({{0, 40, first_flat}, {55, 120, second_flat}});
    const PlannedVisit plan[] = {visit(first_flat, 0, 60)};
    const PlanOutcome outcome = plan_outcome(track, plan, {});
    EXPECT_GE(*outcome.visits[0].early, 14 * minutes_ms);
    EXPECT_LE(*outcome.visits[0].early, 19 * minutes_ms);
}

TEST(plan, visits_in_another_order_show_in_tau_and_a_stop_nobody_planned_is_a_stray) {
    const auto track = day({{0, 60, second_flat}, {75, 135, first_flat}, {150, 180, third_flat}});
    const PlannedVisit plan[] = {visit(first_flat, 0, 60), visit(second_flat, 75, 135)};
    const PlanOutcome outcome = plan_outcome(track, plan, {});
    EXPECT_EQ(outcome.order_tau_ppm, -1'000'000);
    ASSERT_EQ(outcome.strays.size(), 1U);
    EXPECT_NEAR(geo::distance_m(outcome.strays.front().place, geo::Plane(home).place(third_flat)), 0, 5);
    const KnownPlace office[] = {{geo::Plane(home).place(third_flat), 100'000}};
    EXPECT_TRUE(plan_outcome(track, plan, office).strays.empty());
}

TEST(plan, a_day_without_fixes_says_nothing) {
    const PlannedVisit plan[] = {visit(first_flat, 0, 60)};
    const PlanOutcome outcome = plan_outcome({}, plan, {});
    EXPECT_EQ(outcome.verdict, Verdict::insufficient);
    EXPECT_EQ(limit_names(outcome.limits), "no_track,low_coverage");
    EXPECT_FALSE(outcome.order_tau_ppm);
}

TEST(plan, a_stepped_clock_makes_the_whole_plan_insufficient) {
    auto track = day({{0, 60, second_flat}});
    for (std::size_t i = 0; i < track.size(); ++i) {
        track[i].boot = 1;
        track[i].mono_ms = static_cast<Millis>(i) * minutes_ms + (i > 40 ? hours_ms : 0);
    }
    mark(track);
    const PlannedVisit plan[] = {visit(first_flat, 0, 60)};
    EXPECT_EQ(plan_outcome(track, plan, {}).verdict, Verdict::insufficient);
}

Measurement measured(const std::vector<Fix>& track, std::span<const PlannedVisit> visits,
                     const std::optional<PlannedVisit>& own) {
    std::vector<Argument> arguments(5);
    arguments[0].present = arguments[1].present = true;
    arguments[0].track = track;
    arguments[1].visits = visits;
    if (own) {
        for (std::size_t i = 2; i < 5; ++i) arguments[i].present = true;
        arguments[2].place = own->place;
        arguments[3].interval = own->interval;
        arguments[4].number = own->radius_mm;
    }
    return find_measure("track.plan")->run(arguments);
}

std::optional<std::int64_t> fact(const Measurement& measurement, std::string_view name) {
    const auto facts = find_measure("track.plan")->facts;
    for (std::size_t i = 0; i < facts.size(); ++i) {
        if (facts[i].name == name) return measurement.facts.at(i);
    }
    throw std::invalid_argument("no such fact");
}

TEST(plan, the_measure_judges_the_visit_asked_about_and_counts_over_the_day) {
    const auto track = day({{0, 60, first_flat}, {75, 100, third_flat}, {115, 140, first_flat}});
    const PlannedVisit kept = visit(first_flat, 0, 60);
    const PlannedVisit missed = visit(second_flat, 75, 135);
    const std::vector<PlannedVisit> plan = {kept, missed};
    const Measurement of_kept = measured(track, plan, kept);
    EXPECT_EQ(of_kept.verdict, Verdict::supported);
    EXPECT_EQ(fact(of_kept, "missed"), 0);
    EXPECT_LE(*fact(of_kept, "late_low"), minutes_ms);
    EXPECT_LE(*fact(of_kept, "early"), 2 * minutes_ms);
    const Measurement of_missed = measured(track, plan, missed);
    EXPECT_EQ(of_missed.verdict, Verdict::contradicted);
    EXPECT_GT(of_missed.strength_mnat, 3000);
    EXPECT_EQ(fact(of_missed, "missed"), 1);
    for (const Measurement& one : {of_kept, of_missed}) {
        EXPECT_EQ(fact(one, "visits"), 2);
        EXPECT_EQ(fact(one, "missed_count"), 1);
        EXPECT_EQ(fact(one, "stray"), 1);
        EXPECT_NEAR(static_cast<double>(*fact(one, "stray_longest")), 25.0 * minutes_ms, 2.0 * minutes_ms);
    }
    EXPECT_EQ(measured(track, plan, std::nullopt).verdict, Verdict::contradicted);
    // A visit that the list does not hold is taken into it.
    EXPECT_EQ(measured(track, std::span(plan).first(1), missed).facts, of_missed.facts);
}

TEST(plan, the_order_of_the_list_and_visits_without_length_do_not_show) {
    const auto track = day({{0, 60, second_flat}, {75, 135, first_flat}, {150, 210, third_flat}});
    std::vector<PlannedVisit> plan = {visit(first_flat, 0, 60), visit(second_flat, 75, 135),
                                      visit(third_flat, 150, 210)};
    const Measurement forwards = measured(track, plan, plan.back());
    EXPECT_LT(*fact(forwards, "order_tau"), 1'000'000);
    const PlannedVisit asked = plan.back();
    std::reverse(plan.begin(), plan.end());
    plan.push_back(visit(first_flat, 10, 10));
    plan.push_back({geo::Plane(home).place(first_flat), 0, minutes(0, 60)});
    EXPECT_EQ(measured(track, plan, asked).facts, forwards.facts);
}

TEST(plan, the_measure_says_nothing_without_fixes_or_with_too_many_visits) {
    const PlannedVisit asked = visit(first_flat, 0, 60);
    const Measurement silent = measured({}, {}, asked);
    EXPECT_EQ(silent.verdict, Verdict::insufficient);
    EXPECT_EQ(limit_names(silent.limits), "no_track,low_coverage");
    EXPECT_EQ(fact(silent, "missed"), 0);
    const std::vector<PlannedVisit> many(501, asked);
    EXPECT_EQ(limit_names(measured({}, many, asked).limits), "crowded");
}

RC_GTEST_PROP(plan, tau_is_that_of_the_ranks_and_reverses_with_the_order, ()) {
    const auto a = *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 6));
    auto b = *rc::gen::container<std::vector<std::int64_t>>(a.size(), rc::gen::inRange<std::int64_t>(0, 6));
    const auto tau = kendall_tau_b(a, b);
    // Brute force by its definition: concordant less discordant, over the root of the pairs not tied on each side.
    double concordant = 0, discordant = 0, tied_a = 0, tied_b = 0;
    const auto pairs = static_cast<double>(a.size() * (a.size() - (a.empty() ? 0 : 1))) / 2;
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const auto product = (a[i] - a[j]) * (b[i] - b[j]);
            concordant += product > 0;
            discordant += product < 0;
            tied_a += a[i] == a[j];
            tied_b += b[i] == b[j];
        }
    }
    RC_ASSERT(tau.has_value() == (pairs > tied_a && pairs > tied_b));
    if (!tau) return;
    RC_ASSERT(std::fabs(*tau - (concordant - discordant) / std::sqrt((pairs - tied_a) * (pairs - tied_b))) < 1e-12);
    for (auto& value : b) value = -value;
    RC_ASSERT(std::fabs(*tau + *kendall_tau_b(a, b)) < 1e-12);
}

}  // namespace
}  // namespace ningyi::track
