// SPDX-License-Identifier: Apache-2.0
// Every rule of ./packs judged in batches of random facts and, one by one, by judge(): the outcomes are the same.
#include "rule/batch.h"

#include <filesystem>
#include <fstream>
#include <list>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "base/random.h"
#include "base/text.h"
#include "cel/tree.h"
#include "pack/pack.h"
#include "rule/values.h"

namespace ningyi::pack {
namespace {

using cel::Kind;
using cel::Value;
using rule::BatchJudge;
using rule::Outcome;
using rule::Rule;
using rule::RuleSet;

Files files_of_packs() {
    Files files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator("packs")) {
        if (!entry.is_regular_file()) continue;
        std::ifstream stream(entry.path());
        std::stringstream text;
        text << stream.rdbuf();
        files[entry.path().lexically_relative("packs").generic_string()] = text.str();
    }
    return files;
}

// Values worth trying: those the rules themselves write down, one beside them, and others.
class Pool {
public:
    explicit Pool(const RuleSet& set) {
        for (const Rule& rule : set.rules) {
            for (const auto* clauses : {&rule.clauses, &rule.doubts, &rule.exceptions}) {
                for (const rule::Clause& clause : *clauses) add(clause.condition);
            }
            for (const rule::Band& band : rule.bands) add(band.condition);
            for (const rule::Let& let : rule.lets) add(let.expression);
            add(rule.applies);
        }
        for (const rule::Param& param : set.params) {
            for (const rule::ParamValue& value : param.values) {
                add(value.value);
                for (const auto& [key, wanted] : value.scope) add(Value::of_string(wanted));
            }
        }
        for (const rule::ListOf& list : set.lists) {
            for (const rule::ListEntry& entry : list.entries) {
                for (const std::string& key : entry.key) add(Value::of_string(key));
            }
        }
        for (const char* text : {"e1", "e2", "c1", "c2", "h1", "x"}) add(Value::of_string(text));
    }

    Value of(const cel::Type& type, Random& random) const {
        switch (type.kind) {
            case Kind::boolean: return Value::of_bool(random.chance(0.5));
            case Kind::string:
                if (type.words != nullptr && random.chance(0.9))
                    return Value::of_string((*type.words)[random.below(type.words->size())]);
                return texts_[random.below(texts_.size())];
            case Kind::list: {
                cel::List items;
                for (std::uint64_t i = random.below(4); i > 0 && type.element != nullptr; --i)
                    items.push_back(of(*type.element, random));
                return Value::of_list(std::move(items));
            }
            case Kind::place:
                return Value::of_place(static_cast<std::int32_t>(random.between(319900000, 320000000)),
                                       static_cast<std::int32_t>(random.between(1202600000, 1202700000)));
            case Kind::fix:
                return Value::of_fix({.lat_e7 = static_cast<std::int32_t>(random.between(319900000, 320000000)),
                                      .lon_e7 = static_cast<std::int32_t>(random.between(1202600000, 1202700000)),
                                      .sigma_mm = random.between(1000, 90000)});
            case Kind::date: return Value::of(Kind::date, random.between(19600, 20700));
            case Kind::timestamp:
                return Value::of_timestamp_ms(1767225600000 + random.between(-3, 3) * 7200000 +
                                              random.between(-400, 400) * 60000);
            default: break;
        }
        std::int64_t number = random.between(-2, 40);
        const auto found = numbers_.find(type.kind);
        if (found != numbers_.end() && random.chance(0.7))
            number = found->second[random.below(found->second.size())] + random.between(-1, 1);
        if (random.chance(0.2)) number = number % 1000000 * (random.chance(0.5) ? 3 : 300);
        if (random.chance(0.05)) number = random.chance(0.5) ? INT64_MAX : INT64_MIN;
        return type.kind == Kind::duration ? Value::of_duration_ms(number % INT64_C(1000000000000))
                                           : Value::of(type.kind, number);
    }

private:
    void add(const cel::Expression& expression) {
        if (expression.is_empty()) return;
        for (const auto& node : expression.tree().nodes) {
            if (node->operation == cel::Operation::constant) add(node->value);
        }
    }
    void add(const Value& value) {
        if (value.kind() == Kind::string) {
            texts_.push_back(value);
        } else if (value.kind() == Kind::list) {
            for (const Value& item : value.list()) add(item);
        } else if (value.kind() == Kind::duration) {
            numbers_[value.kind()].push_back(value.ms());
        } else if (value.is_known()) {
            numbers_[value.kind()].push_back(value.number());
        }
    }

    std::vector<Value> texts_;
    std::map<Kind, std::vector<std::int64_t>> numbers_;
};

std::uint64_t seed_of(std::string_view text) {
    std::uint64_t seed = 14695981039346656037ULL;
    for (const char c : text) seed = (seed ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return seed;
}

// Another record: of one id the same in every question, sometimes unknown.
Value other_of(const Pool& pool, const std::string& path, const cel::Type& type, const Value& id) {
    Random random(seed_of(path + "/" + id.text()));
    return random.chance(0.2) ? Value() : pool.of(type, random);
}

// The facts of some rows, by name.
struct Records {
    std::vector<std::map<std::string, Value>> rows;
    std::vector<Value> days;
    std::vector<std::map<std::string, Value>> scopes;

    Value of(std::size_t row, const std::string& name) const {
        const auto found = rows[row].find(name);
        return found == rows[row].end() ? Value() : found->second;
    }
    Value scope(std::size_t row, const std::string& key) const {
        const auto found = scopes[row].find(key);
        return found == scopes[row].end() ? Value() : found->second;
    }
};

cel::Type type_of_other(const RuleSet& set, const std::string& path) {
    const std::vector<std::string_view> parts = split(path, '.');
    return *rule::type_of_field(*set.dictionary.entity(parts[1])->field(parts[2]));
}

// One row for judge().
class RowFacts final : public rule::Facts {
public:
    RowFacts(const RuleSet& set, const Rule& rule, const Pool& pool, const Records& records, std::size_t row)
        : set_(set), rule_(rule), pool_(pool), records_(records), row_(row) {}
    Value read(std::uint16_t slot) override {
        std::string path = rule_.names.path(slot);
        for (const auto& [alias, feature] : rule_.features) {
            if (path == alias || path.starts_with(alias + ".")) {
                path = "@" + feature + path.substr(alias.size());
                break;
            }
        }
        const Value value = records_.of(row_, path);
        return value.is_absent() ? Value::absent(slot) : value;
    }
    Value others(std::uint16_t slot, const Value& id) override {
        const std::string& path = rule_.names.path(slot);
        const Value value = other_of(pool_, path, type_of_other(set_, path), id);
        return value.is_absent() ? Value::absent(slot) : value;
    }
    Value date() override { return records_.days[row_]; }
    Value scope(const std::string& key) override { return records_.scope(row_, key); }

private:
    const RuleSet& set_;
    const Rule& rule_;
    const Pool& pool_;
    const Records& records_;
    std::size_t row_;
};

// The same rows as columns. What is not wanted is rubbish.
class RowColumns final : public rule::FactColumns {
public:
    RowColumns(const RuleSet& set, const BatchJudge& judge, const Pool& pool, const Records& records,
               cel::Vocabulary& vocabulary)
        : set_(set),
          judge_(judge),
          pool_(pool),
          records_(records),
          vocabulary_(vocabulary),
          columns_(judge.facts().size()) {}
    std::size_t from = 0;
    std::size_t rows = 0;
    std::size_t asked_cells = 0;
    bool has_rubbish = true;

    cel::ColumnView fact(std::size_t number, const std::uint8_t* wanted) override {
        const rule::Fact& fact = judge_.facts()[number];
        cel::Column& column = columns_[number].emplace_back();
        column.resize(fact.type.kind, rows);
        for (std::size_t row = 0; row < rows; ++row) {
            if (wanted[row] != 0 || !has_rubbish) {
                column.set(row, records_.of(from + row, fact.name), vocabulary_);
                ++asked_cells;
                continue;
            }
            column.known[row] = static_cast<std::uint8_t>(row * 37);
            if (!column.truths.empty()) column.truths[row] = 0xAA;
            if (!column.numbers.empty()) column.numbers[row] = INT64_MIN + static_cast<std::int64_t>(row);
            if (!column.codes.empty()) column.codes[row] = UINT32_MAX;
        }
        return column.view();
    }
    Value other(std::size_t field, std::size_t, const Value& id) override {
        const std::string& path = judge_.others()[field];
        return other_of(pool_, path, type_of_other(set_, path), id);
    }
    cel::ColumnView date() override {
        date_.resize(Kind::date, rows);
        for (std::size_t row = 0; row < rows; ++row) date_.set(row, records_.days[from + row], vocabulary_);
        return date_.view();
    }
    cel::ColumnView scope(const std::string& key) override {
        cel::Column& column = scopes_[key];
        column.resize(Kind::string, rows);
        for (std::size_t row = 0; row < rows; ++row) column.set(row, records_.scope(from + row, key), vocabulary_);
        return column.view();
    }
    void next(std::size_t first, std::size_t count) {
        from = first;
        rows = count;
        for (auto& column : columns_) column.clear();
    }

private:
    const RuleSet& set_;
    const BatchJudge& judge_;
    const Pool& pool_;
    const Records& records_;
    cel::Vocabulary& vocabulary_;
    std::vector<std::list<cel::Column>> columns_;
    cel::Column date_;
    std::map<std::string, cel::Column> scopes_;
};

Records random_records(const BatchJudge& judge, const RuleSet& set, const Pool& pool, std::size_t rows,
                       Random& random) {
    Records records;
    const model::Entity* subject = set.dictionary.entity(judge.rules().front()->subject);
    for (std::size_t row = 0; row < rows; ++row) {
        const double missing = row % 4 == 0 ? 0.3 : row % 4 == 1 ? 0.03 : 0;
        const double broken = row % 8 == 3 ? 0.05 : 0;
        std::map<std::string, Value> facts;
        for (const rule::Fact& fact : judge.facts()) {
            if (random.chance(missing)) continue;
            facts[fact.name] = random.chance(broken) ? Value::error("broken") : pool.of(fact.type, random);
        }
        Value day = random.chance(missing) || subject->date.empty()
                        ? Value()
                        : Value::of(Kind::date, random.between(19600, 20700));
        const std::string day_fact = subject->name + "." + subject->date;
        if (facts.contains(day_fact)) facts[day_fact] = day;
        std::map<std::string, Value> scopes;
        for (const auto& [key, path] : subject->scope) {
            if (facts.contains(path))
                scopes[key] = facts[path];
            else if (!random.chance(missing))
                scopes[key] = pool.of(cel::type_of(Kind::string), random);
        }
        records.rows.push_back(std::move(facts));
        records.days.push_back(std::move(day));
        records.scopes.push_back(std::move(scopes));
    }
    return records;
}

std::int64_t base_units(const Value& value) {
    if (!value.is_known()) return 0;
    return value.kind() == Kind::duration || value.kind() == Kind::timestamp ? value.ms() : value.number();
}

// Rules that may be judged together: of one subject, with the same rows.
std::map<std::string, std::vector<const Rule*>> groups(const RuleSet& set) {
    std::map<std::string, std::vector<const Rule*>> found;
    for (const Rule& rule : set.rules) {
        std::string key = rule.subject;
        for (const auto& [alias, feature] : rule.features) {
            if (alias == rule.each) key += "/" + feature;
        }
        found[key].push_back(&rule);
    }
    return found;
}

std::size_t rows_a_group() {
    return std::getenv("NINGYI_LONG") != nullptr ? 40000 : 3000;
}

class PackRules : public testing::Test {
protected:
    static void SetUpTestSuite() {
        if (!std::filesystem::exists("packs")) return;
        loaded_ = new Loaded(load(files_of_packs(), measure_shapes()));
    }
    static void TearDownTestSuite() {
        delete loaded_;
        loaded_ = nullptr;
    }
    void SetUp() override {
        ASSERT_NE(loaded_, nullptr) << "run from the root of the project";
        for (const Fault& fault : loaded_->faults) ADD_FAILURE() << to_text(fault);
        ASSERT_TRUE(loaded_->faults.empty());
    }
    static Loaded* loaded_;
};

Loaded* PackRules::loaded_ = nullptr;

// What a batch says of one row and rule.
std::string said(const rule::BatchOutcomes& outcomes, std::size_t cell) {
    return format("{} {} {} {} {}", to_word(outcomes.outcomes[cell]), outcomes.severities[cell], outcomes.bands[cell],
                  outcomes.margins[cell], outcomes.at_risk_fen[cell]);
}

TEST_F(PackRules, a_row_does_not_depend_on_its_batch) {
    const RuleSet& set = loaded_->set;
    const Zone zone = Zone::china();
    const Pool pool(set);
    constexpr std::size_t rows = rule::batch_max;
    for (const auto& [name, rules] : groups(set)) {
        BatchJudge judge(set, rules, zone);
        Random random(seed_of(name) + 1);
        const Records records = random_records(judge, set, pool, rows, random);
        cel::Vocabulary vocabulary;
        RowColumns columns(set, judge, pool, records, vocabulary);
        rule::BatchOutcomes outcomes;
        const auto all = [&](std::size_t size) {  // 0: at random
            std::vector<std::string> texts(rows * rules.size());
            for (std::size_t first = 0; first < rows;) {
                const std::size_t count = std::min<std::size_t>(size == 0 ? 1 + random.below(500) : size, rows - first);
                columns.next(first, count);
                judge.judge(columns, count, vocabulary, rule::Fill::amounts_of_hits, outcomes);
                std::vector<std::uint32_t> stored;
                for (std::size_t cell = 0; cell < count * rules.size(); ++cell) {
                    texts[cell / count * rows + first + cell % count] = said(outcomes, cell);
                    const Outcome outcome = outcomes.outcomes[cell];
                    if (outcome != Outcome::clear && outcome != Outcome::not_applicable)
                        stored.push_back(static_cast<std::uint32_t>(cell));
                }
                EXPECT_EQ(outcomes.stored, stored);
                first += count;
            }
            return texts;
        };
        const std::vector<std::string> whole = all(rows);
        for (const std::size_t size : {1, 2, 3, 63, 64, 65, 2047, 0})
            EXPECT_EQ(all(size), whole) << name << " " << size;
        // The same with every fact at hand; then only what is asked.
        columns.has_rubbish = false;
        for (std::size_t fact = 0; fact < judge.facts().size(); ++fact) judge.set_at_hand(fact, true);
        for (const std::size_t size : {1, 64, 2048}) EXPECT_EQ(all(size), whole) << name << " " << size;
        std::vector<std::uint8_t> asked(rows * rules.size());
        for (std::uint8_t& one : asked) one = random.chance(0.3) ? 1 : 0;
        columns.next(0, rows);
        judge.judge(columns, rows, vocabulary, rule::Fill::amounts_of_hits, outcomes, asked);
        for (std::size_t cell = 0; cell < asked.size(); ++cell)
            ASSERT_EQ(said(outcomes, cell), asked[cell] != 0 ? whole[cell] : "not_applicable 0 255 0 0") << name;
    }
}

TEST_F(PackRules, what_no_row_needs_is_not_asked_for) {
    const RuleSet& set = loaded_->set;
    const Zone zone = Zone::china();
    const Pool pool(set);
    for (const auto& [name, rules] : groups(set)) {
        BatchJudge judge(set, rules, zone);
        Random random(3);
        Records records = random_records(judge, set, pool, 50, random);
        for (Value& day : records.days) day = Value::of(Kind::date, 3);  // long before any rule
        cel::Vocabulary vocabulary;
        RowColumns columns(set, judge, pool, records, vocabulary);
        rule::BatchOutcomes outcomes;
        columns.next(0, 50);
        judge.judge(columns, 50, vocabulary, rule::Fill::amounts_of_hits, outcomes);
        EXPECT_EQ(columns.asked_cells, 0U) << name;
        EXPECT_TRUE(outcomes.stored.empty());
        for (std::size_t rule = 0; rule < rules.size(); ++rule) {
            for (const std::size_t fact : judge.facts_of(rule)) EXPECT_LT(fact, judge.facts().size());
        }
    }
}

TEST_F(PackRules, a_batch_says_of_every_row_what_judge_says_of_it) {
    const RuleSet& set = loaded_->set;
    ASSERT_FALSE(set.rules.empty());
    const Zone zone = Zone::china();
    const Pool pool(set);
    std::map<Outcome, std::size_t> seen;
    std::map<std::string, std::map<Outcome, std::size_t>> by_rule;
    std::size_t compared = 0;
    for (const auto& [name, rules] : groups(set)) {
        BatchJudge judge(set, rules, zone);
        Random random(seed_of(name));
        const std::size_t rows = rows_a_group();
        const Records records = random_records(judge, set, pool, rows, random);
        cel::Vocabulary vocabulary;
        RowColumns columns(set, judge, pool, records, vocabulary);
        rule::BatchOutcomes outcomes;
        for (std::size_t first = 0; first < rows;) {
            const std::size_t count = std::min<std::size_t>(rows - first, 1 + random.below(700));
            columns.next(first, count);
            judge.judge(columns, count, vocabulary, rule::Fill::amounts_of_hits, outcomes);
            for (std::size_t r = 0; r < rules.size(); ++r) {
                for (std::size_t row = 0; row < count; ++row) {
                    RowFacts facts(set, *rules[r], pool, records, first + row);
                    const rule::Judgement wanted = rule::judge(set, *rules[r], facts, zone);
                    const std::size_t cell = r * count + row;
                    ASSERT_EQ(to_word(outcomes.outcomes[cell]), to_word(wanted.outcome))
                        << rules[r]->id << " row " << first + row << " " << wanted.reason << " " << wanted.clauses
                        << " " << wanted.doubts << " " << wanted.exceptions << " " << wanted.error;
                    ++compared;
                    ++seen[wanted.outcome];
                    ++by_rule[rules[r]->id][wanted.outcome];
                    const bool is_hit = wanted.outcome == Outcome::hit;
                    ASSERT_EQ(outcomes.severities[cell], is_hit ? wanted.severity : 0) << rules[r]->id;
                    const std::uint8_t band = outcomes.bands[cell];
                    ASSERT_EQ(band == rule::no_band ? "" : rules[r]->bands[band].id, is_hit ? wanted.band : "")
                        << rules[r]->id;
                    ASSERT_EQ(outcomes.margins[cell], is_hit ? base_units(wanted.margin) : 0) << rules[r]->id;
                    ASSERT_EQ(outcomes.at_risk_fen[cell], is_hit ? base_units(wanted.at_risk) : 0) << rules[r]->id;
                }
            }
            first += count;
        }
    }
    std::size_t hit_somewhere = 0;
    for (const auto& [id, counts] : by_rule) {
        if (counts.contains(Outcome::hit)) ++hit_somewhere;
    }
    for (const auto& [outcome, count] : seen) RecordProperty(std::string(to_word(outcome)), std::to_string(count));
    printf(
        "%zu judgements of %zu rules, %zu of them with hits; hit %zu clear %zu exempt %zu inconclusive %zu not "
        "applicable %zu\n",
        compared, by_rule.size(), hit_somewhere, seen[Outcome::hit], seen[Outcome::clear], seen[Outcome::exempt],
        seen[Outcome::inconclusive], seen[Outcome::not_applicable]);
    EXPECT_EQ(seen.size(), 5U);
    EXPECT_GT(hit_somewhere, by_rule.size() / 2);
}

}  // namespace
}  // namespace ningyi::pack
