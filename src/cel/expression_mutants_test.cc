// SPDX-License-Identifier: Apache-2.0
#include "cel/expression_mutants.h"

#include <gtest/gtest.h>

#include "cel/test_host.h"

namespace ningyi::cel {
namespace {

Expression compiled(const std::string& text, Names& names) {
    Place place;
    place.file = "r.yaml";
    place.line = 7;
    place.column = 11;
    auto expression = compile(text, names, std::nullopt, place);
    EXPECT_TRUE(expression) << text;
    return *expression;
}

std::vector<std::string> names_of_mutants(const std::string& text) {
    Names names = test_names();
    std::vector<std::string> said;
    for (const ExpressionMutant& mutant : mutants_of(compiled(text, names), names)) said.push_back(mutant.name);
    return said;
}

using Said = std::vector<std::string>;

TEST(expression_mutants, an_order_comparison_is_shifted_and_turned_round) {
    EXPECT_EQ(names_of_mutants("order.checkin_dist > radius"), (Said{"> -> >=", "> -> <="}));
    EXPECT_EQ(names_of_mutants("order.checkin_dist <= radius"), (Said{"<= -> <", "<= -> >"}));
}

TEST(expression_mutants, an_equality_is_only_negated) {
    EXPECT_EQ(names_of_mutants("order.status == \"completed\""), (Said{"== -> !="}));
}

TEST(expression_mutants, numbers_move_by_one_base_unit) {
    EXPECT_EQ(names_of_mutants("order.checkin_dist > m(300)"),
              (Said{"> -> >=", "> -> <=", "m(300) -> 299999mm", "m(300) -> 300001mm"}));
    EXPECT_EQ(names_of_mutants("order.speed < kmh(162)"),
              (Said{"< -> <=", "< -> >=", "kmh(162) -> 44.999m/s", "kmh(162) -> 45.001m/s"}));
    EXPECT_EQ(names_of_mutants("order.served < minutes(20)"),
              (Said{"< -> <=", "< -> >=", "minutes(20) -> 1199999ms", "minutes(20) -> 1200001ms"}));
    EXPECT_EQ(names_of_mutants("order.count > 0"), (Said{"> -> >=", "> -> <=", "0 -> -1", "0 -> 1"}));
    EXPECT_EQ(names_of_mutants("order.date >= date(\"2025-08-01\")"),
              (Said{">= -> >", ">= -> <", "date(\"2025-08-01\") -> 2025-07-31", "date(\"2025-08-01\") -> 2025-08-02"}));
    EXPECT_EQ(names_of_mutants("clock_between(order.start, \"06:00\", \"21:00\")"),
              (Said{"not", "06:00 -> 05:59", "06:00 -> 06:01", "21:00 -> 20:59", "21:00 -> 21:01"}));
}

TEST(expression_mutants, and_and_or_are_exchanged_and_each_condition_is_negated) {
    EXPECT_EQ(names_of_mutants("order.open && order.count > 0"),
              (Said{"not order.open", "not", "&& -> ||", "> -> >=", "> -> <=", "0 -> -1", "0 -> 1"}));
    EXPECT_EQ(names_of_mutants("!order.open || order.closed"),
              (Said{"not !order.open", "not", "|| -> &&", "not order.closed"}));
    const Said three = names_of_mutants("order.open && order.closed && has(order.pay)");
    EXPECT_NE(std::find(three.begin(), three.end(), "&& -> || between 1 and 2"), three.end());
    EXPECT_NE(std::find(three.begin(), three.end(), "&& -> || between 2 and 3"), three.end());
}

TEST(expression_mutants, membership_is_negated) {
    EXPECT_EQ(names_of_mutants("order.item in lists.exempt_sites"), (Said{"in -> not in"}));
}

TEST(expression_mutants, what_is_no_expression_any_more_is_no_mutant) {
    // The distance of text.near() is at most 8.
    EXPECT_EQ(names_of_mutants("text.near(order.item, order.note, 8)"), (Said{"not", "8 -> 7"}));
}

TEST(expression_mutants, equal_names_are_counted) {
    EXPECT_EQ(names_of_mutants("order.open == true && order.closed == true"),
              (Said{"not", "== -> !=", "&& -> ||", "== -> != #2"}));
}

TEST(expression_mutants, each_says_something_else_and_knows_its_place) {
    Names names = test_names();
    const Expression whole = compiled("order.open && order.count > 3", names);
    TestHost host(names);
    host.set("order.open", Value::of_bool(true));
    std::size_t told_apart = 0;
    const std::vector<ExpressionMutant> mutants = mutants_of(whole, names);
    for (const ExpressionMutant& mutant : mutants) {
        EXPECT_EQ(mutant.line, 7);
        bool differs = false;
        for (const bool open : {false, true}) {
            host.set("order.open", Value::of_bool(open));
            for (std::int64_t count = 1; count < 6; ++count) {
                host.set("order.count", Value::of_int(count));
                differs = differs ||
                          !equal(whole.evaluate(host, Zone::china()), mutant.expression.evaluate(host, Zone::china()));
            }
        }
        told_apart += differs ? 1 : 0;
    }
    EXPECT_EQ(told_apart, mutants.size());
    EXPECT_EQ(mutants.front().column, 11);
    EXPECT_TRUE(whole.evaluate(host, Zone::china()).is_true()) << "the expression itself is left as it was";
}

}  // namespace
}  // namespace ningyi::cel
