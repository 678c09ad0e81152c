// SPDX-License-Identifier: Apache-2.0
// The built-in functions by name. A method gets its receiver as the first argument. Each checks the kinds of what it is
// given (the reference evaluator has no types) and answers "no such overload" for the rest.
#pragma once

#include <string_view>

#include "cel/tree.h"

namespace ningyi::cel {

struct Builtin {
    std::string_view name;  // "startsWith", "math.abs"
    Call call;
};

// Null when there is no such function in that group.
Call string_function(std::string_view name);  // CEL's and its string extension
Call format_function(std::string_view name);  // format, strings.quote
Call math_function(std::string_view name);    // math.*
Call conversion_function(
    std::string_view name);                 // int, uint, double, string, bytes, bool, timestamp, duration, dyn, type
Call list_function(std::string_view name);  // size, join, sets.*
Call quantity_function(std::string_view name);  // units of rules, times, ratio_of, speed
Call calendar_function(std::string_view name);  // on, date, hour, weekday, month, clock_between, overlap
Call text_function(std::string_view name);      // text.*
Call identity_function(std::string_view name);  // id.*
Call getter_function(std::string_view name);    // getHours …, conformance only

template <std::size_t count>
Call found_in(const Builtin (&builtins)[count], std::string_view name) {
    for (const Builtin& builtin : builtins) {
        if (builtin.name == name) return builtin.call;
    }
    return nullptr;
}

inline bool are(std::span<const Value> arguments, Kind first) {
    return arguments.size() == 1 && arguments[0].kind() == first;
}
inline bool are(std::span<const Value> arguments, Kind first, Kind second) {
    return arguments.size() == 2 && arguments[0].kind() == first && arguments[1].kind() == second;
}
inline bool are(std::span<const Value> arguments, Kind first, Kind second, Kind third) {
    return arguments.size() == 3 && arguments[0].kind() == first && arguments[1].kind() == second &&
           arguments[2].kind() == third;
}

}  // namespace ningyi::cel
