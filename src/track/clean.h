// SPDX-License-Identifier: Apache-2.0
// Cleaning: puts a track in order and marks what is odd in it. Nothing is dropped: each measure says which marks it
// leaves out, and counts both.  (tracks.md §6)
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "track/fix.h"

namespace ningyi::track {

// Sorts the fixes of one subject by (time, upload, position) and sets their marks anew, but for `suspect_datum`, which
// is kept. The result does not depend on the order in which the fixes are given.
void mark(std::vector<Fix>& fixes);

// The marks that a fix bears by itself, `suspect_datum` kept.
std::uint32_t own_marks(const Fix& fix);

// Live: marks fixes as they arrive, in order. As far as mark() does so without hindsight: `clock`, `coarse` and `jump`
// are left to others, `order` cannot be.
class LiveMarks {
public:
    void mark(Fix& fix);

private:
    std::optional<geo::Place> place_;  // of the last fix that has one
    Instant at_;
    std::vector<std::pair<std::uint32_t, geo::Place>> at_once_;  // device and place of the fixes of one instant
};

}  // namespace ningyi::track
