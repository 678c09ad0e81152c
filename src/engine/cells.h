// SPDX-License-Identifier: Apache-2.0
// What events said, kept small: eight bytes a field and what does not fit into them beside it. Words and ids that
// repeat are kept once, other texts as their bytes. Cells stay where they are and never change.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "cel/value.h"
#include "engine/text_index.h"

namespace ningyi::engine {

using FieldIndex = std::uint16_t;

// One field of one event. What `content` means is between it and Cells.
struct Cell {
    FieldIndex field = 0;
    cel::Kind kind = cel::Kind::absent;
    enum class Form : std::uint8_t { number, wide, word, text, whole } form = Form::number;
    std::uint32_t content = 0;
};

class Cells {
public:
    Cell of(FieldIndex field, const cel::Value& value);     // REQUIRES: known; times are whole milliseconds
    Cell of_text(FieldIndex field, std::string_view text);  // of kind string
    Cell of_word(FieldIndex field, std::string_view text);  // of kind string, too; equal ones are kept once
    // Gives the cells of one event their place, side by side.
    const Cell* keep(std::span<const Cell> cells);

    // What the cell was made of. REQUIRES: made by these Cells.
    cel::Value value(const Cell& cell) const;

private:
    std::uint32_t placed(std::int64_t number);
    std::string_view text(std::uint32_t content) const;

    static constexpr std::size_t cells_in_chunk = 8192;
    static constexpr std::size_t text_bytes_in_chunk = std::size_t{256} << 10U;
    static constexpr std::size_t text_step = 8;  // texts begin at multiples of it

    std::vector<std::unique_ptr<Cell[]>> cells_;
    Cell* next_ = nullptr;        // in the last chunk
    std::size_t cells_left_ = 0;  // there
    std::deque<std::int64_t> numbers_;
    std::vector<cel::Value> words_;
    TextIndex word_numbers_;
    std::vector<std::unique_ptr<char[]>> texts_;  // each: its length, its bytes
    std::size_t text_left_ = 0;
    std::deque<cel::Value> wholes_;  // lists, fixes and very long texts
};

}  // namespace ningyi::engine
