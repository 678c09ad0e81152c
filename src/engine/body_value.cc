// SPDX-License-Identifier: Apache-2.0
#include "engine/body_value.h"

#include <array>

#include "base/text.h"

namespace ningyi::engine {
namespace {

using cel::Kind;
using model::FieldType;

constexpr std::array<std::pair<Kind, std::string_view>, 13> kind_words{{
    {Kind::boolean, "bool"},
    {Kind::integer, "int"},
    {Kind::string, "string"},
    {Kind::list, "list"},
    {Kind::timestamp, "timestamp"},
    {Kind::duration, "duration"},
    {Kind::length, "length"},
    {Kind::money, "money"},
    {Kind::speed, "speed"},
    {Kind::ratio, "ratio"},
    {Kind::date, "date"},
    {Kind::place, "place"},
    {Kind::fix, "fix"},
}};

Kind kind_of(FieldType type) {
    switch (type) {
        case FieldType::boolean: return Kind::boolean;
        case FieldType::integer: return Kind::integer;
        case FieldType::string:
        case FieldType::enumeration: return Kind::string;
        case FieldType::words:
        case FieldType::fixes:
        case FieldType::track: return Kind::list;
        case FieldType::timestamp: return Kind::timestamp;
        case FieldType::date: return Kind::date;
        case FieldType::duration: return Kind::duration;
        case FieldType::length: return Kind::length;
        case FieldType::money: return Kind::money;
        case FieldType::speed: return Kind::speed;
        case FieldType::ratio: return Kind::ratio;
        case FieldType::place: return Kind::place;
        case FieldType::fix: return Kind::fix;
    }
    return Kind::string;
}

bool is_integer_array(const cbor::Value& value, std::size_t size) {
    if (value.kind != cbor::Kind::array || value.items.size() != size) return false;
    for (const cbor::Value& item : value.items) {
        if (item.kind != cbor::Kind::integer) return false;
    }
    return true;
}

}  // namespace

cel::Type type_of(const model::Field& field) {
    cel::Type type = cel::type_of(kind_of(field.type));
    if (field.type == FieldType::enumeration) {
        type.words = std::make_shared<const std::vector<std::string>>(field.words);
    }
    if (field.type == FieldType::words) type = cel::list_of(cel::type_of(Kind::string));
    type.max_size = field.max_size;
    return type;
}

track::Fix fix_of(const cbor::Value& value) {
    if (!is_integer_array(value, 10)) return {};
    const auto at = [&](std::size_t i) { return value.items[i].integer; };
    track::Fix fix;
    fix.place = {static_cast<std::int32_t>(at(0)), static_cast<std::int32_t>(at(1))};
    fix.datum = static_cast<track::Datum>(at(2));
    fix.received = {static_cast<std::int32_t>(at(3)), static_cast<std::int32_t>(at(4))};
    fix.at = Instant{at(5)};
    if (at(6) >= 0) fix.accuracy_mm = static_cast<std::uint32_t>(at(6));
    fix.level = static_cast<track::Level>(at(7));
    fix.provider = static_cast<track::Provider>(at(8));
    fix.flags = static_cast<std::uint32_t>(at(9));
    return fix;
}

cel::Value value_of(const model::Field& field, const cbor::Value& value) {
    const Kind kind = kind_of(field.type);
    switch (field.type) {
        case FieldType::boolean:
            return value.kind == cbor::Kind::boolean ? cel::Value::of_bool(value.integer != 0) : cel::Value();
        case FieldType::string:
        case FieldType::enumeration:
            return value.kind == cbor::Kind::text ? cel::Value::of_string(value.text) : cel::Value();
        case FieldType::words: {
            if (value.kind != cbor::Kind::array) return {};
            cel::List words;
            for (const cbor::Value& item : value.items) words.push_back(cel::Value::of_string(item.text));
            return cel::Value::of_list(std::move(words));
        }
        case FieldType::timestamp:
            return value.kind == cbor::Kind::integer ? cel::Value::of_timestamp_ms(value.integer) : cel::Value();
        case FieldType::duration:
            return value.kind == cbor::Kind::integer ? cel::Value::of_duration_ms(value.integer) : cel::Value();
        case FieldType::place:
            if (!is_integer_array(value, 5)) return {};
            return cel::Value::of_place(static_cast<std::int32_t>(value.items[0].integer),
                                        static_cast<std::int32_t>(value.items[1].integer));
        case FieldType::fix: {
            if (!is_integer_array(value, 10)) return {};
            const track::Fix fix = fix_of(value);
            return cel::Value::of_fix({.lat_e7 = fix.place.lat_e7,
                                       .lon_e7 = fix.place.lon_e7,
                                       .sigma_mm = geo::rounded(track::sigma_mm(fix))});
        }
        case FieldType::fixes:
        case FieldType::track: return {};
        default: return value.kind == cbor::Kind::integer ? cel::Value::of(kind, value.integer) : cel::Value();
    }
}

std::string base_text(const cel::Value& value) {
    switch (value.kind()) {
        case Kind::boolean: return value.is_true() ? "true" : "false";
        case Kind::string: return value.text();
        case Kind::timestamp:
        case Kind::duration: return std::to_string(value.ms());
        case Kind::list: {
            std::string text;
            for (const cel::Value& item : value.list()) text += (text.empty() ? "" : ",") + base_text(item);
            return text;
        }
        case Kind::absent:
        case Kind::error: return "";
        case Kind::place:
        case Kind::fix: return "";  // positions are never stored in a finding (privacy level 4)
        default: return std::to_string(value.number());
    }
}

std::string_view kind_word(Kind kind) {
    for (const auto& [k, word] : kind_words) {
        if (k == kind) return word;
    }
    return "";
}

std::optional<Kind> kind_of_word(std::string_view word) {
    for (const auto& [kind, w] : kind_words) {
        if (w == word) return kind;
    }
    return std::nullopt;
}

cel::Value value_of_base_text(std::string_view word, std::string_view text) {
    const auto kind = kind_of_word(word);
    if (!kind) return {};
    if (*kind == Kind::boolean) return cel::Value::of_bool(text == "true");
    if (*kind == Kind::string) return cel::Value::of_string(text);
    if (*kind == Kind::list) {
        cel::List items;
        if (!text.empty()) {
            for (const std::string_view part : split(text, ',')) items.push_back(cel::Value::of_string(part));
        }
        return cel::Value::of_list(std::move(items));
    }
    const auto number = to_integer(text);
    if (!number) return {};
    if (*kind == Kind::timestamp) return cel::Value::of_timestamp_ms(*number);
    if (*kind == Kind::duration) return cel::Value::of_duration_ms(*number);
    return cel::Value::of(*kind, *number);
}

}  // namespace ningyi::engine
