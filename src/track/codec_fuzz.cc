// SPDX-License-Identifier: Apache-2.0
// Whatever bytes come: no crash, what decodes encodes to a block with the same fixes, and columns asked for alone are
// those of the fixes. The checksum is put right first in half the runs, so that the columns are reached.
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
    static ningyi::track::BlockColumns columns;
    const auto read = ningyi::track::decode_columns(block, data[0] >> 1U, columns);
    const auto fixes = ningyi::track::decode(block);
    if (!fixes) return 0;
    if (!read || *read != fixes->size()) std::abort();
    const unsigned wanted = data[0] >> 1U;
    for (std::size_t i = 0; i < *read; ++i) {
        const ningyi::track::Fix& fix = (*fixes)[i];
        using Columns = ningyi::track::BlockColumns;
        if ((wanted & Columns::time) != 0 && columns.at_ms[i] != fix.at.ms) std::abort();
        if ((wanted & Columns::place) != 0 && columns.lat_e7[i] != fix.place.lat_e7) std::abort();
        if ((wanted & Columns::place) != 0 && columns.lon_e7[i] != fix.place.lon_e7) std::abort();
        if ((wanted & Columns::accuracy) != 0 && columns.accuracy_mm[i] != fix.accuracy_mm) std::abort();
        if ((wanted & Columns::flags) != 0 && columns.flag_bits[i] != fix.flags) std::abort();
    }
    const auto again = ningyi::track::encode(*fixes);
    if (!again) return 0;  // a monotonic clock farther off than a writer may say
    const auto same = ningyi::track::decode(*again);
    if (!same || *same != *fixes) std::abort();
    if (!ningyi::track::bounds_of(*again)) std::abort();
    return 0;
}
