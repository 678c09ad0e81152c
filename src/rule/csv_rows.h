// SPDX-License-Identifier: Apache-2.0
// Rows of a table as people keep them in a spreadsheet: CSV (RFC 4180), UTF-8, with commas. Strict, because what it
// holds decides: a broken row is a fault, not a warning.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"

namespace ningyi::rule {

// The rows as maps of column to text, with their places, as if they stood in the table's own file. Empty cells are left
// out; blank lines are skipped; a cell `[a, b]` is a list (`[18..65)` is not), and so is `cite`, parted by spaces. At
// most 4 MiB. Faults E101 (bytes), E110 (column twice), E113 (quotes, number of cells).
Result<std::vector<yaml::Node>> rows_of_csv(std::string_view text, const std::string& file);

}  // namespace ningyi::rule
