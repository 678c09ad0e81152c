// SPDX-License-Identifier: Apache-2.0
// Puts a rule to the tests written in its file and to those that follow from the rule itself, and tells what they have
// seen of it (rules.md §7). Tests with `events` need an engine and are handed on.
#pragma once

#include <string>
#include <vector>

#include "rule/expectation.h"
#include "rule/prepared_tests.h"

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
    std::vector<std::string> uncovered;  // "条件 far 从未为假 | clause far: never false"
    std::size_t covered = 0, coverable = 0;
};

// Every test of the rule. Without `run_events` tests with events are left out.
TestReport run_tests(const RuleSet& set, const Rule& rule, const Zone& zone, const EventTests& run_events = nullptr);

}  // namespace ningyi::rule
