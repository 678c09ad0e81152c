// SPDX-License-Identifier: Apache-2.0
// Text: formatting (the only file that names fmt), UTF-8, splitting, numbers from text. No locale anywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

namespace ningyi {

using fmt::format;

// True if `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

// Number of code points of well-formed UTF-8.
std::size_t code_points(std::string_view text);

// The code point starting at byte `at`; advances `at` past it. Malformed bytes come back as U+FFFD, one byte each.
char32_t next_code_point(std::string_view text, std::size_t& at);

void append_code_point(std::string& text, char32_t code_point);

std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trimmed(std::string_view text);  // ASCII white space off both ends
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string replaced(std::string_view text, std::string_view from, std::string_view to);
std::string lower_ascii(std::string_view text);

// The whole of `text` as a decimal integer, or nothing.
std::optional<std::int64_t> to_integer(std::string_view text);

std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view hex);

// The candidate closest to `word` in edit distance (at most a third of its length), or "" when none is close.
std::string_view closest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace ningyi
