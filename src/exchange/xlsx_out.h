// SPDX-License-Identifier: Apache-2.0
// Writes a workbook of one sheet, row by row in constant memory: headings frozen, a filter on every column. The same
// rows give the same bytes: no time of writing is kept.
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

class WorkbookWriter {
public:
    // Rows a sheet can hold besides the headings; further ones are left out and counted.
    static constexpr std::uint32_t most_rows = 1'048'575;

    // Writes to the file at `path`, made anew. Throws MachineError when the disk fails.
    WorkbookWriter(const std::string& path, const std::string& sheet, const std::string& title,
                   const std::vector<SheetColumn>& columns);
    ~WorkbookWriter();
    WorkbookWriter(const WorkbookWriter&) = delete;
    WorkbookWriter& operator=(const WorkbookWriter&) = delete;

    // The next cell. Text that a spreadsheet might run gets an apostrophe in front; what is beyond a cell's size is
    // cut.
    void text(std::string_view value);
    void integer(std::int64_t value);
    void yuan(std::int64_t fen);  // shown with two decimals
    void empty();
    void end_row();

    std::uint64_t left_out() const { return left_out_; }
    void finish();  // REQUIRES: called once

private:
    struct Book;
    std::unique_ptr<Book> book_;
    std::uint32_t row_ = 1;
    std::uint16_t column_ = 0;
    std::size_t columns_ = 0;
    std::uint64_t left_out_ = 0;
};

}  // namespace ningyi::exchange
