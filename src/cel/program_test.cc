// SPDX-License-Identifier: Apache-2.0
#include "cel/program.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <list>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cel/conformance_suite.h"
#include "cel/test_expressions.h"

namespace ningyi::cel {
namespace {

using Rows = std::vector<std::map<std::string, Value>>;

// NINGYI_LONG=1 asks for the long run.
std::size_t times_more() {
    return std::getenv("NINGYI_LONG") != nullptr ? 10 : 1;
}

// What is looked up: of one key always the same, sometimes nothing.
Value found(const std::string& path, std::span<const Value> key) {
    if (key.empty()) return Value::of_list({Value::of_string("abc"), Value::of_string("12")});
    const std::string& text = key[0].text();
    const std::uint64_t draw = Random(text.size() * 31 + path.size() + (text.empty() ? 0 : text[0])).below(10);
    if (draw < 2) return {};
    if (draw == 2) return Value::error("broken");
    if (path.ends_with(".pay")) return Value::of(Kind::money, static_cast<std::int64_t>(draw) * 700);
    if (path.ends_with(".least")) return Value::of_duration_ms(static_cast<std::int64_t>(draw) * 300000);
    if (path.ends_with(".open")) return Value::of_bool(draw > 5);
    return Value::of_string(draw > 5 ? "abc" : "b");
}
Value is_found(const std::string& path, std::span<const Value> key) {
    const std::uint64_t draw = Random(key[0].text().size() * 7 + path.size()).below(8);
    return draw == 0 ? Value() : draw == 1 ? Value::error("broken") : Value::of_bool(draw < 5);
}

class RowHost final : public Host {
public:
    RowHost(const Names& names, const std::map<std::string, Value>& row) : names_(names), row_(row) {}
    Value read(std::uint16_t slot) override {
        const std::string& path = names_.path(slot);
        if (path.starts_with("lists.")) return found(path, {});
        const auto at = row_.find(path);
        return at == row_.end() ? Value::absent(slot) : at->second;
    }
    Value look_up(std::uint16_t slot, std::span<const Value> key) override {
        const Value value = found(names_.path(slot), key);
        return value.is_absent() ? Value::absent(slot) : value;
    }
    Value contains(std::uint16_t slot, std::span<const Value> key) override { return is_found(names_.path(slot), key); }

private:
    const Names& names_;
    const std::map<std::string, Value>& row_;
};

// A program over the paths of some names, and its columns: what is not wanted is rubbish.
class Columns final : public Inputs {
public:
    Columns(Names& names, const Rows& rows) : names_(names), rows_(rows) {}

    std::uint32_t add(Program& program, const Expression& expression) {
        return program.add(expression, [&](std::uint16_t slot) { return source(program, slot); });
    }
    void begin(Program& program, std::size_t first, std::size_t count) {
        first_ = first;
        count_ = count;
        columns_.clear();
        program.begin(count, *this, vocabulary_, zone_);
    }

    ColumnView input(std::uint32_t number, const std::uint8_t* wanted) override {
        const std::string& path = paths_[number];
        Column& column = columns_.emplace_back();
        column.resize(names_.path_type(path)->kind, count_);
        for (std::size_t row = 0; row < count_; ++row) {
            if (wanted == nullptr || wanted[row] != 0) {
                const auto at = rows_[first_ + row].find(path);
                column.set(row, at == rows_[first_ + row].end() ? Value() : at->second, vocabulary_);
                cells_asked += 1;
                continue;
            }
            column.known[row] = static_cast<std::uint8_t>(row * 37 + 1);
            if (!column.truths.empty()) column.truths[row] = 0xAA;
            if (!column.numbers.empty()) column.numbers[row] = row % 2 == 0 ? INT64_MIN : 0;
            if (!column.codes.empty()) column.codes[row] = UINT32_MAX;
        }
        return column.view();
    }
    Value look_up(std::uint32_t number, std::size_t, std::span<const Value> key) override {
        return found(paths_[number], key);
    }
    Value contains(std::uint32_t number, std::size_t, std::span<const Value> key) override {
        return is_found(paths_[number], key);
    }

    const Vocabulary& vocabulary() const { return vocabulary_; }
    std::size_t cells_asked = 0;

private:
    Program::Source source(Program& program, std::uint16_t slot) {
        const std::string& path = names_.path(slot);
        const bool is_path = names_.path_type(path) != nullptr;
        Kind kind = Kind::boolean;
        if (is_path) kind = names_.path_type(path)->kind;
        if (path.ends_with(".pay")) kind = Kind::money;
        if (path.ends_with(".least")) kind = Kind::duration;
        if (path.ends_with(".area")) kind = Kind::string;
        // Half of the inputs are at hand, so that both ways of asking are taken.
        const std::uint32_t number = is_path ? program.input(path, kind, slot % 2 == 0) : program.look_up(path, kind);
        if (paths_.size() <= number) paths_.resize(number + 1);
        paths_[number] = path;
        return {.kind = is_path ? Program::Source::Kind::input : Program::Source::Kind::look_up, .number = number};
    }

    Names& names_;
    const Rows& rows_;
    Vocabulary vocabulary_;
    Zone zone_ = Zone::china();
    std::vector<std::string> paths_;
    std::list<Column> columns_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

std::string outcome(const Value& value) {
    return value.is_absent() ? "absent" : value.is_error() ? "error" : shown(value);
}

std::map<std::string, Value> lifted_values(RandomExpressions& random) {
    std::map<std::string, Value> values;
    const std::map<std::string, Value> nothing;
    for (const auto& [path, text] : random.lifted_texts()) {
        const auto expression = compile(text, random.names, std::nullopt, {});
        EXPECT_TRUE(expression.has_value()) << text;
        RowHost host(random.names, nothing);
        if (expression) values[path] = expression->evaluate(host, Zone::china());
    }
    return values;
}

struct Made {
    std::vector<Expression> expressions;
    Rows rows;
};

Made made(RandomExpressions& random, std::size_t expressions, std::size_t rows) {
    Made result;
    for (std::size_t tries = 0; result.expressions.size() < expressions && tries < expressions * 4; ++tries) {
        const Kind kind = random.random().chance(0.7) ? Kind::boolean : random.any_kind();
        const int depth = static_cast<int>(1 + random.random().below(4));
        auto expression = compile(random.of(kind, depth), random.names, std::nullopt, {});
        if (expression) result.expressions.push_back(std::move(*expression));
    }
    const std::map<std::string, Value> lifted = lifted_values(random);
    for (std::size_t i = 0; i < rows; ++i) result.rows.push_back(random.row(lifted));
    return result;
}

TEST(program, gives_what_the_reference_gives_on_random_expressions_and_rows) {
    constexpr std::size_t expressions = 50;
    constexpr std::size_t rows = 70;
    const Zone zone = Zone::china();
    std::map<std::string, std::size_t> seen;
    std::size_t pairs = 0;
    for (std::uint64_t seed = 1; seed <= 40 * times_more(); ++seed) {
        RandomExpressions random(seed);
        const Made given = made(random, expressions, rows);
        Program program;
        Columns columns(random.names, given.rows);
        std::vector<std::uint32_t> numbers;
        for (const Expression& expression : given.expressions) numbers.push_back(columns.add(program, expression));
        columns.begin(program, 0, rows);
        // Each is asked for some rows first, then for more.
        std::array<std::uint8_t, rows> wanted{};
        for (int round = 0; round < 2; ++round) {
            for (std::size_t row = 0; row < rows; ++row)
                wanted[row] = round == 1 || random.random().chance(0.3) ? 1 : 0;
            for (std::size_t i = 0; i < numbers.size(); ++i) {
                program.evaluate(numbers[i], wanted.data());
                for (std::size_t row = 0; row < rows; ++row) {
                    if (wanted[row] == 0) continue;
                    RowHost host(random.names, given.rows[row]);
                    const Value expected = given.expressions[i].evaluate(host, zone);
                    const Value got = program.value(numbers[i], row);
                    ASSERT_EQ(outcome(got), outcome(expected))
                        << "seed " << seed << " row " << row << ": " << given.expressions[i].text();
                    ++pairs;
                    ++seen[expected.kind() == Kind::boolean ? (expected.is_true() ? "true" : "false")
                           : expected.is_absent()           ? "absent"
                           : expected.is_error()            ? "error"
                                                            : "value"];
                }
            }
        }
    }
    std::printf("%zu pairs: true %zu, false %zu, absent %zu, error %zu, other values %zu\n", pairs, seen["true"],
                seen["false"], seen["absent"], seen["error"], seen["value"]);
    EXPECT_GT(pairs, 150000U);
    for (const char* each : {"true", "false", "absent", "error", "value"}) EXPECT_GT(seen[each], pairs / 200) << each;
}

std::string outcome(const Program::Cell& cell, Kind kind, const Vocabulary& vocabulary) {
    if (cell.known != 1) return cell.known == 0 ? "absent" : "error";
    switch (kind) {
        case Kind::boolean: return shown(Value::of_bool(cell.number != 0));
        case Kind::string: return shown(Value::of_string(vocabulary.text(static_cast<std::uint32_t>(cell.number))));
        case Kind::timestamp: return shown(Value::of_timestamp_ms(cell.number));
        case Kind::duration: return shown(Value::of_duration_ms(cell.number));
        default: return shown(Value::of(kind, cell.number));
    }
}

TEST(program, a_cell_is_what_stands_in_the_column) {
    const Zone zone = Zone::china();
    std::size_t cells = 0;
    for (std::uint64_t seed = 500; seed < 500 + 10 * times_more(); ++seed) {
        RandomExpressions random(seed);
        const Made given = made(random, 50, 40);
        Program program;
        Columns columns(random.names, given.rows);
        std::vector<std::uint32_t> numbers;
        for (const Expression& expression : given.expressions) numbers.push_back(columns.add(program, expression));
        for (const std::size_t size : {std::size_t{1}, given.rows.size()}) {
            for (std::size_t first = 0; first < given.rows.size(); first += size) {
                columns.begin(program, first, size);
                for (std::size_t row = 0; row < size; ++row) {
                    program.select(row, nullptr);
                    for (std::size_t i = 0; i < numbers.size(); ++i) {
                        if (!program.has_cells(numbers[i])) continue;
                        RowHost host(random.names, given.rows[first + row]);
                        const Value expected = given.expressions[i].evaluate(host, zone);
                        const Kind kind = given.expressions[i].type().kind;
                        ASSERT_EQ(outcome(program.cell(numbers[i]), kind, columns.vocabulary()), outcome(expected))
                            << "seed " << seed << " row " << first + row << ": " << given.expressions[i].text();
                        ++cells;
                    }
                }
            }
        }
    }
    EXPECT_GT(cells, 20000U);
}

TEST(program, a_row_does_not_depend_on_its_batch) {
    RandomExpressions random(77);
    constexpr std::size_t rows = 2048;
    const Made given = made(random, 60, rows);
    Program program;
    Columns columns(random.names, given.rows);
    std::vector<std::uint32_t> numbers;
    for (const Expression& expression : given.expressions) numbers.push_back(columns.add(program, expression));
    const auto outcomes = [&](const std::function<std::size_t()>& size) {
        std::vector<std::string> all(rows * numbers.size());
        for (std::size_t first = 0; first < rows;) {
            const std::size_t count = std::min(size(), rows - first);
            columns.begin(program, first, count);
            for (std::size_t i = 0; i < numbers.size(); ++i) {
                program.evaluate(numbers[i], nullptr);
                for (std::size_t row = 0; row < count; ++row)
                    all[i * rows + first + row] = outcome(program.value(numbers[i], row));
            }
            first += count;
        }
        return all;
    };
    const std::vector<std::string> whole = outcomes([] { return rows; });
    for (const std::size_t size : {1, 2, 3, 63, 64, 65, 2047}) EXPECT_EQ(outcomes([&] { return size; }), whole) << size;
    for (std::size_t cut = 0; cut < times_more(); ++cut)
        EXPECT_EQ(outcomes([&] { return 1 + random.random().below(300); }), whole) << "random cuts " << cut;
}

TEST(program, what_two_expressions_ask_is_one_step) {
    RandomExpressions random(1);
    const Rows rows(1);
    Program program;
    Columns columns(random.names, rows);
    const auto add = [&](std::string_view text) {
        const auto expression = compile(text, random.names, std::nullopt, {});
        EXPECT_TRUE(expression.has_value());
        return columns.add(program, *expression);
    };
    const std::uint32_t first = add("p.length_0 > m(300) && p.bool_0");
    const std::size_t steps = program.steps();
    EXPECT_EQ(add("p.length_0 > m(300) && p.bool_0"), first);
    EXPECT_EQ(add("p.bool_0"), program.steps() > steps ? 0 : add("p.bool_0"));
    EXPECT_EQ(program.steps(), steps);
    add("!(m(300) < p.length_0)");
    EXPECT_EQ(program.steps(), steps + 1);
}

TEST(program, what_is_decided_asks_for_nothing) {
    RandomExpressions random(1);
    Rows rows(100);
    for (std::size_t row = 0; row < rows.size(); ++row) rows[row]["p.bool_1"] = Value::of_bool(row % 10 == 0);
    for (auto& row : rows) row["p.length_1"] = Value::of(Kind::length, 5);
    Program program;
    Columns columns(random.names, rows);
    const auto expression = compile("p.bool_1 && p.length_1 > m(1)", random.names, std::nullopt, {});
    ASSERT_TRUE(expression.has_value());
    const std::uint32_t number = columns.add(program, *expression);
    for (const std::uint32_t input : program.inputs_of(number)) program.set_at_hand(input, false);
    columns.begin(program, 0, rows.size());
    program.evaluate(number, nullptr);
    EXPECT_EQ(columns.cells_asked, 100U + 10U);
}

// Literals of a conformance test made paths: what is folded at load then runs in loops.
std::string lifted(const std::string& text, std::map<std::string, Value>& row, Names& names) {
    std::string out;
    const auto is_word = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
    };
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        const bool starts = i == 0 || !is_word(text[i - 1]);
        std::size_t end = i;
        Value value;
        if ((c == '"' || c == '\'') && starts && text.compare(i, 3, std::string(3, c)) != 0) {
            end = i + 1;
            while (end < text.size() && text[end] != c && text[end] != '\\') ++end;
            if (end >= text.size() || text[end] == '\\') return "";
            value = Value::of_string(text.substr(i + 1, end - i - 1));
            ++end;
        } else if (std::isdigit(static_cast<unsigned char>(c)) != 0 && starts) {
            while (end < text.size() && is_word(text[end])) ++end;
            const std::string digits = text.substr(i, end - i);
            if (digits.find_first_not_of("0123456789") == std::string::npos && digits.size() < 19)
                value = Value::of_int(std::strtoll(digits.c_str(), nullptr, 10));
        } else if (is_word(c)) {
            while (end < text.size() && is_word(text[end])) ++end;
            const std::string word = text.substr(i, end - i);
            if (word == "true" || word == "false") value = Value::of_bool(word == "true");
        }
        end = std::max(end, i + 1);
        if (value.is_known()) {
            const std::string path = format("k.lifted_{}", row.size());
            names.add_path(path, type_of(value.kind()));
            row[path] = value;
            out += path;
        } else {
            out.append(text, i, end - i);
        }
        i = end;
    }
    return out;
}

std::optional<Type> type_of_value(const Value& value) {
    switch (value.kind()) {
        case Kind::boolean:
        case Kind::integer:
        case Kind::string:
        case Kind::timestamp:
        case Kind::duration: return type_of(value.kind());
        case Kind::list: {
            if (value.list().empty()) return std::nullopt;
            const auto element = type_of_value(value.list().front());
            return element ? std::optional(list_of(*element)) : std::nullopt;
        }
        default: return std::nullopt;
    }
}

TEST(program, the_typed_part_of_the_conformance_suite_passes) {
    const std::filesystem::path folder = "../shared/data/cel";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the CEL conformance suite is not at " << folder;
    int cases = 0;
    int with_columns = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        if (file.path().extension() != ".json") continue;
        std::ifstream stream(file.path());
        const nlohmann::json suite = nlohmann::json::parse(stream);
        for (const nlohmann::json& test : suite.at("tests")) {
            if (test.value("disableCheck", false) || test.value("disableMacros", false) || test.contains("container"))
                continue;
            const bool wants_error = test.contains("evalError");
            const Value expected = test.contains("value") ? suite_value(test.at("value")) : Value::of_bool(true);
            bool is_counted = false;
            for (const bool lifts : {false, true}) {
                Names names;
                Rows rows(1);
                bool is_typed = true;
                if (test.contains("bindings")) {
                    for (const auto& [name, binding] : test.at("bindings").items()) {
                        const Value value = suite_value(binding.at("value"));
                        const auto type = type_of_value(value);
                        is_typed = is_typed && type.has_value();
                        if (!type) break;
                        names.add_path(name, *type);
                        rows[0][name] = value;
                    }
                }
                if (!is_typed) break;
                std::string text = test.at("expr");
                if (lifts) text = lifted(text, rows[0], names);
                const auto expression = compile(text, names, std::nullopt, {});
                if (!expression || text.empty()) continue;
                Program program;
                Columns columns(names, rows);
                const std::uint32_t number = columns.add(program, *expression);
                columns.begin(program, 0, 1);
                program.evaluate(number, nullptr);
                const Value got = program.value(number, 0);
                EXPECT_TRUE(wants_error ? got.is_error() : is_same(got, expected))
                    << test.value("name", "") << ": " << text << "\n got " << outcome(got) << "\n expected "
                    << (wants_error ? "an error" : shown(expected));
                if (!is_counted) ++cases;
                is_counted = true;
                if (lifts) ++with_columns;
            }
        }
    }
    std::printf("%d conformance cases pass in the vector program, %d of them with their literals as columns\n", cases,
                with_columns);
    RecordProperty("cases", cases);
    EXPECT_GT(cases, 100);
}

}  // namespace
}  // namespace ningyi::cel
