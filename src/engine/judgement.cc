// SPDX-License-Identifier: Apache-2.0
#include "engine/judgement.h"

#include <algorithm>

#include "base/time.h"
#include "engine/body_value.h"

namespace ningyi::engine {
namespace {

void add(std::vector<std::string>& cites, const std::string& cite) {
    if (std::find(cites.begin(), cites.end(), cite) == cites.end()) cites.push_back(cite);
}

// Citations of the values of `param` in force on `day` that equal what was used. Several scopes may hold the same value;
// the district's stands first.
void add_cites(std::vector<std::string>& cites, const rule::Param& param, const cel::Value& used, Date day) {
    for (const std::vector<std::uint32_t>& group : param.by_scope) {
        const rule::ParamValue* value = rule::in_force(param, group, day);
        if (value == nullptr || base_text(value->value) != base_text(used)) continue;
        for (const std::string& cite : value->cite) add(cites, cite);
        return;
    }
}

}  // namespace

cel::Value value_of(const Finding& finding, std::string_view path) {
    const auto found = std::lower_bound(finding.values.begin(), finding.values.end(), path,
                                        [](const UsedValue& used, std::string_view p) { return used.path < p; });
    if (found == finding.values.end() || found->path != path || found->absent) return {};
    return value_of_base_text(found->type, found->text);
}

rule::Judgement judgement_of(const Finding& finding, const rule::RuleSet& set, const rule::Rule& rule) {
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
    judgement.params_digest = finding.params_digest;
    for (const UsedValue& used : finding.values) {
        judgement.values.emplace_back(used.path, used.absent ? cel::Value() : value_of_base_text(used.type, used.text));
    }
    const auto day = parse_date(finding.date);
    for (const auto& [cite, days] : rule.cite_days) {
        if (!day || days.contains(*day)) add(judgement.cite, cite);
    }
    for (const auto& [local, name] : rule.params) {
        const rule::Param* param = set.param(name);
        const cel::Value used = value_of(finding, local);
        if (param != nullptr && day && used.is_known()) add_cites(judgement.cite, *param, used, *day);
    }
    return judgement;
}

}  // namespace ningyi::engine
