// SPDX-License-Identifier: Apache-2.0
#include "base/yaml_map.h"

#include <algorithm>

#include "base/text.h"

namespace ningyi::yaml {

Fault fault_at(const std::string& file, const Node& node, std::string code, std::string zh, std::string en) {
    return {file, node.line, node.column, std::move(code), std::move(zh), std::move(en)};
}

std::optional<std::string> text_of(const Node& node, const std::string& file, Faults& faults) {
    if (node.is_scalar()) return node.text;
    faults.push_back(fault_at(file, node, "E201", "这里应为文字", "text is expected here"));
    return std::nullopt;
}

std::optional<bool> boolean_of(const Node& node, const std::string& file, Faults& faults) {
    if (node.is_scalar() && node.text == "true") return true;
    if (node.is_scalar() && node.text == "false") return false;
    faults.push_back(fault_at(file, node, "E204", "应为 true 或 false", "true or false is expected"));
    return std::nullopt;
}

std::optional<std::int64_t> quantity_of(const Node& node, Dimension dimension, const std::string& file,
                                        Faults& faults) {
    const std::optional<std::string> text = text_of(node, file, faults);
    if (!text) return std::nullopt;
    const Result<std::int64_t> amount = parse_quantity(*text, dimension);
    if (amount) return *amount;
    const Fault& fault = amount.error().front();
    faults.push_back(fault_at(file, node, fault.code, fault.zh, fault.en));
    return std::nullopt;
}

std::optional<Date> day_of(const Node& node, const std::string& file, Faults& faults) {
    const std::optional<std::string> text = text_of(node, file, faults);
    if (!text) return std::nullopt;
    const std::optional<Date> date = parse_date(*text);
    if (!date) {
        faults.push_back(fault_at(file, node, "E206", format("“{}”不是日期，应写成如 2025-08-01", *text),
                                  format("\"{}\" is not a day, write it like 2025-08-01", *text)));
    }
    return date;
}

MapReader::MapReader(const Node& node, std::string file, Faults& faults)
    : node_(node), file_(std::move(file)), faults_(faults) {
    if (!node.is_map()) refuse(node, "E201", "这里应为键值（键: 值）", "a map (key: value) is expected here");
}

void MapReader::refuse(const Node& node, std::string code, std::string zh, std::string en) {
    faults_.push_back(fault_at(file_, node, std::move(code), std::move(zh), std::move(en)));
}

const Node* MapReader::optional(std::string_view key) {
    asked_.push_back(key);
    return node_.is_map() ? node_.find(key) : nullptr;
}

const Node* MapReader::required(std::string_view key) {
    const Node* value = optional(key);
    if (value == nullptr && node_.is_map()) {
        refuse(node_, "E202", format("缺少 {}", key), format("{} is missing", key));
    }
    return value;
}

const Node* MapReader::list(std::string_view key, bool is_required) {
    const Node* value = is_required ? required(key) : optional(key);
    if (value == nullptr || value->is_list()) return value;
    refuse(*value, "E201", format("{} 应为列表", key), format("{} must be a list", key));
    return nullptr;
}

const Node* MapReader::map(std::string_view key, bool is_required) {
    const Node* value = is_required ? required(key) : optional(key);
    if (value == nullptr || value->is_map()) return value;
    refuse(*value, "E201", format("{} 应为键值（键: 值）", key), format("{} must be a map (key: value)", key));
    return nullptr;
}

std::optional<std::string> MapReader::optional_text(std::string_view key) {
    const Node* value = optional(key);
    if (value == nullptr) return std::nullopt;
    return text_of(*value, file_, faults_);
}

std::string MapReader::text(std::string_view key) {
    const Node* value = required(key);
    if (value == nullptr) return "";
    return text_of(*value, file_, faults_).value_or("");
}

std::vector<std::string> MapReader::texts(std::string_view key) {
    std::vector<std::string> all;
    const Node* value = list(key);
    if (value == nullptr) return all;
    for (const Node& item : value->items) {
        if (const std::optional<std::string> text = text_of(item, file_, faults_)) all.push_back(*text);
    }
    return all;
}

std::optional<std::int64_t> MapReader::integer(std::string_view key, std::int64_t least, std::int64_t most) {
    const Node* value = optional(key);
    if (value == nullptr) return std::nullopt;
    const std::optional<std::int64_t> number = value->is_scalar() ? to_integer(value->text) : std::nullopt;
    if (number && *number >= least && *number <= most) return number;
    refuse(*value, "E204", format("{} 应为 {} 至 {} 的整数", key, least, most),
           format("{} must be a whole number from {} to {}", key, least, most));
    return std::nullopt;
}

std::optional<bool> MapReader::boolean(std::string_view key) {
    const Node* value = optional(key);
    if (value == nullptr) return std::nullopt;
    return boolean_of(*value, file_, faults_);
}

std::optional<std::int64_t> MapReader::quantity(std::string_view key, Dimension dimension) {
    const Node* value = optional(key);
    if (value == nullptr) return std::nullopt;
    return quantity_of(*value, dimension, file_, faults_);
}

std::optional<Date> MapReader::day(std::string_view key) {
    const Node* value = optional(key);
    if (value == nullptr) return std::nullopt;
    return day_of(*value, file_, faults_);
}

std::string MapReader::word(std::string_view key, std::initializer_list<std::string_view> allowed, bool is_required) {
    const Node* value = is_required ? required(key) : optional(key);
    if (value == nullptr) return "";
    const std::optional<std::string> text = text_of(*value, file_, faults_);
    if (!text) return "";
    if (std::find(allowed.begin(), allowed.end(), *text) != allowed.end()) return *text;
    std::vector<std::string> names;
    for (const std::string_view name : allowed) names.emplace_back(name);
    refuse(*value, "E204", format("{} 不能是“{}”，应为：{}", key, *text, join(names, " ")),
           format("{} cannot be \"{}\", expected one of: {}", key, *text, join(names, " ")));
    return "";
}

Words MapReader::words(std::string_view key, bool is_required) {
    const Node* value = is_required ? required(key) : optional(key);
    if (value == nullptr) return {};
    if (!value->is_map()) {
        refuse(*value, "E208", format("{} 应写成 {{zh: 中文, en: English}}", key),
               format("{} must be given as {{zh: 中文, en: English}}", key));
        return {};
    }
    MapReader both(*value, file_, faults_);
    Words read;
    const Node* zh = both.optional("zh");
    const Node* en = both.optional("en");
    if (zh == nullptr || en == nullptr) {
        refuse(*value, "E208", format("{} 缺少{}", key, zh == nullptr ? "中文（zh）" : "英文（en）"),
               format("{} lacks {}", key, zh == nullptr ? "Chinese (zh)" : "English (en)"));
    }
    if (zh != nullptr) read.zh = text_of(*zh, file_, faults_).value_or("");
    if (en != nullptr) read.en = text_of(*en, file_, faults_).value_or("");
    both.finish();
    return read;
}

void MapReader::finish() {
    if (!node_.is_map()) return;
    for (const auto& [key, value] : node_.pairs) {
        if (std::find(asked_.begin(), asked_.end(), key.text) != asked_.end()) continue;
        const std::string_view like = closest(key.text, asked_);
        refuse(key, "E203", format("不认识的键 {}{}", key.text, like.empty() ? "" : format("，是否 {}？", like)),
               format("unknown key {}{}", key.text, like.empty() ? "" : format(", did you mean {}?", like)));
    }
}

}  // namespace ningyi::yaml
