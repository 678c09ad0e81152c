// SPDX-License-Identifier: Apache-2.0
// What the checker refuses, with the line and column it points at.
#include <gtest/gtest.h>

#include "cel/test_host.h"

namespace ningyi::cel {
namespace {

TEST(check, units_never_mix) {
    Fixture f;
    EXPECT_EQ(f.faults("order.checkin_dist > 300"), "1:20 E402");
    EXPECT_EQ(f.faults("300 < order.checkin_dist"), "1:5 E402");
    EXPECT_EQ(f.faults("order.checkin_dist + 1 > m(300)"), "1:20 E402");
    EXPECT_EQ(f.faults("order.checkin_dist > order.pay"), "1:20 E403");
    EXPECT_EQ(f.faults("order.served * 2 > minutes(1)"), "1:14 E403");
    EXPECT_EQ(f.faults("order.served / order.served > 1"), "1:14 E403");
    EXPECT_EQ(f.faults("order.pay * order.pay == order.pay"), "1:11 E403");
    EXPECT_EQ(f.faults("order.start + order.end == order.end"), "1:13 E403");
    EXPECT_EQ(f.faults("order.date == order.start"), "1:12 E403");
    EXPECT_EQ(f.faults("order.share + order.share == order.share"), "1:13 E403");
    EXPECT_EQ(f.faults("times(order.pay, 2) > yuan(1)"), "1:18 E404");
    EXPECT_EQ(f.faults("ratio_of(order.pay, order.served) > percent(1)"), "1:21 E403");
    EXPECT_EQ(f.faults("math.least(order.pay, m(1)) > yuan(1)"), "1:23 E403");
    EXPECT_EQ(
        f.faults("order.checkin_dist / 2 > m(1) && order.pay / yuan(1) > 1 && order.end - order.start > minutes(1)"),
        "none");
}

TEST(check, messages_say_what_to_write_in_both_languages) {
    Fixture f;
    EXPECT_EQ(
        f.message("order.checkin_dist > 300"),
        "r.yaml:3:26: E402: 长度不能与纯数字比较，请写 m(300) | length compared with a bare number, write m(300)");
    EXPECT_EQ(
        f.message("order.checkin_dst > m(300)"),
        "r.yaml:3:13: E501: order 没有字段 checkin_dst，是否 checkin_dist？ | order has no field checkin_dst, did you "
        "mean checkin_dist?");
    EXPECT_EQ(f.message("order.served > times(20, percent(80))"),
              "r.yaml:3:20: E402: 时长不能与纯数字比较，请写 minutes(16) | duration compared with a bare number, write "
              "minutes(16)");
    EXPECT_EQ(
        f.message("order.status == \"complete\""),
        "r.yaml:3:23: E504: 没有取值“complete”，是否 completed？ | no such word \"complete\", did you mean completed?");
}

TEST(check, every_fault_is_reported) {
    Fixture f;
    EXPECT_EQ(f.faults("order.checkin_dst > m(1) && order.pay > 3 &&\n  order.status == \"done\" || nothing"),
              "1:7 E501, 1:39 E402, 2:19 E504, 2:29 E502");
}

TEST(check, types_must_fit) {
    Fixture f;
    EXPECT_EQ(f.faults("order.open > order.closed"), "1:12 E401");
    EXPECT_EQ(f.faults("order.count == \"3\""), "1:13 E401");
    EXPECT_EQ(f.faults("order.place == order.place"), "1:13 E401");
    EXPECT_EQ(f.faults("order.count && order.open"), "1:1 E405");
    EXPECT_EQ(f.faults("!order.count"), "1:1 E401");
    EXPECT_EQ(f.faults("order.open ? order.count : order.note"), "1:12 E401");
    EXPECT_EQ(f.faults("order.count ? 1 : 0"), "1:1 E405");
    EXPECT_EQ(f.faults("[1, \"a\"] == [1]"), "1:5 E401");
    EXPECT_EQ(f.faults("order.count in [\"a\"]"), "1:13 E401");
    EXPECT_EQ(f.faults("order.count in order.count"), "1:13 E401");
    EXPECT_EQ(f.faults("order.note[0] == \"a\""), "1:11 E401");
    EXPECT_EQ(f.faults("order.note.exists(c, true)"), "1:12 E401");
    EXPECT_EQ(f.faults("order.codes.exists(c, c)"), "1:23 E405");
    EXPECT_EQ(f.faults("order.count.size() == 1"), "1:1 E404");
    EXPECT_EQ(f.faults("order.note.startsWith(1)"), "1:23 E404");
    EXPECT_EQ(f.faults("order.note.startsWith()"), "1:12 E404");
    EXPECT_EQ(f.faults("order.open", type_of(Kind::money)), "1:1 E406");
    EXPECT_EQ(f.faults("1 / 0 == 1"), "1:3 E409");
    EXPECT_EQ(f.faults("9223372036854775807 + 1 == 1"), "1:21 E409");
    EXPECT_EQ(f.faults("date(\"2025-02-30\") == order.date"), "1:1 E409");
}

TEST(check, words_of_an_enumeration_are_checked_at_load) {
    Fixture f;
    EXPECT_EQ(f.faults("order.status == \"completed\""), "none");
    EXPECT_EQ(f.faults("\"done\" != order.status"), "1:1 E504");
    EXPECT_EQ(f.faults("order.status in [\"planned\", \"done\"]"), "1:29 E504");
    EXPECT_EQ(f.faults("order.status == (order.open ? \"planned\" : \"finished\")"), "1:43 E504");
    EXPECT_EQ(f.faults("order.status < \"planned\""), "1:14 E401");
    EXPECT_EQ(f.faults("[order.status].exists(s, s == \"done\")"), "1:31 E504");
    EXPECT_EQ(f.faults("order.open ? \"planned\" : \"gone\"", words({"planned", "completed"})), "1:26 E504");
}

TEST(check, names_must_be_known) {
    Fixture f;
    EXPECT_EQ(f.faults("ordr.pay > yuan(1)"), "1:1 E502");
    EXPECT_EQ(f.faults("order"), "1:1 E503");
    EXPECT_EQ(f.faults("order == order"), "1:1 E503, 1:10 E503");
    EXPECT_EQ(f.faults("order.pay.amount == 1"), "1:11 E501");
    EXPECT_EQ(f.faults("has(order.nothing)"), "1:11 E501");
    EXPECT_EQ(f.faults("has(order)"), "1:5 E305");
    EXPECT_EQ(f.faults("order.codes.exists(c, c.length == 1)"), "1:25 E501");
    EXPECT_EQ(f.faults("startsWith(order.note, \"a\")"), "1:1 E505");
    EXPECT_EQ(f.faults("minuts(3) < order.served"), "1:1 E505");
    EXPECT_EQ(f.faults("order.item in lists.exempt_site"), "1:21 E502");
    EXPECT_EQ(f.faults("lists.nothing.has(order.item)"), "1:7 E502");
    EXPECT_EQ(f.faults("order.item in lists.pairs"), "1:21 E505");
    EXPECT_EQ(f.faults("lists.pairs.has(order.item)"), "1:13 E404");
    EXPECT_EQ(f.faults("lists.exempt_sites.has(order.count)"), "1:24 E404");
    EXPECT_EQ(f.faults("tables.item_minutes.get(order.item) == minutes(1)"), "1:21 E505");
    EXPECT_EQ(f.faults("tables.item_minutes.get(order.item).most == minutes(1)"), "1:37 E501");
    EXPECT_EQ(f.faults("tables.item_minutes.least == minutes(1)"), "1:8 E505");
    EXPECT_EQ(f.faults("others.elder(order.item) == order.item"), "1:8 E505");
    EXPECT_EQ(f.faults("others.elders(order.item).household_id == order.item"), "1:8 E502");
    EXPECT_EQ(f.faults("others.elder(order.item).name == order.item"), "1:26 E501");
    EXPECT_EQ(f.faults("others.elder.household_id == order.item"), "1:8 E505");
}

TEST(check, what_rules_do_not_have_is_refused) {
    Fixture f;
    EXPECT_EQ(f.faults("order.count > 1.5"), "1:15 E306");
    EXPECT_EQ(f.faults("order.count > 1u"), "1:15 E306");
    EXPECT_EQ(f.faults("order.note == b\"x\""), "1:15 E306");
    EXPECT_EQ(f.faults("order.note == null"), "1:15 E306");
    EXPECT_EQ(f.faults("{\"a\": 1}.a == 1"), "1:1 E306");
    EXPECT_EQ(f.faults("dyn(order.count) == 1"), "1:1 E505");
    EXPECT_EQ(f.faults("order.start.getHours() == 1"), "1:13 E505");
    EXPECT_EQ(f.faults("cel.bind(x, 1, x == 1)"), "1:10 E502, 1:16 E502, 1:5 E505");
    EXPECT_EQ(f.faults("order.note.format([1]) == \"\""), "1:12 E505");
    EXPECT_EQ(f.faults("optional.of(1) == 1"), "1:10 E505");
}

TEST(check, literals_are_demanded_where_they_are_read_at_load) {
    Fixture f;
    EXPECT_EQ(f.faults("order.note.matches(order.item)"), "1:20 E407");
    EXPECT_EQ(f.faults("order.note.matches(\"(\")"), "1:20 E603");
    EXPECT_EQ(f.faults("order.note.matches(\"(a{50}){50}\")"), "1:20 E603");
    EXPECT_EQ(f.faults(format("order.note.matches(\"{}\")", std::string(201, 'a'))), "1:20 E603");
    EXPECT_EQ(f.faults("clock_between(order.start, order.note, \"21:00\")"), "1:28 E407");
    EXPECT_EQ(f.faults("clock_between(order.start, \"6:00\", \"21:00\")"), "1:28 E408");
    EXPECT_EQ(f.faults("clock_between(order.start, \"06:00\", \"24:30\")"), "1:37 E408");
    EXPECT_EQ(f.faults("text.near(order.note, order.item, 9)"), "1:35 E408");
    EXPECT_EQ(f.faults("text.near(order.note, order.item, order.count)"), "1:35 E407");
    EXPECT_EQ(f.faults("id.valid(\"passport\", order.note)"), "1:10 E504");
}

TEST(check, syntax_faults_point_at_their_place) {
    Fixture f;
    EXPECT_EQ(f.faults(""), "1:1 E301");
    EXPECT_EQ(f.faults("order.open &&"), "1:14 E301");
    EXPECT_EQ(f.faults("order.open = true"), "1:12 E301");
    EXPECT_EQ(f.faults("order.note == \"中文"), "1:15 E302");
    EXPECT_EQ(f.faults("\"中文\" == order.note )"), "1:20 E301");
    EXPECT_EQ(f.faults("order.note == \"\\q\""), "1:16 E303");
    EXPECT_EQ(f.faults("order.checkin_dist > 300m"), "1:25 E304");
    EXPECT_EQ(f.faults("order.count > 99999999999999999999"), "1:15 E304");
    EXPECT_EQ(f.faults("while == 1"), "1:1 E307");
    EXPECT_EQ(f.faults("order.codes.exists(1, true)"), "1:20 E305");
    EXPECT_EQ(f.faults("order.codes[0"), "1:14 E301");
    EXPECT_EQ(f.faults("(order.open"), "1:12 E301");
    EXPECT_EQ(f.faults("\xff"), "1:1 E301");
    EXPECT_EQ(f.faults("order.open // a remark\n && order.closed"), "none");
}

TEST(check, sizes_are_bounded) {
    Fixture f;
    EXPECT_EQ(f.faults(std::string(4001, ' ')), "1:1 E601");
    EXPECT_EQ(f.faults(format("{}true{}", std::string(70, '('), std::string(70, ')'))), "1:65 E602");
    EXPECT_EQ(f.faults("order.codes.exists(a, order.codes.exists(b, order.codes.exists(c, a == c)))"), "1:57 E604");
    std::string wide = "order.open";
    while (wide.size() < 3900) wide += " && order.open";
    EXPECT_EQ(f.faults(wide), "none");
}

TEST(check, places_follow_the_quoting_of_the_file) {
    Fixture f;
    // In the file: if: 'order.note == "it''s" && order.pay > 3', the text beginning at column 6; '' is one character.
    const std::string text = "order.note == \"it's\" && order.pay > 3";
    Place place{.file = "r.yaml", .line = 9, .column = 6, .lines = {}, .columns = {}};
    int column = 6;
    for (const char c : text) {
        place.columns.push_back(column);
        column += c == '\'' ? 2 : 1;
    }
    const auto expression = compile(text, f.names, std::nullopt, place);
    ASSERT_FALSE(expression);
    EXPECT_EQ(expression.error().front().line, 9);
    EXPECT_EQ(expression.error().front().column, 41);
    // A literal block: every line of the text stands indented by four.
    const std::string block = "order.open\n&& order.pay > 3";
    Place lines{.file = "r.yaml", .line = 9, .column = 5, .lines = {}, .columns = {}};
    for (std::size_t i = 0; i < block.size(); ++i) {
        lines.lines.push_back(i <= 10 ? 9 : 10);
        lines.columns.push_back(static_cast<int>(i <= 10 ? i : i - 11) + 5);
    }
    const auto second = compile(block, f.names, std::nullopt, lines);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().front().line, 10);
    EXPECT_EQ(second.error().front().column, 18);
}

}  // namespace
}  // namespace ningyi::cel
