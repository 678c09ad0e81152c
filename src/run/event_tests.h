// SPDX-License-Identifier: Apache-2.0
// Runs the tests of rules that tell a small log (`events`, `registers`, `reorder`): folded, its features computed and
// judged live by the engine, as it would be in service.
#pragma once

#include <string>
#include <vector>

#include "base/yaml.h"
#include "base/zone.h"
#include "rule/rule.h"

namespace ningyi::run {

// What is wrong with one test (same_as resolved), or nothing. `set` is the whole set the rule stands in.
std::vector<std::string> run_event_test(const rule::RuleSet& set, const rule::Rule& rule, const yaml::Node& test,
                                        const Zone& zone);

}  // namespace ningyi::run
