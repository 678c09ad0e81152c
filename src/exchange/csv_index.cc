// SPDX-License-Identifier: Apache-2.0
#include "exchange/csv_index.h"

#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ningyi::exchange {
namespace {

constexpr std::uint64_t low_bits = 0x0101010101010101ULL;
constexpr std::uint64_t high_bits = 0x8080808080808080ULL;

// The high bit of each byte of `word` that equals the byte repeated in `pattern`; exact, without carries between bytes.
constexpr std::uint64_t equal_bytes(std::uint64_t word, std::uint64_t pattern) {
    const std::uint64_t difference = word ^ pattern;
    return ~(((difference & ~high_bits) + ~high_bits) | difference) & high_bits;
}

#if defined(__x86_64__)

std::size_t index_sse2(const char* text, std::uint32_t from, std::uint32_t to, std::uint32_t* out, bool& ascii) {
    const __m128i comma = _mm_set1_epi8(','), line = _mm_set1_epi8('\n'), quote = _mm_set1_epi8('"');
    std::uint32_t* next = out;
    std::uint64_t high = 0;
    for (std::uint32_t at = from; at < to; at += 64) {
        std::uint64_t found = 0, above = 0;
        for (unsigned part = 0; part < 4; ++part) {
            const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at + part * 16));
            const __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, comma), _mm_cmpeq_epi8(bytes, line)),
                                             _mm_cmpeq_epi8(bytes, quote));
            found |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(hit))) << (part * 16);
            above |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(bytes))) << (part * 16);
        }
        if (to - at < 64) {
            const std::uint64_t inside = (std::uint64_t{1} << (to - at)) - 1;
            found &= inside;
            above &= inside;
        }
        high |= above;
        while (found != 0) {
            *next++ = at + static_cast<std::uint32_t>(std::countr_zero(found));
            found &= found - 1;
        }
    }
    if (high != 0) ascii = false;
    return static_cast<std::size_t>(next - out);
}

__attribute__((target("avx2,bmi,popcnt"))) std::size_t index_avx2(const char* text, std::uint32_t from,
                                                                  std::uint32_t to, std::uint32_t* out, bool& ascii) {
    const __m256i comma = _mm256_set1_epi8(','), line = _mm256_set1_epi8('\n'), quote = _mm256_set1_epi8('"');
    std::uint32_t* next = out;
    std::uint64_t high = 0;
    for (std::uint32_t at = from; at < to; at += 64) {
        const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + at));
        const __m256i second = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + at + 32));
        const __m256i hit_first =
            _mm256_or_si256(_mm256_or_si256(_mm256_cmpeq_epi8(first, comma), _mm256_cmpeq_epi8(first, line)),
                            _mm256_cmpeq_epi8(first, quote));
        const __m256i hit_second =
            _mm256_or_si256(_mm256_or_si256(_mm256_cmpeq_epi8(second, comma), _mm256_cmpeq_epi8(second, line)),
                            _mm256_cmpeq_epi8(second, quote));
        std::uint64_t found = static_cast<std::uint32_t>(_mm256_movemask_epi8(hit_first)) |
                              static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(hit_second)))
                                  << 32U;
        std::uint64_t above = static_cast<std::uint32_t>(_mm256_movemask_epi8(first)) |
                              static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(second)))
                                  << 32U;
        if (to - at < 64) {
            const std::uint64_t inside = (std::uint64_t{1} << (to - at)) - 1;
            found &= inside;
            above &= inside;
        }
        high |= above;
        const auto count = static_cast<std::size_t>(__builtin_popcountll(found));
        // Eight at once without asking how many there are: the surplus is overwritten by the next round.
        for (unsigned i = 0; i < 8; ++i) {
            next[i] = at + static_cast<std::uint32_t>(_tzcnt_u64(found));
            found = _blsr_u64(found);
        }
        for (std::size_t i = 8; i < count; ++i) {
            next[i] = at + static_cast<std::uint32_t>(_tzcnt_u64(found));
            found = _blsr_u64(found);
        }
        next += count;
    }
    if (high != 0) ascii = false;
    return static_cast<std::size_t>(next - out);
}

#endif

}  // namespace

std::size_t index_separators_portable(const char* text, std::uint32_t from, std::uint32_t to, std::uint32_t* out,
                                      bool& ascii) {
    constexpr std::uint64_t commas = low_bits * ',', lines = low_bits * '\n', quotes = low_bits * '"';
    std::uint32_t* next = out;
    std::uint64_t high = 0;
    std::uint32_t at = from;
    if constexpr (std::endian::native == std::endian::little) {
        for (; at + 8 <= to; at += 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, text + at, 8);
            high |= word & high_bits;
            std::uint64_t found = equal_bytes(word, commas) | equal_bytes(word, lines) | equal_bytes(word, quotes);
            while (found != 0) {
                *next++ = at + static_cast<std::uint32_t>(std::countr_zero(found)) / 8;
                found &= found - 1;
            }
        }
    }
    for (; at < to; ++at) {
        const char c = text[at];
        high |= static_cast<std::uint8_t>(c) & 0x80U;
        if (c == ',' || c == '\n' || c == '"') *next++ = at;
    }
    if (high != 0) ascii = false;
    return static_cast<std::size_t>(next - out);
}

std::size_t index_separators(const char* text, std::uint32_t from, std::uint32_t to, std::uint32_t* out, bool& ascii) {
#if defined(__x86_64__)
    static const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
    return has_avx2 ? index_avx2(text, from, to, out, ascii) : index_sse2(text, from, to, out, ascii);
#else
    return index_separators_portable(text, from, to, out, ascii);
#endif
}

}  // namespace ningyi::exchange
