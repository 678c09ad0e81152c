// SPDX-License-Identifier: Apache-2.0
// What is kept of a track to find its copies months later, when the fixes are gone: the cells it visited, a MinHash of
// them, and the trips between its stays. Two tracks that share a band are candidates; what decides is a comparison of
// the tracks themselves (compare/replay.h).  (tracks.md §9)
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "track/fix.h"

namespace ningyi::track {

struct CellRule {
    std::int64_t cell_mm = 100'000;  // from 10 m to 10 km; what lies beyond is taken as the end of that range
    double hysteresis = 0.25;        // a cell is left only beyond this part of it
};

// The cells of a track, lines between fixes filled in where they are interpolated; sorted, each once. Cells lie on one
// grid for the whole earth, so that any two tracks compare. REQUIRES: `track` as mark() leaves it.
std::vector<std::uint64_t> visited_cells(std::span<const Fix> track, const CellRule& rule = {});

constexpr std::size_t signature_bins = 64;

// One-permutation MinHash with empty bins densified; equal sets have equal signatures on every machine.
struct Signature {
    std::array<std::uint16_t, signature_bins> bins{};
    bool operator==(const Signature&) const = default;
};

// Nothing for fewer than `cells_min` cells: a visit that stays in one place resembles every other.
constexpr std::size_t cells_min = 4;
std::optional<Signature> signature_of(std::span<const std::uint64_t> cells);

// bands × rows ≤ signature_bins. Two signatures are candidates when one of their band keys is equal.
struct BandRule {
    std::size_t bands = 16;
    std::size_t rows = 4;
};
std::vector<std::uint64_t> band_keys(const Signature& signature, const BandRule& rule = {});

// Of sorted sets, in millionths; 0 for an empty one.
std::int64_t jaccard_ppm(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b);
// The share of the smaller that lies in the larger.
std::int64_t containment_ppm(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b);

// Candidates worth a comparison: Jaccard above 0.3 or containment above 0.6.
bool is_worth_comparing(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b);

// A stretch of motion between stays (C3), as positions in the track: [begin, end).
struct Trip {
    std::size_t begin = 0;
    std::size_t end = 0;
};
std::vector<Trip> trips(std::span<const Fix> track);

// What a record puts into the index: its whole track, then each of its trips.
struct Signed {
    Signature signature;
    std::vector<std::uint64_t> cells;
};
std::vector<Signed> signed_parts(std::span<const Fix> track, const CellRule& rule = {});

}  // namespace ningyi::track
