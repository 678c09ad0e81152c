// SPDX-License-Identifier: Apache-2.0
#include "engine/cells.h"

#include <gtest/gtest.h>

#include <rapidcheck.h>
#include <map>
#include <optional>
#include <string>

#include "base/random.h"
#include "engine/text_index.h"

namespace ningyi::engine {
namespace {

using cel::Kind;
using cel::Value;

// The same kind and the same value, place and fix included.
bool is_same(const Value& a, const Value& b) {
    return a.kind() == b.kind() && cel::equal(a, b);
}

std::vector<Value> odd_values() {
    std::vector<Value> values;
    for (const std::int64_t number :
         {INT64_MIN, INT64_MIN + 1, std::int64_t{INT32_MIN} - 1, std::int64_t{INT32_MIN}, std::int64_t{-1},
          std::int64_t{0}, std::int64_t{1}, std::int64_t{INT32_MAX}, std::int64_t{INT32_MAX} + 1, INT64_MAX}) {
        for (const Kind kind : {Kind::integer, Kind::length, Kind::money, Kind::speed, Kind::ratio, Kind::date}) {
            values.push_back(Value::of(kind, number));
        }
    }
    for (const std::int64_t ms : {std::int64_t{-62'135'596'800'000}, std::int64_t{-1'001}, std::int64_t{-1'000},
                                  std::int64_t{-1}, std::int64_t{0}, std::int64_t{999}, std::int64_t{2'147'483'647},
                                  std::int64_t{2'147'483'648}, std::int64_t{253'402'300'799'999}}) {
        values.push_back(Value::of_timestamp_ms(ms));
        values.push_back(Value::of_duration_ms(ms));
    }
    for (const std::int32_t lat : {INT32_MIN, -1, 0, 1, INT32_MAX}) {
        for (const std::int32_t lon : {INT32_MIN, -1, 0, 1, INT32_MAX}) {
            values.push_back(Value::of_place(lat, lon));
            values.push_back(Value::of_fix({.lat_e7 = lat, .lon_e7 = lon, .sigma_mm = INT64_MAX}));
        }
    }
    values.push_back(Value::of_bool(true));
    values.push_back(Value::of_bool(false));
    values.push_back(Value::of_list({Value::of_string("张三"), Value::of_string("")}));
    values.push_back(Value::of_list({}));
    for (const std::size_t size : {0U, 1U, 3U, 4U, 5U, 15U, 16U, 200U, 262'139U, 262'140U, 262'141U, 400'000U}) {
        values.push_back(Value::of_string(std::string(size, 'x')));
    }
    return values;
}

TEST(Cells, give_back_every_value_they_were_made_of) {
    Cells cells;
    const std::vector<Value> values = odd_values();
    std::vector<Cell> made;
    for (const Value& value : values) made.push_back(cells.of(7, value));
    for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_EQ(made[i].field, 7);
        EXPECT_TRUE(is_same(cells.value(made[i]), values[i])) << i;
    }
}

TEST(Cells, stay_where_they_are_while_more_come) {
    Cells cells;
    Random random(1);
    std::vector<std::pair<const Cell*, std::vector<std::string>>> events;
    for (int event = 0; event < 20'000; ++event) {
        std::vector<std::string> texts;
        std::vector<Cell> said;
        for (std::uint64_t field = random.below(12); field > 0; --field) {
            texts.push_back(std::to_string(random.below(5'000)) + std::string(random.below(40), 'a'));
            const auto number = static_cast<FieldIndex>(field);
            said.push_back(random.below(2) == 0 ? cells.of_word(number, texts.back())
                                                : cells.of_text(number, texts.back()));
        }
        events.emplace_back(cells.keep(said), std::move(texts));
    }
    for (const auto& [kept, texts] : events) {
        for (std::size_t i = 0; i < texts.size(); ++i) ASSERT_EQ(cells.value(kept[i]).text(), texts[i]);
    }
}

TEST(Cells, keep_equal_words_once) {
    Cells cells;
    const Cell first = cells.of_word(1, "completed"), other = cells.of_word(2, "cancelled");
    const Cell again = cells.of_word(3, "completed");
    EXPECT_EQ(first.content, again.content);
    EXPECT_NE(first.content, other.content);
    EXPECT_EQ(&cells.value(first).text(), &cells.value(again).text());
}

TEST(TextIndex, finds_what_an_ordinary_map_finds) {
    rc::check("finds what an ordinary map finds", [](const std::vector<std::string>& texts) {
        TextIndex index;
        std::vector<std::string> kept;
        std::map<std::string, std::uint32_t> numbers;
        const auto text_of = [&](std::uint32_t number) -> std::string_view { return kept[number]; };
        for (const std::string& text : texts) {
            const auto known = numbers.find(text);
            RC_ASSERT(index.find(text, text_of) == (known == numbers.end() ? TextIndex::none : known->second));
            if (known != numbers.end()) continue;
            const auto number = static_cast<std::uint32_t>(kept.size());
            kept.push_back(text);
            numbers.emplace(text, number);
            index.add(text, number);
        }
        for (const auto& [text, number] : numbers) RC_ASSERT(index.find(text, text_of) == number);
        RC_ASSERT(index.find("not there " + std::string(60, 'x'), text_of) == TextIndex::none);
    });
}

}  // namespace
}  // namespace ningyi::engine
