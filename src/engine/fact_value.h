// SPDX-License-Identifier: Apache-2.0
// What a measure found out, as a value of the expression language; and values as numbers in base units.
#pragma once

#include <cstdint>
#include <optional>

#include "cel/value.h"
#include "track/measure.h"

namespace ningyi::engine {

// The kind that expressions see; counts and strengths are integers.
cel::Kind kind_of(track::FactKind kind);

// Absent where nothing is known.
cel::Value value_of(track::FactKind kind, const std::optional<std::int64_t>& number);

// Base units of anything counted (what sums and quantiles are taken of), and back; nothing for what is no amount.
std::optional<std::int64_t> number_of(const cel::Value& value);
cel::Value of_number(cel::Kind kind, std::int64_t number);

__extension__ using Wide = __int128;
// Half away from zero. REQUIRES: divisor > 0.
std::int64_t rounded_division(Wide dividend, Wide divisor);

}  // namespace ningyi::engine
