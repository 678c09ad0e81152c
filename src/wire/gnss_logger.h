// SPDX-License-Identifier: Apache-2.0
// The `Fix` lines of Android's GnssLogger, with the 8 columns of 2016 or the 14 and more of today. The other lines, raw
// measurements, are passed over. Read by tests and by whoever studies a phone; not a format of terminals.
// (tracks.md §13)
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/message.h"

namespace ningyi::wire {

// One piece. `seq` of a fix is its line. REQUIRES: at most file_bytes_max bytes. Lines that cannot be used are
// warnings. Faults: no usable fix, too many.
Result<TrackFile> read_gnss_logger(std::string_view text, const std::string& file);

}  // namespace ningyi::wire
