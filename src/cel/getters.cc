// SPDX-License-Identifier: Apache-2.0
// getHours() and the like, which rules do not have because their zone is UTC when none is named. The only function here
// that may read the system's table of zones; the reference evaluator alone calls it.
#include "base/text.h"
#include "base/zone.h"
#include "cel/functions.h"
#include "cel/times.h"

namespace ningyi::cel {
namespace {

using Arguments = std::span<const Value>;

// "+11:00", "-02:30", "02:00": minutes; nothing for the name of a zone.
std::optional<std::int64_t> fixed_offset_minutes(std::string_view text) {
    bool negative = false;
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
        negative = text.front() == '-';
        text.remove_prefix(1);
    }
    const auto ms = clock_ms(text);
    if (!ms) return std::nullopt;
    return (negative ? -*ms : *ms) / minutes_ms;
}

// Which getter it is stands in node.value, put there by the resolver.
Value part(const Node& node, Scope& scope, Arguments a) {
    if (are(a, Kind::duration)) {
        const auto number = duration_part(node.value.text(), a[0]);
        return number ? Value::of_int(*number) : no_overload_error();
    }
    std::int64_t offset_seconds = 0;
    if (are(a, Kind::timestamp, Kind::string)) {
        const std::string& name = a[1].text();
        scope.budget -= 1000;  // looking a zone up costs much more than a step
        if (scope.budget < 0) return budget_error();
        if (const auto minutes = fixed_offset_minutes(name)) {
            offset_seconds = *minutes * 60;
        } else if (name != "UTC") {
            const auto zone = Zone::by_name(name);
            if (!zone) return Value::error("没有这个时区 | no such time zone");
            offset_seconds = zone->offset_minutes(instant_of(a[0])) * 60;
        }
    } else if (!are(a, Kind::timestamp)) {
        return no_overload_error();
    }
    const auto number = timestamp_part(node.value.text(), a[0], offset_seconds);
    return number ? Value::of_int(*number) : no_overload_error();
}

constexpr Builtin builtins[] = {{"getFullYear", part},    {"getMonth", part},     {"getDate", part},
                                {"getDayOfMonth", part},  {"getDayOfWeek", part}, {"getDayOfYear", part},
                                {"getHours", part},       {"getMinutes", part},   {"getSeconds", part},
                                {"getMilliseconds", part}};

}  // namespace

Call getter_function(std::string_view name) {
    return found_in(builtins, name);
}

}  // namespace ningyi::cel
