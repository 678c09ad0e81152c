// SPDX-License-Identifier: Apache-2.0
// What a rule can say of a subject. Not knowing is one of the answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ningyi::rule {

enum class Outcome : std::uint8_t { hit, clear, exempt, inconclusive, not_applicable };

std::string_view to_word(Outcome outcome);  // "hit", "not_applicable" …
std::optional<Outcome> outcome_of(std::string_view word);

}  // namespace ningyi::rule
