// SPDX-License-Identifier: Apache-2.0
#include "rule/given.h"

#include "base/text.h"
#include "base/yaml_map.h"
#include "rule/values.h"

namespace ningyi::rule {

using cel::Kind;
using cel::Value;
using yaml::Node;

Given::Given(const RuleSet& set, const Rule& rule, const Node* given, Faults& faults) : set_(&set), rule_(&rule) {
    if (given == nullptr) return;
    if (!given->is_map()) {
        faults.push_back(yaml::fault_at(rule.file, *given, "E201", "given 应为键值", "given must be a map"));
        return;
    }
    for (const auto& [key, node] : given->pairs) {
        if (key.text == "features")
            add_features(node, faults);
        else if (key.text == "others")
            add_others(node, faults);
        else
            add_record(key, node, faults);
    }
}

void Given::forget(const std::string& path) {
    values_.erase(path);
    for (auto at = values_.begin(); at != values_.end();) {
        if (at->first.starts_with(path + "."))
            at = values_.erase(at);
        else
            ++at;
    }
}

Value Given::of(const std::string& path) const {
    const auto found = values_.find(path);
    return found == values_.end() ? Value() : found->second;
}

Value Given::read(std::uint16_t slot) {
    const Value value = of(rule_->names.path(slot));
    return value.is_known() ? value : Value::absent(slot);
}

Value Given::others(std::uint16_t slot, const Value& id) {
    const std::vector<std::string_view> parts = split(rule_->names.path(slot), '.');
    const auto found = id.kind() == Kind::string
                           ? others_.find({std::string(parts[1]), id.text(), std::string(parts[2])})
                           : others_.end();
    return found == others_.end() ? Value::absent(slot) : found->second;
}

Value Given::date() {
    if (!rule_->date_slot) return of("day");  // the day of the judgement, of a subject that has none itself
    return of(rule_->names.path(*rule_->date_slot));
}

Value Given::scope(const std::string& key) {
    for (const auto& [name, slot] : rule_->scope_slots) {
        if (name == key) return of(rule_->names.path(slot));
    }
    return {};
}

void Given::add(const std::string& path, const Node& key, const Node& node, Faults& faults) {
    static const cel::Type date = cel::type_of(Kind::date);
    const bool is_day = path == "day" && !rule_->date_slot;
    const cel::Type* type = is_day ? &date : rule_->names.path_type(path);
    if (type == nullptr) {
        const std::string like = rule_->names.suggestion(path);
        faults.push_back(yaml::fault_at(
            rule_->file, key, "E501", format("没有名称 {}{}", path, like.empty() ? "" : format("，是否 {}？", like)),
            format("{} is unknown{}", path, like.empty() ? "" : format(", did you mean {}?", like))));
        return;
    }
    if (std::optional<Value> value = read_value(node, *type, rule_->file, faults)) values_[path] = std::move(*value);
}

void Given::add_record(const Node& name, const Node& node, Faults& faults) {
    if (!node.is_map()) {
        add(name.text, name, node, faults);
        return;
    }
    for (const auto& [field, value] : node.pairs) add(name.text + "." + field.text, field, value, faults);
}

void Given::add_features(const Node& node, Faults& faults) {
    for (const auto& [alias, value] : node.pairs) add_record(alias, value, faults);
}

void Given::add_others(const Node& node, Faults& faults) {
    for (const auto& [entity_key, records] : node.pairs) {
        const model::Entity* entity = set_->dictionary.entity(entity_key.text);
        for (const auto& [id, fields] : records.pairs) {
            for (const auto& [field_key, value] : fields.pairs) {
                const model::Field* field = entity == nullptr ? nullptr : entity->field(field_key.text);
                const std::optional<cel::Type> type = field == nullptr ? std::nullopt : type_of_field(*field);
                if (!type) {
                    faults.push_back(yaml::fault_at(rule_->file, field_key, "E501",
                                                    format("{} 没有字段 {}", entity_key.text, field_key.text),
                                                    format("{} has no field {}", entity_key.text, field_key.text)));
                    continue;
                }
                if (std::optional<Value> read = read_value(value, *type, rule_->file, faults)) {
                    others_[{entity_key.text, id.text, field_key.text}] = std::move(*read);
                }
            }
        }
    }
}

// How a test names the people in it: masked, as a reader below their level sees them.
std::function<std::string(const std::string&)> names_in(const Given& given) {
    return [&given](const std::string& entity) {
        const Value name = given.of(entity + ".name");
        if (name.kind() == Kind::string) {
            std::size_t end = 0;
            if (!name.text().empty()) next_code_point(name.text(), end);
            return name.text().substr(0, end) + "**";
        }
        const Value id = given.of(entity + "." + entity + "_id");
        return id.kind() == Kind::string ? id.text() : entity;
    };
}

}  // namespace ningyi::rule
