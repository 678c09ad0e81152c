// SPDX-License-Identifier: Apache-2.0
// CEL's functions over text and those of its string extension. Positions count code points.
#include "cel/strings.h"

#include <algorithm>

#include "base/text.h"
#include "cel/functions.h"
#include "cel/pattern.h"

namespace ningyi::cel {
namespace {

using Arguments = std::span<const Value>;
constexpr auto npos = std::u32string::npos;

Value index_error(std::int64_t index) {
    return Value::error(format("位置 {} 超出范围 | index out of range: {}", index, index));
}

bool is_white(char32_t c) {
    return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

Value contains(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::string, Kind::string)) return no_overload_error();
    return Value::of_bool(a[0].text().find(a[1].text()) != std::string::npos);
}

Value starts_with(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::string, Kind::string)) return no_overload_error();
    return Value::of_bool(a[0].text().starts_with(a[1].text()));
}

Value ends_with(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::string, Kind::string)) return no_overload_error();
    return Value::of_bool(a[0].text().ends_with(a[1].text()));
}

Value matches(const Node& node, Scope& scope, Arguments a) {
    if (a.empty() || a[0].kind() != Kind::string) return no_overload_error();
    scope.budget -= static_cast<std::int64_t>(a[0].text().size() / 16) + 1;
    if (scope.budget < 0) return budget_error();
    if (node.pattern != nullptr) return Value::of_bool(node.pattern->matches(a[0].text()));
    if (!are(a, Kind::string, Kind::string)) return no_overload_error();
    scope.budget -= 100;  // compiling costs more than matching
    std::string fault;
    const auto pattern = Pattern::compiled(a[1].text(), fault);
    if (pattern == nullptr) return Value::error(format("正则表达式不对 | bad pattern: {}", fault));
    return Value::of_bool(pattern->matches(a[0].text()));
}

Value char_at(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::string, Kind::integer)) return no_overload_error();
    const std::u32string text = code_points_of(a[0].text());
    const std::int64_t index = a[1].number();
    if (index < 0 || index > std::ssize(text)) return index_error(index);
    return Value::of_string(text_of(std::u32string_view(text).substr(static_cast<std::size_t>(index), 1)));
}

std::int64_t position_or_minus(std::size_t found) {
    return found == npos ? -1 : static_cast<std::int64_t>(found);
}

Value index_of(const Node&, Scope& scope, Arguments a) {
    if (!are(a, Kind::string, Kind::string) && !are(a, Kind::string, Kind::string, Kind::integer)) {
        return no_overload_error();
    }
    const std::u32string text = code_points_of(a[0].text());
    const std::u32string wanted = code_points_of(a[1].text());
    scope.budget -= static_cast<std::int64_t>(text.size() * std::min<std::size_t>(wanted.size(), 64) / 64);
    const std::int64_t from = a.size() == 3 ? a[2].number() : 0;
    if (wanted.empty()) return Value::of_int(from);
    if (a.size() == 3 && (from < 0 || from >= std::ssize(text))) return index_error(from);
    return Value::of_int(position_or_minus(text.find(wanted, static_cast<std::size_t>(from))));
}

Value last_index_of(const Node&, Scope& scope, Arguments a) {
    if (!are(a, Kind::string, Kind::string) && !are(a, Kind::string, Kind::string, Kind::integer)) {
        return no_overload_error();
    }
    const std::u32string text = code_points_of(a[0].text());
    const std::u32string wanted = code_points_of(a[1].text());
    scope.budget -= static_cast<std::int64_t>(text.size() * std::min<std::size_t>(wanted.size(), 64) / 64);
    if (a.size() == 2) return Value::of_int(position_or_minus(text.rfind(wanted)));
    const std::int64_t from = a[2].number();
    if (wanted.empty()) return Value::of_int(from);
    if (from < 0 || from >= std::ssize(text)) return index_error(from);
    return Value::of_int(position_or_minus(text.rfind(wanted, static_cast<std::size_t>(from))));
}

Value lower(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::string)) return no_overload_error();
    return Value::of_string(lower_ascii(a[0].text()));
}

Value upper(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::string)) return no_overload_error();
    std::string text = a[0].text();
    for (char& c : text) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return Value::of_string(text);
}

// As Go's strings.Replace, which CEL's definition follows: an empty text stands before, between and behind all
// characters.
Value replace(const Node&, Scope& scope, Arguments a) {
    const bool has_limit = a.size() == 4 && a[3].kind() == Kind::integer;
    if (!(a.size() == 3 || has_limit) || !are(a.first(3), Kind::string, Kind::string, Kind::string)) {
        return no_overload_error();
    }
    std::int64_t left = has_limit ? a[3].number() : -1;
    const std::string& text = a[0].text();
    const std::string& from = a[1].text();
    const std::string& to = a[2].text();
    scope.budget -= static_cast<std::int64_t>(text.size() / 16);
    std::string out;
    std::size_t at = 0;
    if (from.empty()) {
        for (bool is_end = false; !is_end;) {
            if (left != 0) {
                out += to;
                --left;
            }
            is_end = at >= text.size();
            const std::size_t before = at;
            if (!is_end) next_code_point(text, at);
            out.append(text, before, at - before);
            if (out.size() > max_text_bytes) return size_error();
        }
        return Value::of_string(out);
    }
    while (left != 0) {
        const std::size_t found = text.find(from, at);
        if (found == std::string::npos) break;
        out.append(text, at, found - at);
        out += to;
        at = found + from.size();
        --left;
        if (out.size() > max_text_bytes) return size_error();
    }
    out.append(text, at);
    return out.size() > max_text_bytes ? size_error() : Value::of_string(out);
}

Value split_text(const Node&, Scope&, Arguments a) {
    const bool has_limit = are(a, Kind::string, Kind::string, Kind::integer);
    if (!has_limit && !are(a, Kind::string, Kind::string)) return no_overload_error();
    const std::int64_t limit = has_limit ? a[2].number() : -1;
    const std::string& text = a[0].text();
    const std::string& separator = a[1].text();
    List parts;
    if (limit == 0) return Value::of_list({});
    std::size_t at = 0;
    while (limit < 0 || std::ssize(parts) + 1 < limit) {
        std::size_t end = at;
        if (separator.empty()) {
            if (at >= text.size()) break;
            next_code_point(text, end);
            if (end >= text.size()) break;
        } else {
            end = text.find(separator, at);
            if (end == std::string::npos) break;
        }
        if (parts.size() >= max_list_items) return size_error();
        parts.push_back(Value::of_string(std::string_view(text).substr(at, end - at)));
        at = end + separator.size();
    }
    if (!separator.empty() || at < text.size()) parts.push_back(Value::of_string(std::string_view(text).substr(at)));
    return Value::of_list(std::move(parts));
}

Value substring(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::string, Kind::integer) && !are(a, Kind::string, Kind::integer, Kind::integer)) {
        return no_overload_error();
    }
    const std::u32string text = code_points_of(a[0].text());
    const std::int64_t from = a[1].number();
    const std::int64_t to = a.size() == 3 ? a[2].number() : std::ssize(text);
    if (from < 0 || from > std::ssize(text)) return index_error(from);
    if (to < 0 || to > std::ssize(text)) return index_error(to);
    if (from > to) return Value::error(format("起点 {} 在终点 {} 之后 | start {} is after end {}", from, to, from, to));
    return Value::of_string(
        text_of(std::u32string_view(text).substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from))));
}

Value trim(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::string)) return no_overload_error();
    return Value::of_string(trimmed_unicode(a[0].text()));
}

Value reverse(const Node&, Scope&, Arguments a) {
    if (a.size() == 1 && a[0].kind() == Kind::list) {
        List items = a[0].list();
        std::reverse(items.begin(), items.end());
        return Value::of_list(std::move(items));
    }
    if (!are(a, Kind::string)) return no_overload_error();
    std::u32string text = code_points_of(a[0].text());
    std::reverse(text.begin(), text.end());
    return Value::of_string(text_of(text));
}

constexpr Builtin builtins[] = {
    {"contains", contains}, {"startsWith", starts_with}, {"endsWith", ends_with},        {"matches", matches},
    {"charAt", char_at},    {"indexOf", index_of},       {"lastIndexOf", last_index_of}, {"lowerAscii", lower},
    {"upperAscii", upper},  {"replace", replace},        {"split", split_text},          {"substring", substring},
    {"trim", trim},         {"reverse", reverse}};

}  // namespace

std::u32string code_points_of(std::string_view text) {
    std::u32string points;
    points.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) points += next_code_point(text, at);
    return points;
}

std::string text_of(std::u32string_view points) {
    std::string text;
    text.reserve(points.size());
    for (const char32_t point : points) append_code_point(text, point);
    return text;
}

std::string trimmed_unicode(std::string_view text) {
    const std::u32string points = code_points_of(text);
    const auto first = std::find_if_not(points.begin(), points.end(), is_white);
    const auto last = std::find_if_not(points.rbegin(), std::make_reverse_iterator(first), is_white).base();
    return text_of(std::u32string_view(first, last));
}

Call string_function(std::string_view name) {
    return found_in(builtins, name);
}

}  // namespace ningyi::cel
