// SPDX-License-Identifier: Apache-2.0
// Checks that follow from a rule itself, without a text (rules.md §7.2): what it needs is taken away, its dated values
// and list entries are looked at on the days around their change, its numbers are moved by one unit and to their
// bounds, the events of its small logs arrive in every order.
#pragma once

#include <string>
#include <vector>

#include "rule/prepared_tests.h"

namespace ningyi::rule {

struct EdgeChecks {
    std::size_t run = 0;
    struct Failure {
        std::string what;     // "without order.served"
        std::string problem;  // zh | en
        int line = 0;         // of the test it started from
    };
    std::vector<Failure> failures;
};

// `hit`: the first test that hits, or null (then only logs are reordered).
EdgeChecks edge_checks(const RuleSet& set, const Rule& rule, const ValueTest* hit, const std::vector<EventTest>& events,
                       const Zone& zone, const EventTests& run_events);

}  // namespace ningyi::rule
