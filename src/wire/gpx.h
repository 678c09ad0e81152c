// SPDX-License-Identifier: Apache-2.0
// GPX 1.0 and 1.1 (topografix.com/GPX): tracks of it. A segment is a piece; a point without a time is a shape only.
// Waypoints and routes are plans, not tracks: they are counted in a warning.  (tracks.md §13)
//
// Read of a point: lat, lon, ele, time, fix, sat, hdop (× 5 m, 68 %), course and speed (1.0), and under `extensions` by
// local name: speed (m/s), course, bearing, accuracy (m, 68 %), and our own `fix`. A time without an offset is UTC, as
// GPX says. `seq` of a fix is the line it stands on.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/message.h"

namespace ningyi::wire {

// REQUIRES: at most file_bytes_max bytes. Faults: not XML or not GPX, no usable track point, too many.
Result<TrackFile> read_gpx(std::string_view text, const std::string& file);

// GPX 1.1, one track of one segment a piece. Places are written as WGS-84; an unknown datum, accuracy, level, provider,
// speed, bearing and flags stand in an extension element of ours, so that reading gives them back; a monotonic clock
// and what was received in another datum do not survive. Characters that XML cannot hold become spaces.
std::string write_gpx(const TrackFile& track_file);

}  // namespace ningyi::wire
