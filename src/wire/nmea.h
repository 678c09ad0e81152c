// SPDX-License-Identifier: Apache-2.0
// NMEA 0183 as loggers write it: the sentences RMC, GGA, GST, VTG and GSA of any talker. What is said for one time of
// the day becomes one fix; the file is one piece.  (tracks.md §13)
//
// The place is that of GGA, else of RMC. The error is the major half axis of GST (one standard deviation), else the
// dilution of GGA or GSA (× 5 m, 68 %). The date is that of RMC and goes on at midnight by itself; without any RMC
// it is `first_day` of the caller, else the fixes have no time. `seq` of a fix is the line it began on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "wire/message.h"

namespace ningyi::wire {

// REQUIRES: at most file_bytes_max bytes. Lines that are no sentence or have a wrong checksum are warnings. Faults: no
// usable position, too many.
Result<TrackFile> read_nmea(std::string_view text, const std::string& file, std::optional<Date> first_day = {});

}  // namespace ningyi::wire
