// SPDX-License-Identifier: Apache-2.0
// The gate a rule passes before it may run on live records (rules.md §7.3, §8): its tests, the checks that follow from
// it, coverage, mutants, cost and both languages. A draft is told what is missing; every other status needs all of it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/zone.h"
#include "rule/mutants.h"
#include "rule/rule_tests.h"

namespace ningyi::app {

struct GateReport {
    const rule::Rule* rule = nullptr;
    rule::TestReport tests;
    std::optional<rule::MutationReport> mutants;  // nothing: not asked for, or a test fails
    bool is_whole = false;                        // nothing is missing
    bool passes = false;                          // whole, or not held to it (draft, retired)
};

enum class Mutants : std::uint8_t { tried, left_out };

// Every rule given, in that order, with as many threads as the machine has cores (at most 8). `progress` gets the share
// done.
std::vector<GateReport> gate(const rule::RuleSet& set, const std::vector<const rule::Rule*>& rules, const Zone& zone,
                             Mutants mutants, const std::function<void(double)>& progress);

// The cost of all rules of one trigger, and the limit they share (rules.md §4.7).
struct TriggerCost {
    std::string trigger;  // name of the event, "every day", "every month", "due"
    std::size_t rules = 0;
    std::int64_t cost = 0;
};
inline constexpr std::int64_t trigger_cost_limit = 1'000'000;
std::vector<TriggerCost> trigger_costs(const rule::RuleSet& set);

}  // namespace ningyi::app
