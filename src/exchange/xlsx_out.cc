// SPDX-License-Identifier: Apache-2.0
#include "exchange/xlsx_out.h"

#include <ctime>

#include <xlsxwriter.h>

#include "base/check.h"
#include "base/result.h"
#include "base/text.h"
#include "exchange/csv.h"
#include "exchange/rejects.h"

namespace ningyi::exchange {
namespace {

constexpr std::size_t most_characters = 32'000;  // a cell holds 32,767 UTF-16 units
constexpr time_t fixed_time = 1'735'689'600;     // 2025-01-01T00:00:00Z: the file says nothing of when it was written

void must(lxw_error error, const std::string& path) {
    if (error != LXW_NO_ERROR) throw MachineError(format("{}: {}", path, lxw_strerror(error)));
}

}  // namespace

struct WorkbookWriter::Book {
    std::string path;
    lxw_workbook* workbook = nullptr;
    lxw_worksheet* sheet = nullptr;
    lxw_format* money = nullptr;
};

WorkbookWriter::WorkbookWriter(const std::string& path, const std::string& sheet, const std::string& title,
                               const std::vector<SheetColumn>& columns)
    : book_(std::make_unique<Book>()), columns_(columns.size()) {
    lxw_workbook_options options{};
    options.constant_memory = LXW_TRUE;
    book_->path = path;
    book_->workbook = workbook_new_opt(path.c_str(), &options);
    if (book_->workbook == nullptr) throw MachineError(format("{}: the workbook cannot be made", path));
    std::string titled = title;
    lxw_doc_properties properties{};
    properties.title = titled.data();
    properties.created = fixed_time;
    must(workbook_set_properties(book_->workbook, &properties), path);
    book_->sheet = workbook_add_worksheet(book_->workbook, sheet.c_str());
    if (book_->sheet == nullptr) throw MachineError(format("{}: the sheet cannot be made", path));
    lxw_format* heading = workbook_add_format(book_->workbook);
    format_set_bold(heading);
    format_set_bg_color(heading, 0xE8EEF4);
    format_set_bottom(heading, LXW_BORDER_THIN);
    book_->money = workbook_add_format(book_->workbook);
    format_set_num_format(book_->money, "#,##0.00");
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto column = static_cast<lxw_col_t>(i);
        must(worksheet_set_column(book_->sheet, column, column, columns[i].width, nullptr), path);
        must(worksheet_write_string(book_->sheet, 0, column, columns[i].heading.c_str(), heading), path);
    }
    worksheet_freeze_panes(book_->sheet, 1, 0);
}

WorkbookWriter::~WorkbookWriter() {
    if (book_->workbook != nullptr) workbook_close(book_->workbook);
}

void SheetRows::text(std::string_view value) {
    cells_.push_back({.kind = Kind::text, .number = static_cast<std::int64_t>(texts_.size())});
    if (is_formula_like(value)) texts_ += '\'';
    const std::string shown = cut(value, most_characters);
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const char c = shown[i];
        const std::string_view next = std::string_view(shown).substr(i, 3);
        if (next == "\xEF\xBF\xBE" || next == "\xEF\xBF\xBF") {
            i += 2;  // U+FFFE and U+FFFF are no characters
        } else {
            texts_ += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
        }
    }
    texts_ += '\0';
}

void WorkbookWriter::add(const SheetRows& rows) {
    lxw_col_t column = 0;
    for (const SheetRows::Cell& cell : rows.cells_) {
        if (row_ > most_rows) return;
        CHECK(cell.kind == SheetRows::Kind::end || column < columns_);
        switch (cell.kind) {
            case SheetRows::Kind::empty: break;
            case SheetRows::Kind::text:
                must(worksheet_write_string(book_->sheet, row_, column, rows.texts_.c_str() + cell.number, nullptr),
                     book_->path);
                break;
            case SheetRows::Kind::integer:
                must(worksheet_write_number(book_->sheet, row_, column, static_cast<double>(cell.number), nullptr),
                     book_->path);
                break;
            case SheetRows::Kind::yuan:
                must(worksheet_write_number(book_->sheet, row_, column, static_cast<double>(cell.number) / 100,
                                            book_->money),
                     book_->path);
                break;
            case SheetRows::Kind::end:
                column = 0;
                ++row_;
                continue;
        }
        ++column;
    }
}

void WorkbookWriter::finish() {
    must(worksheet_autofilter(book_->sheet, 0, 0, row_ - 1, static_cast<lxw_col_t>(columns_ - 1)), book_->path);
    lxw_workbook* workbook = book_->workbook;
    book_->workbook = nullptr;
    must(workbook_close(workbook), book_->path);
}

}  // namespace ningyi::exchange
