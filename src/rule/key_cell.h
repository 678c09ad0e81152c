// SPDX-License-Identifier: Apache-2.0
// What a row of a table may ask of a key column, as it is written: a value, a list of values, a comparison (`>= 18`), a
// range (`[18..65)`) or `-` for anything. Amounts are whole numbers of base units, so every range is kept closed.
#pragma once

#include <optional>
#include <string>

#include "base/yaml.h"
#include "rule/knowledge.h"

namespace ningyi::rule {

// Comparisons and ranges are for kinds with an order, dates and instants; of other kinds everything but `-` is a value.
// Faults E204, E205, E206.
std::optional<KeyCell> read_key_cell(const yaml::Node& node, const cel::Type& type, const std::string& file,
                                     Faults& faults);

// True when the value of a subject is one the cell asks for.
bool fits(const KeyCell& cell, const cel::Value& value);

// True when some value fits both cells.
bool can_meet(const KeyCell& a, const KeyCell& b);

}  // namespace ningyi::rule
