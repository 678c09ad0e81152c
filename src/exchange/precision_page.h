// SPDX-License-Identifier: Apache-2.0
// How right each rule is, as a text for the terminal, as JSON and as a page to take along: shares never without their
// interval, drawn cases weighted, innocent reasons counted, thresholds suggested.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "casework/precision.h"
#include "casework/suggestion.h"
#include "rule/rule.h"

namespace ningyi::exchange {

struct PrecisionReport {
    const rule::RuleSet& set;
    std::vector<casework::RulePrecision> rules;
    casework::Recall recall;
    std::map<std::pair<std::string, std::int64_t>, std::string> statuses;  // of (rule, version)
    std::vector<casework::Suggestion> suggestions;
    std::uint64_t log_size = 0;
};

std::string precision_text(const PrecisionReport& report, bool english);
std::string precision_json(const PrecisionReport& report);
std::string precision_page(const PrecisionReport& report, bool english);

}  // namespace ningyi::exchange
