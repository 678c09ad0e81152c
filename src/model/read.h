// SPDX-License-Identifier: Apache-2.0
// Reads the model files of packs (entities and events) into the dictionary, and checks the whole of it when all are
// read. Derived fields stay text here: the expression language is not known to the model.
#pragma once

#include <string>

#include "base/yaml.h"
#include "model/dictionary.h"

namespace ningyi::model {

// Adds what one model file says. Faults E2xx; what could be read is added all the same, so that later checks find it.
void read_model(const yaml::Node& root, const std::string& file, const std::string& pack, Dictionary& into,
                Faults& faults);

// What only the whole dictionary shows: references to unknown entities, fields and events, names given twice (E5xx).
void check_model(const Dictionary& dictionary, Faults& faults);

}  // namespace ningyi::model
