// SPDX-License-Identifier: Apache-2.0
#include "rule/batch_stages.h"

#include <bit>
#include <cstring>

namespace ningyi::rule {
namespace {

static_assert(std::endian::native == std::endian::little);

using Byte = std::uint8_t;

constexpr Byte known_mark = static_cast<Byte>(cel::Known::known);
constexpr Byte clear = static_cast<Byte>(Outcome::clear);
constexpr Byte inconclusive = static_cast<Byte>(Outcome::inconclusive);
constexpr Byte not_applicable = static_cast<Byte>(Outcome::not_applicable);

}  // namespace

Left after_applies(const Byte* wanted, cel::Truths applies, std::size_t rows, Byte* live, Outcome* out) {
    const Byte* __restrict truths = applies.truths;
    const Byte* __restrict known = applies.known;
    Byte* __restrict outcomes = reinterpret_cast<Byte*>(out);
    Byte any = 0;
    Byte odd = 0;
    if (wanted == nullptr) {
        Byte* __restrict going = live;
        for (std::size_t i = 0; i < rows; ++i) {
            const Byte is_known = known[i] == known_mark ? 1 : 0;
            const Byte goes_on = truths[i] & is_known;
            going[i] = goes_on;
            any |= goes_on;
            odd |= is_known ^ 1;
            outcomes[i] = is_known == 0 ? inconclusive : goes_on != 0 ? clear : not_applicable;
        }
        return {.is_any = any != 0, .has_unknown = odd != 0};
    }
    for (std::size_t i = 0; i < rows; ++i) {  // `live` may be `wanted`
        const Byte own = wanted[i];
        const Byte is_known = known[i] == known_mark ? 1 : 0;
        const Byte goes_on = truths[i] & is_known & own;
        live[i] = goes_on;
        any |= goes_on;
        const Byte is_odd = own & (is_known ^ 1);
        odd |= is_odd;
        outcomes[i] = is_odd != 0 ? inconclusive : goes_on != 0 ? clear : not_applicable;
    }
    return {.is_any = any != 0, .has_unknown = odd != 0};
}

bool after_clauses(const Said& said, bool any, std::size_t rows, Byte* __restrict live, Byte* __restrict unknown) {
    Byte open = 0;
    if (said.when.truths == nullptr) {  // `all` of no clause holds, `any` of none does not
        for (std::size_t i = 0; i < rows; ++i) unknown[i] = 0;
    } else {
        const Byte* __restrict known = said.when.known;
        for (std::size_t i = 0; i < rows; ++i) unknown[i] = known[i] == known_mark ? 0 : 1;
    }
    if (said.needs.truths != nullptr) {
        const Byte* __restrict truths = said.needs.truths;
        const Byte* __restrict known = said.needs.known;
        for (std::size_t i = 0; i < rows; ++i)
            unknown[i] |= static_cast<Byte>(known[i] == known_mark ? truths[i] ^ 1 : 1);
    }
    if (said.doubts.truths != nullptr) {
        const Byte* __restrict truths = said.doubts.truths;
        const Byte* __restrict known = said.doubts.known;
        for (std::size_t i = 0; i < rows; ++i) unknown[i] |= static_cast<Byte>(known[i] == known_mark ? truths[i] : 1);
    }
    if (said.when.truths == nullptr) {
        const Byte holds = any ? 0 : 1;
        for (std::size_t i = 0; i < rows; ++i) {
            live[i] &= static_cast<Byte>(holds | unknown[i]);
            open |= live[i];
        }
        return open != 0;
    }
    const Byte* __restrict truths = said.when.truths;
    for (std::size_t i = 0; i < rows; ++i) {
        live[i] &= static_cast<Byte>(truths[i] | unknown[i]);
        open |= live[i];
    }
    return open != 0;
}

void append_rows(const Byte* mask, std::size_t rows, std::vector<std::uint16_t>& into) {
    std::size_t row = 0;
    for (; row + 8 <= rows; row += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, mask + row, 8);
        while (word != 0) {  // byte i of the word is row i on every machine this runs on: little end first
            const auto at = static_cast<std::size_t>(std::countr_zero(word)) / 8;
            into.push_back(static_cast<std::uint16_t>(row + at));
            word &= word - 1;
        }
    }
    for (; row < rows; ++row) {
        if (mask[row] != 0) into.push_back(static_cast<std::uint16_t>(row));
    }
}

}  // namespace ningyi::rule
