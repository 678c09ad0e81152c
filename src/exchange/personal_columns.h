// SPDX-License-Identifier: Apache-2.0
// Which columns of bundles feed fields of privacy level 3 or 4. What such a cell holds is never repeated in a list of
// rejected rows.
#pragma once

#include <vector>

#include "exchange/mapping.h"
#include "model/dictionary.h"

namespace ningyi::exchange {

// Sets ColumnPlan::is_personal of every column of the mappings.
void mark_personal_columns(std::vector<Mapping>& mappings, const model::Dictionary& dictionary);

}  // namespace ningyi::exchange
