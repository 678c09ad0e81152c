// SPDX-License-Identifier: Apache-2.0
#include "base/json_in.h"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"

namespace ningyi {
namespace {

JsonValue read(std::string_view text) {
    const auto value = read_json(text);
    EXPECT_TRUE(value.has_value()) << text;
    return value.value_or(JsonValue{});
}

Fault fault_of(std::string_view text, const JsonLimits& limits = {}) {
    const auto value = read_json(text, limits);
    EXPECT_FALSE(value.has_value()) << text;
    return value ? Fault{} : value.error().at(0);
}

TEST(JsonIn, every_kind_of_value_is_read) {
    const JsonValue root =
        read(R"( {"a": null, "b": true, "c": -12, "d": 1.5, "e": "文字\n", "f": [1, []], "g": {}} )");
    ASSERT_TRUE(root.is(JsonValue::Kind::object));
    ASSERT_EQ(root.members.size(), 7U);
    EXPECT_TRUE(root.find("a")->is(JsonValue::Kind::null));
    EXPECT_TRUE(root.find("b")->boolean);
    EXPECT_EQ(root.find("c")->integer, -12);
    EXPECT_EQ(root.find("c")->real, -12.0);
    EXPECT_EQ(root.find("d")->real, 1.5);
    EXPECT_EQ(root.find("e")->text, "文字\n");
    ASSERT_EQ(root.find("f")->list.size(), 2U);
    EXPECT_TRUE(root.find("f")->list[1].is(JsonValue::Kind::list));
    EXPECT_TRUE(root.find("g")->is(JsonValue::Kind::object));
    EXPECT_EQ(root.members[0].first, "a");
    EXPECT_EQ(root.find("h"), nullptr);
    EXPECT_EQ(root.find("f")->find("a"), nullptr);
}

TEST(JsonIn, a_single_value_is_json_too) {
    EXPECT_EQ(read("7").integer, 7);
    EXPECT_EQ(read("\"x\"").text, "x");
    EXPECT_TRUE(read(" null\n").is(JsonValue::Kind::null));
    EXPECT_EQ(read("\xEF\xBB\xBF[1]").list.size(), 1U);
}

TEST(JsonIn, integers_beyond_int64_are_real) {
    const JsonValue root = read(
        "[9223372036854775807,-9223372036854775808,9223372036854775808,18446744073709551616,"
        "-9223372036854775809,123456789012345678901234567890,\"18446744073709551616\\\"\",1e3]");
    EXPECT_EQ(root.list[0].integer, INT64_MAX);
    EXPECT_EQ(root.list[1].integer, INT64_MIN);
    for (std::size_t i = 2; i < 6; ++i) EXPECT_TRUE(root.list[i].is(JsonValue::Kind::real)) << i;
    EXPECT_EQ(root.list[2].real, 9223372036854775808.0);
    EXPECT_EQ(root.list[3].real, 18446744073709551616.0);
    EXPECT_EQ(root.list[4].real, -9223372036854775808.0);
    EXPECT_EQ(root.list[5].real, 123456789012345678901234567890.0);
    EXPECT_EQ(root.list[6].text, "18446744073709551616\"");
    EXPECT_TRUE(root.list[7].is(JsonValue::Kind::real));
}

TEST(JsonIn, what_is_not_json_is_a_fault_with_its_place) {
    struct Case {
        const char* text;
        int line, column;
    };
    const Case cases[] = {
        {"", 1, 1},
        {"{\"a\": 1,}", 1, 9},
        {"[1, 2", 1, 6},
        {"{\"文字\": 1\n \"b\": 2}", 2, 2},
        {"[NaN]", 1, 2},
        {"[Infinity]", 1, 2},
        {"[01]", 1, 3},
        {"[+1]", 1, 2},
        {"[.5]", 1, 2},
        {"[1.]", 1, 4},
        {"[1e]", 1, 4},
        {"['a']", 1, 2},
        {"[\"a\nb\"]", 1, 4},
        {"[\"\\x\"]", 1, 4},
        {"[\"\\ud800\"]", 1, 9},
        {"[\"\\ud800\\u0061\"]", 1, 9},
        {"[\"\\udc00\"]", 1, 9},
        {"1 2", 1, 3},
        {"tru", 1, 4},
        {"{1: 2}", 1, 2},
        {"[1] // so", 1, 5},
    };
    for (const Case& c : cases) {
        const Fault fault = fault_of(c.text);
        EXPECT_EQ(fault.code, "E121") << c.text;
        EXPECT_EQ(fault.line, c.line) << c.text;
        EXPECT_EQ(fault.column, c.column) << c.text;
        EXPECT_FALSE(fault.zh.empty());
        EXPECT_FALSE(fault.en.empty());
    }
    EXPECT_EQ(fault_of("[1e999]").code, "E121");
    EXPECT_EQ(fault_of(std::string_view("[1]\0", 4)).code, "E121");
    EXPECT_EQ(fault_of(std::string_view("[\"\0\"]", 5)).code, "E121");
}

TEST(JsonIn, a_pair_of_surrogates_is_one_character) {
    EXPECT_EQ(read(R"("\ud83d\ude00")").text, "😀");
    EXPECT_EQ(read(R"("\u4e2d\u0000")").text, std::string("中\0", 4));
}

TEST(JsonIn, bytes_that_are_not_utf8_are_a_fault) {
    EXPECT_EQ(fault_of("[\"\xFF\"]").code, "E122");
    EXPECT_EQ(fault_of("[\"\xC0\xAF\"]").code, "E122");
    EXPECT_EQ(fault_of("[\"\xED\xA0\x80\"]").code, "E122");
}

TEST(JsonIn, a_name_twice_in_one_object_is_a_fault) {
    EXPECT_EQ(fault_of(R"({"a": 1, "b": 2, "a": 1})").code, "E123");
    EXPECT_EQ(fault_of(R"([{"a": {"b": 1, "\u0062": 2}}])").code, "E123");
    EXPECT_TRUE(read_json(R"([{"a": {"a": 1}}, {"a": 2}])").has_value());
    const Fault long_name = fault_of("{\"" + std::string(500, 'x') + "\":1,\"" + std::string(500, 'x') + "\":1}");
    EXPECT_LT(long_name.en.size(), 150U);
    EXPECT_EQ(fault_of("{\"x\\ny\":1,\"x\\ny\":1}").en.find('\n'), std::string::npos);
}

TEST(JsonIn, limits_hold) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_TRUE(read_json(nested(32)).has_value());
    EXPECT_EQ(fault_of(nested(33)).code, "E124");
    EXPECT_EQ(fault_of(nested(33)).column, 33);
    EXPECT_EQ(fault_of(std::string(100'000, '[')).code, "E124");
    EXPECT_EQ(fault_of("{\"a\":[[1]]}", {.depth = 2}).code, "E124");
    EXPECT_TRUE(read_json("{\"a\":[1]}", {.depth = 2}).has_value());
    EXPECT_EQ(fault_of("[1,2,3]", {.values = 3}).code, "E124");
    EXPECT_TRUE(read_json("[1,2]", {.values = 3}).has_value());
    EXPECT_EQ(fault_of("[1,2,3]", {.bytes = 6}).code, "E124");
    EXPECT_EQ(fault_of(std::string(50, '['), {.depth = 1'000'000}).code, "E121");
}

std::string written(const JsonValue& value) {
    JsonWriter out;
    switch (value.kind) {
        case JsonValue::Kind::null: out.null(); break;
        case JsonValue::Kind::boolean: out.value(value.boolean); break;
        case JsonValue::Kind::integer: out.value(value.integer); break;
        case JsonValue::Kind::real: out.raw(format("{}", value.real)); break;
        case JsonValue::Kind::text: out.value(std::string_view(value.text)); break;
        case JsonValue::Kind::list:
            out.begin_array();
            for (const JsonValue& item : value.list) out.raw(written(item));
            out.end_array();
            break;
        case JsonValue::Kind::object:
            out.begin_object();
            for (const auto& [name, member] : value.members) out.key(name).raw(written(member));
            out.end_object();
            break;
    }
    return out.take();
}

// Both take or refuse the same texts, but for names that stand twice, and read the same from them.
void expect_the_same_from_another_reader(const std::string& text) {
    const auto ours = read_json(text);
    const auto theirs = nlohmann::json::parse(text, nullptr, false);
    if (!ours) {
        if (ours.error().at(0).code == "E123") return;
        RC_ASSERT(theirs.is_discarded());
        return;
    }
    RC_ASSERT(!theirs.is_discarded());
    RC_ASSERT(nlohmann::json::parse(written(*ours)) == theirs);
}

RC_GTEST_PROP(JsonIn, another_reader_reads_the_same, ()) {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(
        rc::gen::element<std::string>("{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "1", "-2", "0.5", "1e2", "true",
                                      "null", " ", "\"\\u00e9\"", "12345678901234567890123", "\"\\ud83d\\ude00\""));
    expect_the_same_from_another_reader(join(pieces, ""));
}

RC_GTEST_PROP(JsonIn, with_one_byte_changed_another_reader_reads_the_same, ()) {
    std::string text =
        R"([{"a": -1.5e3, "b": [true, null, "x\u00e9\n文"]}, {}, [], 12345678901234567890123, "\ud83d\ude00"])";
    text[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::inRange<char>(0, 127);
    expect_the_same_from_another_reader(text);
}

RC_GTEST_PROP(JsonIn, what_is_written_is_read_back, ()) {
    JsonValue root;
    root.kind = JsonValue::Kind::list;
    const int size = *rc::gen::inRange(0, 20);
    for (int i = 0; i < size; ++i) {
        JsonValue item;
        item.kind = JsonValue::Kind::object;
        JsonValue number;
        number.kind = JsonValue::Kind::integer;
        number.integer = *rc::gen::arbitrary<std::int64_t>();
        number.real = static_cast<double>(number.integer);
        JsonValue real;
        real.kind = JsonValue::Kind::real;
        real.real = *rc::gen::arbitrary<int>() + 0.25;
        item.members.emplace_back("number", number);
        item.members.emplace_back("real", real);
        root.list.push_back(item);
    }
    const std::string text = written(root);
    RC_ASSERT(written(*read_json(text)) == text);
}

}  // namespace
}  // namespace ningyi
