// SPDX-License-Identifier: Apache-2.0
// format() and strings.quote() of CEL's string extension, for the reference evaluator.
#include <algorithm>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "cel/conversions.h"
#include "cel/functions.h"
#include "cel/times.h"

namespace ningyi::cel {
namespace {

using Arguments = std::span<const Value>;

constexpr int max_precision = 100;

Value format_error(std::string_view clause, Kind kind) {
    return Value::error(
        format("“%{}”不能用于 {} | clause %{} cannot be used on {}", clause, type_name(kind), clause, type_name(kind)));
}

// Text of a value inside %s; false when it has none. Spends a unit for each value and each 16 bytes.
bool append_text(std::string& out, const Value& value, std::int64_t& budget) {
    if (--budget < 0 || out.size() > max_text_bytes) return false;
    switch (value.kind()) {
        case Kind::string:
        case Kind::type: out += value.text(); return true;
        case Kind::bytes:
            for (std::size_t at = 0; at < value.text().size();) {
                append_code_point(out, next_code_point(value.text(), at));
            }
            return true;
        case Kind::boolean: out += value.is_true() ? "true" : "false"; return true;
        case Kind::null: out += "null"; return true;
        case Kind::integer: out += format("{}", value.number()); return true;
        case Kind::uinteger: out += format("{}", value.unsigned_number()); return true;
        case Kind::real: out += plain_real_text(value.real()); return true;
        case Kind::timestamp:
        case Kind::duration: out += time_text(value); return true;
        case Kind::list: {
            out += '[';
            bool first = true;
            for (const Value& item : value.list()) {
                if (!first) out += ", ";
                first = false;
                if (!append_text(out, item, budget)) return false;
            }
            out += ']';
            return true;
        }
        case Kind::map: {
            std::vector<std::pair<std::string, std::string>> pairs;  // printed in the order of the keys' texts
            for (const auto& [key, item] : value.map()) {
                std::string key_text;
                std::string item_text;
                if (!append_text(key_text, key, budget) || !append_text(item_text, item, budget)) return false;
                budget -= static_cast<std::int64_t>(item_text.size() / 16);
                pairs.emplace_back(std::move(key_text), std::move(item_text));
            }
            std::sort(pairs.begin(), pairs.end());
            out += '{';
            for (std::size_t i = 0; i < pairs.size(); ++i) {
                out += (i > 0 ? ", " : "") + pairs[i].first + ": " + pairs[i].second;
            }
            out += '}';
            return true;
        }
        default: return false;
    }
}

std::string digits(std::uint64_t number, unsigned base, bool upper) {
    const std::string_view alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    std::string text;
    do {
        text.insert(text.begin(), alphabet[number % base]);
        number /= base;
    } while (number != 0);
    return text;
}

std::optional<std::string> in_base(const Value& value, unsigned base, bool upper) {
    if (value.kind() == Kind::uinteger) return digits(value.unsigned_number(), base, upper);
    if (value.kind() != Kind::integer) return std::nullopt;
    const std::uint64_t size = value.number() < 0 ? 0 - value.unsigned_number() : value.unsigned_number();
    return (value.number() < 0 ? "-" : "") + digits(size, base, upper);
}

// One clause; nothing when the value does not fit it.
std::optional<std::string> clause_text(char clause, int precision, const Value& value, Scope& scope) {
    switch (clause) {
        case 's': {
            std::string text;
            if (!append_text(text, value, scope.budget)) return std::nullopt;
            return text;
        }
        case 'd':
            if (value.kind() == Kind::real && !std::isfinite(value.real())) return plain_real_text(value.real());
            if (value.kind() == Kind::real && value.real() == std::trunc(value.real())) {
                return plain_real_text(value.real());
            }
            return in_base(value, 10, false);
        case 'f':
        case 'e': {
            double number = 0;
            if (value.kind() == Kind::real) {
                number = value.real();
            } else if (value.kind() == Kind::integer) {
                number = static_cast<double>(value.number());
            } else if (value.kind() == Kind::uinteger) {
                number = static_cast<double>(value.unsigned_number());
            } else {
                return std::nullopt;
            }
            if (!std::isfinite(number)) return plain_real_text(number);
            const int places = precision < 0 ? 6 : precision;
            return clause == 'f' ? format("{:.{}f}", number, places) : format("{:.{}e}", number, places);
        }
        case 'b':
            if (value.kind() == Kind::boolean) return value.is_true() ? "1" : "0";
            return in_base(value, 2, false);
        case 'o': return in_base(value, 8, false);
        case 'x':
        case 'X': {
            const bool upper = clause == 'X';
            if (value.kind() != Kind::string && value.kind() != Kind::bytes) return in_base(value, 16, upper);
            std::string text = to_hex(value.text());
            if (upper) {
                for (char& c : text) {
                    if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
                }
            }
            return text;
        }
        default: return std::nullopt;
    }
}

Value formatted(const Node&, Scope& scope, Arguments a) {
    if (!are(a, Kind::string, Kind::list)) return no_overload_error();
    const std::string& pattern = a[0].text();
    const List& values = a[1].list();
    std::string out;
    std::size_t next = 0;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        if (pattern[at] != '%') {
            out += pattern[at];
            continue;
        }
        ++at;
        if (at < pattern.size() && pattern[at] == '%') {
            out += '%';
            continue;
        }
        int precision = -1;
        if (at < pattern.size() && pattern[at] == '.') {
            precision = 0;
            for (++at; at < pattern.size() && pattern[at] >= '0' && pattern[at] <= '9'; ++at) {
                precision = std::min(precision * 10 + (pattern[at] - '0'), max_precision + 1);
            }
            if (precision > max_precision) return Value::error("精度过大 | precision too large");
        }
        if (at >= pattern.size() || std::string_view("sdfebxXo").find(pattern[at]) == std::string_view::npos) {
            return Value::error("不认识的格式 | unrecognized formatting clause");
        }
        if (next >= values.size())
            return Value::error(format("缺少第 {} 个值 | index {} out of range", next + 1, next));
        const auto text = clause_text(pattern[at], precision, values[next], scope);
        if (!text) return format_error(std::string_view(pattern).substr(at, 1), values[next].kind());
        out += *text;
        ++next;
        if (out.size() > max_text_bytes) return size_error();
    }
    return Value::of_string(out);
}

Value quoted(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::string)) return no_overload_error();
    std::string out = "\"";
    for (const char c : a[0].text()) {
        constexpr std::string_view special = "\a\b\f\n\r\t\v\\\"";
        constexpr std::string_view letters = "abfnrtv\\\"";
        const std::size_t index = special.find(c);
        if (index != std::string_view::npos) {
            out += '\\';
            out += letters[index];
        } else {
            out += c;
        }
    }
    return Value::of_string(out + "\"");
}

constexpr Builtin builtins[] = {{"format", formatted}, {"strings.quote", quoted}};

}  // namespace

Call format_function(std::string_view name) {
    return found_in(builtins, name);
}

}  // namespace ningyi::cel
