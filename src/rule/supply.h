// SPDX-License-Identifier: Apache-2.0
// Who can supply a value that a judgement lacks: the event that reports it and its pack, the data set a register stands
// in, what a value is computed from. From the model and the declarations alone.
#pragma once

#include <string>

#include "rule/rule.h"

namespace ningyi::rule {

struct Supply {
    Label what;  // "签到点距住址"; the path itself when nothing names it
    Label from;  // "随“工单完结”报送（居家养老援助）"; empty when the model does not tell
};

// Of a path as the rule names it: a field, a fact of a feature, a parameter, a list, a table.
Supply supply_of(const RuleSet& set, const Rule& rule, const std::string& path);

}  // namespace ningyi::rule
