// SPDX-License-Identifier: Apache-2.0
#include "model/dictionary.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace ningyi::model {
namespace {

struct TypeWord {
    std::string_view word;
    FieldType type;
};

// The first word of a type is how it is written back.
constexpr std::array type_words = {
    TypeWord{"bool", FieldType::boolean},
    TypeWord{"boolean", FieldType::boolean},
    TypeWord{"int", FieldType::integer},
    TypeWord{"integer", FieldType::integer},
    TypeWord{"string", FieldType::string},
    TypeWord{"text", FieldType::string},
    TypeWord{"enum", FieldType::enumeration},
    TypeWord{"enumeration", FieldType::enumeration},
    TypeWord{"list", FieldType::words},
    TypeWord{"words", FieldType::words},
    TypeWord{"timestamp", FieldType::timestamp},
    TypeWord{"date", FieldType::date},
    TypeWord{"duration", FieldType::duration},
    TypeWord{"length", FieldType::length},
    TypeWord{"money", FieldType::money},
    TypeWord{"speed", FieldType::speed},
    TypeWord{"ratio", FieldType::ratio},
    TypeWord{"place", FieldType::place},
    TypeWord{"fix", FieldType::fix},
    TypeWord{"fixes", FieldType::fixes},
    TypeWord{"track", FieldType::track},
};

constexpr std::size_t place_size = 5;
constexpr std::size_t fix_size = 10;
constexpr std::int64_t quarter_turn = 900'000'000;  // 90 degrees in 1e-7 degrees
constexpr std::int64_t half_turn = 1'800'000'000;
constexpr std::size_t largest_block = std::size_t{1} << 20U;

struct Expected {
    std::string zh;
    std::string en;
};

std::string name_of(const Field& field) {
    return field.label.zh.empty() ? field.name : format("{}（{}）", field.label.zh, field.name);
}

bool is_text_within(const cbor::Value& value, std::size_t max_size) {
    return value.kind == cbor::Kind::text && value.text.find('\0') == std::string::npos && is_utf8(value.text) &&
           code_points(value.text) <= max_size;
}

bool is_row_of_integers(const cbor::Value& value, std::size_t size) {
    return value.kind == cbor::Kind::array && value.items.size() == size &&
           std::all_of(value.items.begin(), value.items.end(),
                       [](const cbor::Value& item) { return item.kind == cbor::Kind::integer; });
}

bool starts_with_a_place(const cbor::Value& row) {
    const std::int64_t lat = row.items[0].integer;
    const std::int64_t lon = row.items[1].integer;
    return lat >= -quarter_turn && lat <= quarter_turn && lon >= -half_turn && lon <= half_turn;
}

// What the type of `field` asks of a value; nothing when `value` is that.
std::optional<Expected> unmet(const Field& field, const cbor::Value& value) {
    const auto integer = [&](std::string_view zh, std::string_view en) -> std::optional<Expected> {
        if (value.kind == cbor::Kind::integer) return std::nullopt;
        return Expected{format("整数（{}）", zh), format("an integer ({})", en)};
    };
    switch (field.type) {
        case FieldType::boolean:
            if (value.kind == cbor::Kind::boolean) return std::nullopt;
            return Expected{"是或否", "true or false"};
        case FieldType::integer: return integer("个数", "a number");
        case FieldType::timestamp: return integer("毫秒时间戳", "milliseconds since 1970");
        case FieldType::date: return integer("自 1970 年起的天数", "days since 1970");
        case FieldType::duration: return integer("毫秒", "milliseconds");
        case FieldType::length: return integer("毫米", "millimetres");
        case FieldType::money: return integer("分", "fen");
        case FieldType::speed: return integer("毫米每秒", "millimetres a second");
        case FieldType::ratio: return integer("百万分之一", "parts per million");
        case FieldType::string:
            if (is_text_within(value, field.max_size)) return std::nullopt;
            return Expected{format("不超过 {} 个字的文本", field.max_size),
                            format("a text of at most {} characters", field.max_size)};
        case FieldType::enumeration:
            if (value.kind == cbor::Kind::text &&
                std::find(field.words.begin(), field.words.end(), value.text) != field.words.end()) {
                return std::nullopt;
            }
            return Expected{format("下列之一：{}", join(field.words, "、")),
                            format("one of: {}", join(field.words, ", "))};
        case FieldType::words: {
            const auto is_word = [&](const cbor::Value& item) {
                return is_text_within(item, Field{}.max_size) &&
                       (field.words.empty() ||
                        std::find(field.words.begin(), field.words.end(), item.text) != field.words.end());
            };
            if (value.kind == cbor::Kind::array && value.items.size() <= field.max_size &&
                std::all_of(value.items.begin(), value.items.end(), is_word)) {
                return std::nullopt;
            }
            const std::string among = field.words.empty() ? "" : join(field.words, ", ");
            return Expected{
                format("不超过 {} 项的文本列表{}", field.max_size, among.empty() ? "" : "，各项取自：" + among),
                format("a list of at most {} texts{}", field.max_size, among.empty() ? "" : ", each one of: " + among)};
        }
        case FieldType::place:
            if (is_row_of_integers(value, place_size) && starts_with_a_place(value)) return std::nullopt;
            return Expected{"地点：[纬度, 经度, 坐标系, 原纬度, 原经度]，单位 1e-7 度",
                            "a place: [lat, lon, datum, lat as received, lon as received] in 1e-7 degrees"};
        case FieldType::fix:
            if (is_row_of_integers(value, fix_size) && starts_with_a_place(value)) return std::nullopt;
            return Expected{"定位点：10 个整数", "a fix: 10 integers"};
        case FieldType::fixes:
            if (value.kind == cbor::Kind::bytes && value.text.size() <= largest_block) return std::nullopt;
            return Expected{"不超过 1 MiB 的定位数据块（字节）", "a block of fixes (bytes) of at most 1 MiB"};
        case FieldType::track:
            return Expected{"不在事件中上报（轨迹由定位数据汇集而成）",
                            "not to stand in an event (a track is gathered from fixes)"};
    }
    return Expected{"已知的类型", "a known type"};
}

std::string_view kind_zh(const cbor::Value& value) {
    switch (value.kind) {
        case cbor::Kind::integer: return "整数";
        case cbor::Kind::text: return "文本";
        case cbor::Kind::bytes: return "字节";
        case cbor::Kind::boolean: return "是/否";
        case cbor::Kind::array: return "列表";
        case cbor::Kind::map: return "对象";
    }
    return "";
}

std::string_view kind_en(const cbor::Value& value) {
    switch (value.kind) {
        case cbor::Kind::integer: return "an integer";
        case cbor::Kind::text: return "a text";
        case cbor::Kind::bytes: return "bytes";
        case cbor::Kind::boolean: return "a boolean";
        case cbor::Kind::array: return "a list";
        case cbor::Kind::map: return "a map";
    }
    return "";
}

Fault unknown_field(const EventType& type, std::string_view name) {
    const std::vector<std::string_view> known(type.body.begin(), type.body.end());
    const std::string_view near = closest(name, known);
    return {
        .code = "E601",
        .zh = format("{} 没有字段 {}{}", type.name, name, near.empty() ? "" : format("，是否 {}？", near)),
        .en = format("{} has no field {}{}", type.name, name, near.empty() ? "" : format(", did you mean {}?", near))};
}

}  // namespace

std::optional<FieldType> field_type(std::string_view word) {
    for (const TypeWord& known : type_words) {
        if (known.word == word) return known.type;
    }
    return std::nullopt;
}

std::string_view to_word(FieldType type) {
    for (const TypeWord& known : type_words) {
        if (known.type == type) return known.word;
    }
    return "";
}

const Label* Field::label_of_word(std::string_view word) const {
    for (std::size_t i = 0; i < words.size() && i < word_labels.size(); ++i) {
        if (words[i] == word) return &word_labels[i];
    }
    return nullptr;
}

const Field* Entity::field(std::string_view wanted) const {
    const auto at =
        std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.name == wanted; });
    return at == fields.end() ? nullptr : &*at;
}

const Entity* Dictionary::entity(std::string_view wanted) const {
    const auto at =
        std::find_if(entities.begin(), entities.end(), [&](const Entity& entity) { return entity.name == wanted; });
    return at == entities.end() ? nullptr : &*at;
}

const EventType* Dictionary::event(std::string_view wanted) const {
    const auto at =
        std::find_if(events.begin(), events.end(), [&](const EventType& event) { return event.name == wanted; });
    return at == events.end() ? nullptr : &*at;
}

Faults faults_of(const Dictionary& dictionary, const EventType& type, const cbor::Value& body) {
    if (body.kind != cbor::Kind::map) {
        return {{.code = "E600",
                 .zh = format("{} 的内容应为字段的对象", type.name),
                 .en = format("the body of {} should be a map of fields", type.name)}};
    }
    const Entity* const entity = dictionary.entity(type.subject);
    if (entity == nullptr) {
        return {{.code = "E605",
                 .zh = format("{} 所指的对象类型 {} 不在数据字典中", type.name, type.subject),
                 .en = format("the subject {} of {} is not in the data dictionary", type.subject, type.name)}};
    }
    Faults faults;
    for (const auto& [name, value] : body.pairs) {
        const Field* const field = entity->field(name);
        if (field == nullptr || std::find(type.body.begin(), type.body.end(), name) == type.body.end()) {
            faults.push_back(unknown_field(type, name));
            continue;
        }
        if (body.find(name) != &value) {
            faults.push_back({.code = "E604",
                              .zh = format("{}：字段 {} 重复或次序不对", type.name, name_of(*field)),
                              .en = format("{}: field {} stands twice or out of order", type.name, name)});
            continue;
        }
        if (const auto expected = unmet(*field, value)) {
            faults.push_back(
                {.code = "E602",
                 .zh = format("{}：字段 {} 应为{}，实为{}", type.name, name_of(*field), expected->zh, kind_zh(value)),
                 .en = format("{}: field {} should be {}, but is {}", type.name, name, expected->en, kind_en(value))});
        }
    }
    for (const std::string& name : type.required) {
        if (body.find(name) != nullptr) continue;
        const Field* const field = entity->field(name);
        faults.push_back({.code = "E603",
                          .zh = format("{}：缺少字段 {}", type.name, field == nullptr ? name : name_of(*field)),
                          .en = format("{}: field {} is missing", type.name, name)});
    }
    return faults;
}

}  // namespace ningyi::model
