// SPDX-License-Identifier: Apache-2.0
// Numbers of people and organisations: their check characters and what they say. GB 11643-1999 (citizens, ISO 7064
// MOD 11-2) and GB 32100-2015 (organisations, MOD 31-3).
#include <array>
#include <optional>

#include "base/time.h"
#include "cel/functions.h"

namespace ningyi::cel {
namespace {

using Arguments = std::span<const Value>;

constexpr std::size_t length = 18;

bool are_digits(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The day of birth inside a valid number of a citizen.
std::optional<Date> citizen_birth(std::string_view number) {
    if (number.size() != length || !are_digits(number.substr(0, length - 1))) return std::nullopt;
    constexpr std::array<int, length - 1> weights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) sum += (number[i] - '0') * weights[i];
    const char expected = std::string_view("10X98765432")[static_cast<std::size_t>(sum % 11)];
    const char last = number.back() == 'x' ? 'X' : number.back();
    if (last != expected || number[0] == '0') return std::nullopt;
    const auto digits = [&](std::size_t at, std::size_t count) {
        int value = 0;
        for (std::size_t i = at; i < at + count; ++i) value = value * 10 + (number[i] - '0');
        return value;
    };
    return date_of(digits(6, 4), digits(10, 2), digits(12, 2));
}

bool is_organisation(std::string_view number) {
    constexpr std::string_view alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";  // 31 characters: no I O S V Z
    if (number.size() != length || !are_digits(number.substr(2, 6))) return false;
    int sum = 0;
    int weight = 1;  // powers of 3 modulo 31
    for (std::size_t i = 0; i + 1 < length; ++i) {
        const std::size_t value = alphabet.find(number[i]);
        if (value == std::string_view::npos) return false;
        sum += static_cast<int>(value) * weight;
        weight = weight * 3 % 31;
    }
    const int check = (31 - sum % 31) % 31;  // remainder 0 gives the check character 0
    return number.back() == alphabet[static_cast<std::size_t>(check)];
}

Value valid(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::string, Kind::string)) return no_overload_error();
    if (a[0].text() == "citizen") return Value::of_bool(citizen_birth(a[1].text()).has_value());
    if (a[0].text() == "organisation") return Value::of_bool(is_organisation(a[1].text()));
    return Value::error("号码种类只有 citizen 和 organisation | kinds of number are citizen and organisation");
}

Value birth(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::string)) return no_overload_error();
    const auto date = citizen_birth(a[0].text());
    return date ? Value::of(Kind::date, date->days) : Value();
}

Value age_on(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::date, Kind::date)) return no_overload_error();
    const Calendar born = calendar_of(Date{static_cast<std::int32_t>(a[0].number())});
    const Calendar day = calendar_of(Date{static_cast<std::int32_t>(a[1].number())});
    const bool is_before_birthday = day.month < born.month || (day.month == born.month && day.day < born.day);
    return Value::of_int(day.year - born.year - (is_before_birthday ? 1 : 0));
}

constexpr Builtin builtins[] = {{"id.valid", valid}, {"id.birth", birth}, {"id.age_on", age_on}};

}  // namespace

Call identity_function(std::string_view name) {
    return found_in(builtins, name);
}

}  // namespace ningyi::cel
