// SPDX-License-Identifier: Apache-2.0
#include "rule/supply.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "cel/parser.h"
#include "rule/fact_words.h"
#include "rule/names.h"
#include "rule/value_words.h"

namespace ningyi::rule {
namespace {

using cel::Syntax;
using cel::SyntaxKind;

constexpr int deepest = 4;               // of values computed from computed values
constexpr std::size_t most_sources = 6;  // named of one value

// The distinct ways to come by a value, in the order they were found.
class Sources {
public:
    void add(const Label& one) {
        if (one.zh.empty() || all_.size() == most_sources) return;
        if (std::find(all_.begin(), all_.end(), one) == all_.end()) all_.push_back(one);
    }
    Label said(std::string_view zh, std::string_view en) const {
        Label text;
        for (const Label& one : all_) {
            if (!text.zh.empty()) text.zh += zh, text.en += en;
            text.zh += one.zh, text.en += one.en;
        }
        return text;
    }

private:
    std::vector<Label> all_;
};

Label with_pack(const RuleSet& set, const std::string& pack) {
    for (const RuleSet::Pack& one : set.packs) {
        if (one.name == pack) return {"（" + one.title.zh + "）", " (" + one.title.en + ")"};
    }
    return {"（" + pack + "）", " (" + pack + ")"};
}

// The pack of "pack.name".
std::string head_of(const std::string& name) {
    return name.substr(0, name.find('.'));
}

// "随“工单完结”报送（居家养老援助）"
Label by_event(const RuleSet& set, const model::EventType& event) {
    const Label pack = with_pack(set, event.pack);
    return {"随“" + event.title.zh + "”报送" + pack.zh, "reported with \"" + event.title.en + "\"" + pack.en};
}

void paths_in(const Syntax& node, std::vector<std::string>& paths) {
    if (node.kind == SyntaxKind::select && node.children.size() == 1 && node.children[0] != nullptr &&
        node.children[0]->kind == SyntaxKind::identifier)
        paths.push_back(node.children[0]->name + "." + node.name);
    for (const auto& child : node.children) {
        if (child != nullptr) paths_in(*child, paths);
    }
}

std::vector<std::string> paths_in(const std::string& expression) {
    std::vector<std::string> paths;
    const auto syntax = cel::parse(expression, {.is_rule = true});
    if (syntax) paths_in(**syntax, paths);
    return paths;
}

class Suppliers {
public:
    Suppliers(const RuleSet& set, const Rule& rule) : set_(set), rule_(rule) {}

    Label of_field(const model::Entity& owner, const model::Field& field, int depth) const {
        Sources sources;
        if (!field.derive.empty() && depth < deepest) {
            for (const std::string& path : paths_in(field.derive)) {
                const model::Field* part = field_of_path(set_.dictionary, owner, path);
                const model::Entity* of = set_.dictionary.entity(path.substr(0, path.find('.')));
                if (part == nullptr || of == nullptr || part == &field) continue;
                const Label from = of_field(*of, *part, depth + 1);
                if (!from.zh.empty())
                    sources.add({"“" + part->label.zh + "”" + from.zh, "\"" + part->label.en + "\" " + from.en});
            }
            const Label said = sources.said("、", ", ");
            if (!said.zh.empty()) return {"由" + said.zh + "算出", "computed from " + said.en};
            return {};
        }
        for (const model::EventType& event : set_.dictionary.events) {
            const bool is_of = event.subject == owner.name &&
                               std::find(event.body.begin(), event.body.end(), field.name) != event.body.end();
            const bool is_track = field.type == model::FieldType::track && carries_fixes(event);
            if (is_of || is_track) sources.add(by_event(set_, event));
        }
        return sources.said("或", " or ");
    }

    Label of_feature(const Feature& feature) const {
        Sources sources;
        if (feature.kind == FeatureKind::register_) {
            const Label by = of_events(feature.register_entity);
            const std::vector<std::string_view> parts = split(feature.id.text, '"');
            const bool is_one = parts.size() == 3 && parts[0].empty() && parts[2].empty();
            if (!is_one || by.zh.empty()) return by;
            return {"“" + std::string(parts[1]) + "”" + by.zh, "\"" + std::string(parts[1]) + "\" " + by.en};
        }
        if (const model::EventType* event = set_.dictionary.event(feature.from)) sources.add(by_event(set_, *event));
        const model::Entity* own = set_.dictionary.entity(feature.entity);
        for (const Binding& argument : feature.args) {
            if (own == nullptr || !argument.text.starts_with("a.")) continue;
            const std::string rest = argument.text.substr(2);
            const std::string path = rest.find('.') == std::string::npos ? own->name + "." + rest : rest;
            const model::Field* field = field_of_path(set_.dictionary, *own, path);
            const model::Entity* owner = set_.dictionary.entity(path.substr(0, path.find('.')));
            const Label from = field == nullptr || owner == nullptr ? Label{} : of_field(*owner, *field, 1);
            if (!from.zh.empty())
                sources.add({"“" + field->label.zh + "”" + from.zh, "\"" + field->label.en + "\" " + from.en});
        }
        return sources.said("、", ", ");
    }

    Label of_knowledge(std::string_view kind_zh, std::string_view kind_en, const std::string& name,
                       const std::string& pack) const {
        const Label where = with_pack(set_, pack);
        return {format("须有当日有效的{} {}{}", kind_zh, name, where.zh),
                format("needs a {} {} in force that day{}", kind_en, name, where.en)};
    }

    Supply of(const std::string& path) const {
        Supply supply{path_words(set_, rule_, path), {}};
        if (supply.what.zh.empty()) supply.what = {path, path};
        const std::string head = path.substr(0, path.find('.'));
        const model::Entity* subject = set_.dictionary.entity(rule_.subject);
        const model::Field* field = subject == nullptr ? nullptr : field_of_path(set_.dictionary, *subject, path);
        if (field != nullptr) {
            const std::vector<std::string_view> parts = split(path, '.');
            const model::Entity* owner = set_.dictionary.entity(parts[parts.size() - 2]);
            supply.from = of_field(*owner, *field, 0);
            if (owner != subject)
                supply.what = {owner->title.zh + "的" + field->label.zh,
                               field->label.en + " of the " + lower_ascii(owner->title.en)};
            return supply;
        }
        for (const auto& [alias, name] : rule_.features) {
            const Feature* feature = alias == head ? set_.feature(name) : nullptr;
            if (feature != nullptr) supply.from = of_feature(*feature);
        }
        for (const auto& [local, name] : rule_.params) {
            const Param* param = local == path ? set_.param(name) : nullptr;
            if (param != nullptr) supply.from = of_knowledge("参数值", "value of", param->name, head_of(param->name));
        }
        if (path.starts_with("lists.")) {
            const ListOf* list = set_.list(path.substr(6));
            if (list != nullptr) supply = {list->title, of_knowledge("名单条目", "entry of", list->name, list->pack)};
        }
        if (path.starts_with("tables.")) {
            const std::string rest = path.substr(7);
            const Table* table = set_.table(rest.substr(0, rest.find('.')));
            if (table != nullptr) supply.from = of_knowledge("表行", "row of", table->name, table->pack);
        }
        return supply;
    }

private:
    bool carries_fixes(const model::EventType& event) const {
        const model::Entity* entity = set_.dictionary.entity(event.subject);
        return entity != nullptr && std::any_of(event.body.begin(), event.body.end(), [&](const std::string& name) {
                   const model::Field* field = entity->field(name);
                   return field != nullptr && field->type == model::FieldType::fixes;
               });
    }

    Label of_events(const std::string& entity) const {
        Sources sources;
        for (const model::EventType& event : set_.dictionary.events) {
            if (event.subject == entity) sources.add(by_event(set_, event));
        }
        return sources.said("或", " or ");
    }

    const RuleSet& set_;
    const Rule& rule_;
};

}  // namespace

Supply supply_of(const RuleSet& set, const Rule& rule, const std::string& path) {
    return Suppliers(set, rule).of(path);
}

}  // namespace ningyi::rule
