// SPDX-License-Identifier: Apache-2.0
// What the values of a judgement are called and how they read: fields, facts of features, parameters, the values a rule
// computes on the way. In Chinese and English.
#pragma once

#include <optional>
#include <string>

#include "base/zone.h"
#include "cel/syntax.h"
#include "cel/value.h"
#include "rule/rule.h"

namespace ningyi::rule {

// Of a stored path: the label of the field, "title of the feature · fact", the title of the parameter; of a value that
// the rule computes its formula in such words ("申报时长 − 至多在场"). Empty when it cannot be said in a line.
Label path_words(const RuleSet& set, const Rule& rule, const std::string& path);

// Part of an expression in the same words; nothing when it cannot be said in a line.
std::optional<Label> formula_words(const RuleSet& set, const Rule& rule, const cel::Syntax& node);

// The field behind a path: of the subject, of what it points to, handed on by a feature; null when there is none.
const model::Field* field_behind(const RuleSet& set, const Rule& rule, const std::string& path);

// With its unit: "700 米", "¥45.00"; the verdict of a measure in words, any other text as it is.
Label value_words(const cel::Value& value, const Zone& zone);
// The same of the value of a path: a word of an enumeration as its field calls it ("农村").
Label value_words(const RuleSet& set, const Rule& rule, const std::string& path, const cel::Value& value,
                  const Zone& zone);

// "2026-03-02 09:05"
std::string moment_text(Instant at, const Zone& zone);

}  // namespace ningyi::rule
