// SPDX-License-Identifier: Apache-2.0
// The reference evaluator as the CEL conformance suite needs it: no types at load, all of CEL's values, a missing key
// is an error. Same parser and evaluator as rules have; not for deciding anything.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cel/rule_expression.h"

namespace ningyi::cel {

struct ReferenceOptions {
    std::string container;               // names are looked up in it first: "x.y" for y in container x
    std::vector<std::string> variables;  // declared names, may have dots
    bool is_checked = true;              // unknown names and functions are faults at load, else errors when reached
    bool macros = true;
    bool missing_key_is_absent = false;  // the one switch between rules and CEL (rules.md §4.5)
    int depth = 250;
    std::size_t characters = 65536;
    std::int64_t budget = 1000000;  // steps of one evaluation
};

// An expression over `options.variables`; what it reads are slots in the order of that list.
Result<Expression> reference_expression(std::string_view text, const ReferenceOptions& options);

// Its value where variable i is values[i]; an absent one is an error ("unbound") unless missing keys are absent.
Value reference_value(const Expression& expression, const std::vector<Value>& values);

}  // namespace ningyi::cel
