// SPDX-License-Identifier: Apache-2.0
#include "rule/table.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"
#include "rule/csv_rows.h"
#include "rule/key_cell.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

using cel::Kind;
using cel::Value;

struct Read {
    std::vector<Table> tables;
    Faults faults, warnings;
};

Read read(const std::string& text, const RowsFile* rows = nullptr) {
    Read result;
    const auto root = yaml::parse(text, "t.yaml");
    if (!root) {
        result.faults = root.error();
        result.tables.emplace_back();
        return result;
    }
    read_table(*root, "t.yaml", "p", result.tables, result.faults, result.warnings, rows);
    return result;
}

// Code and place of each fault: "E514 9:5".
std::string codes(const Faults& faults) {
    std::vector<std::string> all;
    for (const Fault& fault : faults) {
        EXPECT_FALSE(fault.zh.empty());
        EXPECT_FALSE(fault.en.empty());
        all.push_back(format("{} {}:{}", fault.code, fault.line, fault.column));
    }
    return join(all, " · ");
}

Date day(std::string_view text) {
    return parse_date(text).value_or(Date{});
}

std::string answer_of(const Table& table, std::size_t column, std::vector<Value> key, std::string_view on) {
    const auto rows = matching_rows(table, key, day(on));
    EXPECT_EQ(rows, scanned_rows(table, key, day(on)));
    const TableRow* one = find_row(table, key, day(on));
    EXPECT_EQ(one, rows.empty() ? nullptr : rows.front());
    return exact_text(answer(table, column, rows));
}

constexpr const char* prices =
    "table: prices\n"
    "hit: unique\n"
    "key: {item: string, age: int}\n"
    "columns: {price: money, least: duration}\n"
    "rows:\n"
    "  - {item: bath, age: '[60..80)', price: 45yuan, least: 40min, from: 2024-01-01, to: 2024-12-31, why: a}\n"
    "  - {item: bath, age: '>= 80', price: 60yuan, from: 2024-01-01, why: b}\n"
    "  - {item: bath, age: '[60..80)', price: 50yuan, least: 40min, from: 2025-01-01, why: c}\n"
    "  - {item: [meal, wash], age: '-', price: 12yuan, from: 2024-01-01, why: d}\n"
    "  - {item: meal, age: 59, price: 13yuan, from: 2023-01-01, to: 2023-12-31, why: e}\n"
    "  - {item: walk, age: [60, 70, 80], price: 20yuan, from: 2024-01-01, why: f}\n"
    "  - {item: talk, age: [60..64], price: 9yuan, from: 2024-01-01, why: g}\n"
    "  - {item: talk, age: '(64..70]', price: 8yuan, from: 2024-01-01, why: h}\n"
    "  - {item: talk, age: '< 60', price: 7yuan, from: 2024-01-01, why: i}\n"
    "  - {item: talk, age: '> 70', price: 6yuan, from: 2024-01-01, why: j}\n";

TEST(table, a_row_is_found_by_words_ranges_anything_and_day) {
    const Read made = read(prices);
    ASSERT_EQ(codes(made.faults), "");
    const Table& table = made.tables[0];
    const auto price = [&](const char* item, std::int64_t age, const char* on) {
        return answer_of(table, 0, {Value::of_string(item), Value::of_int(age)}, on);
    };
    EXPECT_EQ(price("bath", 60, "2024-12-31"), "4500");
    EXPECT_EQ(price("bath", 60, "2025-01-01"), "5000");
    EXPECT_EQ(price("bath", 79, "2025-01-01"), "5000");
    EXPECT_EQ(price("bath", 80, "2025-01-01"), "6000");
    EXPECT_EQ(price("bath", 59, "2025-01-01"), "");
    EXPECT_EQ(price("meal", 5, "2024-01-01"), "1200");
    EXPECT_EQ(price("wash", 5, "2024-01-01"), "1200");
    EXPECT_EQ(price("meal", 59, "2023-12-31"), "1300");
    EXPECT_EQ(price("meal", 60, "2023-12-31"), "");
    EXPECT_EQ(price("walk", 70, "2024-01-01"), "2000");
    EXPECT_EQ(price("walk", 71, "2024-01-01"), "");
    EXPECT_EQ(price("talk", 59, "2024-01-01"), "700");
    EXPECT_EQ(price("talk", 64, "2024-01-01"), "900");
    EXPECT_EQ(price("talk", 65, "2024-01-01"), "800");
    EXPECT_EQ(price("talk", 70, "2024-01-01"), "800");
    EXPECT_EQ(price("talk", 71, "2024-01-01"), "600");
    EXPECT_EQ(price("none", 71, "2024-01-01"), "");
    const std::vector<Value> bath80{Value::of_string("bath"), Value::of_int(80)};
    EXPECT_TRUE(answer(table, 1, matching_rows(table, bath80, day("2025-01-01"))).is_absent());
    const std::vector<Value> unknown{Value::of_string("bath"), Value()};
    EXPECT_EQ(find_row(table, unknown, day("2025-01-01")), nullptr);
}

TEST(table, ranges_are_of_amounts_days_and_instants) {
    const Read made = read(
        "table: t\nhit: unique\nkey: {far: length, on: date, at: timestamp, last: duration, share: ratio}\n"
        "columns: {ok: bool}\nrows:\n"
        "  - {far: '(0m..1.5km]', on: '>= 2025-02-01', at: '< 2025-03-01T00:00:00+08:00', last: '[20min..1h)', "
        "share: '> 80%', ok: true, from: 2025-01-01, why: a}\n");
    ASSERT_EQ(codes(made.faults), "");
    const auto found = [&](std::int64_t mm, const char* on, std::int64_t at_ms, std::int64_t last, std::int64_t ppm) {
        const std::vector<Value> key{Value::of(Kind::length, mm), Value::of(Kind::date, day(on).days),
                                     Value::of_timestamp_ms(at_ms), Value::of_duration_ms(last),
                                     Value::of(Kind::ratio, ppm)};
        return find_row(made.tables[0], key, day("2025-02-01")) != nullptr;
    };
    const std::int64_t march = 1'740'758'400'000;
    EXPECT_TRUE(found(1'500'000, "2025-02-01", march - 1, 1'200'000, 800'001));
    EXPECT_FALSE(found(1'500'001, "2025-02-01", march - 1, 1'200'000, 800'001));
    EXPECT_FALSE(found(0, "2025-02-01", march - 1, 1'200'000, 800'001));
    EXPECT_FALSE(found(1, "2025-01-31", march - 1, 1'200'000, 800'001));
    EXPECT_FALSE(found(1, "2025-02-01", march, 1'200'000, 800'001));
    EXPECT_FALSE(found(1, "2025-02-01", march - 1, 3'600'000, 800'001));
    EXPECT_FALSE(found(1, "2025-02-01", march - 1, 1'200'000, 800'000));
}

std::string with_rows(const std::string& hit, const std::string& rows, const std::string& more = "") {
    return "table: t\nhit: " + hit + "\n" + more + "key: {age: int}\ncolumns: {rank: string, sum: money}\nrows:\n" +
           rows;
}

constexpr const char* three_rows =
    "  - {age: '> 1', rank: low, sum: 3yuan, from: 2025-01-01, why: a}\n"
    "  - {age: '> 2', rank: high, sum: 1yuan, from: 2025-01-01, why: b}\n"
    "  - {age: '> 3', rank: mid, sum: 2yuan, from: 2025-02-01, why: c}\n";

TEST(table, each_hit_policy_answers_in_its_own_way) {
    struct Case {
        const char* hit;
        const char* more;
        const char* rank;
        const char* sum;
        const char* january;
    };
    const std::string order = "order: {rank: [high, mid, low]}\n";
    for (const Case& one : {Case{"first", "", "low", "300", "low"},
                            Case{"rule_order", "", "[low,high,mid]", "[300,100,200]", "[low,high]"},
                            Case{"priority", order.c_str(), "high", "100", "high"},
                            Case{"output_order", order.c_str(), "[high,mid,low]", "[100,200,300]", "[high,low]"},
                            Case{"collect", "", "[low,high,mid]", "[300,100,200]", "[low,high]"},
                            Case{"collect", "collect: count\n", "3", "3", "2"}}) {
        const Read made = read(with_rows(one.hit, three_rows, one.more));
        ASSERT_EQ(codes(made.faults), "") << one.hit;
        const std::vector<Value> key{Value::of_int(9)};
        EXPECT_EQ(answer_of(made.tables[0], 0, key, "2025-02-01"), one.rank) << one.hit;
        EXPECT_EQ(answer_of(made.tables[0], 1, key, "2025-02-01"), one.sum) << one.hit;
        EXPECT_EQ(answer_of(made.tables[0], 0, key, "2025-01-31"), one.january) << one.hit;
        const bool is_list = one.rank[0] == '[';
        EXPECT_EQ(answer_type(made.tables[0], 0).kind == Kind::list, is_list) << one.hit;
        EXPECT_EQ(answer_of(made.tables[0], 0, {Value::of_int(0)}, "2025-02-01"), is_list              ? "[]"
                                                                                  : one.rank[0] == '3' ? "0"
                                                                                                       : "");
    }
    for (const auto& [collect, sum] : {std::pair{"sum", "600"}, {"min", "100"}, {"max", "300"}}) {
        const Read made = read("table: t\nhit: collect\ncollect: " + std::string(collect) +
                               "\nkey: {age: int}\ncolumns: {sum: money}\nrows:\n"
                               "  - {age: '> 1', sum: 3yuan, from: 2025-01-01, why: a}\n"
                               "  - {age: '> 2', sum: 1yuan, from: 2025-01-01, why: b}\n"
                               "  - {age: '> 2', from: 2025-01-01, why: no sum}\n"
                               "  - {age: '> 3', sum: 2yuan, from: 2025-01-01, why: c}\n");
        ASSERT_EQ(codes(made.faults), "");
        EXPECT_EQ(answer_type(made.tables[0], 0).kind, Kind::money);
        EXPECT_EQ(answer_of(made.tables[0], 0, {Value::of_int(9)}, "2025-02-01"), sum);
        EXPECT_EQ(answer_of(made.tables[0], 0, {Value::of_int(1)}, "2025-02-01"), "");
    }
}

TEST(table, a_sum_that_does_not_fit_is_an_error_and_not_a_wrong_number) {
    const Read made = read(
        "table: t\nhit: collect\ncollect: sum\nkey: {age: int}\ncolumns: {n: int}\nrows:\n"
        "  - {age: '-', n: 9223372036854775807, from: 2025-01-01, why: a}\n"
        "  - {age: '-', n: 1, from: 2025-01-01, why: b}\n");
    ASSERT_EQ(codes(made.faults), "");
    const std::vector<Value> key{Value::of_int(1)};
    EXPECT_TRUE(answer(made.tables[0], 0, matching_rows(made.tables[0], key, day("2025-01-01"))).is_error());
}

TEST(table, rows_of_unique_may_not_meet_on_one_day_also_by_ranges_lists_and_dashes) {
    const auto faults_of = [](const std::string& a, const std::string& b, const std::string& hit = "unique") {
        return codes(read("table: t\nhit: " + hit + "\nkey: {item: string, age: int}\ncolumns: {c: int}\nrows:\n  - {" +
                          a + ", from: 2025-01-01, to: 2025-06-30, why: a}\n  - {" + b +
                          ", from: 2025-06-30, why: b}\n")
                         .faults);
    };
    const std::string refused = "E514 7:5";
    EXPECT_EQ(faults_of("item: a, age: 1, c: 1", "item: a, age: 1, c: 1"), refused);
    EXPECT_EQ(faults_of("item: a, age: 1, c: 1", "item: a, age: 2, c: 1"), "");
    EXPECT_EQ(faults_of("item: a, age: 1, c: 1", "item: b, age: 1, c: 1"), "");
    EXPECT_EQ(faults_of("item: a, age: '[1..5)', c: 1", "item: a, age: '>= 5', c: 1"), "");
    EXPECT_EQ(faults_of("item: a, age: '[1..5]', c: 1", "item: a, age: '>= 5', c: 1"), refused);
    EXPECT_EQ(faults_of("item: a, age: '> 4', c: 1", "item: a, age: '< 5', c: 1"), "");
    EXPECT_EQ(faults_of("item: a, age: '> 3', c: 1", "item: a, age: '< 5', c: 1"), refused);
    EXPECT_EQ(faults_of("item: [a, b], age: 1, c: 1", "item: [c, b], age: 1, c: 1"), refused);
    EXPECT_EQ(faults_of("item: [a, b], age: 1, c: 1", "item: [c, d], age: 1, c: 1"), "");
    EXPECT_EQ(faults_of("item: '-', age: 1, c: 1", "item: a, age: '-', c: 1"), refused);
    EXPECT_EQ(faults_of("item: a, age: [1, 7], c: 1", "item: a, age: '[5..9]', c: 1"), refused);
    EXPECT_EQ(faults_of("item: a, age: 1, c: 1", "item: a, age: '-', c: 1", "any"), "");
    EXPECT_EQ(faults_of("item: a, age: 1, c: 1", "item: a, age: '-', c: 2", "any"), refused);
    EXPECT_EQ(faults_of("item: a, age: 1, c: 1", "item: a, age: '-'", "any"), refused);
    EXPECT_EQ(faults_of("item: a, age: 1, c: 1", "item: a, age: '-', c: 2", "first"), "");
}

TEST(table, what_cannot_stand_in_a_table_is_refused_with_its_place) {
    const auto of_row = [](const std::string& row) { return codes(read(with_rows("first", row)).faults); };
    EXPECT_EQ(of_row("  - {age: '(3..4)', from: 2025-01-01, why: a}\n"), "E206 6:11");
    EXPECT_EQ(of_row("  - {age: '[5..4]', from: 2025-01-01, why: a}\n"), "E206 6:11");
    EXPECT_EQ(of_row("  - {age: '[a..4]', from: 2025-01-01, why: a}\n"), "E204 6:13");
    EXPECT_EQ(of_row("  - {age: 3..4, from: 2025-01-01, why: a}\n"), "E204 6:11");
    EXPECT_EQ(of_row("  - {age: '>= old', from: 2025-01-01, why: a}\n"), "E204 6:15");
    EXPECT_EQ(of_row("  - {age: [], from: 2025-01-01, why: a}\n"), "E204 6:11");
    EXPECT_EQ(of_row("  - {from: 2025-01-01, why: a}\n"), "E202 6:5");
    EXPECT_EQ(of_row("  - {age: 1, why: a}\n"), "E202 6:5");
    EXPECT_EQ(of_row("  - {age: 1, from: 2025-01-02, to: 2025-01-01, why: a}\n"), "E206 6:5");
    EXPECT_EQ(of_row("  - {age: 1, from: 2025-01-02, override: 2, why: a}\n"), "E204 6:42");
    EXPECT_EQ(of_row("  - {age: 1, from: 2025-01-02, color: red, why: a}\n"), "E203 6:32");
    EXPECT_EQ(codes(read(with_rows("priority", three_rows)).faults), "E202 1:1");
    EXPECT_EQ(codes(read(with_rows("priority", three_rows, "order: {rank: [high, low]}\n")).faults), "E204 9:24");
    EXPECT_EQ(codes(read(with_rows("priority", three_rows, "order: {age: [1]}\n")).faults), "E501 3:9");
    EXPECT_EQ(codes(read(with_rows("first", three_rows, "order: {rank: [high]}\n")).faults), "E203 3:8");
    EXPECT_EQ(codes(read(with_rows("first", three_rows, "collect: sum\n")).faults), "E203 3:10");
    EXPECT_EQ(codes(read(with_rows("collect", three_rows, "collect: sum\n")).faults), "E401 3:10");
    EXPECT_EQ(codes(read(with_rows("collect", three_rows, "collect: most\n")).faults), "E204 3:10");
    EXPECT_EQ(codes(read("table: t\nhit: collect\nkey: {age: int}\ncolumns: {c: list}\nrows: []\n").faults),
              "E401 1:1");
    EXPECT_EQ(codes(read("table: t\nhit: best\nkey: {age: int}\ncolumns: {c: int}\nrows: []\n").faults), "E204 2:6");
    EXPECT_EQ(codes(read("table: t\nhit: first\nkey: {age: nothing}\ncolumns: {c: int}\nrows: []\n").faults),
              "E204 3:12");
}

TEST(table, rows_may_stand_in_a_csv_beside_it) {
    const std::string head =
        "table: t\nhit: unique\nkey: {item: string, age: int}\ncolumns: {price: money, note: string}\n";
    const auto rows = rows_of_csv(
        "\xEF\xBB\xBFitem,age,price,note,from,to,why,cite\r\n"
        "bath,[60..80),45yuan,\"a, \"\"b\"\"\nc\",2024-01-01,2024-12-31,,D1#1 D2#8.1\r\n"
        "\r\n"
        "\"[meal, wash]\",-,12yuan,,2024-01-01,,because,\n"
        "bath,>= 80,60yuan,,2024-01-01,,because,",
        "t.csv");
    ASSERT_TRUE(rows.has_value()) << to_text(rows.error().front());
    const RowsFile file{"t.csv", *rows};
    const Read made = read(head, &file);
    ASSERT_EQ(codes(made.faults), "");
    const Table& table = made.tables[0];
    ASSERT_EQ(table.rows.size(), 3U);
    EXPECT_EQ(table.rows[0].cite, (std::vector<std::string>{"D1#1", "D2#8.1"}));
    EXPECT_EQ(table.rows[0].columns[1].text(), "a, \"b\"\nc");
    EXPECT_EQ(table.rows[1].line, 5);
    EXPECT_EQ(answer_of(table, 0, {Value::of_string("wash"), Value::of_int(3)}, "2024-05-05"), "1200");
    EXPECT_EQ(answer_of(table, 0, {Value::of_string("bath"), Value::of_int(81)}, "2024-05-05"), "6000");
    const Read twice = read(head + "rows: []\n", &file);
    EXPECT_EQ(codes(twice.faults), "E203 5:7");
    const auto bad = [](const std::string& text) {
        const auto read_rows = rows_of_csv(text, "t.csv");
        return read_rows ? "" : codes(read_rows.error());
    };
    EXPECT_EQ(bad("a,b\n1,2,3\n4,5\n6\n"), "E113 2:1 · E113 4:1");
    EXPECT_EQ(bad("a,a\n"), "E110 1:3");
    EXPECT_EQ(bad("a,b\n\"1,2\n"), "E113 2:1");
    EXPECT_EQ(bad("a,b\n1,x\"y\"\n"), "E113 2:3");
    EXPECT_EQ(bad("a,b\n\xFF,1\n"), "E101 1:1");
    EXPECT_EQ(bad(""), "");
}

// A table of random rows answers the same with its index as row by row, and `unique` is refused exactly when some key
// and day has two rows.
RC_GTEST_PROP(table, the_index_finds_what_a_scan_finds, ()) {
    const auto number = [](int low, int high) { return *rc::gen::inRange(low, high + 1); };
    const std::vector<std::string> policies{"unique", "any", "first", "rule_order", "collect"};
    const std::string hit = *rc::gen::elementOf(policies);
    std::string text = "table: t\nhit: " + hit + "\nkey: {a: string, n: int, b: bool}\ncolumns: {c: int}\nrows:\n";
    const int count = number(1, 12);
    for (int i = 0; i < count; ++i) {
        const std::string word(1, static_cast<char>('a' + number(0, 2)));
        const int low = number(0, 5);
        const int high = low + number(0, 4);
        const std::vector<std::string> words{word, word, "'-'", "[a, c]"};
        const std::vector<std::string> numbers{format("{}", low),
                                               format("'>= {}'", low),
                                               format("'< {}'", low + 1),
                                               format("'[{}..{}]'", low, high),
                                               format("'({}..{})'", low, high + 2),
                                               "'-'",
                                               format("[{}, {}]", low, high)};
        const std::vector<std::string> bools{"true", "false", "'-'"};
        const int from = number(1, 9);
        const bool is_open = number(0, 3) == 0;
        text += format("  - {{a: {}, n: {}, b: {}, c: {}, from: 2025-01-0{}{}, why: w}}\n", *rc::gen::elementOf(words),
                       *rc::gen::elementOf(numbers), *rc::gen::elementOf(bools), number(0, 1), from,
                       is_open ? "" : format(", to: 2025-01-0{}", number(from, 9)));
    }
    const Read made = read(text);
    const Table& table = made.tables[0];
    bool meets = false;
    bool differs = false;
    for (const char* word : {"a", "b", "c", "d"}) {
        for (int n = -1; n < 14; ++n) {
            for (const bool b : {false, true}) {
                for (int on = 1; on < 11; ++on) {
                    const std::vector<Value> key{Value::of_string(word), Value::of_int(n), Value::of_bool(b)};
                    const Date when{day("2025-01-01").days + on - 1};
                    std::vector<std::int64_t> values;
                    for (const TableRow& row : table.rows) {
                        const bool fits_all = row.days.contains(when) && fits(row.key[0], key[0]) &&
                                              fits(row.key[1], key[1]) && fits(row.key[2], key[2]);
                        if (fits_all) values.push_back(row.columns[0].number());
                    }
                    meets = meets || values.size() > 1;
                    for (const std::int64_t value : values) differs = differs || value != values[0];
                    const auto rows = matching_rows(table, key, when);
                    if (made.faults.empty()) RC_ASSERT(rows == scanned_rows(table, key, when));
                    RC_ASSERT(rows.empty() == values.empty());
                    const TableRow* one = find_row(table, key, when);
                    RC_ASSERT(one == (rows.empty() ? nullptr : rows.front()));
                }
            }
        }
    }
    if (hit == "unique") RC_ASSERT(made.faults.empty() != meets);
    if (hit == "any") RC_ASSERT(made.faults.empty() != differs);
    if (hit != "unique" && hit != "any") RC_ASSERT(made.faults.empty());
}

TEST(table, many_rows_are_found_as_a_scan_finds_them) {
    constexpr int items = 20'000;
    RowsFile file{"t.csv", {}};
    std::string csv = "item,price,from,to,why\n";
    for (int i = 0; i < items; ++i) {
        csv += format("item-{},{}yuan,2024-01-01,2024-12-31,w\n", i, i + 1);
        csv += format("item-{},{}yuan,2025-01-01,,w\n", i, i + 2);
    }
    file.rows = rows_of_csv(csv, "t.csv").value();
    const Read made = read("table: t\nhit: unique\nkey: [item]\ncolumns: {price: money}\n", &file);
    ASSERT_EQ(codes(made.faults), "");
    const Table& table = made.tables[0];
    std::vector<Value> keys;
    for (int i = 0; i < 1000; ++i) keys.push_back(Value::of_string(format("item-{}", i * 17 % items)));
    for (const Value& key : keys) {
        EXPECT_NE(find_row(table, std::span(&key, 1), day("2025-05-05")), nullptr);
        EXPECT_EQ(find_row(table, std::span(&key, 1), day("2023-12-31")), nullptr);
    }
    for (std::size_t i = 0; i < 20; ++i) {
        const std::span<const Value> key(&keys[i], 1);
        EXPECT_EQ(matching_rows(table, key, day("2024-05-05")), scanned_rows(table, key, day("2024-05-05")));
    }
}

}  // namespace
}  // namespace ningyi::rule
