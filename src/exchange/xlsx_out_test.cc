// SPDX-License-Identifier: Apache-2.0
#include "exchange/xlsx_out.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "exchange/test_gardens.h"
#include "exchange/xlsx_in.h"

namespace ningyi::exchange {
namespace {

using namespace fixture;

class GardenWorkbook : public testing::Test, protected GardenAudit {
protected:
    void SetUp() override { judge(); }
};

TEST_F(GardenWorkbook, the_workbook_opens_with_chinese_headings) {
    auto source = open_workbook_bytes(written("book").at("findings.xlsx"), "findings.xlsx", zone_);
    ASSERT_TRUE(source) << to_text(source.error().front());
    EXPECT_EQ((*source)->header().front(), "规则");
    Rows rows;
    const auto more = (*source)->next(rows);
    ASSERT_TRUE(more);
    ASSERT_EQ(rows.count, 3U);
    EXPECT_EQ(rows.cell(0, 0), "GA-FAR-01");
    EXPECT_EQ(rows.cell(0, 2), "命中");
    EXPECT_EQ(rows.cell(0, 6), "'=V2");
}

TEST_F(GardenWorkbook, a_list_beyond_the_bound_leaves_out_what_could_not_be_judged) {
    const auto outcomes = [&](std::size_t bound) {
        most_workbook_rows_ = bound;
        std::map<std::string, int> count;
        auto source = open_workbook_bytes(written("bounded").at("findings.xlsx"), "findings.xlsx", zone_);
        Rows rows;
        for (bool more = source.has_value(); more;) {
            more = (*source)->next(rows).value_or(false);
            for (std::size_t row = 0; row < rows.count; ++row) ++count[std::string(rows.cell(row, 2))];
        }
        return count;
    };
    auto all = outcomes(3);
    EXPECT_GT(all["命中"], 0);
    EXPECT_GT(all["无法判定"], 0) << "else there is nothing to leave out";
    const auto decided = outcomes(2);
    all.erase("无法判定");
    EXPECT_EQ(decided, all);
}

// The workbook of these pieces as its reader sees it.
class Workbook : public testing::Test {
protected:
    static std::string file(const std::vector<SheetRows>& pieces) {
        const std::string path = testing::TempDir() + "/xlsx_out_test.xlsx";
        WorkbookWriter book(path, "A & B", "'<>\"", {{"甲", 10}, {"\"乙\"", 20.5}, {"丙", 8}});
        for (const SheetRows& piece : pieces) book.add(piece);
        book.finish();
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    static std::vector<std::vector<std::string>> read(const std::string& bytes) {
        std::vector<std::vector<std::string>> all;
        const auto source = open_workbook_bytes(bytes, "book.xlsx", Zone::china());
        EXPECT_TRUE(source);
        if (!source) return all;
        all.push_back((*source)->header());
        Rows rows;
        for (;;) {
            const auto more = (*source)->next(rows);
            EXPECT_TRUE(more);
            for (std::size_t row = 0; row < rows.count; ++row) {
                all.emplace_back();
                for (std::size_t i = 0; i < 3; ++i) all.back().emplace_back(rows.cell(row, i));
            }
            if (!more || !*more) return all;
        }
    }
};

TEST_F(Workbook, what_was_written_is_read_again_however_it_was_cut_into_pieces) {
    const std::vector<std::string> odd = {"a&b<c>\"d\"", " edges ", "甲\n乙", "x\x01y", "=1+1", "𠮷\xEF\xBF\xBF", ""};
    std::vector<std::vector<std::string>> expected = {{"甲", "\"乙\"", "丙"}};
    std::vector<SheetRows> pieces;
    std::size_t row = 2;
    for (const std::size_t size : {1, 0, 7, 500}) {
        SheetRows rows;
        for (std::size_t i = 0; i < size; ++i, ++row) {
            const std::string& text = odd[row % odd.size()];
            rows.text(text);
            rows.integer(static_cast<std::int64_t>(row) - 5);
            rows.yuan(-150 * static_cast<std::int64_t>(row));
            rows.end_row();
            const std::string seen = text == "=1+1"           ? "'=1+1"
                                     : text == "x\x01y"       ? "x y"
                                     : text.starts_with("𠮷") ? "𠮷"
                                                              : text;
            expected.push_back({seen, format("{}", static_cast<std::int64_t>(row) - 5),
                                format("-{}{}", 3 * row / 2, row % 2 == 0 ? "" : ".5")});
        }
        pieces.push_back(rows);
    }
    const std::string bytes = file(pieces);
    const auto found = read(bytes);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], expected[i]) << i;
    EXPECT_EQ(file(pieces), bytes) << "the same rows give the same bytes";
}

TEST_F(Workbook, a_cell_that_is_too_long_is_cut_and_an_empty_one_keeps_its_place) {
    SheetRows rows;
    rows.empty();
    rows.text(std::string(40'000, 'z'));
    rows.end_row();
    const auto found = read(file({rows}));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[1][0], "");
    EXPECT_EQ(found[1][1], std::string(32'000, 'z') + "…");
}

}  // namespace
}  // namespace ningyi::exchange
