// SPDX-License-Identifier: Apache-2.0
#include "exchange/csv.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "exchange/csv_index.h"

namespace ningyi::exchange {
namespace {

// Hands out a text in pieces of the given size, to put joints everywhere.
class InPieces final : public ByteSource {
public:
    InPieces(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}
    Result<std::size_t> read(char* to, std::size_t room) override {
        const std::size_t count = std::min({room, piece_, text_.size() - at_});
        std::copy_n(text_.data() + at_, count, to);
        at_ += count;
        return count;
    }

private:
    std::string text_;
    std::size_t piece_, at_ = 0;
};

struct Table {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
    std::vector<std::int64_t> lines;
    Faults faults;    // of rows
    Faults unusable;  // of the file
    bool was_gb18030 = false;
};

Table read_all(const std::string& text, std::size_t piece = 1U << 20U) {
    Table table;
    auto reader = CsvReader::open(std::make_unique<InPieces>(text, piece), "orders.csv");
    if (!reader) {
        table.unusable = reader.error();
        return table;
    }
    table.header = (*reader)->header();
    table.was_gb18030 = (*reader)->was_gb18030();
    Rows rows;
    for (;;) {
        const auto more = (*reader)->next(rows);
        if (!more) {
            table.unusable = more.error();
            break;
        }
        if (!*more) break;
        for (std::size_t row = 0; row < rows.count; ++row) {
            std::vector<std::string> cells;
            for (std::size_t column = 0; column < rows.columns; ++column) cells.emplace_back(rows.cell(row, column));
            table.rows.push_back(std::move(cells));
            table.lines.push_back(rows.lines[row]);
        }
        table.faults.insert(table.faults.end(), rows.faults.begin(), rows.faults.end());
    }
    return table;
}

using Cells = std::vector<std::string>;

TEST(Csv, reads_a_header_and_rows_with_lf_or_crlf_with_or_without_a_mark_and_last_line_end) {
    for (const std::string& mark : {std::string(), std::string("\xEF\xBB\xBF")}) {
        for (const std::string& end : {std::string("\n"), std::string("\r\n")}) {
            for (const std::string& last : {std::string(), end}) {
                const Table table = read_all(mark + "a,b" + end + "1,2" + end + "3," + last);
                EXPECT_EQ(table.header, (Cells{"a", "b"}));
                EXPECT_EQ(table.rows, (std::vector<Cells>{{"1", "2"}, {"3", ""}}));
                EXPECT_EQ(table.lines, (std::vector<std::int64_t>{2, 3}));
                EXPECT_TRUE(table.faults.empty());
            }
        }
    }
}

TEST(Csv, takes_commas_line_ends_and_doubled_quotes_inside_quotes) {
    const Table table = read_all("a,b\n\"1,\n\"\"x\"\"\",\"\"\n\"\",2\r\nlast,\"3\"\r\n");
    EXPECT_EQ(table.rows, (std::vector<Cells>{{"1,\n\"x\"", ""}, {"", "2"}, {"last", "3"}}));
    EXPECT_EQ(table.lines, (std::vector<std::int64_t>{2, 4, 5}));
    EXPECT_TRUE(table.faults.empty());
}

TEST(Csv, skips_blank_lines) {
    const Table table = read_all("\n\na,b\n\n1,2\n\r\n\n3,4\n\n");
    EXPECT_EQ(table.rows, (std::vector<Cells>{{"1", "2"}, {"3", "4"}}));
    EXPECT_EQ(table.lines, (std::vector<std::int64_t>{5, 8}));
    EXPECT_TRUE(table.faults.empty());
}

TEST(Csv, names_a_quote_that_is_never_closed_and_reads_the_rows_after_it) {
    const Table table = read_all("a,b\n1,2\n养,\"open\n5,6\n7,8\n");
    EXPECT_EQ(table.rows, (std::vector<Cells>{{"1", "2"}, {"5", "6"}, {"7", "8"}}));
    ASSERT_EQ(table.faults.size(), 1U);
    EXPECT_EQ(table.faults[0].line, 3);
    EXPECT_EQ(table.faults[0].column, 3);
    EXPECT_EQ(table.faults[0].code, "E811");
}

TEST(Csv, names_text_behind_a_closing_quote_and_a_quote_in_an_open_cell) {
    const Table table = read_all("a,b\n\"x\"y,2\n3,z\"w\n5,6\n");
    EXPECT_EQ(table.rows, (std::vector<Cells>{{"5", "6"}}));
    ASSERT_EQ(table.faults.size(), 2U);
    EXPECT_EQ(table.faults[0].code, "E812");
    EXPECT_EQ(std::pair(table.faults[0].line, table.faults[0].column), std::pair(2, 4));
    EXPECT_EQ(table.faults[1].code, "E813");
    EXPECT_EQ(std::pair(table.faults[1].line, table.faults[1].column), std::pair(3, 4));
}

TEST(Csv, names_rows_with_too_few_or_too_many_cells) {
    const Table table = read_all("a,b\n1\n1,2,3\n4,5\n");
    EXPECT_EQ(table.rows, (std::vector<Cells>{{"4", "5"}}));
    ASSERT_EQ(table.faults.size(), 2U);
    EXPECT_EQ(table.faults[0].line, 2);
    EXPECT_NE(table.faults[1].zh.find("有 3 个单元格，列名有 2 个"), std::string::npos);
}

TEST(Csv, names_other_delimiters) {
    for (const auto& [text, word] :
         {std::pair<std::string, std::string>{"a;b\n1;2\n", "分号"}, {"a\tb\n1\t2\n", "制表符"}, {"a|b\n", "竖线"}}) {
        const Table table = read_all(text);
        ASSERT_EQ(table.unusable.size(), 1U);
        EXPECT_EQ(table.unusable[0].code, "E805");
        EXPECT_NE(table.unusable[0].zh.find(word), std::string::npos);
    }
}

TEST(Csv, names_an_empty_file_and_columns_given_twice_and_old_line_ends) {
    EXPECT_EQ(read_all("").unusable.at(0).code, "E802");
    EXPECT_EQ(read_all("\n\r\n").unusable.at(0).code, "E802");
    EXPECT_EQ(read_all("a,b,a\n1,2,3\n").unusable.at(0).code, "E807");
    EXPECT_EQ(read_all("a,b\r1,2\r3,4\r").unusable.at(0).code, "E806");
}

TEST(Csv, names_utf_16_with_and_without_a_mark) {
    const std::string text = "order_id,at\n1,2\n";
    std::string little, big;
    for (const char c : text) {
        little += c;
        little += '\0';
        big += '\0';
        big += c;
    }
    for (const std::string& file : {"\xFF\xFE" + little, little}) {
        const Table table = read_all(file);
        ASSERT_EQ(table.unusable.size(), 1U);
        EXPECT_NE(table.unusable[0].zh.find("UTF-16（小端"), std::string::npos);
        EXPECT_NE(table.unusable[0].zh.find("CSV UTF-8"), std::string::npos);
    }
    for (const std::string& file : {"\xFE\xFF" + big, big}) {
        EXPECT_NE(read_all(file).unusable.at(0).zh.find("UTF-16（大端"), std::string::npos);
    }
}

TEST(Csv, names_workbooks_and_archives_and_noise) {
    EXPECT_NE(read_all("PK\x03\x04....xl/workbook.xml").unusable.at(0).zh.find("Excel 工作簿"), std::string::npos);
    EXPECT_NE(read_all("\xD0\xCF\x11\xE0\xA1\xB1").unusable.at(0).zh.find(".xls"), std::string::npos);
    EXPECT_EQ(read_all("a,b\n\xFF\xFF\xFF,2\n").unusable.at(0).code, "E803");
}

TEST(Csv, converts_gbk_whatever_the_pieces) {
    // 姓名,备注 / 王五,护理 in GBK.
    const std::string gbk = "\xD0\xD5\xC3\xFB,\xB1\xB8\xD7\xA2\n\xCD\xF5\xCE\xE5,\xBB\xA4\xC0\xED\n";
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) {
        const Table table = read_all(gbk, piece);
        EXPECT_TRUE(table.was_gb18030);
        EXPECT_EQ(table.header, (Cells{"姓名", "备注"}));
        EXPECT_EQ(table.rows, (std::vector<Cells>{{"王五", "护理"}}));
    }
}

TEST(Csv, a_line_of_many_mebibytes_is_one_fault_in_bounded_memory_and_the_next_row_is_read) {
    // A source that makes its bytes on the way: 64 MiB of one line take no memory here.
    class Long final : public ByteSource {
    public:
        Result<std::size_t> read(char* to, std::size_t room) override {
            static const std::string start = "a,b\n1,2\n", end = "\n3,4\n";
            constexpr std::size_t middle = std::size_t{64} << 20U;
            std::size_t count = 0;
            for (; count < room && at_ < start.size() + middle + end.size(); ++count, ++at_) {
                to[count] = at_ < start.size()            ? start[at_]
                            : at_ < start.size() + middle ? 'x'
                                                          : end[at_ - start.size() - middle];
            }
            return count;
        }
        std::size_t at_ = 0;
    };
    auto reader = CsvReader::open(std::make_unique<Long>(), "fixes.csv");
    ASSERT_TRUE(reader.has_value());
    Rows rows;
    std::vector<std::string> first;
    Faults faults;
    while (*(*reader)->next(rows)) {
        for (std::size_t row = 0; row < rows.count; ++row) first.emplace_back(rows.cell(row, 0));
        faults.insert(faults.end(), rows.faults.begin(), rows.faults.end());
    }
    EXPECT_EQ(first, (std::vector<std::string>{"1", "3"}));
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults[0].code, "E815");
    EXPECT_EQ(faults[0].line, 3);
}

TEST(Csv, a_cell_over_64_kib_is_a_fault) {
    const std::string wide(70'000, 'x');
    const Table table = read_all("a,b\n1," + wide + "\n\"" + wide + "\",2\n3,4\n");
    EXPECT_EQ(table.rows, (std::vector<Cells>{{"3", "4"}}));
    EXPECT_EQ(table.faults.size(), 2U);
}

TEST(Csv, the_pieces_of_the_source_make_no_difference) {
    std::string text = "a,b,c\n";
    Random random(7);
    for (int row = 0; row < 4000; ++row) {
        for (int column = 0; column < 3; ++column) {
            static const std::string parts[] = {
                "", "x", "长护险", "\"q,\n\"\"\"", "\"", "a\"b", "12345678901234567890", "\"open"};
            text += parts[random.below(100) < 97 ? random.below(3) : random.below(8)];
            text += column < 2 ? "," : "\n";
        }
    }
    const Table whole = read_all(text);
    ASSERT_GT(whole.rows.size(), 1000U);
    ASSERT_FALSE(whole.faults.empty());
    for (const std::size_t piece : {1U, 13U, 64U, 4096U, 100'000U}) {
        const Table again = read_all(text, piece);
        EXPECT_EQ(again.rows, whole.rows);
        EXPECT_EQ(again.lines, whole.lines);
        EXPECT_EQ(again.faults.size(), whole.faults.size());
    }
}

TEST(Csv, the_writer_escapes_what_a_spreadsheet_would_run) {
    std::string out;
    CsvWriter csv(out);
    for (const std::string& cell : {std::string("=1+1"), std::string("+86"), std::string("-2"), std::string("@x"),
                                    std::string("\tx"), std::string("\rx"), std::string(1, '\0'), std::string("=a,b")})
        csv.text(cell);
    csv.integer(-5);
    csv.empty();
    csv.text("ok");
    csv.end_row();
    EXPECT_EQ(out, std::string("'=1+1,'+86,'-2,'@x,'\tx,\"'\rx\",'") + std::string(1, '\0') + ",\"'=a,b\",-5,,ok\r\n");
}

RC_GTEST_PROP(Csv, what_is_written_is_read_again, ()) {
    const auto columns = *rc::gen::inRange<std::size_t>(1, 6);
    const auto cell =
        rc::gen::container<std::string>(rc::gen::element('a', 'b', ',', '"', '\n', '\r', ' ', ';', '\'', '5'));
    const auto rows = *rc::gen::container<std::vector<Cells>>(rc::gen::container<Cells>(columns, cell));
    std::string text;
    CsvWriter csv(text);
    for (std::size_t i = 0; i < columns; ++i) csv.text("column" + std::to_string(i));
    csv.end_row();
    std::vector<Cells> expected = rows;
    for (Cells& row : expected) {
        for (std::string& one : row) {
            csv.text(one);
            if (is_formula_like(one)) one.insert(0, "'");
        }
        csv.end_row();
    }
    const Table table = read_all(text, *rc::gen::inRange<std::size_t>(1, 200));
    RC_ASSERT(table.faults.empty());
    RC_ASSERT(table.rows == expected);
}

TEST(CsvIndex, all_variants_find_the_same_separators) {
    Random random(3);
    for (int round = 0; round < 300; ++round) {
        const std::size_t size = random.below(500);
        std::string text(size + 200, '\xFF');
        const bool with_high = random.chance(0.3);
        for (std::size_t i = 0; i < size; ++i) {
            static constexpr char usual[] = "0123456789abc,\n\",";
            text[i] = with_high && random.chance(0.05) ? static_cast<char>(random.below(256))
                                                       : usual[random.below(sizeof usual - 1)];
        }
        const auto from = static_cast<std::uint32_t>(random.below(size + 1));
        std::vector<std::uint32_t> expected, fast(size + 64), portable(size + 64);
        bool ascii = true;
        for (std::uint32_t i = from; i < size; ++i) {
            if (text[i] == ',' || text[i] == '\n' || text[i] == '"') expected.push_back(i);
            if (static_cast<std::uint8_t>(text[i]) > 0x7F) ascii = false;
        }
        bool fast_ascii = true, portable_ascii = true;
        fast.resize(index_separators(text.data(), from, static_cast<std::uint32_t>(size), fast.data(), fast_ascii));
        portable.resize(index_separators_portable(text.data(), from, static_cast<std::uint32_t>(size), portable.data(),
                                                  portable_ascii));
        EXPECT_EQ(fast, expected);
        EXPECT_EQ(portable, expected);
        EXPECT_EQ(fast_ascii, ascii);
        EXPECT_EQ(portable_ascii, ascii);
    }
}

}  // namespace
}  // namespace ningyi::exchange
