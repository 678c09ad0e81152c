// SPDX-License-Identifier: Apache-2.0
// Cleaning: puts a track in order and marks what is odd in it. Nothing is dropped: each measure says which marks it
// leaves out, and counts both.  (tracks.md §6)
#pragma once

#include <vector>

#include "track/fix.h"

namespace ningyi::track {

// Sorts the fixes of one subject by (time, upload, position) and sets their marks anew, but for `suspect_datum`, which
// is kept. The result does not depend on the order in which the fixes are given.
void mark(std::vector<Fix>& fixes);

}  // namespace ningyi::track
