// SPDX-License-Identifier: Apache-2.0
// Which dated value of a parameter holds for one subject on one day (rules.md §6).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "rule/knowledge.h"

namespace ningyi::rule {

// Per scope the latest value in force on the day; then the most specific scope wins, `keys` naming them weakest first.
// Absent when no value is in force, when the day is not known, or when the subject's value for a key with an override
// in force is not known: we do not guess which limit applies.
cel::Value chosen_value(const Param& param, const cel::Value& date, const std::vector<std::string>& keys,
                        const std::function<cel::Value(const std::string&)>& scope);

}  // namespace ningyi::rule
