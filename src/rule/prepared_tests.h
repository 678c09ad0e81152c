// SPDX-License-Identifier: Apache-2.0
// The tests of one rule, read once, so that a rule and all its mutants can be put to them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "rule/given.h"

namespace ningyi::rule {

struct ValueTest {
    std::string name;
    int line = 0;
    Given given;
    yaml::Node expect;
};

// A test with `events`: needs an engine.
struct EventTest {
    std::string name;
    int line = 0;
    yaml::Node node;  // same_as resolved: {name, events, registers, reorder, expect}
};

struct PreparedTests {
    std::vector<ValueTest> values;
    std::vector<EventTest> events;
};

// `set` and `rule` must outlive the tests. What cannot be read is a fault; the tests that can be read are there.
PreparedTests prepared_tests(const RuleSet& set, const Rule& rule, Faults& faults);

// The tests of a rule with same_as merged in and `without` applied to `given`. Faults E2xx, E5xx.
std::vector<yaml::Node> resolved_tests(const Rule& rule, Faults& faults);

// What came out of a test with events: what is wrong, or nothing, and every judgement that was compared.
struct EventResult {
    std::vector<std::string> problems;
    std::vector<Judgement> judgements;
};

// Runs one test with events of `rule` in a world of `set`, which holds the rule.
using EventTests = std::function<EventResult(const RuleSet& set, const Rule& rule, const yaml::Node& test)>;

// A set with this rule alone, without its tests and with the features it uses: all else as in `set`. No rule reads
// another one, so it judges the same.
RuleSet alone(const RuleSet& set, const Rule& rule);

}  // namespace ningyi::rule
