// SPDX-License-Identifier: Apache-2.0
// Whether what mappings make of rows fits the fields of their events: known fields, of a type that the values have.
// What does not fit would be refused at intake, row by row; this says it once, before there are rows.
#pragma once

#include <vector>

#include "exchange/mapping.h"
#include "model/dictionary.h"

namespace ningyi::exchange {

// Every value of every mapping that its event could not take: an event or field that is not there, a value of another
// type (what a look-up takes from another file comes as text, whatever its column is), a word outside the field's list.
Faults faults_of(const std::vector<Mapping>& mappings, const model::Dictionary& dictionary);

}  // namespace ningyi::exchange
