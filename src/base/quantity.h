// SPDX-License-Identifier: Apache-2.0
// Quantities as people write them in packs: a number and its unit without a space ("300m", "20min", "80%"). Kept as
// whole base units; what is finer than a base unit is an error, never rounded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ningyi {

enum class Dimension : std::uint8_t { length, duration, money, ratio, speed };

struct Quantity {
    Dimension dimension = Dimension::length;
    std::int64_t amount = 0;  // mm, ms, fen, ppm, mm/s
    bool operator==(const Quantity&) const = default;
};

// mm m km · ms s min h d · fen yuan · % ‰ · m/s km/h. A fault (E205, without a place) says what was expected.
Result<Quantity> parse_quantity(std::string_view text);

// As above; a quantity of another dimension is a fault too. The amount.
Result<std::int64_t> parse_quantity(std::string_view text, Dimension dimension);

// The quantity in the largest unit that holds it as a whole number ("20min"); reads back as the same quantity.
std::string to_text(Quantity quantity);

}  // namespace ningyi
