// SPDX-License-Identifier: Apache-2.0
// The reference page of a rule, made from its file: what it says, on which clause it stands, what it reads, its
// thresholds with their dates, what excuses it, what it cannot see, and its tests. Markdown, Chinese beside English.
#pragma once

#include <map>
#include <string>

#include "base/zone.h"
#include "rule/rule.h"

namespace ningyi::exchange {

// One page a rule ("HC-LOC-01.md"), and "README.md" that lists them by pack and area. The same rules give the same
// bytes.
std::map<std::string, std::string> rule_reference(const rule::RuleSet& set, const Zone& zone);

}  // namespace ningyi::exchange
