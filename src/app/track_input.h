// SPDX-License-Identifier: Apache-2.0
// A file of tracks as the commands take it: any format of src/wire, or a table of fixes by the mappings of the packs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/zone.h"
#include "track/fix.h"
#include "wire/message.h"

namespace ningyi::app {

// Faults: no such file, empty, too large, no format of ours. `packs` is asked for only when the file is a table.
// `first_day` is for NMEA without dates.
Result<wire::TrackFile> read_tracks(const std::string& path, const std::string& packs, const Zone& zone,
                                    std::optional<Date> first_day);

// Why points without a time cannot be used, and for NMEA what to do about it.
Fault without_time(const wire::TrackFile& file, const std::string& path);

// All timed fixes of the file, marked and in the order of time. Of a table of several devices only `device`; a fault
// when it is not said which, and when nothing has a time.
Result<std::vector<track::Fix>> fixes_of(const wire::TrackFile& file, const std::string& path,
                                         const std::string& device);

}  // namespace ningyi::app
