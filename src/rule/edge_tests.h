// SPDX-License-Identifier: Apache-2.0
// Tests on the line and one base unit to both sides of it, for every comparison of a rule that a parameter stands in:
// made from a test that hits, by moving one fact. An author reads the three outcomes and takes them into the rule's
// file (rules.md §7.2).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "rule/prepared_tests.h"

namespace ningyi::rule {

struct EdgeTest {
    std::string where;     // "far", "near_line": of the clause, doubt, exception, band or let
    std::string compared;  // as written: "order.checkin_dist > radius"
    int step = 0;          // -1, 0, 1: left less right, in base units
    std::string fact;      // what was moved
    std::string value;     // to what, as written in files: "100001mm"
    Judgement judgement;   // what the rule says there
    std::string name;      // of the test
    std::string known_as;  // the test of the file that says the same already, or ""
    std::string text;      // "{name: …, same_as: …, given: …, expect: …}"
};

struct EdgeTests {
    std::vector<EdgeTest> tests;            // three a comparison, in the order of the rule
    std::vector<std::string> off_the_line;  // "where: comparison" that no single fact of a hit can be moved to
};

EdgeTests edge_tests(const RuleSet& set, const Rule& rule, const Zone& zone);

// The text of a rule's file with these tests behind the last one of its `tests:`; every other byte stays. A fault
// (E509) when the file has no list of tests in lines of its own, or has a test of such a name.
Result<std::string> with_edge_tests(const std::string& text, const Rule& rule, const std::vector<EdgeTest>& tests);

}  // namespace ningyi::rule
