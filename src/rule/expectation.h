// SPDX-License-Identifier: Apache-2.0
// What a test expects of a judgement, compared with what came out.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/yaml.h"
#include "base/zone.h"
#include "rule/judge.h"

namespace ningyi::rule {

// Whether a judgement is what `expect` of a test says: outcome severity band by entry missing values zh_has en_has
// effect margin at_risk payable. What is different, or nothing. Also for those who run tests with events.
std::vector<std::string> differences(const RuleSet& set, const Rule& rule, const yaml::Node& expect,
                                     const Judgement& judgement, const Zone& zone,
                                     const std::function<std::string(const std::string&)>& name_of);

// "outcome：应为 hit，实为 clear | outcome: expected hit, got clear"
std::string differs(std::string_view what, std::string_view expected, std::string_view got);

}  // namespace ningyi::rule
