// SPDX-License-Identifier: Apache-2.0
// What expressions of rules evaluate to: logic of three values, units, look-ups, macros.
#include "cel/rule_expression.h"

#include <gtest/gtest.h>

#include "cel/test_host.h"

namespace ningyi::cel {
namespace {

TEST(rule_expression, compares_and_calculates_with_units) {
    Fixture f;
    f.host.set("order.checkin_dist", Value::of(Kind::length, 300001));
    f.host.set("order.pay", Value::of(Kind::money, 4500));
    EXPECT_EQ(f.shown("order.checkin_dist > m(300)"), "true");
    EXPECT_EQ(f.shown("order.checkin_dist - mm(1) > m(300)"), "false");
    EXPECT_EQ(f.shown("order.pay == yuan(45)"), "true");
    EXPECT_EQ(f.shown("order.pay * 2"), "9000");
    EXPECT_EQ(f.shown("2 * order.pay / 7"), "1285");
    EXPECT_EQ(f.shown("order.pay / yuan(20)"), "2");
}

// Four operands that are not known at load: true, false, absent and an error.
struct LogicFixture : Fixture {
    LogicFixture() {
        host.set("order.open", Value::of_bool(true));
        host.set("order.closed", Value::of_bool(false));
        host.set("order.count", Value::of_int(0));
    }
    std::string letters(std::string_view sign) {
        const std::map<char, std::string> operands = {
            {'T', "order.open"}, {'F', "order.closed"}, {'A', "order.note == \"x\""}, {'E', "1 / order.count == 1"}};
        std::string all;
        for (const char left : std::string_view("TFAE")) {
            for (const char right : std::string_view("TFAE")) {
                const Value result = value(format("{} {} {}", operands.at(left), sign, operands.at(right)));
                all += result.is_true() ? 'T' : result.is_false() ? 'F' : result.is_absent() ? 'A' : 'E';
            }
            all += ' ';
        }
        return all;
    }
};

TEST(three_values, and_lets_false_win_over_absent_over_error) {
    LogicFixture f;
    EXPECT_EQ(f.letters("&&"), "TFAE FFFF AFAA EFAE ");
}

TEST(three_values, or_lets_true_win_over_absent_over_error) {
    LogicFixture f;
    EXPECT_EQ(f.letters("||"), "TTTT TFAE TAAA TEAE ");
}

TEST(three_values, strict_operators_unite_what_is_missing_and_put_it_before_errors) {
    LogicFixture f;
    EXPECT_EQ(f.shown("order.note == order.item"), "absent order.note order.item");
    EXPECT_EQ(f.shown("order.item == order.note && order.pay > yuan(1)"), "absent order.note order.item order.pay");
    EXPECT_EQ(f.shown("[order.note, order.item] == [order.note, string(1 / order.count)]"),
              "absent order.note order.item");
    EXPECT_EQ(f.shown("order.numbers[1 / order.count] == 1"), "absent order.numbers");
    EXPECT_EQ(f.shown("!(order.note == \"x\")"), "absent order.note");
    EXPECT_EQ(f.shown("order.note == \"x\" ? 1 : 2"), "absent order.note");
    EXPECT_EQ(f.shown("order.open ? 1 : order.numbers[0]"), "1");
    EXPECT_EQ(f.shown("1 / order.count == 1 ? 1 : 2"), "error");
}

TEST(three_values, many_missing_paths_are_united_once) {
    Fixture f;
    EXPECT_EQ(f.shown("order.pay > yuan(1) || order.pay > yuan(2) || order.note == \"\" || order.pay == fen(1)"),
              "absent order.pay order.note");
}

TEST(three_values, has_is_never_absent) {
    LogicFixture f;
    EXPECT_EQ(f.shown("has(order.note)"), "false");
    EXPECT_EQ(f.shown("has(order.open)"), "true");
    EXPECT_EQ(f.shown("has(order.note) && order.note == \"x\""), "false");
    EXPECT_EQ(f.shown("has(others.elder(order.item).household_id)"), "false");
    f.host.set("order.item", Value::of_string("e1"));
    EXPECT_EQ(f.shown("has(others.elder(order.item).household_id)"), "false");
    f.host.set("others.elder.household_id(e1)", Value::of_string("h"));
    EXPECT_EQ(f.shown("has(others.elder(order.item).household_id)"), "true");
}

TEST(three_values, all_and_exists_fold_like_and_and_or) {
    LogicFixture f;
    f.host.set("order.numbers", Value::of_list({Value::of_int(0), Value::of_int(1), Value::of_int(2)}));
    EXPECT_EQ(f.shown("order.numbers.all(n, n >= 0)"), "true");
    EXPECT_EQ(f.shown("order.numbers.all(n, 2 / n > 0)"), "error");
    EXPECT_EQ(f.shown("order.numbers.all(n, 2 / n > 1)"), "false");
    EXPECT_EQ(f.shown("order.numbers.exists(n, 2 / n == 2)"), "true");
    EXPECT_EQ(f.shown("order.numbers.exists(n, 2 / n == 7)"), "error");
    EXPECT_EQ(f.shown("order.numbers.exists(n, n == 7 || order.note == \"x\")"), "absent order.note");
    EXPECT_EQ(f.shown("order.numbers.exists(n, n == 1 || order.note == \"x\")"), "true");
    EXPECT_EQ(f.shown("order.codes.all(c, c == \"\")"), "absent order.codes");
}

TEST(three_values, the_other_macros_are_strict) {
    LogicFixture f;
    f.host.set("order.numbers", Value::of_list({Value::of_int(0), Value::of_int(1), Value::of_int(2)}));
    EXPECT_EQ(f.shown("order.numbers.exists_one(n, n == 1)"), "true");
    EXPECT_EQ(f.shown("order.numbers.exists_one(n, n > 0)"), "false");
    EXPECT_EQ(f.shown("order.numbers.exists_one(n, n == 1 || order.note == \"x\")"), "absent order.note");
    EXPECT_EQ(f.shown("order.numbers.filter(n, n > 0)"), "list of 2");
    EXPECT_EQ(f.shown("order.numbers.map(n, n * n)[1 + 1]"), "4");
    EXPECT_EQ(f.shown("order.numbers.map(n, n > 0, 2 / n) == [2, 1]"), "true");
    EXPECT_EQ(f.shown("order.numbers.map(n, 2 / n).size()"), "error");
    EXPECT_EQ(f.shown("order.numbers.map(n, order.note)"), "absent order.note");
    EXPECT_EQ(f.shown("order.numbers.exists(a, order.numbers.exists(b, a == b + 1 && a == b * 2 && a == 1 + 1))"),
              "true");
}

TEST(three_values, an_error_tells_where_it_happened) {
    Fixture f;
    f.host.set("order.count", Value::of_int(0));
    const auto expression =
        compile("order.open ||\n  1 / order.count == 1", f.names, std::nullopt, {.file = "r.yaml", .line = 5});
    ASSERT_TRUE(expression);
    f.host.set("order.open", Value::of_bool(false));
    const Value result = expression->evaluate(f.host, f.zone);
    ASSERT_TRUE(result.is_error());
    EXPECT_EQ(result.text(), "r.yaml:6:5: 除数为零 | division by zero");
}

TEST(rule_expression, overflow_is_an_error_never_a_number) {
    Fixture f;
    f.host.set("order.count", Value::of_int(INT64_MAX));
    f.host.set("order.pay", Value::of(Kind::money, INT64_MAX));
    f.host.set("order.checkin_dist", Value::of(Kind::length, INT64_MIN));
    EXPECT_EQ(f.shown("order.count + 1"), "error");
    EXPECT_EQ(f.shown("order.pay * 2"), "error");
    EXPECT_EQ(f.shown("-order.checkin_dist"), "error");
    EXPECT_EQ(f.shown("order.checkin_dist / (0 - 1)"), "error");
    EXPECT_EQ(f.shown("m(order.count)"), "error");
    EXPECT_EQ(f.shown("days(order.count)"), "error");
    EXPECT_EQ(f.shown("math.abs(order.checkin_dist)"), "error");
    EXPECT_EQ(f.shown("order.count % 0"), "error");
}

TEST(rule_expression, reads_lists_tables_and_other_records_through_the_host) {
    Fixture f;
    f.host.set("order.item", Value::of_string("bath"));
    f.host.set("order.served", Value::of_duration_ms(30 * minutes_ms));
    EXPECT_EQ(f.shown("order.item in lists.exempt_sites"), "false");
    EXPECT_EQ(f.shown("tables.item_minutes.has(order.item)"), "false");
    EXPECT_EQ(f.shown("order.served < tables.item_minutes.get(order.item).least"), "absent tables.item_minutes.least");
    EXPECT_EQ(f.shown("lists.pairs.has(order.item, order.note)"), "absent order.note");
    f.host.set("lists.exempt_sites(bath)", Value::of_bool(true));
    f.host.set("tables.item_minutes(bath)", Value::of_bool(true));
    f.host.set("tables.item_minutes.least(bath)", Value::of_duration_ms(40 * minutes_ms));
    f.host.set("others.elder.household_id(bath)", Value::of_string("h7"));
    EXPECT_EQ(f.shown("order.item in lists.exempt_sites"), "true");
    EXPECT_EQ(f.shown("lists.exempt_sites.has(order.item)"), "true");
    EXPECT_EQ(f.shown("tables.item_minutes.has(order.item)"), "true");
    EXPECT_EQ(f.shown("order.served < times(tables.item_minutes.get(order.item).least, percent(80))"), "true");
    EXPECT_EQ(f.shown("order.served < times(tables.item_minutes.get(order.item).least, percent(75))"), "false");
    EXPECT_EQ(f.shown("others.elder(order.item).household_id"), "h7");
}

TEST(rule_expression, names_its_reads_as_slots) {
    Fixture f;
    const auto expression =
        compile("order.pay > yuan(1) && order.item in lists.exempt_sites && has(order.note) && order.pay < yuan(9)",
                f.names, type_of(Kind::boolean), {});
    ASSERT_TRUE(expression);
    std::string reads;
    for (const std::uint16_t slot : expression->reads()) reads += f.names.path(slot) + " ";
    EXPECT_EQ(reads, "order.pay order.item lists.exempt_sites order.note ");
}

TEST(rule_expression, literals_are_folded_at_load) {
    Fixture f;
    const auto expression = compile("m(300) + mm(1)", f.names, type_of(Kind::length), {});
    ASSERT_TRUE(expression);
    EXPECT_EQ(expression->cost(), 0);
    EXPECT_EQ(expression->evaluate(f.host, f.zone).number(), 300001);
}

TEST(rule_expression, an_empty_list_takes_the_type_of_its_neighbours) {
    Fixture f;
    f.host.set("order.open", Value::of_bool(false));
    EXPECT_EQ(f.faults("[[], [1]][1][0] == \"a\""), "1:17 E401");
    EXPECT_EQ(f.faults("([[]] + [[1]])[1][0] == \"a\""), "1:22 E401");
    EXPECT_EQ(f.faults("(order.open ? [[]] : [[1]])[0][0] == \"a\""), "1:35 E401");
    EXPECT_EQ(f.shown("(order.open ? [[]] : [[1]])[0][0] == 1"), "true");
    EXPECT_EQ(f.shown("[[], [1]][1][0] == 1"), "true");
}

TEST(rule_expression, bare_numbers_are_noticed_outside_of_units_and_positions) {
    Fixture f;
    const auto is_bare = [&](std::string_view text) {
        return compile(text, f.names, std::nullopt, {})->has_bare_numbers();
    };
    EXPECT_TRUE(is_bare("order.count > 3"));
    EXPECT_TRUE(is_bare("math.least(order.count, 7) == 1"));
    EXPECT_FALSE(is_bare("order.count > 1"));
    EXPECT_FALSE(is_bare("order.checkin_dist > m(300)"));
    EXPECT_FALSE(is_bare("order.note.substring(0, 6) == order.numbers.map(n, string(n))[5]"));
}

TEST(rule_expression, a_product_function_is_called_with_known_arguments_only) {
    Fixture f;
    int calls = 0;
    f.names.add_function({.name = "geo.dist",
                          .parameters = {{Kind::place, Kind::fix}, {Kind::place}},
                          .result = type_of(Kind::length),
                          .call =
                              [&calls](std::span<const Value> arguments) {
                                  ++calls;
                                  if (arguments[1].place().first == 0) return Value();
                                  return Value::of(Kind::length,
                                                   arguments[0].place().first - arguments[1].place().first);
                              },
                          .cost = 5});
    EXPECT_EQ(f.shown("geo.dist(order.place, order.place) < m(1)"), "absent order.place");
    EXPECT_EQ(calls, 0);
    f.host.set("order.place", Value::of_place(0, 5));
    EXPECT_EQ(f.shown("geo.dist(order.place, order.place) < m(1)"), "absent order.place");
    f.host.set("order.place", Value::of_place(3, 5));
    EXPECT_EQ(f.shown("geo.dist(order.place, order.place) < m(1)"), "true");
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(f.faults("geo.dist(order.pay, order.place) < m(1)"), "1:10 E404");
    EXPECT_EQ(f.faults("geo.dist(order.place) < m(1)"), "1:5 E404");
}

TEST(rule_expression, the_cost_follows_sizes_and_branches) {
    Fixture f;
    const auto cost = [&](std::string_view text) { return compile(text, f.names, std::nullopt, {})->cost(); };
    EXPECT_EQ(cost("order.pay > yuan(1)"), 3);                      // identifier, select, comparison
    EXPECT_EQ(cost("order.open ? order.pay > yuan(1) : true"), 5);  // the dearer branch
    EXPECT_EQ(cost("order.open && order.closed"), 4);
    EXPECT_EQ(cost("order.note == \"ab\""), 4);  // 2 + 1 + 0.2, rounded up
    EXPECT_GT(cost("order.codes.exists(c, c == order.note)"), 100 * 5);
    EXPECT_GT(cost("order.codes.exists(c, order.codes.exists(d, c == d))"), 100 * 100 * 5);
    EXPECT_GT(cost("order.note.matches(\"^a+b\")"), cost("order.note.startsWith(\"aab\")"));
}

}  // namespace
}  // namespace ningyi::cel
