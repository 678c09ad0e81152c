// SPDX-License-Identifier: Apache-2.0
// A judgement made again from a stored finding, so that it can be put into words without judging anew.
#pragma once

#include <string_view>

#include "engine/finding.h"
#include "rule/judge.h"

namespace ningyi::engine {

// What rule::judge() said when the finding was made, as far as a finding keeps it: values of privacy level 3 and 4 and the
// text of an error are gone. Citations are those of the rule in force on the finding's day and those of the dated values in
// force that day which equal the values stored.
rule::Judgement judgement_of(const Finding& finding, const rule::RuleSet& set, const rule::Rule& rule);

// A stored value by its path; absent when the finding has none.
cel::Value value_of(const Finding& finding, std::string_view path);

}  // namespace ningyi::engine
