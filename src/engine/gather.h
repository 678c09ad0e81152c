// SPDX-License-Identifier: Apache-2.0
// Fills tables of facts from an engine's world, as in a re-audit: the same readers and features as judging.
#pragma once

#include <functional>
#include <vector>

#include "engine/engine.h"
#include "engine/fact_plan.h"

namespace ningyi::engine {

// What of a plan is to be computed.
struct FactWish {
    std::vector<std::size_t> columns;  // of FactPlan::columns
    std::vector<std::size_t> rules;    // of FactPlan::rules: judged here; three columns each (outcome, margin, at risk)
    bool is_empty() const { return columns.empty() && rules.empty(); }
};

// The columns a wish becomes, in the order of the values written.
std::vector<FactColumn> columns_of(const FactPlan& plan, const FactWish& wish);

// Computes the wish for every row of the plan and gives the rows, in their order, to `take`. Outcomes stand as the
// number of rule::Outcome; margin and money at risk are known for hits only; a row whose subject did not enter by the
// rule's trigger has none of the three. Parts and `together` as in Engine::judge_all. False when `cancelled` said so.
// REQUIRES: everything is loaded; the plan is one of the engine's own set.
bool gather(Engine& engine, const FactPlan& plan, const FactWish& wish,
            const std::function<void(const std::vector<cel::Value>&)>& take, std::size_t parts,
            const Engine::Together& together, const std::function<bool(double)>& go_on);

}  // namespace ningyi::engine
