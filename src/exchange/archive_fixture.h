// SPDX-License-Identifier: Apache-2.0
// Archives for tests, made byte by byte so that they can be wrong in any way wanted. Not for the product.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ningyi::exchange::fixture {

inline std::uint32_t crc32_of(std::string_view bytes) {
    std::uint32_t crc = ~0U;
    for (const char c : bytes) {
        crc ^= static_cast<std::uint8_t>(c);
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    }
    return ~crc;
}

struct Entry {
    std::string name;
    std::string content;  // as stored in the archive
    bool deflated = false;
    std::uint32_t unpacked = 0;  // of a deflated entry
    std::uint32_t crc = 0;       // of a deflated entry
};

inline void number(std::string& out, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 0xFFU);
}

inline std::string zip_of(const std::vector<Entry>& entries) {
    std::string out, directory;
    for (const Entry& entry : entries) {
        const std::size_t at = out.size();
        std::string facts;
        number(facts, 20, 2);
        number(facts, 0x0800, 2);  // names in UTF-8
        number(facts, entry.deflated ? 8 : 0, 2);
        number(facts, 0, 2);
        number(facts, 0x21, 2);  // 1980-01-01
        number(facts, entry.deflated ? entry.crc : crc32_of(entry.content), 4);
        number(facts, entry.content.size(), 4);
        number(facts, entry.deflated ? entry.unpacked : entry.content.size(), 4);
        number(facts, entry.name.size(), 2);
        number(facts, 0, 2);
        out += "PK\x03\x04" + facts + entry.name + entry.content;
        directory += "PK\x01\x02";
        number(directory, 20, 2);
        directory += facts;
        number(directory, 0, 2);
        number(directory, 0, 2);
        number(directory, 0, 2);
        number(directory, 0, 4);
        number(directory, at, 4);
        directory += entry.name;
    }
    const std::size_t start = out.size();
    out += directory;
    out += "PK\x05\x06";
    number(out, 0, 4);
    number(out, entries.size(), 2);
    number(out, entries.size(), 2);
    number(out, directory.size(), 4);
    number(out, start, 4);
    number(out, 0, 2);
    return out;
}

// A deflated run of `size` letters 'a' (REQUIRES: size = 1 + 258 n): 13 bits for 258 bytes, a ratio of about 158.
inline Entry bomb(const std::string& name, std::uint32_t size) {
    Entry entry{.name = name, .deflated = true, .unpacked = size, .crc = crc32_of(std::string(size, 'a'))};
    std::uint64_t held = 0;
    unsigned count = 0;
    const auto put = [&](std::uint64_t bits, unsigned width, bool huffman) {
        for (unsigned i = 0; i < width; ++i) {
            const std::uint64_t bit = huffman ? (bits >> (width - 1 - i)) & 1U : (bits >> i) & 1U;
            held |= bit << count;
            if (++count == 8) {
                entry.content += static_cast<char>(held);
                held = 0;
                count = 0;
            }
        }
    };
    put(1, 1, false);          // the last block
    put(1, 2, false);          // fixed codes
    put(0x30 + 'a', 8, true);  // one letter
    for (std::uint32_t made = 1; made < size; made += 258) {
        put(0b11000101, 8, true);  // length 258
        put(0, 5, true);           // distance 1
    }
    put(0, 7, true);  // end
    if (count > 0) entry.content += static_cast<char>(held);
    return entry;
}

}  // namespace ningyi::exchange::fixture
