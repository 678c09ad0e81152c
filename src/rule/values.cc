// SPDX-License-Identifier: Apache-2.0
#include "rule/values.h"

#include <algorithm>

#include "base/quantity.h"
#include "base/text.h"
#include "base/time.h"
#include "base/yaml_map.h"

namespace ningyi::rule {
namespace {

using cel::Kind;
using cel::Value;

std::optional<Dimension> dimension_of(Kind kind) {
    switch (kind) {
        case Kind::length: return Dimension::length;
        case Kind::duration: return Dimension::duration;
        case Kind::money: return Dimension::money;
        case Kind::ratio: return Dimension::ratio;
        case Kind::speed: return Dimension::speed;
        default: return std::nullopt;
    }
}

// Degrees as written, to 1e-7 of one: exact, at most seven decimals.
std::optional<std::int32_t> degrees_e7(std::string_view text) {
    text = trimmed(text);
    const std::size_t dot = text.find('.');
    std::string digits(text.substr(0, dot));
    std::string decimals(dot == std::string_view::npos ? "" : text.substr(dot + 1));
    if (digits.empty() || digits == "-" || decimals.size() > 7) return std::nullopt;
    decimals.resize(7, '0');
    const std::optional<std::int64_t> number = to_integer(digits + decimals);
    if (!number || *number > 1'800'000'000 || *number < -1'800'000'000) return std::nullopt;
    return static_cast<std::int32_t>(*number);
}

std::optional<Value> position_of(const std::vector<std::string_view>& parts, Kind kind) {
    if (parts.size() != (kind == Kind::fix ? 3U : 2U)) return std::nullopt;
    const std::optional<std::int32_t> lat = degrees_e7(parts[0]);
    const std::optional<std::int32_t> lon = degrees_e7(parts[1]);
    if (!lat || !lon || *lat > 900'000'000 || *lat < -900'000'000) return std::nullopt;
    if (kind == Kind::place) return Value::of_place(*lat, *lon);
    const Result<std::int64_t> sigma = parse_quantity(trimmed(parts[2]), Dimension::length);
    if (!sigma || *sigma < 0) return std::nullopt;
    return Value::of_fix({*lat, *lon, *sigma});
}

}  // namespace

std::optional<cel::Type> type_of_field(const model::Field& field) {
    using model::FieldType;
    const auto with_size = [&](cel::Type type) {
        type.max_size = field.max_size;
        return type;
    };
    switch (field.type) {
        case FieldType::boolean: return cel::type_of(Kind::boolean);
        case FieldType::integer: return cel::type_of(Kind::integer);
        case FieldType::string: return with_size(cel::type_of(Kind::string));
        case FieldType::enumeration: {
            cel::Type type = with_size(cel::type_of(Kind::string));
            type.words = std::make_shared<const std::vector<std::string>>(field.words);
            return type;
        }
        case FieldType::words: return with_size(cel::list_of(cel::type_of(Kind::string)));
        case FieldType::timestamp: return cel::type_of(Kind::timestamp);
        case FieldType::date: return cel::type_of(Kind::date);
        case FieldType::duration: return cel::type_of(Kind::duration);
        case FieldType::length: return cel::type_of(Kind::length);
        case FieldType::money: return cel::type_of(Kind::money);
        case FieldType::speed: return cel::type_of(Kind::speed);
        case FieldType::ratio: return cel::type_of(Kind::ratio);
        case FieldType::place: return cel::type_of(Kind::place);
        case FieldType::fix: return cel::type_of(Kind::fix);
        case FieldType::fixes:
        case FieldType::track: return std::nullopt;
    }
    return std::nullopt;
}

std::optional<cel::Type> type_of_word(std::string_view word) {
    const std::optional<model::FieldType> type = model::field_type(word);
    if (!type || *type == model::FieldType::enumeration) return std::nullopt;
    model::Field field;
    field.type = *type;
    return type_of_field(field);
}

std::optional<Value> read_value(const yaml::Node& node, const cel::Type& type, const std::string& file,
                                Faults& faults) {
    const auto refuse = [&](std::string_view zh, std::string_view en) {
        faults.push_back(yaml::fault_at(file, node, "E204", format("“{}”不是{}", node.text, zh),
                                        format("\"{}\" is not {}", node.text, en)));
        return std::nullopt;
    };
    if (type.kind == Kind::list) {
        if (!node.is_list()) {
            faults.push_back(yaml::fault_at(file, node, "E201", "这里应为列表", "a list is expected here"));
            return std::nullopt;
        }
        cel::List items;
        for (const yaml::Node& item : node.items) {
            std::optional<Value> value = read_value(item, *type.element, file, faults);
            if (!value) return std::nullopt;
            items.push_back(std::move(*value));
        }
        return Value::of_list(std::move(items));
    }
    const bool is_position = type.kind == Kind::place || type.kind == Kind::fix;
    if (is_position && node.is_list()) {
        std::vector<std::string_view> parts;
        for (const yaml::Node& item : node.items) parts.push_back(item.text);
        if (std::optional<Value> position = position_of(parts, type.kind)) return position;
    }
    const std::optional<std::string> text = yaml::text_of(node, file, faults);
    if (!text) return std::nullopt;
    if (const std::optional<Dimension> dimension = dimension_of(type.kind)) {
        const std::optional<std::int64_t> amount = yaml::quantity_of(node, *dimension, file, faults);
        if (!amount) return std::nullopt;
        return type.kind == Kind::duration ? Value::of_duration_ms(*amount) : Value::of(type.kind, *amount);
    }
    switch (type.kind) {
        case Kind::boolean: {
            const std::optional<bool> yes = yaml::boolean_of(node, file, faults);
            if (!yes) return std::nullopt;
            return Value::of_bool(*yes);
        }
        case Kind::integer: {
            const std::optional<std::int64_t> number = to_integer(*text);
            if (!number) return refuse("整数", "a whole number");
            return Value::of_int(*number);
        }
        case Kind::string:
            if (type.words && std::find(type.words->begin(), type.words->end(), *text) == type.words->end()) {
                return refuse(format("下列之一：{}", join(*type.words, " ")),
                              format("one of: {}", join(*type.words, " ")));
            }
            return Value::of_string(*text);
        case Kind::date: {
            const std::optional<Date> day = yaml::day_of(node, file, faults);
            if (!day) return std::nullopt;
            return Value::of(Kind::date, day->days);
        }
        case Kind::timestamp: {
            const std::optional<Instant> instant = parse_instant(*text);
            if (!instant)
                return refuse("时间，应写成如 2025-08-01T09:00:00+08:00",
                              "an instant, write it like 2025-08-01T09:00:00+08:00");
            return Value::of_timestamp_ms(instant->ms);
        }
        case Kind::place:
        case Kind::fix: {
            std::optional<Value> position = position_of(split(*text, ','), type.kind);
            if (!position)
                return refuse("位置，应写成如 [33.01, 119.98] 或 [33.01, 119.98, 10m]",
                              "a position, write it like [33.01, 119.98] or [33.01, 119.98, 10m]");
            return position;
        }
        default: return refuse("可以在这里写的类型", "of a type that can be written here");
    }
}

bool has_order(Kind kind) {
    return kind == Kind::integer || kind == Kind::length || kind == Kind::money || kind == Kind::speed ||
           kind == Kind::ratio || kind == Kind::duration;
}

std::int64_t amount_of(const Value& value) {
    const bool is_time = value.kind() == Kind::duration || value.kind() == Kind::timestamp;
    return is_time ? value.ms() : value.number();
}

Value value_of_amount(Kind kind, std::int64_t amount) {
    if (kind == Kind::duration) return Value::of_duration_ms(amount);
    return kind == Kind::timestamp ? Value::of_timestamp_ms(amount) : Value::of(kind, amount);
}

std::string exact_text(const Value& value) {
    switch (value.kind()) {
        case Kind::absent: return "";
        case Kind::error: return "";
        case Kind::boolean: return value.is_true() ? "true" : "false";
        case Kind::string: return value.text();
        case Kind::timestamp:
        case Kind::duration: return format("{}", value.ms());
        case Kind::date: return to_text(Date{static_cast<std::int32_t>(value.number())});
        case Kind::list: {
            std::vector<std::string> items;
            for (const Value& item : value.list()) items.push_back(exact_text(item));
            return "[" + join(items, ",") + "]";
        }
        case Kind::place: return format("{},{}", value.place().first, value.place().second);
        case Kind::fix: return format("{},{},{}", value.fix().lat_e7, value.fix().lon_e7, value.fix().sigma_mm);
        default: return format("{}", value.number());
    }
}

cbor::Value canonical(const yaml::Node& node) {
    switch (node.kind) {
        case yaml::Node::Kind::scalar: return cbor::Value::of_text(node.text);
        case yaml::Node::Kind::list: {
            std::vector<cbor::Value> items;
            for (const yaml::Node& item : node.items) items.push_back(canonical(item));
            return cbor::Value::of_array(std::move(items));
        }
        case yaml::Node::Kind::map: {
            cbor::Value map = cbor::Value::map();
            for (const auto& [key, value] : node.pairs) map.set(key.text, canonical(value));
            return map;
        }
    }
    return {};
}

std::pair<int, int> place_in(const yaml::Node& node, std::size_t at) {
    if (at < node.columns.size()) return {node.lines[at], node.columns[at]};
    if (!node.columns.empty()) return {node.lines.back(), node.columns.back() + 1};
    return {node.line, node.column};
}

}  // namespace ningyi::rule
