// SPDX-License-Identifier: Apache-2.0
// A block: up to 128 fixes of one upload in columns, the body of a track event. What the device claimed comes back to
// the last digit, the coordinates as received included. Who, which upload and when recorded stand in the event, not
// here. (tracks.md §11; the bytes are described below)
//
//   version 1 · n − 1 · mask of columns that are all 0 (u16, little end first)
//   bounds: least time, length of time, least latitude, its extent, least longitude, its extent (varints)
//   the other columns in order: time, latitude, longitude, Δlatitude and Δlongitude of what was received against the
//     conversion of the place, accuracy + 1, level, datum and conversion, provider, flags, speed, bearing, altitude,
//     time − monotonic time, boot (absent is 0; values of 0 and above are stored one higher)
//   CRC32C of all before (u32, little end first)
//
// A column is a form and its numbers: runs, or values, first or second differences from a base, divided by what they
// have in common, packed in bits.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "geo/place.h"
#include "track/fix.h"

namespace ningyi::track {

constexpr std::size_t fixes_per_block = 128;

// The block of these fixes, in their order. Fails when they are none or too many, or when a time lies outside the years
// 1 to 9999 (the monotonic clock: within the same distance of the time).
Result<std::string> encode(std::span<const Fix> fixes);

// The fixes of a block. `seq` is the position in the block; `upload`, `device` and `recorded` are left to the reader of
// the event. Every malformed block is a fault.
Result<std::vector<Fix>> decode(std::string_view block);

// What is known of a block without its columns.
struct BlockBounds {
    std::size_t fixes = 0;
    Instant first;
    Instant last;
    geo::Place low;   // south-west
    geo::Place high;  // north-east
};
Result<BlockBounds> bounds_of(std::string_view block);

}  // namespace ningyi::track
