// SPDX-License-Identifier: Apache-2.0
// Every small mistake one could have made in a rule, put to the rule's tests (rules.md §7.3). A mutant that no test
// tells from the rule shows a line that is not tested, or a part that does nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rule/prepared_tests.h"

namespace ningyi::rule {

struct Mutant {
    std::string name;          // "far: > -> >=", "near_line: dropped", "radius -> far", "radius: +1"
    int line = 0, column = 0;  // in the rule's file; 0 when there is no one place
    Rule rule;                 // without its tests
    struct Moved {
        std::uint32_t param = 0;  // of the set
        std::int64_t step = 0;    // every value by that many base units
    };
    std::optional<Moved> moved;
};

// All mutants of a rule: those of its expressions (expression_mutants.h), each clause, doubt, exception, band and need
// dropped, each parameter exchanged for another of its type, each number a parameter holds one unit less and more.
std::vector<Mutant> mutants_of(const RuleSet& set, const Rule& rule);

struct MutationReport {
    std::size_t all = 0, killed = 0, equivalent = 0;  // equivalent: listed in the rule with its reason
    struct Survivor {
        std::string name;
        int line = 0, column = 0;
    };
    std::vector<Survivor> survivors;
    Faults faults;  // listed mutants that do not exist, or that a test kills (E519)
};

// Puts every mutant to the tests of its rule: first those with values, then, if it lives, those with events. REQUIRES:
// the rule passes all of them.
MutationReport try_mutants(const RuleSet& set, const Rule& rule, const Zone& zone, const EventTests& run_events);

}  // namespace ningyi::rule
