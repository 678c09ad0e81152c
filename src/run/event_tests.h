// SPDX-License-Identifier: Apache-2.0
// Runs the tests of rules that tell a small log (`events`, `registers`, `reorder`): folded, its features computed and
// judged live by the engine, as it would be in service.
#pragma once

#include "base/yaml.h"
#include "base/zone.h"
#include "rule/prepared_tests.h"

namespace ningyi::run {

// What came out of one test (same_as resolved). `set` holds the rule.
rule::EventResult run_event_test(const rule::RuleSet& set, const rule::Rule& rule, const yaml::Node& test,
                                 const Zone& zone);

}  // namespace ningyi::run
