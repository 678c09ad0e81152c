// SPDX-License-Identifier: Apache-2.0
// Whatever bytes come: no crash, and what decodes encodes to a block with the same fixes. The checksum is put right
// first in half the runs, so that the columns are reached.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "track/codec.h"

namespace {

std::uint32_t crc32c_bit_by_bit(const std::string& bytes) {
    std::uint32_t sum = ~0U;
    for (const char c : bytes) {
        sum ^= static_cast<std::uint8_t>(c);
        for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1U) ^ ((sum & 1U) != 0 ? 0x82F63B78U : 0U);
    }
    return ~sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > 8192) return 0;
    std::string block(reinterpret_cast<const char*>(data) + 1, size - 1);
    if ((data[0] & 1U) != 0) {
        const std::uint32_t sum = crc32c_bit_by_bit(block);
        for (unsigned i = 0; i < 4; ++i) block += static_cast<char>((sum >> (8 * i)) & 0xFFU);
    }
    const auto fixes = ningyi::track::decode(block);
    if (!fixes) return 0;
    const auto again = ningyi::track::encode(*fixes);
    if (!again) return 0;  // a monotonic clock farther off than a writer may say
    const auto same = ningyi::track::decode(*again);
    if (!same || *same != *fixes) std::abort();
    if (!ningyi::track::bounds_of(*again)) std::abort();
    return 0;
}
