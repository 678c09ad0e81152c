// SPDX-License-Identifier: Apache-2.0
// Which names an expression may use: the fields of its subject and of what the subject points to, pairs of records in
// features, and the functions of the product.
#pragma once

#include "cel/rule_expression.h"
#include "model/dictionary.h"

namespace ningyi::rule {

// "order.pay" of the subject, "elder.area" of every entity one of its fields points to (one step, the first field
// counts), and the functions of geo. For derived fields and, with more added, for rules.
cel::Names subject_names(const model::Dictionary& dictionary, const model::Entity& subject);

// "a.pay", "a.elder.area" and the same of b, for features. A null record has no names.
void add_pair_names(const model::Dictionary& dictionary, const model::Entity* a, const model::Entity* b,
                    cel::Names& names);

// The field behind "order.pay", "elder.area" or "others.elder.household_id" as a rule about `subject` names it; null
// when the path is no field.
const model::Field* field_of_path(const model::Dictionary& dictionary, const model::Entity& subject,
                                  std::string_view path);

// geo.dist(place or fix, place or fix) → length · geo.acc95(fix) → length.  (tracks.md §3, §4)
void add_geo_functions(cel::Names& names);

}  // namespace ningyi::rule
