// SPDX-License-Identifier: Apache-2.0
// Reads a sentence with places for values: '… {order.checkin_dist:m} …'. What may stand in the places is checked here.
#pragma once

#include <optional>
#include <string>

#include "base/yaml.h"
#include "model/dictionary.h"
#include "rule/rule.h"

namespace ningyi::rule {

// Paths become slots of `names`. `level_of(path)`: the privacy level of what stands behind a path. Faults: E501 unknown
// path, E410 a format that does not suit its type, E701 a personal value printed, E209 a brace left open.
Sentence read_sentence(const yaml::Node& node, cel::Names& names, const model::Entity& subject,
                       const std::function<int(std::string_view)>& level_of, const std::string& file, Faults& faults);

// True when the sentence shows at least one value (not only {cite} or an entity).
bool has_value(const Sentence& sentence);

}  // namespace ningyi::rule
