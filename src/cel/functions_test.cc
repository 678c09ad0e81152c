// SPDX-License-Identifier: Apache-2.0
// The functions of rules (rules.md §4.4).
#include <gtest/gtest.h>

#include "cel/numbers.h"
#include "cel/test_host.h"

namespace ningyi::cel {
namespace {

Value instant(std::string_view text) {
    return Value::of_timestamp_ms(parse_instant(text)->ms);
}

TEST(quantities, are_made_from_numbers) {
    Fixture f;
    EXPECT_EQ(f.shown("km(2) + m(3) + mm(4)"), "2003004");
    EXPECT_EQ(f.shown("yuan(1) + fen(5)"), "105");
    EXPECT_EQ(f.shown("seconds(1) + minutes(1) + hours(1) + days(1)"), "90061000 ms");
    EXPECT_EQ(f.shown("percent(80) == permille(800)"), "true");
    EXPECT_EQ(f.shown("kmh(162) == mps(45)"), "true");
    EXPECT_EQ(f.shown("kmh(100)"), "27778");  // 27777.8 mm/s, the nearest
    EXPECT_EQ(f.shown("-m(3) < m(0)"), "true");
}

TEST(quantities, times_rounds_half_away_from_zero_with_a_long_product) {
    Fixture f;
    EXPECT_EQ(f.shown("times(fen(1), percent(50))"), "1");
    EXPECT_EQ(f.shown("times(fen(-1), percent(50))"), "-1");
    EXPECT_EQ(f.shown("times(fen(1), permille(499))"), "0");
    EXPECT_EQ(f.shown("times(fen(3), percent(50))"), "2");
    EXPECT_EQ(f.shown("times(minutes(40), percent(80))"), "1920000 ms");
    EXPECT_EQ(f.shown("times(duration(\"1ms\"), percent(50))"), "1 ms");
    f.host.set("order.pay", Value::of(Kind::money, 9000000000000000000));
    EXPECT_EQ(f.shown("times(order.pay, percent(50))"), "4500000000000000000");
    EXPECT_EQ(f.shown("times(order.pay, percent(103))"), "error");
}

TEST(quantities, ratio_of_is_in_millionths_and_absent_over_nothing) {
    Fixture f;
    f.host.set("order.pay", Value::of(Kind::money, 0));
    EXPECT_EQ(f.shown("ratio_of(fen(2), fen(3))"), "666667");
    EXPECT_EQ(f.shown("ratio_of(fen(1), fen(3))"), "333333");
    EXPECT_EQ(f.shown("ratio_of(fen(-2), fen(3))"), "-666667");
    EXPECT_EQ(f.shown("ratio_of(fen(2), fen(-3))"), "-666667");
    EXPECT_EQ(f.shown("ratio_of(minutes(3), hours(1)) == percent(5)"), "true");
    EXPECT_EQ(f.shown("ratio_of(yuan(1), order.pay) > percent(1)"), "absent order.pay");
    f.host.set("order.pay", Value::of(Kind::money, 4000000000000000000));
    EXPECT_EQ(f.shown("ratio_of(order.pay, order.pay)"), "1000000");
    EXPECT_EQ(f.shown("ratio_of(order.pay, fen(1))"), "error");
}

TEST(quantities, scaled_agrees_with_the_definition_at_the_ends) {
    EXPECT_EQ(scaled(INT64_MIN, 1, 1), INT64_MIN);
    EXPECT_EQ(scaled(INT64_MIN, 1, -1), std::nullopt);
    EXPECT_EQ(scaled(INT64_MIN, INT64_MIN, INT64_MIN), INT64_MIN);
    EXPECT_EQ(scaled(INT64_MAX, INT64_MAX, INT64_MAX), INT64_MAX);
    EXPECT_EQ(scaled(1, 1, 0), std::nullopt);
    EXPECT_EQ(scaled(1, 1, 2), 1);
    EXPECT_EQ(scaled(-1, 1, 2), -1);
    EXPECT_EQ(scaled(1, 1, 3), 0);
}

TEST(quantities, speed_is_absent_without_time) {
    Fixture f;
    f.host.set("order.served", Value::of_duration_ms(0));
    EXPECT_EQ(f.shown("speed(km(1), minutes(1))"), "16667");
    EXPECT_EQ(f.shown("speed(km(1), order.served) > mps(1)"), "absent order.served");
}

TEST(quantities, extremes_work_over_units) {
    Fixture f;
    EXPECT_EQ(f.shown("math.least(m(3), m(2), m(7))"), "2000");
    EXPECT_EQ(f.shown("math.greatest(minutes(3), hours(1))"), "3600000 ms");
    EXPECT_EQ(f.shown("math.abs(m(2) - m(3))"), "1000");
    EXPECT_EQ(f.shown("math.abs(minutes(2) - minutes(3))"), "60000 ms");
    EXPECT_EQ(f.shown("math.greatest(date(\"2025-08-01\"), date(\"2025-07-01\")) == date(\"2025-08-01\")"), "true");
}

TEST(calendars, days_and_hours_are_those_of_the_district) {
    Fixture f;
    f.host.set("order.start", instant("2025-07-31T16:30:00Z"));  // 00:30 on Friday 1 August in Shanghai
    EXPECT_EQ(f.shown("on(order.start) == date(\"2025-08-01\")"), "true");
    EXPECT_EQ(f.shown("hour(order.start)"), "0");
    EXPECT_EQ(f.shown("weekday(on(order.start))"), "5");
    EXPECT_EQ(f.shown("month(on(order.start))"), "8");
    EXPECT_EQ(f.shown("date(\"2025-08-01\") - date(\"2025-07-01\")"), "31");
    f.zone = Zone("UTC", {{Instant{0}, 0}});
    EXPECT_EQ(f.shown("on(order.start) == date(\"2025-07-31\")"), "true");
    EXPECT_EQ(f.shown("hour(order.start)"), "16");
}

TEST(calendars, clock_between_is_half_open_and_may_pass_midnight) {
    Fixture f;
    const auto at = [&](std::string_view time, std::string_view expression) {
        f.host.set("order.start", instant(format("2025-08-01T{}:00+08:00", time)));
        return f.shown(expression);
    };
    constexpr std::string_view day = "clock_between(order.start, \"06:00\", \"21:00\")";
    constexpr std::string_view night = "clock_between(order.start, \"21:00\", \"06:00\")";
    constexpr std::string_view none = "clock_between(order.start, \"06:00\", \"06:00\")";
    constexpr std::string_view evening = "clock_between(order.start, \"20:00\", \"24:00\")";
    EXPECT_EQ(at("05:59", day) + at("06:00", day) + at("20:59", day) + at("21:00", day), "falsetruetruefalse");
    EXPECT_EQ(at("05:59", night) + at("06:00", night) + at("20:59", night) + at("21:00", night), "truefalsefalsetrue");
    EXPECT_EQ(at("00:00", night) + at("23:59", night), "truetrue");
    EXPECT_EQ(at("06:00", none) + at("23:59", evening) + at("00:00", evening), "falsetruefalse");
}

TEST(calendars, overlap_of_half_open_intervals) {
    Fixture f;
    const auto overlap = [&](const char* from, const char* to) {
        f.host.set("order.start", instant(format("2025-08-01T{}:00Z", from)));
        f.host.set("order.end", instant(format("2025-08-01T{}:00Z", to)));
        return f.shown(
            "overlap(order.start, order.end, timestamp(\"2025-08-01T09:00:00Z\"), "
            "timestamp(\"2025-08-01T10:00:00Z\"))");
    };
    EXPECT_EQ(overlap("08:00", "09:00"), "0 ms");
    EXPECT_EQ(overlap("08:00", "09:20"), "1200000 ms");
    EXPECT_EQ(overlap("08:00", "12:00"), "3600000 ms");
    EXPECT_EQ(overlap("09:30", "09:40"), "600000 ms");
    EXPECT_EQ(overlap("12:00", "13:00"), "0 ms");
    EXPECT_EQ(overlap("09:40", "09:30"), "0 ms");
}

TEST(calendars, times_add_up) {
    Fixture f;
    f.host.set("order.start", instant("2025-08-01T09:00:00Z"));
    f.host.set("order.end", instant("2025-08-01T09:20:00.250Z"));
    EXPECT_EQ(f.shown("order.end - order.start"), "1200250 ms");
    EXPECT_EQ(f.shown("order.start + minutes(20) < order.end"), "true");
    EXPECT_EQ(f.shown("minutes(20) + order.start < order.end"), "true");
    EXPECT_EQ(f.shown("order.end - minutes(20) > order.start"), "true");
    EXPECT_EQ(f.shown("string(order.end)"), "2025-08-01T09:20:00.25Z");
    EXPECT_EQ(f.shown("string(order.end - order.start)"), "1200.25s");
    EXPECT_EQ(f.shown("duration(\"1h30m\")"), "5400000 ms");
    EXPECT_EQ(f.shown("int(order.start)"), "1754038800");
}

TEST(texts, norm_folds_full_width_forms) {
    Fixture f;
    EXPECT_EQ(f.shown("text.norm(\"　ＡＢ－１２（３）　\")"), "AB-12(3)");
    EXPECT_EQ(f.shown("text.norm(\"长寿路\u3000８号\")"), "长寿路 8号");
}

TEST(texts, near_counts_edits_in_code_points) {
    Fixture f;
    EXPECT_EQ(f.shown("text.near(\"长寿路八号\", \"长寿路八号\", 0)"), "true");
    EXPECT_EQ(f.shown("text.near(\"长寿路八号\", \"长寿路九号\", 0)"), "false");
    EXPECT_EQ(f.shown("text.near(\"长寿路八号\", \"长寿路九号\", 1)"), "true");
    EXPECT_EQ(f.shown("text.near(\"长寿路八号\", \"寿路八号楼\", 2)"), "true");
    EXPECT_EQ(f.shown("text.near(\"长寿路八号\", \"寿路八号楼\", 1)"), "false");
    EXPECT_EQ(f.shown("text.near(\"\", \"abc\", 3)"), "true");
    EXPECT_EQ(f.shown("text.near(\"\", \"abc\", 2)"), "false");
    EXPECT_EQ(f.shown("text.near(\"kitten\", \"sitting\", 3)"), "true");
    EXPECT_EQ(f.shown("text.near(\"kitten\", \"sitting\", 2)"), "false");
}

TEST(texts, bits_of_digests_are_compared_one_by_one) {
    Fixture f;
    EXPECT_EQ(f.shown("bits.distance(\"00ff\", \"00ff\")"), "0");
    EXPECT_EQ(f.shown("bits.distance(\"00ff\", \"00FE\")"), "1");
    EXPECT_EQ(f.shown("bits.distance(\"0000000000000000\", \"ffffffffffffffff\")"), "64");
    EXPECT_EQ(f.shown("bits.distance(\"8001\", \"0000\")"), "2");
    // Of another length, or no digits: not known.
    for (const std::string_view other : {"\"00f\"", "\"00fg\"", "\"\"", "\"00 f\""}) {
        EXPECT_EQ(f.shown("bits.distance(\"00ff\", " + std::string(other) + ") <= 64"), "absent") << other;
    }
}

TEST(identity, numbers_of_citizens_are_checked_by_gb_11643) {
    Fixture f;
    EXPECT_EQ(f.shown("id.valid(\"citizen\", \"11010519491231002X\")"), "true");
    EXPECT_EQ(f.shown("id.valid(\"citizen\", \"11010519491231002x\")"), "true");
    EXPECT_EQ(f.shown("id.valid(\"citizen\", \"440524188001010014\")"), "true");
    EXPECT_EQ(f.shown("id.valid(\"citizen\", \"440524188001010015\")"), "false");
    EXPECT_EQ(f.shown("id.valid(\"citizen\", \"440524188013010014\")"), "false");
    EXPECT_EQ(f.shown("id.valid(\"citizen\", \"44052418800101001\")"), "false");
    EXPECT_EQ(f.shown("id.valid(\"citizen\", \"1101051949123１002X\")"), "false");
    f.host.set("order.note", Value::of_string("11010519491231002X"));
    EXPECT_EQ(f.shown("id.birth(order.note) == date(\"1949-12-31\")"), "true");
    EXPECT_EQ(f.shown("id.age_on(id.birth(order.note), date(\"2025-12-30\"))"), "75");
    EXPECT_EQ(f.shown("id.age_on(id.birth(order.note), date(\"2025-12-31\"))"), "76");
    f.host.set("order.note", Value::of_string("11010519491231003X"));
    EXPECT_EQ(f.shown("id.birth(order.note) == date(\"1949-12-31\")"), "absent order.note");
}

// The check character from the text of GB 32100-2015: 31 - (sum of value times 3^(i-1)) mod 31, 31 being written 0.
TEST(identity, numbers_of_organisations_are_checked_by_gb_32100) {
    Fixture f;
    const std::string_view alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    constexpr int weights[17] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
    EXPECT_EQ(f.shown("id.valid(\"organisation\", \"91350100M000100Y43\")"), "true");  // the standard's own example
    EXPECT_EQ(f.shown("id.valid(\"organisation\", \"91350100M000100Y44\")"), "false");
    EXPECT_EQ(f.shown("id.valid(\"organisation\", \"91350100I000100Y43\")"), "false");
    EXPECT_EQ(f.shown("id.valid(\"organisation\", \"9135010\")"), "false");
    bool remainder_zero_seen = false;
    for (int tail = 0; tail < 31; ++tail) {
        std::string number = "91350100M000100Y";
        number += alphabet[static_cast<std::size_t>(tail)];
        int sum = 0;
        for (std::size_t i = 0; i < 17; ++i) sum += static_cast<int>(alphabet.find(number[i])) * weights[i];
        remainder_zero_seen = remainder_zero_seen || sum % 31 == 0;
        number += sum % 31 == 0 ? '0' : alphabet[static_cast<std::size_t>(31 - sum % 31)];
        EXPECT_EQ(f.shown("id.valid(\"organisation\", \"" + number + "\")"), "true") << number;
    }
    EXPECT_TRUE(remainder_zero_seen);
}

TEST(lists, sets_and_texts) {
    Fixture f;
    EXPECT_EQ(f.shown("sets.intersects([\"a\", \"b\"], [\"b\", \"c\"])"), "true");
    EXPECT_EQ(f.shown("sets.intersects([\"a\"], [])"), "false");
    EXPECT_EQ(f.shown("sets.contains([\"a\", \"b\"], [\"b\", \"b\"])"), "true");
    EXPECT_EQ(f.shown("sets.contains([\"a\"], [\"b\"])"), "false");
    EXPECT_EQ(f.shown("\"a,b\".split(\",\").join(\"-\") + \"长寿\".reverse()"), "a-b寿长");
    EXPECT_EQ(f.shown("\"长寿路\".substring(1, 2) + \"x\".charAt(1)"), "寿");
    EXPECT_EQ(f.shown("\"13800001111\".matches(\"^1[3-9][0-9]{9}$\")"), "true");
    EXPECT_EQ(f.shown("size(\"长寿\") + [1, 2, 3].size()"), "5");
    f.host.set("order.note", Value::of_string("ab"));
    EXPECT_EQ(f.shown("order.note.substring(3) == \"\""), "error");
}

}  // namespace
}  // namespace ningyi::cel
