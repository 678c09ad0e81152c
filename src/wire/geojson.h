// SPDX-License-Identifier: Apache-2.0
// GeoJSON (RFC 7946) as tracks: a LineString or MultiLineString whose feature states `coordTimes` (or `times`, also
// under `coordinateProperties`) is a piece a line; Points with `time` or `timestamp` follow each other in one piece.
// Times are RFC 3339 or milliseconds; without them a line is a shape. Other geometry is no track and counted in a
// warning. (tracks.md §13)
//
// Of points are also read: accuracy or horizontal_accuracy (m, 68 %), hdop (× 5 m), speed (m/s), bearing, course or
// heading (°). `seq` of a fix is its position in the file, from 1.
#pragma once

#include <string>
#include <string_view>

#include "base/json_in.h"
#include "base/result.h"
#include "wire/message.h"

namespace ningyi::wire {

// Faults: not JSON, not GeoJSON, another reference system than WGS-84, no usable point, too many.
Result<TrackFile> read_geojson(const JsonValue& root, const std::string& file);
Result<TrackFile> read_geojson(std::string_view text, const std::string& file);

// A FeatureCollection of one LineString a piece (a Point where there is only one fix). What has no member in GeoJSON
// stands in arrays beside coordTimes, `null` where absent, so that reading gives it back; a monotonic clock and what
// was received in another datum do not survive. Names are those of the file and its pieces.
std::string write_geojson(const TrackFile& track_file);

}  // namespace ningyi::wire
