// SPDX-License-Identifier: Apache-2.0
#include "engine/replay.h"

#include <algorithm>

#include "engine/body_value.h"

namespace ningyi::engine {
namespace {

void add(std::vector<std::string>& cites, const std::string& cite) {
    if (std::find(cites.begin(), cites.end(), cite) == cites.end()) cites.push_back(cite);
}

// Citations of the value of `param` in force on `day` that equals what was used. Several scopes may hold the same
// value; the district's stands first.
void add_cites(std::vector<std::string>& cites, const rule::Param& param, const std::string& used, Date day) {
    for (const std::vector<std::uint32_t>& group : param.by_scope) {
        const rule::ParamValue* value = rule::in_force(param, group, day);
        if (value == nullptr || base_text(value->value) != used) continue;
        for (const std::string& cite : value->cite) add(cites, cite);
        return;
    }
}

// What the finding says of itself, without values and citations.
rule::Judgement outline_of(const Finding& finding) {
    rule::Judgement judgement;
    judgement.outcome = finding.outcome;
    judgement.reason = finding.reason;
    judgement.missing = finding.missing;
    judgement.entry = finding.entry;
    judgement.clauses = finding.clauses;
    judgement.doubts = finding.doubts;
    judgement.exceptions = finding.exceptions;
    judgement.band = finding.band;
    judgement.severity = finding.severity;
    judgement.effect = finding.effect;
    judgement.margin = value_of_base_text(finding.margin_type, finding.margin);
    judgement.payable = value_of_base_text(finding.payable_type, finding.payable);
    judgement.at_risk = cel::Value::of(cel::Kind::money, finding.at_risk_fen);
    return judgement;
}

void add_all_cites(rule::Judgement& judgement, const rule::RuleSet& set, const rule::Rule& rule,
                   const Finding& finding) {
    const auto day = parse_date(finding.date);
    for (const auto& [clause, days] : rule.cite_days) {
        if (!day || days.contains(*day)) add(judgement.cite, clause);
    }
    for (const auto& [local, name] : rule.params) {
        const rule::Param* param = set.param(name);
        for (const UsedValue& used : finding.values) {
            if (param != nullptr && day && used.path == local && !used.absent)
                add_cites(judgement.cite, *param, used.text, *day);
        }
    }
}

// True if a sentence that may be said of a finding of the rule names the clauses it rests on.
bool quotes_cites(const rule::Rule& rule) {
    const auto quotes = [](const rule::Sentence& sentence) {
        return std::any_of(sentence.parts.begin(), sentence.parts.end(), [](const rule::Sentence::Part& part) {
            return part.is_value && !part.has_slot && part.text == "cite";
        });
    };
    if (quotes(rule.explain_zh) || quotes(rule.explain_en)) return true;
    for (const auto* list : {&rule.doubts, &rule.exceptions}) {
        for (const rule::Clause& clause : *list) {
            if (quotes(clause.zh) || quotes(clause.en)) return true;
        }
    }
    return false;
}

}  // namespace

rule::Judgement judgement_of(const rule::RuleSet& set, const Finding& finding) {
    rule::Judgement judgement = outline_of(finding);
    for (const UsedValue& used : finding.values) {
        judgement.values.emplace_back(used.path, used.absent ? cel::Value() : value_of_base_text(used.type, used.text));
    }
    if (const rule::Rule* rule = set.rule(finding.rule)) add_all_cites(judgement, set, *rule, finding);
    return judgement;
}

Sentences sentences(const rule::RuleSet& set, const rule::Rule& rule, const Finding& finding, const Zone& zone,
                    const std::function<std::string(const std::string&)>& name_of) {
    // Only the values that the sentence names are made.
    rule::Judgement judgement = outline_of(finding);
    if (quotes_cites(rule)) add_all_cites(judgement, set, rule, finding);
    const std::function<cel::Value(const std::string&)> value_of = [&](const std::string& path) -> cel::Value {
        for (const UsedValue& used : finding.values) {
            if (used.path == path) return used.absent ? cel::Value() : value_of_base_text(used.type, used.text);
        }
        return {};
    };
    return {rule::sentence(set, rule, judgement, rule::Language::zh, zone, value_of, name_of),
            rule::sentence(set, rule, judgement, rule::Language::en, zone, value_of, name_of)};
}

rule::Explanation explain(const rule::RuleSet& set, const Finding& finding, rule::Language language, const Zone& zone,
                          const std::function<std::string(const std::string&)>& name_of) {
    const rule::Rule* rule = set.rule(finding.rule);
    if (rule == nullptr) {
        rule::Explanation bare;
        bare.sentence = std::string(rule::to_word(finding.outcome)) + " " + finding.reason;
        return bare;
    }
    const rule::Judgement judgement = judgement_of(set, finding);
    const auto value_of = [&](const std::string& path) -> cel::Value {
        for (const auto& [name, value] : judgement.values) {
            if (name == path) return value;
        }
        return {};
    };
    return rule::explain(set, *rule, judgement, language, zone, value_of, name_of);
}

std::string id_of(const Engine& engine, const Finding& finding, const std::string& entity) {
    if (entity == finding.subject_entity) return finding.subject;
    const World& world = engine.world();
    const EntityIndex subject = world.entity_index(finding.subject_entity);
    const RecordIndex record = subject == no_index ? no_record : world.find(subject, finding.subject);
    if (record == no_record) return "";
    const std::vector<model::Field>& fields = world.entity(subject).fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].ref != entity) continue;
        const cel::Value id = world.field(record, static_cast<FieldIndex>(i));
        if (id.kind() == cel::Kind::string) return id.text();
    }
    return "";
}

}  // namespace ningyi::engine
