// SPDX-License-Identifier: Apache-2.0
// Who may have travelled with whom: the sealed candidate search of C6. A track becomes the set of (100 m cell, 5 min
// slot) it moved through; two tracks that were ever together in motion share one, so only those need the exact
// comparison (compare/companion.h).  (tracks.md §8, §10)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/time.h"
#include "track/fix.h"

namespace ningyi::track {

struct MeetingRule {
    double within_m = 50;  // as `within` and `moving_speed` of track.companion, or wider
    double moving_m_s = 0.8;
};

constexpr Millis meeting_slot_ms = 5 * minutes_ms;
constexpr double fastest_meeting_m_s = 100;

// The (cell, slot) pairs of a track's motion, sorted by time, each once. Every cell is emitted that lies within half of
// `within_m` (and a tenth of it more, for the map) of the line between two moving fixes, so neighbours need not be
// asked: where two moving tracks are within `within_m`, the point half way between them lies in a cell of both. Hence
// two tracks whose company() is together for any time share an element. Motion faster than `fastest_meeting_m_s` is
// left out (a jump, no journey), which bounds what a fix may cost. The cells lie on one grid for the whole earth.
// REQUIRES: `track` as mark() leaves it.
std::vector<std::uint64_t> meeting_slots(std::span<const Fix> track, const MeetingRule& rule = {});

// True if two results of meeting_slots() with the same rule have an element in common.
bool may_have_met(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b);

struct CompanyCandidate {
    std::size_t first = 0;  // positions in what was given, first < second
    std::size_t second = 0;
    auto operator<=>(const CompanyCandidate&) const = default;
};

// All pairs of tracks that may_have_met(), each once, in order. `slots`: the result of meeting_slots() for each.
std::vector<CompanyCandidate> company_candidates(std::span<const std::vector<std::uint64_t>> slots);

}  // namespace ningyi::track
