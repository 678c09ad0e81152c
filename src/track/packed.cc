// SPDX-License-Identifier: Apache-2.0
#include "track/packed.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace ningyi::track {
namespace {

constexpr std::size_t most_numbers = 128;
constexpr unsigned widest_in_one_word = 56;  // and up to seven bits before it

std::uint64_t word_at(const char* bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word;
}

// Eight numbers at a time, which begin and end at whole bytes: every shift is known when this is compiled.
template <unsigned width>
void unpack_eights(const char* bytes, std::size_t eights, std::uint64_t* numbers) {
    constexpr std::uint64_t mask = (std::uint64_t{1} << width) - 1;
    for (; eights > 0; --eights, bytes += width, numbers += 8) {
        for (unsigned i = 0; i < 8; ++i) numbers[i] = (word_at(bytes + i * width / 8) >> (i * width % 8)) & mask;
    }
}

using Unpacker = void (*)(const char*, std::size_t, std::uint64_t*);
constexpr auto unpackers = []<unsigned... widths>(std::integer_sequence<unsigned, widths...>) {
    return std::array<Unpacker, sizeof...(widths)>{unpack_eights<widths>...};
}(std::make_integer_sequence<unsigned, widest_in_one_word + 1>{});

void unpack_wide(const char* bytes, std::size_t count, unsigned width, std::uint64_t* numbers) {
    const std::uint64_t mask = ~std::uint64_t{0} >> (64 - width);
    for (std::size_t i = 0; i < count; ++i) {
        const char* at = bytes + i * width / 8;
        const auto before = static_cast<unsigned>(i * width % 8);
        std::uint64_t word = word_at(at) >> before;
        if (before + width > 64) word |= std::uint64_t{static_cast<std::uint8_t>(at[8])} << (64 - before);
        numbers[i] = word & mask;
    }
}

}  // namespace

void pack(std::span<const std::uint64_t> numbers, unsigned width, std::string& bytes) {
    if (width == 0) return;
    const std::size_t start = bytes.size();
    bytes.resize(start + packed_bytes(numbers.size(), width));
    char* to = bytes.data() + start;
    std::uint64_t word = 0;
    unsigned filled = 0;
    const auto put = [&to](std::uint64_t value, unsigned count) {
        for (unsigned i = 0; i < count; ++i) *to++ = static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
    };
    for (const std::uint64_t number : numbers) {
        word |= number << filled;
        filled += width;
        if (filled < 64) continue;
        put(word, 8);
        filled -= 64;
        word = filled == 0 ? 0 : number >> (width - filled);
    }
    put(word, (filled + 7) / 8);
}

bool unpack(std::string_view bytes, std::size_t count, unsigned width, std::uint64_t* numbers) {
    CHECK(width <= widest_packed && count <= most_numbers && bytes.size() >= packed_bytes(count, width));
    if (width == 0 || count == 0) {
        std::fill_n(numbers, count, 0);
        return true;
    }
    const std::size_t eights = (count + 7) / 8;
    const char* from = bytes.data();
    // Words are read whole: where the bytes end too soon, from a copy.
    std::array<char, most_numbers * widest_packed / 8 + 9> copy;
    if (bytes.size() < eights * width + 9) {
        std::memset(copy.data(), 0, eights * width + 9);
        std::memcpy(copy.data(), from, packed_bytes(count, width));
        from = copy.data();
    }
    if (width <= widest_in_one_word) {
        unpackers[width](from, eights, numbers);
    } else {
        unpack_wide(from, count, width, numbers);
    }
    const std::size_t used_bits = count * width % 8;
    return used_bits == 0 || static_cast<std::uint8_t>(bytes[packed_bytes(count, width) - 1]) >> used_bits == 0;
}

}  // namespace ningyi::track
