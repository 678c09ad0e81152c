// SPDX-License-Identifier: Apache-2.0
// Writes a workbook of one sheet: headings frozen, a filter on every column. Rows are made and compressed in pieces, by
// several threads if need be, and written in order. The same rows in the same pieces give the same bytes: no time of
// writing is kept.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ningyi::exchange {

struct SheetColumn {
    std::string heading;
    double width = 12;  // in characters
};

// Some rows that follow each other, as they stand in the file.
struct SheetPiece {
    std::string deflated;
    std::uint64_t size = 0;  // not deflated
    std::uint32_t crc = 0;
    std::size_t rows = 0;
};

// The rows of one piece after the other.
class SheetRows {
public:
    // Rows from number `first` on (the headings are row 1). REQUIRES: first >= 2.
    void begin(std::size_t first);

    // The next cell. Text that a spreadsheet might run gets an apostrophe in front; what is beyond a cell's size is
    // cut.
    void text(std::string_view value);
    void integer(std::int64_t value);
    void yuan(std::int64_t fen);  // shown with two decimals
    void empty() { ++column_; }
    void end_row();

    SheetPiece piece();  // of everything since begin()

private:
    void open_cell(std::string_view attributes);
    std::string xml_;
    std::size_t row_ = 0, rows_ = 0;
    std::size_t column_ = 0;
    bool is_open_ = false;
};

class WorkbookWriter {
public:
    // Rows a sheet can hold besides the headings.
    static constexpr std::size_t most_rows = 1'048'575;

    // Writes to the file at `path`, made anew. Throws MachineError when the disk fails.
    WorkbookWriter(const std::string& path, const std::string& sheet, const std::string& title,
                   const std::vector<SheetColumn>& columns);
    ~WorkbookWriter();
    WorkbookWriter(const WorkbookWriter&) = delete;
    WorkbookWriter& operator=(const WorkbookWriter&) = delete;

    // The next rows. A sheet holds most_rows and no more than 4 GiB of text; from the first piece that finds no room
    // on, all are left out.
    void add(const SheetPiece& piece);
    void finish();  // REQUIRES: called once

private:
    struct Entry {  // a file of the archive
        std::string name;
        std::uint64_t at = 0, packed = 0, size = 0;
        std::uint32_t crc = 0;
    };
    void write(std::string_view bytes);
    void begin_entry(const std::string& name);
    void append(const SheetPiece& piece);
    void end_entry();
    void whole_entry(const std::string& name, std::string_view text);

    std::string path_, sheet_, title_;
    std::size_t columns_ = 0, rows_ = 1;
    std::FILE* file_ = nullptr;
    std::uint64_t written_ = 0;
    bool is_full_ = false;
    std::vector<Entry> entries_;
};

}  // namespace ningyi::exchange
