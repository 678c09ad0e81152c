// SPDX-License-Identifier: Apache-2.0
// Types and values between the three worlds: fields of the dictionary, types of expressions, and text in packs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/cbor.h"
#include "base/yaml.h"
#include "cel/rule_expression.h"
#include "model/dictionary.h"

namespace ningyi::rule {

// The type a field has in expressions; nothing for fixes and tracks, which no expression may name.
std::optional<cel::Type> type_of_field(const model::Field& field);

// The type of a parameter or table column by its word ("length", "int", "string" …).
std::optional<cel::Type> type_of_word(std::string_view word);

// The value written at `node` for that type ("300m", "2025-08-01", "completed", "[a, b]"). A place is [lat, lon] in
// degrees, a fix [lat, lon, accuracy] with the accuracy as a length of one standard deviation. A fault when it is
// something else.
std::optional<cel::Value> read_value(const yaml::Node& node, const cel::Type& type, const std::string& file,
                                     Faults& faults);

// True for kinds whose values are amounts that can be put in order; and the amount in its base unit (ms of durations
// and instants, days of dates).
bool has_order(cel::Kind kind);
std::int64_t amount_of(const cel::Value& value);
// The other way round.
cel::Value value_of_amount(cel::Kind kind, std::int64_t amount);

// The value as text that names it exactly: base units, ISO days, instants in ms; lists in brackets.
std::string exact_text(const cel::Value& value);

// A YAML node as canonical CBOR: maps and lists, every scalar as text.
cbor::Value canonical(const yaml::Node& node);

// The node with text at `at` (code points into its text), for faults inside text.
std::pair<int, int> place_in(const yaml::Node& node, std::size_t at);

}  // namespace ningyi::rule
