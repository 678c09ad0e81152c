// SPDX-License-Identifier: Apache-2.0
// Words for what rules decide, as officials read them: outcomes, legal strength and effects of a hit. Before a verdict
// everything is a lead (疑点). Codes are in rule/outcome.h and rule/rule.h.
#pragma once

#include <string>
#include <string_view>

#include "model/dictionary.h"
#include "rule/outcome.h"
#include "rule/rule.h"

namespace ningyi::exchange {

model::Label outcome_words(rule::Outcome outcome);
model::Label result_words(std::string_view result);  // violation suspicious notice
model::Label effect_words(std::string_view effect);  // block partial hold sample note task
model::Label severity_words(int severity);           // 1..3

std::string yuan_text(std::int64_t fen);     // "1,234.50"
std::string count_text(std::int64_t count);  // "12,345"

}  // namespace ningyi::exchange
