// SPDX-License-Identifier: Apache-2.0
// Writes a workbook of one sheet in constant memory: headings frozen, a filter on every column. Rows are prepared
// apart, by several threads if need be, and written in order. The same rows give the same bytes: no time of writing is
// kept.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ningyi::exchange {

struct SheetColumn {
    std::string heading;
    double width = 12;  // in characters
};

// Rows one after the other, cell by cell, as a sheet may hold them.
class SheetRows {
public:
    // The next cell. Text that a spreadsheet might run gets an apostrophe in front; what is beyond a cell's size is
    // cut.
    void text(std::string_view value);
    void integer(std::int64_t value) { cells_.push_back({.kind = Kind::integer, .number = value}); }
    void yuan(std::int64_t fen) { cells_.push_back({.kind = Kind::yuan, .number = fen}); }  // shown with two decimals
    void empty() { cells_.push_back({.kind = Kind::empty}); }
    void end_row() { cells_.push_back({.kind = Kind::end}); }
    void clear() { cells_.clear(), texts_.clear(); }

private:
    friend class WorkbookWriter;
    enum class Kind : std::uint8_t { empty, text, integer, yuan, end };
    struct Cell {
        Kind kind = Kind::empty;
        std::int64_t number = 0;  // text: where it begins in texts_, ended by a NUL
    };
    std::vector<Cell> cells_;
    std::string texts_;
};

class WorkbookWriter {
public:
    // Rows a sheet can hold besides the headings; further ones are left out.
    static constexpr std::uint32_t most_rows = 1'048'575;

    // Writes to the file at `path`, made anew. Throws MachineError when the disk fails.
    WorkbookWriter(const std::string& path, const std::string& sheet, const std::string& title,
                   const std::vector<SheetColumn>& columns);
    ~WorkbookWriter();
    WorkbookWriter(const WorkbookWriter&) = delete;
    WorkbookWriter& operator=(const WorkbookWriter&) = delete;

    void add(const SheetRows& rows);  // the next rows
    void finish();                    // REQUIRES: called once

private:
    struct Book;
    std::unique_ptr<Book> book_;
    std::uint32_t row_ = 1;
    std::size_t columns_ = 0;
};

}  // namespace ningyi::exchange
