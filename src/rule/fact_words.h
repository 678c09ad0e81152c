// SPDX-License-Identifier: Apache-2.0
// What the facts of features are called, in Chinese and English.
#pragma once

#include <string_view>

#include "model/dictionary.h"
#include "rule/rule.h"

namespace ningyi::rule {

// The field that the feature hands on under this name; null when the fact is the engine's own.
const model::Field* field_of_fact(const RuleSet& set, const Feature& feature, std::string_view fact);

// The words of the engine's own facts, or the label of the field that the feature hands on.
Label label_of_fact(const RuleSet& set, const Feature& feature, std::string_view fact);

}  // namespace ningyi::rule
