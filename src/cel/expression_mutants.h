// SPDX-License-Identifier: Apache-2.0
// The small mistakes one could have made in an expression: a line shifted by one unit, an "or" for an "and", a
// condition the wrong way round (rules.md §7.3). Tests that cannot tell such a mutant from the rule are too weak.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cel/rule_expression.h"

namespace ningyi::cel {

struct ExpressionMutant {
    std::string name;          // "> -> >=", "&& -> ||", "not", "m(300) -> 300001mm"; equal names end in " #2", " #3" …
    int line = 0, column = 0;  // of what is changed, in the file
    Expression expression;
};

// Every mutant of `expression` that is still an expression of its type, in the order of the text: each order comparison
// with and without equality and negated, each equality negated, && and || exchanged, each condition in it negated, each
// number one base unit less and more (also "06:00" of clock_between, and dates). `names` are those it was compiled
// with; they are not added to.
std::vector<ExpressionMutant> mutants_of(const Expression& expression, Names& names);

}  // namespace ningyi::cel
