// SPDX-License-Identifier: Apache-2.0
// Comparing text as people write it: text.norm and text.near.
#include <algorithm>

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

constexpr Builtin builtins[] = {{"text.norm", norm}, {"text.near", near}};

}  // namespace

Call text_function(std::string_view name) {
    return found_in(builtins, name);
}

}  // namespace ningyi::cel
