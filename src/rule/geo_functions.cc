// SPDX-License-Identifier: Apache-2.0
#include "cel/rule_expression.h"
#include "geo/plane.h"
#include "rule/names.h"

namespace ningyi::rule {
namespace {

using cel::Kind;
using cel::Value;

geo::Place place_of(const Value& value) {
    if (value.kind() == Kind::fix) return {value.fix().lat_e7, value.fix().lon_e7};
    return {value.place().first, value.place().second};
}

Value distance(std::span<const Value> arguments) {
    return Value::of(Kind::length,
                     geo::rounded(geo::distance_m(place_of(arguments[0]), place_of(arguments[1])) * 1000));
}

// The radius that holds 95 % of a round normal error is 2.4477 of its one-axis standard deviation (tracks.md §3).
Value radius_95(std::span<const Value> arguments) {
    constexpr std::int64_t factor = 24477;
    constexpr std::int64_t largest_sigma_mm = 100'000'000'000;
    const std::int64_t sigma_mm = arguments[0].fix().sigma_mm;
    if (sigma_mm < 0 || sigma_mm > largest_sigma_mm) return {};  // the fix claims no usable accuracy
    return Value::of(Kind::length, (sigma_mm * factor + 5000) / 10000);
}

}  // namespace

void add_geo_functions(cel::Names& names) {
    names.add_function(
        {"geo.dist", {{Kind::place, Kind::fix}, {Kind::place, Kind::fix}}, cel::type_of(Kind::length), distance, 5});
    names.add_function({"geo.acc95", {{Kind::fix}}, cel::type_of(Kind::length), radius_95, 1});
}

}  // namespace ningyi::rule
