// SPDX-License-Identifier: Apache-2.0
// Runs the tests written in a rule's file and those that follow from the rule itself (rules.md §7). Tests with `events`
// need an engine and are handed on.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/zone.h"
#include "rule/judge.h"

namespace ningyi::rule {

struct TestResult {
    std::string rule, file;
    int line = 0;
    std::string name;
    bool passed = false;
    std::vector<std::string> problems;  // "expected …, got …", one a line
};

struct TestReport {
    std::vector<TestResult> results;  // in the order of the file, then the generated ones that failed
    std::size_t passed = 0;
    std::size_t failed = 0;
    std::size_t generated = 0;           // checks without a text that were run
    std::vector<std::string> uncovered;  // "clause far: never false"
    std::size_t covered = 0, coverable = 0;
};

// Runs one test with `events`; `test` has same_as resolved: {name, events, registers, reorder, expect}. What is wrong,
// or nothing.
using EventTests = std::function<std::vector<std::string>(const Rule&, const yaml::Node& test)>;

// Every test of the rule. Without `run_events` tests with events are left out.
TestReport run_tests(const RuleSet& set, const Rule& rule, const Zone& zone, const EventTests& run_events = nullptr);

// The tests of a rule with same_as merged in and `without` applied to `given`. Faults E2xx, E5xx.
std::vector<yaml::Node> resolved_tests(const Rule& rule, Faults& faults);

// Whether a judgement is what `expect` of a test says: outcome severity band by entry missing values zh_has en_has
// effect margin at_risk payable. What is different, or nothing. Also for those who run tests with events.
std::vector<std::string> differences(const RuleSet& set, const Rule& rule, const yaml::Node& expect,
                                     const Judgement& judgement, const Zone& zone,
                                     const std::function<std::string(const std::string&)>& name_of);

}  // namespace ningyi::rule
