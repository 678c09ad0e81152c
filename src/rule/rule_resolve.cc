// SPDX-License-Identifier: Apache-2.0
#include "rule/rule_reader.h"

#include "rule/names.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

using cel::Kind;

}  // namespace

void RuleReader::lint() {
    std::set<std::string> used;
    for (std::uint16_t slot = 0; slot < rule_.names.slots(); ++slot) used.insert(rule_.names.path(slot));
    const auto is_used = [&](const std::string& name) {
        const auto at = used.lower_bound(name);
        return used.contains(name) || (at != used.end() && at->starts_with(name + "."));
    };
    const auto check = [&](const yaml::Node* map, std::string_view zh, std::string_view en) {
        if (map == nullptr || !map->is_map()) return;
        for (const auto& [name, value] : map->pairs) {
            if (!is_used(name.text) && name.text != rule_.each)
                warn(name, "W801", format("{} {} 没有用到", zh, name.text), format("{} {} is not used", en, name.text));
        }
    };
    check(root_.find("params"), "参数", "parameter");
    check(root_.find("features"), "特征", "feature");
    check(root_.find("let"), "let", "let");
    for (const auto& [alias, name] : rule_.features) {
        const Feature* feature = set_.feature(name);
        if (feature != nullptr && feature->revise < rule_.on.wait) {
            warn(*root_.find("features"), "W804", format("特征 {} 的 revise 比规则的 wait 还短", name),
                 format("revise of feature {} is shorter than the wait of the rule", name));
        }
    }
}

void RuleReader::resolve() {
    for (const auto& [key, path] : subject_->scope) {
        if (rule_.names.path_type(path) != nullptr) rule_.scope_slots.emplace_back(key, rule_.names.slot(path));
    }
    for (const auto& [local, name] : rule_.params) rule_.param_slots.push_back(rule_.names.slot(local));
    if (!subject_->date.empty()) rule_.date_slot = rule_.names.slot(subject_->name + "." + subject_->date);
    for (std::uint16_t slot = 0; slot < rule_.names.slots(); ++slot)
        rule_.sources.push_back(source_of(rule_.names.path(slot)));
    for (std::uint16_t slot = 0; slot < rule_.names.slots(); ++slot) {
        const SlotSource& source = rule_.sources[slot];
        const std::string& path = rule_.names.path(slot);
        const cel::Type* type = rule_.names.path_type(path);
        const bool is_position = type != nullptr && (type->kind == Kind::place || type->kind == Kind::fix);
        if (source.level < personal_level && source.kind != SlotSource::Kind::list && !is_position && path != "")
            rule_.used.emplace_back(path, slot);
    }
    std::sort(rule_.used.begin(), rule_.used.end());
}

SlotSource RuleReader::source_of(const std::string& path) const {
    SlotSource source;
    for (std::size_t i = 0; i < rule_.params.size(); ++i) {
        if (rule_.params[i].first == path) return {SlotSource::Kind::param, static_cast<std::uint32_t>(i)};
    }
    for (std::size_t i = 0; i < rule_.lets.size(); ++i) {
        if (rule_.lets[i].name == path) return {SlotSource::Kind::let, static_cast<std::uint32_t>(i)};
    }
    source.level = level_of(path);
    const std::vector<std::string_view> parts = split(path, '.');
    if (parts.size() == 2 && parts[0] == "lists") {
        const ListOf* list = named(set_.lists, parts[1]);
        if (list != nullptr) return {SlotSource::Kind::list, static_cast<std::uint32_t>(list - set_.lists.data())};
    }
    if (parts.size() >= 2 && parts[0] == "tables") {
        if (const Table* table = named(set_.tables, parts[1])) {
            source.kind = SlotSource::Kind::table;
            source.index = static_cast<std::uint32_t>(table - set_.tables.data());
            for (std::size_t i = 0; i < table->columns.size() && parts.size() == 3; ++i) {
                if (table->columns[i].first == parts[2]) source.column = static_cast<std::uint32_t>(i);
            }
            return source;
        }
    }
    if (parts.size() == 3 && parts[0] == "others") source.kind = SlotSource::Kind::others;
    return source;
}

void RuleReader::make_canonical() {
    cbor::Value body = canonical(root_);
    const auto is_outside = [](const std::string& key) {
        return key == "version" || key == "status" || key == "tests" || key == "quality" || key == "misses" ||
               key == "do" || key == "innocent";
    };
    std::erase_if(body.pairs, [&](const auto& pair) { return is_outside(pair.first); });
    cbor::Value fields = cbor::Value::map();
    cbor::Value tables = cbor::Value::map();
    cbor::Value lists = cbor::Value::map();
    for (std::uint16_t slot = 0; slot < rule_.names.slots(); ++slot) {
        const std::string& path = rule_.names.path(slot);
        const SlotSource& source = rule_.sources[slot];
        if (source.kind == SlotSource::Kind::table)
            tables.set(set_.tables[source.index].name, set_.tables[source.index].declaration);
        if (source.kind == SlotSource::Kind::list)
            lists.set(set_.lists[source.index].name, set_.lists[source.index].declaration);
        const model::Field* field = field_of_path(set_.dictionary, *subject_, path);
        if (field == nullptr) continue;
        cbor::Value declared = cbor::Value::map();
        declared.set("type", cbor::Value::of_text(model::to_word(field->type)));
        declared.set("level", cbor::Value::of(field->level));
        declared.set("ref", cbor::Value::of_text(field->ref));
        declared.set("derive", cbor::Value::of_text(field->derive));
        std::vector<cbor::Value> words;
        for (const std::string& word : field->words) words.push_back(cbor::Value::of_text(word));
        declared.set("values", cbor::Value::of_array(std::move(words)));
        fields.set(path, std::move(declared));
    }
    cbor::Value features = cbor::Value::map();
    for (const auto& [alias, name] : rule_.features) features.set(name, set_.feature(name)->declaration);
    cbor::Value params = cbor::Value::map();
    for (const std::uint32_t index : rule_.param_index)
        params.set(set_.params[index].name, set_.params[index].declaration);
    cbor::Value all = cbor::Value::map();
    all.set("rule", std::move(body));
    all.set("fields", std::move(fields));
    all.set("tables", std::move(tables));
    all.set("lists", std::move(lists));
    all.set("features", std::move(features));
    all.set("params", std::move(params));
    rule_.canonical = cbor::encode(all);
}

}  // namespace ningyi::rule
