// SPDX-License-Identifier: Apache-2.0
// Functions over days and times of day, in the zone of the district (rules.md §4.4).
#include <algorithm>

#include "base/time.h"
#include "cel/functions.h"
#include "cel/times.h"

namespace ningyi::cel {
namespace {

using Arguments = std::span<const Value>;

Value on(const Node&, Scope& scope, Arguments a) {
    if (!are(a, Kind::timestamp)) return no_overload_error();
    return Value::of(Kind::date, scope.zone.date(instant_of(a[0])).days);
}

Value date(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::string)) return no_overload_error();
    const auto day = parse_date(a[0].text());
    if (!day) return Value::error("不是日期，例：2025-08-01 | not a date, example: 2025-08-01");
    return Value::of(Kind::date, day->days);
}

Value hour(const Node&, Scope& scope, Arguments a) {
    if (!are(a, Kind::timestamp)) return no_overload_error();
    return Value::of_int(scope.zone.time_of_day(instant_of(a[0])) / hours_ms);
}

Date date_of_value(const Value& value) {
    return Date{static_cast<std::int32_t>(value.number())};
}

Value weekday(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::date)) return no_overload_error();
    return Value::of_int(weekday_of(date_of_value(a[0])));
}

Value month(const Node&, Scope&, Arguments a) {
    if (!are(a, Kind::date)) return no_overload_error();
    return Value::of_int(calendar_of(date_of_value(a[0])).month);
}

// The bounds were read at load. From 21:00 to 06:00 passes midnight; equal bounds hold no time.
Value clock_between(const Node& node, Scope& scope, Arguments a) {
    if (a.empty() || a[0].kind() != Kind::timestamp) return no_overload_error();
    const std::int64_t at = scope.zone.time_of_day(instant_of(a[0]));
    if (node.first <= node.second) return Value::of_bool(node.first <= at && at < node.second);
    return Value::of_bool(at >= node.first || at < node.second);
}

const Value& later(const Value& a, const Value& b) {
    return compare(a, b).value_or(std::partial_ordering::less) < 0 ? b : a;
}
const Value& earlier(const Value& a, const Value& b) {
    return compare(a, b).value_or(std::partial_ordering::less) < 0 ? a : b;
}

Value overlap(const Node&, Scope&, Arguments a) {
    if (a.size() != 4) return no_overload_error();
    for (const Value& time : a) {
        if (time.kind() != Kind::timestamp) return no_overload_error();
    }
    Value shared = time_difference(earlier(a[1], a[3]), later(a[0], a[2]));
    if (shared.is_known() && (shared.number() < 0 || shared.nanos() < 0)) return Value::of_duration(0, 0);
    return shared;
}

constexpr Builtin builtins[] = {{"on", on},           {"date", date},   {"hour", hour},
                                {"weekday", weekday}, {"month", month}, {"clock_between", clock_between},
                                {"overlap", overlap}};

}  // namespace

Call calendar_function(std::string_view name) {
    return found_in(builtins, name);
}

}  // namespace ningyi::cel
