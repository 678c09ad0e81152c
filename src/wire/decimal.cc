// SPDX-License-Identifier: Apache-2.0
#include "wire/decimal.h"

#include <limits>

#include "base/text.h"

namespace ningyi::wire {
namespace {

constexpr std::size_t digits_max = 400;
constexpr int exponent_max = 400;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Times ten plus a digit, or nothing when it does not fit.
std::optional<std::uint64_t> with_digit(std::uint64_t value, unsigned digit) {
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    if (value > (most - digit) / 10) return std::nullopt;
    return value * 10 + digit;
}

}  // namespace

std::optional<std::int64_t> scaled_decimal(std::string_view text, int decimals) {
    std::size_t at = 0;
    bool negative = false;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) negative = text[at++] == '-';
    std::string digits;
    int after_point = 0;
    bool in_fraction = false;
    for (; at < text.size(); ++at) {
        if (text[at] == '.' && !in_fraction) {
            in_fraction = true;
            continue;
        }
        if (!is_digit(text[at])) break;
        if (digits.size() == digits_max) return std::nullopt;
        digits += text[at];
        if (in_fraction) ++after_point;
    }
    if (digits.empty()) return std::nullopt;
    int exponent = 0;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        const bool sign = at + 1 < text.size() && (text[at + 1] == '-' || text[at + 1] == '+');
        const std::string_view number = text.substr(at + (sign ? 2 : 1));
        if (number.empty() || number.size() > 4 || !is_digit(number[0])) return std::nullopt;
        const auto read = to_integer(number);
        if (!read || *read > exponent_max) return std::nullopt;
        exponent = static_cast<int>(text[at + 1] == '-' ? -*read : *read);
        at = text.size();
    }
    if (at != text.size()) return std::nullopt;
    // So many of the digits stand before the point of the scaled number.
    const int kept = static_cast<int>(digits.size()) - after_point + exponent + decimals;
    std::uint64_t value = 0;
    for (int i = 0; i < kept; ++i) {
        const std::size_t index = static_cast<std::size_t>(i);
        if (index >= digits.size() && value == 0) break;
        const auto next = with_digit(value, index < digits.size() ? static_cast<unsigned>(digits[index] - '0') : 0U);
        if (!next) return std::nullopt;
        value = *next;
    }
    const bool up =
        kept >= 0 && static_cast<std::size_t>(kept) < digits.size() && digits[static_cast<std::size_t>(kept)] >= '5';
    if (up && value == static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    if (up) ++value;
    return negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
}

void append_decimal(std::string& out, std::int64_t value, int decimals) {
    std::uint64_t rest = value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
    if (value < 0) out += '-';
    std::string digits = format("{}", rest);
    const std::size_t fraction = static_cast<std::size_t>(decimals);
    if (digits.size() <= fraction) digits.insert(0, fraction + 1 - digits.size(), '0');
    out.append(digits, 0, digits.size() - fraction);
    std::string_view behind = std::string_view(digits).substr(digits.size() - fraction);
    while (!behind.empty() && behind.back() == '0') behind.remove_suffix(1);
    if (behind.empty()) return;
    out += '.';
    out += behind;
}

}  // namespace ningyi::wire
