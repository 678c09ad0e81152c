// SPDX-License-Identifier: Apache-2.0
#include "engine/cells.h"

#include <algorithm>
#include <cstring>

#include "base/result.h"

namespace ningyi::engine {
namespace {

using cel::Kind;
using cel::Value;

std::int64_t of_place(std::pair<std::int32_t, std::int32_t> place) {
    return static_cast<std::int64_t>((static_cast<std::uint64_t>(static_cast<std::uint32_t>(place.first)) << 32U) |
                                     static_cast<std::uint32_t>(place.second));
}

// As many things of one sort as a cell can name.
std::uint32_t numbered(std::size_t count) {
    if (count >= UINT32_MAX) {
        throw MachineError("事件太多，内存中放不下 | there are too many events to be held in memory");
    }
    return static_cast<std::uint32_t>(count);
}

}  // namespace

std::uint32_t Cells::placed(std::int64_t number) {
    const std::uint32_t at = numbered(numbers_.size());
    numbers_.push_back(number);
    return at;
}

Cell Cells::of(FieldIndex field, const Value& value) {
    Cell cell{.field = field, .kind = value.kind()};
    std::int64_t number = 0;
    switch (value.kind()) {
        case Kind::string: return of_text(field, value.text());
        case Kind::timestamp:
        case Kind::duration: number = value.ms(); break;
        case Kind::place: number = of_place(value.place()); break;
        case Kind::boolean:
        case Kind::integer:
        case Kind::length:
        case Kind::money:
        case Kind::speed:
        case Kind::ratio:
        case Kind::date: number = value.number(); break;
        default:
            cell.form = Cell::Form::whole;
            cell.content = numbered(wholes_.size());
            wholes_.push_back(value);
            return cell;
    }
    const auto narrow = static_cast<std::int32_t>(number);
    cell.form = narrow == number ? Cell::Form::number : Cell::Form::wide;
    cell.content = narrow == number ? static_cast<std::uint32_t>(narrow) : placed(number);
    return cell;
}

Cell Cells::of_word(FieldIndex field, std::string_view text) {
    Cell cell{.field = field, .kind = Kind::string, .form = Cell::Form::word};
    cell.content =
        word_numbers_.find(text, [this](std::uint32_t number) -> std::string_view { return words_[number].text(); });
    if (cell.content == TextIndex::none) {
        cell.content = numbered(words_.size());
        words_.push_back(Value::of_string(text));
        word_numbers_.add(text, cell.content);
    }
    return cell;
}

Cell Cells::of_text(FieldIndex field, std::string_view text) {
    Cell cell{.field = field, .kind = Kind::string, .form = Cell::Form::text};
    const auto length = static_cast<std::uint32_t>(text.size());
    const std::size_t room = (sizeof length + text.size() + text_step - 1) / text_step * text_step;
    if (room > text_bytes_in_chunk) {
        cell.form = Cell::Form::whole;
        cell.content = numbered(wholes_.size());
        wholes_.push_back(Value::of_string(text));
        return cell;
    }
    if (room > text_left_) {
        texts_.push_back(std::make_unique_for_overwrite<char[]>(text_bytes_in_chunk));
        text_left_ = text_bytes_in_chunk;
    }
    const std::size_t at = text_bytes_in_chunk - text_left_;
    char* const to = texts_.back().get() + at;
    std::memcpy(to, &length, sizeof length);
    std::copy(text.begin(), text.end(), to + sizeof length);
    text_left_ -= room;
    cell.content = numbered(((texts_.size() - 1) * text_bytes_in_chunk + at) / text_step);
    return cell;
}

std::string_view Cells::text(std::uint32_t content) const {
    const std::size_t at = std::size_t{content} * text_step;
    const char* const from = texts_[at / text_bytes_in_chunk].get() + at % text_bytes_in_chunk;
    std::uint32_t length = 0;
    std::memcpy(&length, from, sizeof length);
    return {from + sizeof length, length};
}

const Cell* Cells::keep(std::span<const Cell> cells) {
    if (cells.size() > cells_left_) {
        const std::size_t room = std::max(cells_in_chunk, cells.size());
        cells_.push_back(std::make_unique<Cell[]>(room));
        next_ = cells_.back().get();
        cells_left_ = room;
    }
    Cell* const kept = next_;
    std::copy(cells.begin(), cells.end(), kept);
    next_ += cells.size();
    cells_left_ -= cells.size();
    return kept;
}

Value Cells::value(const Cell& cell) const {
    std::int64_t number = static_cast<std::int32_t>(cell.content);
    switch (cell.form) {
        case Cell::Form::word: return words_[cell.content];
        case Cell::Form::text: return Value::of_string(text(cell.content));
        case Cell::Form::whole: return wholes_[cell.content];
        case Cell::Form::wide: number = numbers_[cell.content]; break;
        case Cell::Form::number: break;
    }
    if (cell.kind == Kind::timestamp) return Value::of_timestamp_ms(number);
    if (cell.kind == Kind::duration) return Value::of_duration_ms(number);
    if (cell.kind == Kind::place) {
        return Value::of_place(static_cast<std::int32_t>(number >> 32U), static_cast<std::int32_t>(number));
    }
    return Value::of(cell.kind, number);
}

}  // namespace ningyi::engine
