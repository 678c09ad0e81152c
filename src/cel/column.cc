// SPDX-License-Identifier: Apache-2.0
#include "cel/column.h"

namespace ningyi::cel {

std::uint32_t Vocabulary::code(std::string_view text) {
    if (const auto found = codes_.find(text); found != codes_.end()) return found->second;
    const auto at = codes_.emplace(std::string(text), static_cast<std::uint32_t>(texts_.size())).first;
    texts_.push_back(&at->first);
    return at->second;
}

void Column::resize(Kind of, std::size_t rows) {
    kind = of;
    known.assign(rows, static_cast<std::uint8_t>(Known::absent));
    truths.clear();
    numbers.clear();
    codes.clear();
    boxed.clear();
    switch (of) {
        case Kind::boolean: truths.assign(rows, 0); break;
        case Kind::string: codes.assign(rows, 0); break;
        case Kind::list:
        case Kind::place:
        case Kind::fix: boxed.assign(rows, Value()); break;
        default: numbers.assign(rows, 0);
    }
}

void Column::set(std::size_t row, const Value& value, Vocabulary& vocabulary) {
    if (!value.is_known()) {
        known[row] = static_cast<std::uint8_t>(value.is_error() ? Known::error : Known::absent);
        return;
    }
    known[row] = static_cast<std::uint8_t>(Known::known);
    switch (kind) {
        case Kind::boolean: truths[row] = value.is_true() ? 1 : 0; break;
        case Kind::string: codes[row] = vocabulary.code(value.text()); break;
        case Kind::list:
        case Kind::place:
        case Kind::fix: boxed[row] = value; break;
        case Kind::timestamp:
        case Kind::duration: numbers[row] = value.ms(); break;
        default: numbers[row] = value.number();
    }
}

Value Column::get(std::size_t row, const Vocabulary& vocabulary) const {
    return value_at(view(), row, vocabulary);
}

ColumnView Column::view() const {
    return {kind, known.data(), truths.data(), numbers.data(), codes.data(), boxed.data()};
}

Value value_at(const ColumnView& column, std::size_t row, const Vocabulary& vocabulary) {
    if (column.known != nullptr && column.known[row] != static_cast<std::uint8_t>(Known::known))
        return column.known[row] == static_cast<std::uint8_t>(Known::error) ? Value::error("") : Value();
    switch (column.kind) {
        case Kind::boolean: return Value::of_bool(column.truths[row] != 0);
        case Kind::string: return Value::of_string(vocabulary.text(column.codes[row]));
        case Kind::list:
        case Kind::place:
        case Kind::fix: return column.boxed[row];
        case Kind::timestamp: return Value::of_timestamp_ms(column.numbers[row]);
        case Kind::duration: return Value::of_duration_ms(column.numbers[row]);
        default: return Value::of(column.kind, column.numbers[row]);
    }
}

}  // namespace ningyi::cel
