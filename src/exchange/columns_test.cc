// SPDX-License-Identifier: Apache-2.0
#include "exchange/columns.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "base/time.h"
#include "exchange/csv.h"

namespace ningyi::exchange {
namespace {

struct Read {
    std::vector<CellState> states;
    std::vector<std::int64_t> numbers;
};

// Reads a table of one column.
Read read_column(ColumnPlan plan, const std::vector<std::string>& cells) {
    std::string text = "x,end\n";
    for (const std::string& cell : cells)
        text += (cell.find(',') != std::string::npos ? "\"" + cell + "\"" : cell) + ",.5\n";
    auto reader = CsvReader::open(over_memory(text), "x.csv");
    plan.name = "x";
    plan.column = 0;
    Columns columns({plan});
    Rows rows;
    Read read;
    while (*(*reader)->next(rows)) {
        columns.read(rows);
        for (std::size_t row = 0; row < rows.count; ++row) {
            read.states.push_back(columns.values(0).states[row]);
            read.numbers.push_back(columns.values(0).numbers[row]);
        }
    }
    EXPECT_EQ(read.states.size(), cells.size());
    return read;
}

void expect_number(ColumnType type, const std::string& cell, std::int64_t number) {
    const Read read = read_column({.type = type}, {cell});
    EXPECT_EQ(read.states.at(0), CellState::present) << cell;
    EXPECT_EQ(read.numbers.at(0), number) << cell;
}

void expect_bad(ColumnType type, const std::vector<std::string>& cells) {
    const Read read = read_column({.type = type}, cells);
    for (std::size_t i = 0; i < cells.size(); ++i) EXPECT_EQ(read.states[i], CellState::bad) << cells[i];
}

TEST(Columns, degrees_are_rounded_once_to_the_seventh_digit) {
    expect_number(ColumnType::latitude, "31.7712345", 317'712'345);
    expect_number(ColumnType::latitude, "-31.77123455", -317'712'346);
    expect_number(ColumnType::latitude, "31.77123454999999", 317'712'345);
    expect_number(ColumnType::longitude, "119.97", 1'199'700'000);
    expect_number(ColumnType::longitude, "119.971234567890123", 1'199'712'346);
    expect_number(ColumnType::longitude, "0", 0);
    expect_number(ColumnType::longitude, " 120 ", 1'200'000'000);
    expect_number(ColumnType::longitude, "+120.5", 1'205'000'000);
    expect_bad(ColumnType::latitude, {"31,77", "N31.7", "31.7.1", ".", "-", "31.", ".5", "1e2", "31°46'",
                                      "12345678901234567890", "nan", "--1", "3 1", "31.12345678x"});
}

TEST(Columns, the_fast_path_agrees_with_the_careful_one_on_random_decimals) {
    Random random(11);
    std::vector<std::string> cells;
    for (int i = 0; i < 3000; ++i) {
        std::string text = random.chance(0.3) ? "-" : "";
        for (std::uint64_t n = 1 + random.below(3); n > 0; --n) text += static_cast<char>('0' + random.below(10));
        const std::uint64_t fraction = random.below(12);
        if (fraction > 0) text += '.';
        for (std::uint64_t n = fraction; n > 0; --n) text += static_cast<char>('0' + random.below(10));
        if (random.chance(0.05))
            text[random.below(text.size())] = static_cast<char>(32 + random.below(90) + (random.chance(0.5) ? 5 : 0));
        if (text.find_first_of(",\"\n") != std::string::npos || trimmed(text) != text || text.empty()) continue;
        cells.push_back(text);
    }
    for (const auto& [type, decimals] : {std::pair{ColumnType::latitude, 7}, {ColumnType::metres, 3}}) {
        const Read read = read_column({.type = type}, cells);
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const auto number = scaled_decimal(cells[i], decimals);
            EXPECT_EQ(read.states[i] == CellState::present, number.has_value()) << cells[i];
            if (number) {
                EXPECT_EQ(read.numbers[i], *number) << cells[i];
            }
        }
    }
}

TEST(Columns, times_agree_with_the_one_parser_of_times) {
    Random random(5);
    std::vector<std::string> cells;
    for (int i = 0; i < 5000; ++i) {
        const Instant instant{static_cast<std::int64_t>(random.below(4'000'000'000'000))};
        const int offsets[] = {480, 480, 480, 0, -150};
        std::string text = to_text(
            random.chance(0.5) ? Instant{1'754'010'000'000 + static_cast<std::int64_t>(random.below(80'000'000))}
                               : instant,
            offsets[random.below(5)]);
        if (random.chance(0.1)) text[10] = ' ';
        if (random.chance(0.15)) text[random.below(text.size())] = static_cast<char>('0' + random.below(12));
        if (random.chance(0.05)) text.pop_back();
        cells.push_back(text);
    }
    const Read read = read_column({.type = ColumnType::time}, cells);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto instant = parse_instant(cells[i]);
        EXPECT_EQ(read.states[i] == CellState::present, instant.has_value()) << cells[i];
        if (instant) {
            EXPECT_EQ(read.numbers[i], instant->ms) << cells[i];
        }
    }
}

TEST(Columns, integers_minutes_and_metres_and_their_bounds) {
    expect_number(ColumnType::integer, "9500", 9500);
    expect_number(ColumnType::integer, "-12345678901234567", -12'345'678'901'234'567);
    expect_number(ColumnType::epoch_ms, "1754010000123", 1'754'010'000'123);
    expect_number(ColumnType::minutes, "45", 45 * minutes_ms);
    expect_number(ColumnType::metres, "12.5", 12'500);
    expect_number(ColumnType::metres, "0.0005", 1);
    expect_number(ColumnType::date, "2025-08-01", parse_date("2025-08-01")->days);
    expect_bad(ColumnType::integer, {"1.5", "12a", "1e3", "1234567890123456789", "１２", "1,000"});
    const Read bounded = read_column({.type = ColumnType::integer, .min = 0, .max = 10}, {"-1", "0", "10", "11"});
    EXPECT_EQ(bounded.states,
              (std::vector<CellState>{CellState::bad, CellState::present, CellState::present, CellState::bad}));
}

TEST(Columns, words_and_booleans_and_texts) {
    const Read words =
        read_column({.type = ColumnType::word, .words = {"home", "site"}}, {"home", "site", "", "hme", "home", "home"});
    EXPECT_EQ(words.states, (std::vector<CellState>{CellState::present, CellState::present, CellState::absent,
                                                    CellState::bad, CellState::present, CellState::present}));
    EXPECT_EQ(words.numbers[1], 1);
    EXPECT_EQ(words.numbers[4], 0);
    const Read yes = read_column({.type = ColumnType::boolean}, {"yes", "no", "是", "maybe"});
    EXPECT_EQ(yes.numbers[2], 1);
    EXPECT_EQ(yes.states[3], CellState::bad);
    const Read texts =
        read_column({.type = ColumnType::text, .max_size = 3}, {"护理员", "护理员甲", "a\x01", "", "abc"});
    EXPECT_EQ(texts.states, (std::vector<CellState>{CellState::present, CellState::bad, CellState::bad,
                                                    CellState::absent, CellState::present}));
}

TEST(Columns, text_that_is_not_utf_8_far_down_a_file_is_bad_and_named) {
    std::string text = "x\n";
    for (int i = 0; i < 20'000; ++i) text += "plain\n";
    text += "\xC4\xE3\n";
    auto reader = CsvReader::open(over_memory(text), "x.csv");
    ASSERT_TRUE(reader.has_value());
    Columns columns({{.name = "x", .column = 0}});
    Rows rows;
    std::size_t bad = 0;
    while (*(*reader)->next(rows)) {
        columns.read(rows);
        bad += columns.bad().size();
    }
    EXPECT_EQ(bad, 1U);
    EXPECT_NE(expected_of({.name = "x"}, "\xC4\xE3").zh.find("GBK"), std::string::npos);
}

TEST(Columns, the_three_kinds_of_odd_dates_are_named) {
    for (const ColumnType type : {ColumnType::date, ColumnType::time, ColumnType::date_or_time}) {
        const ColumnPlan plan{.type = type};
        expect_bad(type, {"2025/8/1", "01-08-2025", "45870", "2025-02-30", "2025年8月1日"});
        EXPECT_NE(expected_of(plan, "2025/8/1").zh.find("斜线"), std::string::npos);
        EXPECT_NE(expected_of(plan, "01-08-2025").zh.find("年份不在前"), std::string::npos);
        EXPECT_NE(expected_of(plan, "1/8/2025").zh.find("日与月无法分辨"), std::string::npos);
        EXPECT_NE(expected_of(plan, "45870").zh.find("Excel 日期序号"), std::string::npos);
        EXPECT_NE(expected_of(plan, "45870.375").en.find("spreadsheet's date number"), std::string::npos);
        EXPECT_NE(expected_of(plan, "2025/8/1").zh.find("2025-08-01"), std::string::npos);
    }
    expect_bad(ColumnType::time, {"2025-08-01T09:00:00", "2025-08-01 09:00", "2025-08-01"});
}

TEST(Columns, a_longitude_in_the_column_of_latitudes_is_named) {
    const ColumnPlan plan{.type = ColumnType::latitude, .min = -900'000'000, .max = 900'000'000};
    EXPECT_NE(expected_of(plan, "119.97").zh.find("填反"), std::string::npos);
    EXPECT_EQ(expected_of(plan, "abc").zh.find("填反"), std::string::npos);
}

TEST(Columns, an_empty_required_cell_is_bad_and_bad_cells_come_by_row) {
    auto reader = CsvReader::open(over_memory("a,b\nx,1\n,z\n"), "t.csv");
    Columns columns(
        {{.name = "b", .type = ColumnType::integer, .column = 1}, {.name = "a", .required = true, .column = 0}});
    Rows rows;
    ASSERT_TRUE(*(*reader)->next(rows));
    columns.read(rows);
    EXPECT_EQ(columns.bad(), (std::vector<BadCell>{{1, 0}, {1, 1}}));
}

}  // namespace
}  // namespace ningyi::exchange
