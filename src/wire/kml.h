// SPDX-License-Identifier: Apache-2.0
// KML tracks: gx:Track and gx:MultiTrack (also without the prefix, as KML 2.3 has them), with `when`, `coord` and the
// arrays speed (m/s), bearing and accuracy (m, 68 %). A LineString has no times: it is a shape. Points, areas, tours
// and links are no tracks and not read. There is no writer.  (tracks.md §13)
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/message.h"

namespace ningyi::wire {

// REQUIRES: at most file_bytes_max bytes. `seq` of a fix is the line of its coordinates. A track whose `when` and
// `coord` differ in number is left out with a warning, for nobody can say which belong together. Faults: not XML or not
// KML, no usable track point, too many.
Result<TrackFile> read_kml(std::string_view text, const std::string& file);

}  // namespace ningyi::wire
