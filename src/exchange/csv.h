// SPDX-License-Identifier: Apache-2.0
// CSV in and out (RFC 4180). The reader streams in bounded memory, names broken quotes by line and column, recognises
// wrong delimiters and encodings, and goes on after a broken row. The writer escapes cells that a spreadsheet would
// run.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "exchange/bytes.h"
#include "exchange/rows.h"

namespace ningyi::exchange {

// Reads the header at once. A file that cannot be used is a fault: empty, not UTF-8 or GBK, another delimiter, a column
// named twice, lines ended by CR alone. Rows that cannot be read are faults in their group: broken quotes (with line
// and column), another number of cells than the header, a row over 1 MiB, a cell over 64 KiB. Blank lines are skipped;
// a byte order mark, CRLF, and commas and line ends inside quotes are as RFC 4180 has them.
class CsvReader final : public RowSource {
public:
    static Result<std::unique_ptr<CsvReader>> open(std::unique_ptr<ByteSource> source, const std::string& file);

    const std::vector<std::string>& header() const override { return header_; }
    Result<bool> next(Rows& rows) override;

    // True if the file was GBK or GB18030 and is converted on the way.
    bool was_gb18030() const { return was_gb18030_; }

private:
    CsvReader(std::unique_ptr<ByteSource> source, std::string file);

    enum class Row { complete, unfinished, faulty };
    struct Broken {
        std::size_t at;      // byte of the fault
        std::size_t resume;  // where to look for the next line end
        std::string code, zh, en;
    };
    Result<bool> refill();
    Result<bool> read_header();
    Row parse_row(std::size_t start, std::size_t& end, std::vector<Cell>& cells, Broken& broken);
    void report(Rows& rows, std::int64_t line, const Broken& broken, std::size_t row_start);
    std::size_t skip_line(std::size_t from);
    bool fast_rows(Rows& rows);

    std::unique_ptr<ByteSource> source_;
    std::string file_;
    std::vector<std::string> header_;
    bool was_gb18030_ = false;

    // text_[begin_, end_) is read and not yet handed out; places_[next_place_, place_count_) are its separators.
    std::vector<char> text_;
    std::size_t begin_ = 0, end_ = 0;
    std::vector<std::uint32_t> places_;
    std::size_t next_place_ = 0, place_count_ = 0;
    std::int64_t line_ = 1;       // of begin_
    std::int64_t row_lines_ = 0;  // of the row cut last by the careful path
    bool ended_ = false;          // the source has no more
    bool skipping_ = false;       // inside a row that is too long
    bool ascii_ = true;
    std::vector<Cell> row_;  // of the careful path
};

// Writes rows of CSV to the end of a text, lines ended by CRLF as RFC 4180 has it.
class CsvWriter {
public:
    // REQUIRES: `out` outlives the writer.
    explicit CsvWriter(std::string& out) : out_(out) {}

    // Text that begins with = + - @ TAB CR or NUL gets an apostrophe in front, so that no spreadsheet runs it
    // (security.md T14). Cells with commas, quotes or line ends are quoted.
    void text(std::string_view value);
    void integer(std::int64_t value);
    void empty();
    // What is already known to be harmless, such as a number with decimals. REQUIRES: no comma, quote or line end.
    void plain(std::string_view value);
    void end_row();

private:
    void separate();
    std::string& out_;
    std::size_t cells_ = 0;   // in this row
    std::size_t row_at_ = 0;  // where it begins in out_
};

// True if a spreadsheet might run a cell of this text.
bool is_formula_like(std::string_view value);

}  // namespace ningyi::exchange
