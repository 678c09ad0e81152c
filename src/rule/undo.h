// SPDX-License-Identifier: Apache-2.0
// What would have made a condition not hold: the smallest change of one value, in its unit, or the word, the register
// entry, the record that would have made the difference (rules.md §10). From the values a judgement keeps, never from
// the world.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rule/kept_values.h"

namespace ningyi::rule {

// For a condition that holds: what it compared and the change that would undo it: "签到点距住址：700 米，界限 100
// 米（允许半径）；少 600 米，即不成立". Of conditions that must all hold the cheapest side, by its share of the amounts
// compared (any other word than an amount costs the whole); of alternatives every side that holds. Nothing when what it
// rests on is not kept.
std::optional<Label> undo_words(const RuleSet& set, const Rule& rule, const cel::Expression& condition,
                                const KeptValue& kept, const Zone& zone);

struct Undo {
    std::string id;  // of the clause or doubt
    Label words;
};

// Of every clause of the judgement that holds, and of every doubt.
std::vector<Undo> undo_of_clauses(const RuleSet& set, const Rule& rule, const Judgement& judgement, const Zone& zone);
std::vector<Undo> undo_of_doubts(const RuleSet& set, const Rule& rule, const Judgement& judgement, const Zone& zone);

}  // namespace ningyi::rule
