// SPDX-License-Identifier: Apache-2.0
// Comparing text as people write it: text.norm and text.near; and digests written as hexadecimal digits: bits.distance.
#include <algorithm>
#include <bit>
#include <optional>

#include "cel/functions.h"
#include "cel/strings.h"

namespace ningyi::cel {
namespace {

using Arguments = std::span<const Value>;

// Full-width forms FF01 to FF5E stand 0xFEE0 above their ASCII twins; the ideographic space is 3000.
Value norm(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::string)) return no_overload_error();
    std::u32string text = code_points_of(a[0].text());
    for (char32_t& c : text) {
        if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
        if (c == 0x3000) c = U' ';
    }
    return Value::of_string(trimmed_unicode(text_of(text)));
}

// True if at most `most` insertions, deletions and replacements turn one into the other: the band of the edit matrix
// that can hold such a distance.
bool is_within(const std::u32string& a, const std::u32string& b, std::size_t most) {
    const std::size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
    if (difference > most) return false;
    const std::size_t beyond = most + 1;
    std::vector<std::size_t> row(b.size() + 1, beyond);
    for (std::size_t j = 0; j <= std::min(most, b.size()); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        const std::size_t first = i > most ? i - most : 0;
        const std::size_t last = std::min(i + most, b.size());
        std::size_t diagonal = first == 0 ? row[0] : row[first - 1];
        std::size_t best = beyond;
        if (first == 0) {
            row[0] = i;
            best = i;
        } else {
            row[first - 1] = beyond;
        }
        for (std::size_t j = std::max<std::size_t>(first, 1); j <= last; ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced, beyond});
            best = std::min(best, row[j]);
        }
        if (best > most) return false;
    }
    return row[b.size()] <= most;
}

Value near(const Node&, Scope& scope, Arguments a) {
    if (!are(a, Kind::string, Kind::string, Kind::integer)) return no_overload_error();
    const std::u32string left = code_points_of(a[0].text());
    const std::u32string right = code_points_of(a[1].text());
    const std::int64_t most = std::clamp<std::int64_t>(a[2].number(), 0, 8);
    scope.budget -= static_cast<std::int64_t>(left.size() / 16);
    return Value::of_bool(is_within(left, right, static_cast<std::size_t>(most)));
}

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
    return std::nullopt;
}

// In how many bits two numbers in hexadecimal digits differ; absent when either is none, or they differ in length.
Value bit_distance(const Node&, Scope& scope, Arguments a) {
    if (!are(a, Kind::string, Kind::string)) return no_overload_error();
    const std::string_view left = a[0].text();
    const std::string_view right = a[1].text();
    if (left.size() != right.size() || left.empty()) return {};
    scope.budget -= static_cast<std::int64_t>(left.size() / 16);
    std::int64_t distance = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
        const auto one = hex_digit(left[i]);
        const auto two = hex_digit(right[i]);
        if (!one || !two) return {};
        distance += std::popcount(*one ^ *two);
    }
    return Value::of_int(distance);
}

constexpr Builtin builtins[] = {{"text.norm", norm}, {"text.near", near}, {"bits.distance", bit_distance}};

}  // namespace

Call text_function(std::string_view name) {
    return found_in(builtins, name);
}

}  // namespace ningyi::cel
