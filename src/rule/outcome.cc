// SPDX-License-Identifier: Apache-2.0
#include "rule/outcome.h"

namespace ningyi::rule {

std::string_view to_word(Outcome outcome) {
    switch (outcome) {
        case Outcome::hit: return "hit";
        case Outcome::clear: return "clear";
        case Outcome::exempt: return "exempt";
        case Outcome::inconclusive: return "inconclusive";
        case Outcome::not_applicable: return "not_applicable";
    }
    return "";
}

std::optional<Outcome> outcome_of(std::string_view word) {
    for (const Outcome outcome :
         {Outcome::hit, Outcome::clear, Outcome::exempt, Outcome::inconclusive, Outcome::not_applicable}) {
        if (to_word(outcome) == word) return outcome;
    }
    return std::nullopt;
}

}  // namespace ningyi::rule
