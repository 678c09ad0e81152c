// SPDX-License-Identifier: Apache-2.0
// Which columns of facts the rules of a set need, table by table, and what each follows from. What is personal (privacy
// levels 3 and 4) is never planned to be kept: rules that read it are judged from the log, and their outcomes kept.
#pragma once

#include <string>
#include <vector>

#include "base/zone.h"
#include "engine/fact_table.h"
#include "rule/batch.h"
#include "rule/rule.h"

namespace ningyi::engine {

// Names of columns that are no facts of rules.
inline constexpr std::string_view subject_column = "#subject", date_column = "#date", agency_column = "#agency",
                                  scope_column = "#scope:", entered_column = "#entered:", dedup_column = "#dedup:",
                                  outcome_column = "#outcome:", margin_column = "#margin:",
                                  at_risk_column = "#at_risk:";

// How one rule is answered from a table.
struct PlannedRule {
    const rule::Rule* rule = nullptr;
    bool is_kept = false;                 // all its facts may be kept
    std::vector<std::size_t> facts;       // of FactPlan::columns: what decides it; when kept
    std::size_t entered = SIZE_MAX;       // of columns; SIZE_MAX: every row is judged
    std::size_t dedup = SIZE_MAX;         // of columns; SIZE_MAX: no key
    FactColumn outcome, margin, at_risk;  // as judged from the log
};

// The columns about the same rows.
struct FactPlan {
    FactRows about;
    rule::Trigger on;                // as of when, unless `about.when` is ""
    std::vector<PlannedRule> rules;  // by id
    std::vector<FactColumn> columns;
    std::vector<std::string> scope_keys;
    std::size_t column(std::string_view name) const;  // SIZE_MAX when there is none
};

// One plan for each kind of rows that some rule is judged on, in a fixed order.
std::vector<FactPlan> fact_plans(const rule::RuleSet& set, const Zone& zone, std::uint64_t position);

// Everything an outcome of the rule follows from besides the log: its text, declarations, dated values, entries and
// rows in its reach, parameters of its features. Equal digests, equal outcomes.
std::string outcome_digest(const rule::RuleSet& set, const rule::Rule& rule, const Zone& zone);

// The same without the model and what of it only decides how facts are read: what makes two rules differ.
std::string reach_digest(const rule::RuleSet& set, const rule::Rule& rule);

// Whether an event of that type can change what stands in the rows of the plan.
bool may_change(const rule::RuleSet& set, const FactPlan& plan, std::string_view event_type);

}  // namespace ningyi::engine
