// SPDX-License-Identifier: Apache-2.0
// A stored finding in words again: its judgement from what it keeps, and the explanation computed from that.
#pragma once

#include <functional>
#include <string>

#include "engine/engine.h"
#include "engine/finding.h"
#include "rule/explain.h"

namespace ningyi::engine {

// The judgement that a finding keeps: outcome, reason, bits, values, margin. Citations are those of the rule in force
// that day and of the dated values in force that day which equal the values stored.
rule::Judgement judgement_of(const rule::RuleSet& set, const Finding& finding);

// Its explanation; `name_of(entity)` is how the reader may see that entity. A finding whose rule the packs no longer
// have is explained by its outcome alone.
rule::Explanation explain(const rule::RuleSet& set, const Finding& finding, rule::Language language, const Zone& zone,
                          const std::function<std::string(const std::string&)>& name_of);

// The sentence of that explanation in both languages. REQUIRES: `rule` is the finding's.
struct Sentences {
    std::string zh, en;
};
Sentences sentences(const rule::RuleSet& set, const rule::Rule& rule, const Finding& finding, const Zone& zone,
                    const std::function<std::string(const std::string&)>& name_of);

// The id of the record that the finding's subject points to, or of the subject itself; "" when it points to none.
std::string id_of(const Engine& engine, const Finding& finding, const std::string& entity);

}  // namespace ningyi::engine
