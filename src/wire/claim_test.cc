// SPDX-License-Identifier: Apache-2.0
#include "wire/claim.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"

namespace ningyi::wire {
namespace {

TEST(Claim, texts_are_well_formed_and_hold_no_line_break) {
    EXPECT_EQ(claimed_text("手机-1", 64), "手机-1");
    EXPECT_EQ(claimed_text("a\r\nb\x1B[31m\x7F", 64), "a\uFFFD\uFFFDb\uFFFD[31m\uFFFD");
    EXPECT_EQ(claimed_text("a\xFF\xC0\xAF", 64), "a\uFFFD\uFFFD\uFFFD");
    EXPECT_EQ(claimed_text("a\u2028\u0085", 64), "a\uFFFD\uFFFD");
    EXPECT_EQ(claimed_text("手机", 5), "手");
    EXPECT_EQ(claimed_text("", 5), "");
}

RC_GTEST_PROP(Claim, every_text_is_utf8_within_its_bound, (const std::string& bytes)) {
    const std::size_t most = *rc::gen::inRange<std::size_t>(0, 40);
    const std::string text = claimed_text(bytes, most);
    RC_ASSERT(is_utf8(text));
    RC_ASSERT(text.size() <= most);
    RC_ASSERT(claimed_text(text, most) == text);
}

TEST(Claim, numbers_are_decimal_and_whole) {
    EXPECT_EQ(claimed_number("-2.5"), -2.5);
    EXPECT_EQ(claimed_number("1e3"), 1000);
    for (const char* text : {"", "nan", "inf", "-inf", "0x10", "1 ", "1,5", "1e999", "--1", "+"}) {
        EXPECT_FALSE(claimed_number(text)) << text;
    }
}

TEST(Claim, what_does_not_fit_a_field_is_absent_but_no_error_gets_smaller) {
    EXPECT_EQ(scaled(1.5, 1000), 1500);
    EXPECT_EQ(scaled(-0.0005, 1000), -1);
    for (const double value : {1e300, -1e300, 2147484.0, -2147483.648, std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::infinity()}) {
        EXPECT_EQ(scaled(value, 1000), track::no_value) << value;
    }
    EXPECT_EQ(accuracy_mm(0), 0U);
    EXPECT_EQ(accuracy_mm(12.3456), 12'346U);
    EXPECT_EQ(accuracy_mm(-1), track::no_accuracy);
    EXPECT_EQ(accuracy_mm(1e300), track::no_accuracy - 1);
    EXPECT_EQ(accuracy_mm(std::numeric_limits<double>::quiet_NaN()), track::no_accuracy);
}

TEST(Claim, instants_lie_between_1970_and_9999) {
    EXPECT_EQ(instant_of_seconds(1'551'874'878)->ms, 1'551'874'878'000);
    EXPECT_EQ(instant_of_seconds(1.001)->ms, 1001);
    EXPECT_EQ(instant_of_seconds(1.0019)->ms, 1001);
    EXPECT_EQ(instant_of_millis(1'442'068'686'579)->ms, 1'442'068'686'579);
    EXPECT_EQ(instant_of_seconds(253'402'300'799)->ms, 253'402'300'799'000);
    for (const double value : {-1.0, 253'402'300'800.0, 1e300, std::numeric_limits<double>::quiet_NaN()}) {
        EXPECT_FALSE(instant_of_seconds(value)) << value;
    }
    EXPECT_FALSE(instant_of_millis(253'402'300'800'000));
}

TEST(Claim, a_coordinate_that_is_no_number_is_flagged_and_one_off_the_earth_stays_there) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(fix_of_degrees({}, nan, 1, geo::Datum::wgs84).flags, track::flag_not_a_number);
    const track::Fix far = fix_of_degrees({}, 1e300, -1e300, geo::Datum::wgs84);
    EXPECT_EQ(far.flags, 0U);
    EXPECT_FALSE(geo::is_on_earth(far.place));
    EXPECT_EQ(fix_of_degrees({}, 46.0681247, 11.1512805, geo::Datum::wgs84).place,
              (geo::Place{460'681'247, 111'512'805}));
}

TEST(Claim, attributes_beyond_the_bound_are_counted) {
    Message message;
    for (std::uint32_t fix = 0; fix < 3; ++fix) {
        for (int i = 0; i < 70; ++i) add_attribute(message, fix, "name", std::string_view("value"));
    }
    EXPECT_EQ(message.attributes.size(), 3 * attributes_max);
    EXPECT_EQ(message.attributes_left_out, 3U * 6U);
}

TEST(Claim, values_of_json_become_short_texts) {
    Message message;
    const auto root = read_json(R"({"a": null, "b": [1, {"c": "x\n"}, 0.5, true], "d": "\u0000y"})");
    for (const auto& [name, value] : root->members) add_attribute(message, 0, name, value);
    ASSERT_EQ(message.attributes.size(), 2U);
    EXPECT_EQ(message.attributes[0], (Attribute{0, "b", R"([1,{"c":"x\n"},0.5,true])"}));
    EXPECT_EQ(message.attributes[1], (Attribute{0, "d", "\uFFFDy"}));
    JsonValue many;
    many.kind = JsonValue::Kind::list;
    many.list.resize(100'000);
    add_attribute(message, 0, "many", many);
    EXPECT_EQ(message.attributes[2].value.size(), attribute_bytes_max);
}

TEST(Claim, faults_beyond_the_bound_are_one) {
    Faults faults;
    for (int i = 0; i < 1000; ++i) add_fault(faults, {"x", 0, 0, "E1", "一", "one"});
    EXPECT_EQ(faults.size(), faults_max);
    EXPECT_EQ(faults.back().en, "there are more faults, not listed");
}

}  // namespace
}  // namespace ningyi::wire
