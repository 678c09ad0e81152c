// SPDX-License-Identifier: Apache-2.0
// Numbers side by side in as many bits as the largest needs: the low `width` bits of each, lowest first, the last byte
// filled with 0. A width of 0 takes no bytes and means zeros.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ningyi::track {

constexpr unsigned widest_packed = 64;
// Unpacking goes by eights: so many numbers beyond the count may be written.
constexpr std::size_t unpacking_slack = 8;

constexpr std::size_t packed_bytes(std::size_t count, unsigned width) {
    return (count * width + 7) / 8;
}

// Appends the packed numbers. REQUIRES: width ≤ 64 and no number has more bits.
void pack(std::span<const std::uint64_t> numbers, unsigned width, std::string& bytes);

// The `count` numbers at the front of `bytes`. False if the bits that fill the last byte are not 0. REQUIRES:
// width ≤ 64, bytes.size() ≥ packed_bytes(count, width), room for count + unpacking_slack numbers, count ≤ 128.
bool unpack(std::string_view bytes, std::size_t count, unsigned width, std::uint64_t* numbers);

}  // namespace ningyi::track
