// SPDX-License-Identifier: Apache-2.0
// Tables of fixes as tracks and back, in the columns of a mapping that has blocks. A bundle goes another way
// (bundle.h): this is for one file by itself.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/zone.h"
#include "exchange/mapping.h"
#include "wire/message.h"

namespace ningyi::exchange {

// The mapping whose positions a table with this header has, or null: every required column is there, and the time.
const Mapping* mapping_of_fixes(const std::vector<Mapping>& mappings, const std::vector<std::string>& header);

// The rows of the CSV file at `path`: a piece a device, by name. Rows that cannot be used are warnings (E871) with
// their line. Datums are those of the rows, else unknown. Faults: not a table, no mapping for it, no usable row. Throws
// MachineError when the disk fails.
Result<wire::TrackFile> read_fix_table(const std::string& path, const std::vector<Mapping>& mappings, const Zone& zone);

// Every timed fix as a row of a CSV table, datum included. REQUIRES: the mapping has blocks.
std::string write_fix_table(const wire::TrackFile& track_file, const Mapping& mapping);

}  // namespace ningyi::exchange
