// SPDX-License-Identifier: Apache-2.0
// A field of an event body as a value of the expression language. The encoding is that of model/dictionary.h.
#pragma once

#include "base/cbor.h"
#include "cel/rule_expression.h"
#include "cel/value.h"
#include "model/dictionary.h"
#include "track/fix.h"

namespace ningyi::engine {

// The type that expressions see; fixes and tracks have none and come back as list.
cel::Type type_of(const model::Field& field);

// Absent (nothing named) when the body does not hold what the field's type says; intake has checked what it accepted.
cel::Value value_of(const model::Field& field, const cbor::Value& body_value);

// The fix of a body's `fix` array, with all it states.
track::Fix fix_of(const cbor::Value& body_value);

// A value in base units as text, for storing in a finding: "700000", "completed", "true"; lists joined by commas.
std::string base_text(const cel::Value& value);
std::string_view kind_word(cel::Kind kind);  // "length", "duration" … as in rule files
std::optional<cel::Kind> kind_of_word(std::string_view word);

// The value back from what a finding stores; absent when the text does not fit.
cel::Value value_of_base_text(std::string_view kind, std::string_view text);

}  // namespace ningyi::engine
