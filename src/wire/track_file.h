// SPDX-License-Identifier: Apache-2.0
// Any track file: its format is told from what is in it, never from its name alone. What we cannot read is named.
// (tracks.md §13)
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "wire/message.h"

namespace ningyi::wire {

// Reads GPX, KML, GeoJSON, MF-JSON, NMEA and GnssLogger. Faults name the file and say what it is when it is something
// else: empty (E876), too large (E877), TCX, PLT, an archive, a table, or unknown (E878).
// `first_day` is the day in UTC on which an NMEA file without dates begins; other formats say it themselves.
Result<TrackFile> read_track_file(std::string_view text, const std::string& file, std::optional<Date> first_day = {});

}  // namespace ningyi::wire
