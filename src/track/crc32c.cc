// SPDX-License-Identifier: Apache-2.0
#include "track/crc32c.h"

#include <array>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace ningyi::track {
namespace {

// tables[k][b]: the remainder of byte b followed by k bytes of 0.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;
constexpr Tables tables = [] {
    Tables all{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? 0x82F63B78U : 0U);
        all[0][i] = value;
    }
    for (std::size_t k = 1; k < all.size(); ++k) {
        for (std::size_t i = 0; i < 256; ++i) all[k][i] = (all[k - 1][i] >> 8U) ^ all[0][all[k - 1][i] & 0xFFU];
    }
    return all;
}();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(std::string_view bytes) {
    std::uint64_t sum = 0xFFFFFFFFU;
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        sum = _mm_crc32_u64(sum, word);
    }
    auto rest = static_cast<std::uint32_t>(sum);
    for (; left > 0; --left, ++at) rest = _mm_crc32_u8(rest, static_cast<std::uint8_t>(*at));
    return ~rest;
}
#endif

}  // namespace

std::uint32_t crc32c_by_tables(std::string_view bytes) {
    const auto byte = [&bytes](std::size_t i) { return std::uint32_t{static_cast<std::uint8_t>(bytes[i])}; };
    std::uint32_t sum = ~0U;
    std::size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) {
        sum ^= byte(i) | (byte(i + 1) << 8U) | (byte(i + 2) << 16U) | (byte(i + 3) << 24U);
        sum = tables[7][sum & 0xFFU] ^ tables[6][(sum >> 8U) & 0xFFU] ^ tables[5][(sum >> 16U) & 0xFFU] ^
              tables[4][sum >> 24U] ^ tables[3][byte(i + 4)] ^ tables[2][byte(i + 5)] ^ tables[1][byte(i + 6)] ^
              tables[0][byte(i + 7)];
    }
    for (; i < bytes.size(); ++i) sum = (sum >> 8U) ^ tables[0][(sum ^ byte(i)) & 0xFFU];
    return ~sum;
}

std::uint32_t crc32c(std::string_view bytes) {
#if defined(__x86_64__)
    static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
    if (has_instruction) return crc32c_by_instruction(bytes);
#endif
    return crc32c_by_tables(bytes);
}

}  // namespace ningyi::track
