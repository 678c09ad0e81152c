// SPDX-License-Identifier: Apache-2.0
// A table as it is read: a header, then groups of rows whose cells are text. What the cells mean is said by columns.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "track/fix.h"

namespace ningyi::exchange {

// A cell as a piece of the text of its group.
struct Cell {
    std::uint32_t at = 0;
    std::uint32_t size = 0;
};

// At most so many rows in one group. Not a multiple of 512: cells stand column by column, and columns that lie a
// multiple of 4 KiB apart would fight for the same cache lines.
constexpr std::size_t rows_in_group = 1000;

// A group of rows; the text belongs to the reader and stays until its next group. 16 bytes beyond each cell are
// readable.
struct Rows {
    const char* text = nullptr;
    std::size_t count = 0;
    std::size_t columns = 0;
    bool ascii = false;                 // certainly nothing but ASCII in the text
    std::vector<Cell> cells;            // cell of (column, row): cells[column * rows_in_group + row]
    std::vector<std::int64_t> lines;    // line of the file on which each row begins
    std::string_view file;              // the file these rows are of, where a source has several; belongs to the source
    const track::Fix* fixes = nullptr;  // of each row, where a source has more to say than its cells; the source's too
    Faults faults;                      // rows that could not be read, by line; they are not among the rows

    std::string_view cell(std::size_t row, std::size_t column) const {
        const Cell& found = cells[column * rows_in_group + row];
        return {text + found.at, found.size};
    }
};

class RowSource {
public:
    virtual ~RowSource() = default;
    virtual const std::vector<std::string>& header() const = 0;
    // The next group; false at the end. A fault when the rest cannot be read at all.
    virtual Result<bool> next(Rows& rows) = 0;
};

// Bounds of a table (security.md T15): more is a fault of the row, or of the file for the header.
constexpr std::size_t max_columns = 256;
constexpr std::size_t max_row_bytes = std::size_t{1} << 20U;
constexpr std::size_t max_cell_bytes = std::size_t{64} << 10U;

}  // namespace ningyi::exchange
