// SPDX-License-Identifier: Apache-2.0
#include "engine/fact_value.h"

namespace ningyi::engine {

using cel::Kind;
using cel::Value;

Kind kind_of(track::FactKind kind) {
    switch (kind) {
        case track::FactKind::length: return Kind::length;
        case track::FactKind::duration: return Kind::duration;
        case track::FactKind::ratio: return Kind::ratio;
        case track::FactKind::instant: return Kind::timestamp;
        case track::FactKind::count:
        case track::FactKind::strength: return Kind::integer;
    }
    return Kind::integer;
}

Value value_of(track::FactKind kind, const std::optional<std::int64_t>& number) {
    if (!number) return {};
    if (kind == track::FactKind::duration) return Value::of_duration_ms(*number);
    if (kind == track::FactKind::instant) return Value::of_timestamp_ms(*number);
    return Value::of(kind_of(kind), *number);
}

std::optional<std::int64_t> number_of(const Value& value) {
    switch (value.kind()) {
        case Kind::duration:
        case Kind::timestamp: return value.ms();
        case Kind::integer:
        case Kind::length:
        case Kind::money:
        case Kind::speed:
        case Kind::ratio:
        case Kind::date: return value.number();
        default: return std::nullopt;
    }
}

Value of_number(Kind kind, std::int64_t number) {
    if (kind == Kind::duration) return Value::of_duration_ms(number);
    if (kind == Kind::timestamp) return Value::of_timestamp_ms(number);
    return Value::of(kind, number);
}

std::int64_t rounded_division(Wide dividend, Wide divisor) {
    const Wide twice = dividend * 2;
    const Wide shifted = twice >= 0 ? twice + divisor : twice - divisor;
    return static_cast<std::int64_t>(shifted / (2 * divisor));
}

}  // namespace ningyi::engine
