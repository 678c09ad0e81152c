// SPDX-License-Identifier: Apache-2.0
// Reads pack folders into one checked RuleSet and reports everything wrong with them at once. Knows no one pack.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "rule/rule.h"

namespace ningyi::pack {

// The files of packs: path ("home_care/rules/loc/HC-LOC-01.yaml") -> text. Read by the program, so that this stays
// pure.
using Files = std::map<std::string, std::string>;

struct Loaded {
    rule::RuleSet set;
    Faults faults;    // errors (E…): the set must not be used; sorted by file, line, column; at most 100 a file
    Faults warnings;  // W8xx
};

// Model, policy, params, tables, lists, features and rules of every pack in `files`, checked against each other. A pack
// is every folder with a pack.yaml. Files of other folders (import, scenarios, pages …) are left to those who use them.
// `measures`: what features may call; measure_shapes() gives those of this program.
Loaded load(const Files& files, const rule::MeasureShapes& measures);

// The measures of src/track, as rules see them.
rule::MeasureShapes measure_shapes();

}  // namespace ningyi::pack
