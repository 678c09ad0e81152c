// SPDX-License-Identifier: Apache-2.0
#include "engine/fact_table.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace ningyi::engine {
namespace {

using cel::Kind;
using cel::Value;

const std::vector<FactColumn> columns = {
    {"order.pay", "d1", Kind::money, false},    {"order.status", "d1", Kind::string, false},
    {"order.paid", "d1", Kind::boolean, false}, {"#subject", "d1", Kind::string, true},
    {"order.items", "d1", Kind::list, false},   {"order.start", "d1", Kind::timestamp, false},
    {"elder.home", "d1", Kind::place, false}};

Value random_value(const FactColumn& column) {
    if (*rc::gen::inRange(0, 6) == 0) return {};
    if (*rc::gen::inRange(0, 60) == 0) return Value::error("overflow");
    switch (column.kind) {
        case Kind::boolean: return Value::of_bool(*rc::gen::arbitrary<bool>());
        case Kind::string: return Value::of_string(*rc::gen::arbitrary<std::string>());
        case Kind::list: {
            cel::List items;
            for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
                items.push_back(Value::of_string(*rc::gen::element<std::string>("bath", "meal", "")));
            return Value::of_list(std::move(items));
        }
        case Kind::timestamp: return Value::of_timestamp_ms(*rc::gen::inRange<std::int64_t>(-1000000, 4102444800000));
        case Kind::place:
            return Value::of_place(*rc::gen::arbitrary<std::int32_t>(), *rc::gen::arbitrary<std::int32_t>());
        default: {
            const int bits = *rc::gen::inRange(0, 64);
            const auto wide = *rc::gen::arbitrary<std::int64_t>();
            return Value::of(column.kind, bits == 63 ? wide : wide & ((std::int64_t{1} << bits) - 1));
        }
    }
}

std::string written(const std::vector<std::vector<Value>>& rows, std::string_view note = "") {
    std::string bytes;
    FactTableWriter writer({"order", "", "", "r1", 42}, columns, [&](std::string_view more) { bytes += more; });
    for (const auto& row : rows) writer.add(row);
    writer.finish(note);
    return bytes;
}

bool same(const Value& a, const Value& b) {
    if (!a.is_known() || !b.is_known()) return a.kind() == b.kind();
    return a.kind() == b.kind() && cel::equal(a, b);
}

TEST(FactTable, reads_back_every_value_that_was_written) {
    EXPECT_TRUE(rc::check([] {
        std::vector<std::vector<Value>> rows(static_cast<std::size_t>(*rc::gen::inRange(0, 40)));
        for (auto& row : rows) {
            for (const FactColumn& column : columns) row.push_back(random_value(column));
        }
        const std::string bytes = written(rows, "note");
        const auto table = FactTable::open(bytes);
        RC_ASSERT(table.has_value());
        RC_ASSERT(table->rows() == rows.size());
        RC_ASSERT(table->about() == (FactRows{"order", "", "", "r1", 42}));
        RC_ASSERT(table->note() == "note");
        for (std::size_t c = 0; c < columns.size() && !rows.empty(); ++c) {
            RC_ASSERT(table->find(columns[c].name, "d1") == c);
            RC_ASSERT(!table->find(columns[c].name, "d2").has_value());
            FactChunk chunk;
            RC_ASSERT(table->read(c, 0, chunk).has_value());
            cel::Vocabulary vocabulary;
            const auto words = table->words(c);
            RC_ASSERT(words.has_value());
            for (const std::string_view word : *words) vocabulary.code(word);
            for (std::size_t i = 0; i < rows.size(); ++i) {
                if (columns[c].plain) {
                    if (rows[i][c].is_known()) RC_ASSERT(chunk.texts[i] == rows[i][c].text());
                    continue;
                }
                RC_ASSERT(same(chunk.column.get(i, vocabulary), rows[i][c]));
            }
        }
    }));
}

std::vector<std::vector<Value>> many_rows(std::size_t count) {
    std::vector<std::vector<Value>> rows;
    for (std::size_t i = 0; i < count; ++i) {
        const auto n = static_cast<std::int64_t>(i);
        rows.push_back({Value::of(Kind::money, n * 3 - 7), Value::of_string(i % 3 == 0 ? "completed" : "cancelled"),
                        i % 5 == 0 ? Value() : Value::of_bool(i % 2 == 0), Value::of_string("W" + std::to_string(i)),
                        Value(), Value::of_timestamp_ms(n * 60000), Value::of_place(static_cast<std::int32_t>(i), 7)});
    }
    return rows;
}

TEST(FactTable, groups_of_rows_are_read_by_themselves) {
    const auto rows = many_rows(fact_group_rows * 2 + 5);
    const std::string bytes = written(rows);
    const auto table = FactTable::open(bytes);
    ASSERT_TRUE(table.has_value());
    ASSERT_EQ(table->groups(), 3U);
    EXPECT_EQ(table->rows_in(2), 5U);
    FactChunk chunk;
    ASSERT_TRUE(table->read(0, 2, chunk).has_value());
    EXPECT_EQ(chunk.column.numbers[4], static_cast<std::int64_t>(fact_group_rows * 2 + 4) * 3 - 7);
    ASSERT_TRUE(table->read(3, 1, chunk).has_value());
    EXPECT_EQ(chunk.texts[0], "W" + std::to_string(fact_group_rows));
}

TEST(FactTable, the_same_rows_give_the_same_bytes) {
    EXPECT_EQ(written(many_rows(100)), written(many_rows(100)));
}

TEST(FactTable, a_cut_file_is_a_fault_wherever_it_is_cut) {
    const std::string bytes = written(many_rows(50), "note");
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto table = FactTable::open(std::string_view(bytes).substr(0, size));
        ASSERT_FALSE(table.has_value()) << size;
        EXPECT_EQ(table.error()[0].code, "E720");
    }
}

TEST(FactTable, a_changed_byte_is_a_fault_or_changes_nothing) {
    const auto rows = many_rows(50);
    const std::string good = written(rows);
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string bytes = good;
        bytes[at] = static_cast<char>(bytes[at] ^ 0x41);
        const auto table = FactTable::open(bytes);
        if (!table) continue;
        bool is_fault = false;
        for (std::size_t c = 0; c < table->columns().size(); ++c) {
            FactChunk chunk;
            is_fault = is_fault || !table->read(c, 0, chunk) || !table->words(c);
        }
        EXPECT_TRUE(is_fault) << at;
    }
}

}  // namespace
}  // namespace ningyi::engine
