// SPDX-License-Identifier: Apache-2.0
// What the values of a finding are called and how they read: fields, facts of features, parameters, the values a rule
// computes on the way, and what each comparison of its conditions crossed. In Chinese and English.
#pragma once

#include <optional>
#include <string>

#include "base/zone.h"
#include "cel/value.h"
#include "engine/finding.h"
#include "model/dictionary.h"
#include "rule/rule.h"

namespace ningyi::exchange {

// Of a stored path: the label of the field, "title of the feature · fact", the title of the parameter; of a value that
// the rule computes its formula in such words ("申报时长 − 至多在场"). Empty when it cannot be said in a line.
model::Label path_words(const rule::RuleSet& set, const rule::Rule& rule, const std::string& path);

// With its unit: "700 米", "¥45.00".
model::Label value_words(const cel::Value& value, const Zone& zone);

// "2026-03-02 09:05"
std::string moment_text(Instant at, const Zone& zone);

// What a condition that holds compared, and how far from not holding it is: "签到点距住址 700 米，界限 100
// 米（允许半径）； 少 600 米即不成立". Nothing for a condition that is no comparison of amounts, or whose amounts are
// not stored.
std::optional<model::Label> crossing_words(const rule::RuleSet& set, const rule::Rule& rule, const rule::Clause& clause,
                                           const engine::Finding& finding, const Zone& zone);

}  // namespace ningyi::exchange
