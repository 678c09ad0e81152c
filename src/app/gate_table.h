// SPDX-License-Identifier: Apache-2.0
// What the gate says of every rule, as a table of at most 80 columns and as JSON.
#pragma once

#include <string>
#include <vector>

#include "app/gate.h"
#include "app/terminal.h"
#include "base/json.h"

namespace ningyi::app {

// The table with its total, then the cost of each trigger. What is missing is listed for every rule that does not pass,
// with `verbose` for every rule.
void print_gate(const std::vector<GateReport>& reports, const std::vector<TriggerCost>& costs, bool verbose,
                const Terminal& terminal);

// The same as values of "rules", "triggers" and the totals "passed" and "failed" of an object under way.
void write_gate(const std::vector<GateReport>& reports, const std::vector<TriggerCost>& costs, JsonWriter& json);

}  // namespace ningyi::app
