// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/dictionary.h"

namespace ningyi::model {
namespace {

using testing::HasSubstr;

Field field_of(std::string name, FieldType type) {
    Field field;
    field.name = std::move(name);
    field.type = type;
    field.label = {"标签", "label"};
    return field;
}

Dictionary one_entity() {
    Entity visit{.name = "visit"};
    visit.fields = {field_of("pay", FieldType::money),         field_of("note", FieldType::string),
                    field_of("state", FieldType::enumeration), field_of("home", FieldType::place),
                    field_of("kinds", FieldType::words),       field_of("block", FieldType::fixes),
                    field_of("done", FieldType::boolean),      field_of("point", FieldType::fix),
                    field_of("way", FieldType::track),         field_of("unreported", FieldType::integer)};
    visit.fields[1].max_size = 3;
    visit.fields[2].words = {"open", "closed"};
    visit.fields[4].max_size = 2;
    EventType closed{.name = "test.closed", .subject = "visit"};
    closed.body = {"pay", "note", "state", "home", "kinds", "block", "done", "point", "way"};
    closed.required = {"pay"};
    Dictionary dictionary;
    dictionary.entities.push_back(visit);
    dictionary.events.push_back(closed);
    return dictionary;
}

Faults faults_with(std::string_view name, cbor::Value value) {
    const Dictionary dictionary = one_entity();
    cbor::Value body = cbor::Value::map();
    body.set("pay", cbor::Value::of(1));
    body.set(name, std::move(value));
    return faults_of(dictionary, *dictionary.event("test.closed"), body);
}

cbor::Value row(std::vector<std::int64_t> numbers) {
    std::vector<cbor::Value> items;
    for (const std::int64_t number : numbers) items.push_back(cbor::Value::of(number));
    return cbor::Value::of_array(std::move(items));
}

TEST(dictionary, every_type_word_reads_back) {
    for (int code = 0; code <= static_cast<int>(FieldType::track); ++code) {
        const auto type = static_cast<FieldType>(code);
        EXPECT_EQ(field_type(to_word(type)), type) << code;
    }
    EXPECT_EQ(field_type("enum"), FieldType::enumeration);
    EXPECT_EQ(field_type("list"), FieldType::words);
    EXPECT_EQ(field_type("double"), std::nullopt);
}

TEST(dictionary, what_is_unknown_is_null) {
    const Dictionary dictionary = one_entity();
    EXPECT_EQ(dictionary.entity("elder"), nullptr);
    EXPECT_EQ(dictionary.event("test.opened"), nullptr);
    EXPECT_EQ(dictionary.entity("visit")->field("fee"), nullptr);
    EXPECT_EQ(dictionary.entity("visit")->field("pay")->type, FieldType::money);
}

TEST(body, values_of_the_declared_types_have_no_faults) {
    EXPECT_TRUE(faults_with("note", cbor::Value::of_text("护理员")).empty());
    EXPECT_TRUE(faults_with("state", cbor::Value::of_text("open")).empty());
    EXPECT_TRUE(faults_with("home", row({317'000'000, 1'199'000'000, 0, 317'000'000, 1'199'000'000})).empty());
    EXPECT_TRUE(faults_with("point", row({317'000'000, 1'199'000'000, 0, 1, 2, 3, -1, 4, 5, 6})).empty());
    EXPECT_TRUE(faults_with("kinds", cbor::Value::of_array({cbor::Value::of_text("bath")})).empty());
    EXPECT_TRUE(faults_with("block", cbor::Value::of_bytes("\xff\x01")).empty());
    EXPECT_TRUE(faults_with("done", cbor::Value::of_bool(false)).empty());
}

TEST(body, a_value_of_another_type_is_named_with_what_was_expected) {
    const Faults faults = faults_with("pay", cbor::Value::of_text("45"));
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults[0].code, "E602");
    EXPECT_EQ(faults[0].zh, "test.closed：字段 标签（pay） 应为整数（分），实为文本");
    EXPECT_EQ(faults[0].en, "test.closed: field pay should be an integer (fen), but is a text");
}

TEST(body, texts_past_their_size_words_outside_the_list_and_places_off_the_earth_are_refused) {
    EXPECT_EQ(faults_with("note", cbor::Value::of_text("四个字符")).size(), 1U);
    EXPECT_EQ(faults_with("note", cbor::Value::of_text(std::string_view("a\0b", 3))).size(), 1U);
    EXPECT_EQ(faults_with("note", cbor::Value::of_text("\xff")).size(), 1U);
    EXPECT_THAT(faults_with("state", cbor::Value::of_text("paid")).at(0).en, HasSubstr("one of: open, closed"));
    EXPECT_EQ(faults_with("home", row({1, 2, 3})).size(), 1U);
    EXPECT_EQ(faults_with("home", row({1'199'000'000, 317'000'000, 0, 0, 0})).size(), 1U);
    EXPECT_EQ(faults_with("kinds", cbor::Value::of_array(std::vector(3, cbor::Value::of_text("bath")))).size(), 1U);
    EXPECT_EQ(faults_with("kinds", row({1})).size(), 1U);
    EXPECT_EQ(faults_with("way", cbor::Value::of_bytes("")).size(), 1U);
    EXPECT_EQ(faults_with("block", cbor::Value::of_bytes(std::string((1U << 20U) + 1, 'x'))).size(), 1U);
}

TEST(body, unknown_and_missing_fields_are_all_reported) {
    const Dictionary dictionary = one_entity();
    cbor::Value body = cbor::Value::map();
    body.set("unreported", cbor::Value::of(1));
    body.set("notes", cbor::Value::of(1));
    const Faults faults = faults_of(dictionary, dictionary.events[0], body);
    ASSERT_EQ(faults.size(), 3U);
    EXPECT_EQ(faults[0].en, "test.closed has no field notes, did you mean note?");
    EXPECT_EQ(faults[1].code, "E601");
    EXPECT_EQ(faults[2].en, "test.closed: field pay is missing");
}

TEST(body, a_body_that_is_no_map_or_repeats_a_field_is_refused) {
    const Dictionary dictionary = one_entity();
    EXPECT_EQ(faults_of(dictionary, dictionary.events[0], cbor::Value::of(1)).at(0).code, "E600");
    cbor::Value body = cbor::Value::map();
    body.pairs = {{"pay", cbor::Value::of(1)}, {"pay", cbor::Value::of(2)}};
    EXPECT_EQ(faults_of(dictionary, dictionary.events[0], body).at(0).code, "E604");
}

}  // namespace
}  // namespace ningyi::model
