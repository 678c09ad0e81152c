// SPDX-License-Identifier: Apache-2.0
// A block: up to 128 fixes of one upload in columns, the body of a track event. What the device claimed comes back to
// the last digit, the coordinates as received included. Who, which upload and when recorded stand in the event, not
// here. (tracks.md §11; the bytes are described below)
//
//   version 1 · n − 1 · mask of columns that are all 0 (u16, little end first)
//   bounds: least time, length of time, least latitude, its extent, least longitude, its extent (varints)
//   the other columns in order: time, latitude, longitude, what was received less the place (latitude, longitude),
//     accuracy + 1, level, datum and conversion, provider, flags, speed, bearing, altitude, time − monotonic time, boot
//     (absent is 0; values of 0 and above are stored one higher)
//   CRC32C of all before (u32, little end first)
//
// A column is a form and its numbers: runs, or values, first or second differences from a base, divided by what they
// have in common, packed in bits. What was received is kept as a difference of coordinates and not as the error of a
// conversion, so that reading a block converts nothing and does not depend on how conversion is done.
#pragma once

#include <array>
#include <cstdint>
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

// The same, behind what `fixes` holds; how many came. After a fault `fixes` is as it was.
Result<std::size_t> decode_into(std::string_view block, std::vector<Fix>& fixes);

// Some columns of a block, in arrays that are used again for the next one. Those not asked for keep what they had.
struct BlockColumns {
    enum Wanted : std::uint32_t {
        time = 1U << 0U,
        place = 1U << 1U,
        accuracy = 1U << 2U,  // with level and provider, which say what it means
        flags = 1U << 3U,
        all = time | place | accuracy | flags
    };
    std::size_t n = 0;
    std::array<std::int64_t, fixes_per_block> at_ms;
    std::array<std::int32_t, fixes_per_block> lat_e7, lon_e7;
    std::array<std::uint32_t, fixes_per_block> accuracy_mm;  // no_accuracy: absent
    std::array<Level, fixes_per_block> level;
    std::array<Provider, fixes_per_block> provider;
    std::array<std::uint32_t, fixes_per_block> flag_bits;
};

// Reads the wanted columns and returns how many fixes there are. Head, checksum and the wanted columns are checked as
// decode() does; of the others only that they are there. After a fault the arrays hold anything.
Result<std::size_t> decode_columns(std::string_view block, std::uint32_t wanted, BlockColumns& columns);

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
