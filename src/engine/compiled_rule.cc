// SPDX-License-Identifier: Apache-2.0
#include "engine/compiled_rule.h"

#include <algorithm>

#include "base/text.h"

namespace ningyi::engine {
namespace {

constexpr Millis revise_by_default = 30 * days_ms;

class Compiling {
public:
    Compiling(const rule::RuleSet& set, const Paths& paths, const Features& features)
        : set_(set), paths_(paths), features_(features), world_(paths.world()) {}

    void compile(const rule::Rule& rule, std::uint16_t number) {
        CompiledRule compiled;
        compiled.rule = &rule;
        compiled.number = number;
        compiled.subject = world_.entity_index(rule.subject);
        if (compiled.subject == no_index) {
            complain(rule, format("没有实体 {}", rule.subject), format("no entity {}", rule.subject));
            return;
        }
        for (std::uint16_t slot = 0; slot < rule.names.slots(); ++slot)
            compiled.slots.push_back(source_of(compiled, rule.names.path(slot)));
        add_features(compiled);
        for (const std::string& path : rule.dedup) compiled.dedup.push_back(source_of(compiled, path));
        for (const std::string& path : rule.group) compiled.group.push_back(source_of(compiled, path));
        for (const std::string& path : rule.evidence) add_evidence(compiled, path);
        add_trigger(compiled);
        add_looks(compiled);
        rules.push_back(std::move(compiled));
    }

    std::vector<CompiledRule> rules;
    Faults faults;

private:
    void complain(const rule::Rule& rule, std::string zh, std::string en) {
        faults.push_back({.file = rule.file, .code = "E506", .zh = std::move(zh), .en = std::move(en)});
    }

    FactSource source_of(const CompiledRule& compiled, std::string_view path) const {
        const rule::Rule& rule = *compiled.rule;
        const std::size_t dot = path.find('.');
        const std::string_view head = path.substr(0, dot);
        const std::string_view tail = dot == std::string_view::npos ? "" : path.substr(dot + 1);
        for (const auto& [alias, name] : rule.features) {
            if (alias == head) return feature_source(features_, features_.index_of(name), tail);
        }
        return fact_source(paths_, features_, compiled.subject, path);
    }

    void add_features(CompiledRule& compiled) {
        const rule::Rule& rule = *compiled.rule;
        for (const auto& [alias, name] : rule.features) {
            const std::uint16_t feature = features_.index_of(name);
            if (feature == no_index) complain(rule, format("没有特征 {}", name), format("no feature {}", name));
            compiled.features.push_back(feature);
            if (alias == rule.each) compiled.each = feature;
            if (feature != no_index) compiled.revise = std::max(compiled.revise, set_.features[feature].revise);
        }
        if (compiled.revise == 0) compiled.revise = revise_by_default;
    }

    void add_evidence(CompiledRule& compiled, const std::string& path) const {
        CompiledRule::Evidence evidence;
        const std::string own = compiled.rule->subject + ".";
        EntityIndex entity = compiled.subject;
        std::string name = path.substr(0, own.size()) == own ? path.substr(own.size()) : path;
        if (path.substr(0, 7) == "others.") {
            const std::size_t open = path.find('(');
            const std::size_t close = path.find(").");
            if (open == std::string::npos || close == std::string::npos) return;
            entity = world_.entity_index(path.substr(7, open - 7));
            if (entity == no_index) return;
            evidence.others = entity;
            evidence.id = source_of(compiled, path.substr(open + 1, close - open - 1));
            name = path.substr(close + 2);
        }
        const auto found = paths_.find(entity, name);
        if (!found) return;  // a fact of a feature: its own evidence is added anyway
        evidence.path = *found;
        evidence.track = found->kind == Path::Kind::track;
        compiled.evidence.push_back(evidence);
    }

    void add_looks(CompiledRule& compiled) const {
        const auto add_path = [&](EntityIndex entity, const Path& path) {
            compiled.fields.add_path(paths_, entity, path);
        };
        const auto add = [&](const FactSource& source) {
            if (source.kind == FactSource::Kind::path) add_path(compiled.subject, source.path);
            if (source.kind == FactSource::Kind::others) add_path(source.entity, source.path);
            if (source.kind != FactSource::Kind::feature) return;
            const CompiledRule::FactUse use{source.feature, source.fact};
            if (std::find(compiled.facts.begin(), compiled.facts.end(), use) == compiled.facts.end())
                compiled.facts.push_back(use);
        };
        const Paths::Common& common = paths_.common(compiled.subject);
        for (const Path* path : {&common.time, &common.date, &common.agency}) add_path(compiled.subject, *path);
        for (const auto& [key, path] : common.scope) add_path(compiled.subject, path);
        for (const auto* sources : {&compiled.slots, &compiled.dedup, &compiled.group}) {
            for (const FactSource& source : *sources) add(source);
        }
        for (const CompiledRule::Evidence& evidence : compiled.evidence) {
            add(evidence.id);
            add_path(evidence.others == no_index ? compiled.subject : evidence.others, evidence.path);
        }
    }

    void add_trigger(CompiledRule& compiled) {
        const rule::Trigger& on = compiled.rule->on;
        if (on.kind == rule::Trigger::Kind::due) {
            complain(*compiled.rule, "暂不支持按到期时间触发（on: due）",
                     "a trigger of the kind `due` is not supported yet");
        } else if (on.kind == rule::Trigger::Kind::event) {
            compiled.trigger = world_.event_index(on.event);
            if (compiled.trigger == no_index)
                complain(*compiled.rule, format("没有事件 {}", on.event), format("no event {}", on.event));
        }
    }

    const rule::RuleSet& set_;
    const Paths& paths_;
    const Features& features_;
    const World& world_;
};

}  // namespace

FactSource path_source(const Paths& paths, EntityIndex subject, std::string_view path) {
    FactSource source;
    const std::string own = paths.world().entity(subject).name + ".";
    const bool is_own = path.substr(0, own.size()) == own;
    if (const auto found = paths.find(subject, is_own ? path.substr(own.size()) : path)) {
        source.kind = FactSource::Kind::path;
        source.path = *found;
    }
    return source;
}

FactSource feature_source(const Features& features, std::uint16_t feature, std::string_view fact) {
    FactSource source;
    if (feature == no_index) return source;
    const std::vector<std::string>& facts = features.facts(feature);
    const auto found = std::find(facts.begin(), facts.end(), fact);
    if (found == facts.end()) return source;
    source.kind = FactSource::Kind::feature;
    source.feature = feature;
    source.fact = static_cast<std::uint16_t>(found - facts.begin());
    return source;
}

FactSource fact_source(const Paths& paths, const Features& features, EntityIndex subject, std::string_view name) {
    const std::size_t dot = name.find('.');
    const std::string_view head = name.substr(0, dot);
    const std::string_view tail = dot == std::string_view::npos ? "" : name.substr(dot + 1);
    if (head.starts_with('@')) return feature_source(features, features.index_of(head.substr(1)), tail);
    if (head != "others") return path_source(paths, subject, name);
    FactSource source;
    const std::size_t second = tail.find('.');
    source.entity = paths.world().entity_index(tail.substr(0, second));
    if (source.entity == no_index || second == std::string_view::npos) return source;
    if (paths.world().field_index(source.entity, tail.substr(second + 1)) == no_index) return source;
    source.kind = FactSource::Kind::others;
    source.path = paths.find(source.entity, tail.substr(second + 1)).value_or(Path{});
    return source;
}

Result<std::vector<CompiledRule>> compile_rules(const rule::RuleSet& set, const Paths& paths,
                                                const Features& features) {
    Compiling compiling(set, paths, features);
    for (std::size_t i = 0; i < set.rules.size(); ++i) compiling.compile(set.rules[i], static_cast<std::uint16_t>(i));
    if (!compiling.faults.empty()) return failure(std::move(compiling.faults));
    return std::move(compiling.rules);
}

}  // namespace ningyi::engine
