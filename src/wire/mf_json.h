// SPDX-License-Identifier: Apache-2.0
// OGC Moving Features JSON (19-045r3) and the bodies of OGC API Moving Features, as far as they hold moving points:
// a MovingPoint alone, in a temporalGeometry, a MovingGeometryCollection or a TemporalGeometrySequence, and the
// Trajectory form (a LineString with properties.datetimes). Each is a piece.  (tracks.md §13)
//
// Of temporalProperties are read at the times of the points: accuracy (MTR, 68 %), speed (MTS, KMH), bearing (DD), and
// the words and numbers we write ourselves. `seq` of a fix is its position in the file, from 1.
#pragma once

#include <string>
#include <string_view>

#include "base/json_in.h"
#include "base/result.h"
#include "wire/message.h"

namespace ningyi::wire {

// True when the document is shaped like one of the forms above.
bool is_mf_json(const JsonValue& root);

// Faults: not JSON, no moving point (E875), another reference system for places or times, no usable point, too many.
Result<TrackFile> read_mf_json(const JsonValue& root, const std::string& file);
Result<TrackFile> read_mf_json(std::string_view text, const std::string& file);

// A FeatureCollection of MovingPoints, interpolated linearly. A silence longer than positions are interpolated across
// (120 s), or a time that does not increase, starts a new feature, for Linear says that the way between is known. Fixes
// without a time cannot be written and are left out. Everything else comes back but a monotonic clock and what was
// received in another datum.
std::string write_mf_json(const TrackFile& track_file);

}  // namespace ningyi::wire
