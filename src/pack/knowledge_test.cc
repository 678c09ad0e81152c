// SPDX-License-Identifier: Apache-2.0
// Dated knowledge as packs may state it: what is refused, where, and that it is said in both languages; and tables as
// rules ask them.
#include <filesystem>

#include <gtest/gtest.h>

#include "base/text.h"
#include "base/zone.h"
#include "pack/pack.h"
#include "rule/judge.h"
#include "rule/values.h"

namespace ningyi::pack {
namespace {

using cel::Kind;
using cel::Value;

Files small() {
    Files files;
    files["p/pack.yaml"] = "name: p\nprefix: PX\nversion: 1\ntitle: {zh: 包, en: Pack}\n";
    files["p/model/m.yaml"] =
        "entities:\n  visit:\n    title: {zh: 探访, en: Visit}\n    key: visit_id\n    date: day\n"
        "    scope: {area: visit.area, street: visit.street}\n    fields:\n"
        "      visit_id: {type: string, level: 2, zh: 编号, en: Number}\n"
        "      area: {type: string, level: 2, zh: 城乡, en: Area}\n"
        "      street: {type: string, level: 2, zh: 街道, en: Street}\n"
        "      item: {type: string, level: 2, zh: 项目, en: Item}\n"
        "      age: {type: int, level: 2, zh: 年龄, en: Age}\n"
        "      day: {type: date, level: 2, zh: 日期, en: Day}\n"
        "      pay: {type: money, level: 2, zh: 金额, en: Amount}\n"
        "events:\n  p.visit_closed:\n    subject: visit\n    body: [visit_id, area, street, item, age, day, pay]\n";
    files["p/policy/D1.yaml"] =
        "policy: D1\ntitle: {zh: 办法, en: Measures}\nissued: 2024-01-01\nin_force: {from: 2024-01-01, to: "
        "2026-12-31}\n"
        "clauses:\n  '1': {zh: 应付。}\n";
    files["p/params/a.yaml"] =
        "- param: p.most\n"
        "  title: {zh: 上限, en: Most}\n"
        "  type: money\n"
        "  by: visit.day\n"
        "  bounds: {min: 1yuan, max: 100yuan}\n"
        "  values:\n"
        "    - {from: 2024-01-01, value: 50yuan, cite: ['D1#1']}\n";
    files["p/lists/known.yaml"] =
        "list: known\ntitle: {zh: 名单, en: List}\nkey: [item]\nentries:\n"
        "  - {item: i9, from: 2025-01-01, to: 2025-12-31, why: 因故, by: u1, approved: u2}\n";
    files["p/tables/prices.yaml"] =
        "table: prices\nhit: unique\nkey: {item: string, age: int}\ncolumns: {price: money}\nrows:\n"
        "  - {item: bath, age: '>= 60', price: 45yuan, from: 2024-01-01, to: 2024-12-31, cite: ['D1#1']}\n"
        "  - {item: bath, age: '>= 60', price: 40yuan, from: 2025-01-01, cite: ['D1#1']}\n";
    files["p/tables/extras.yaml"] =
        "table: extras\nhit: collect\ncollect: sum\nkey: {age: int}\ncolumns: {extra: money}\nrows:\n"
        "  - {age: '>= 70', extra: 5yuan, from: 2024-01-01, why: a}\n"
        "  - {age: '>= 80', extra: 3yuan, from: 2024-01-01, why: b}\n";
    files["p/tables/notes.yaml"] =
        "table: notes\nhit: rule_order\nkey: {age: int}\ncolumns: {note: string}\nrows:\n"
        "  - {age: '>= 70', note: old, from: 2024-01-01, why: a}\n"
        "  - {age: '>= 80', note: very old, from: 2024-01-01, why: b}\n";
    files["p/rules/pay/PX-PAY-01.yaml"] =
        "rule: PX-PAY-01\ntitle: {zh: 多付, en: Overpaid}\nstatus: live\nresult: suspicious\neffect: hold\n"
        "stage: [post]\nsubject: visit\non: {event: p.visit_closed, wait: 20min}\nin_force: {from: 2024-01-01, to: "
        "2026-12-31}\ncite: ['D1#1']\nparams: {most: p.most}\nlet:\n"
        "  due: 'tables.prices.get(visit.item, visit.age).price + tables.extras.get(visit.age).extra'\n"
        "  is_old: '\"very old\" in tables.notes.get(visit.age).note'\n"
        "when:\n  all:\n    - {id: over, zh: 超, en: over, if: 'visit.pay > due || visit.pay > most'}\n"
        "except:\n  - {id: listed, zh: 在名单, en: listed, if: 'visit.item in lists.known'}\n"
        "finding: {severity: 'is_old ? 3 : 1', margin: 'visit.pay - due', dedup: [visit.visit_id]}\n"
        "explain: {zh: '{visit.pay:yuan}', en: '{visit.pay:yuan}'}\nmisses: {zh: 无, en: none}\ndo: {zh: 看, en: "
        "look}\n";
    return files;
}

// Every fault with both languages, as "a.yaml:7:7 E513".
std::string faults_of(const Files& files) {
    std::vector<std::string> all;
    for (const Fault& fault : load(files, {}).faults) {
        EXPECT_FALSE(fault.zh.empty() || fault.en.empty()) << fault.code;
        all.push_back(format("{}:{}:{} {}", std::filesystem::path(fault.file).filename().string(), fault.line,
                             fault.column, fault.code));
    }
    return join(all, " · ");
}

std::string with(const std::string& file, const std::string& what, const std::string& by) {
    Files files = small();
    std::string& text = files.at(file);
    EXPECT_NE(text.find(what), std::string::npos) << what;
    text = replaced(text, what, by);
    return faults_of(files);
}

const std::string list_file = "p/lists/known.yaml";
const std::string param_file = "p/params/a.yaml";

TEST(knowledge, an_entry_of_a_list_is_dated_reasoned_and_approved_by_another_person) {
    EXPECT_EQ(faults_of(small()), "");
    EXPECT_EQ(with(list_file, "from: 2025-01-01, ", ""), "known.yaml:5:5 E202");
    EXPECT_EQ(with(list_file, "to: 2025-12-31, ", ""), "known.yaml:5:5 E202");
    EXPECT_EQ(with(list_file, "why: 因故, ", ""), "known.yaml:5:5 E202");
    EXPECT_EQ(with(list_file, "by: u1, ", ""), "known.yaml:5:5 E202");
    EXPECT_EQ(with(list_file, ", approved: u2", ""), "known.yaml:5:5 E202");
    EXPECT_EQ(with(list_file, "item: i9, ", ""), "known.yaml:5:5 E202");
    EXPECT_EQ(with(list_file, "approved: u2", "approved: u1"), "known.yaml:5:5 E515");
    EXPECT_EQ(with(list_file, "to: 2025-12-31", "to: 2024-12-31"), "known.yaml:5:5 E206");
    EXPECT_EQ(with(list_file, "to: 2025-12-31", "to: 2026-01-01"), "") << "366 days, both included";
    EXPECT_EQ(with(list_file, "to: 2025-12-31", "to: 2026-01-02"), "known.yaml:5:5 E515") << "367 days";
    EXPECT_EQ(with(list_file, "to: 2025-12-31", "to: soon"), "known.yaml:5:38 E206");
    EXPECT_EQ(with(list_file, "why: 因故", "why: 因故, retro: true"), "known.yaml:5:59 E203");
}

TEST(knowledge, a_value_of_a_parameter_lies_within_bounds_and_rests_on_a_clause_in_force) {
    const std::string value = "value: 50yuan";
    EXPECT_EQ(with(param_file, value, "value: 100yuan"), "");
    EXPECT_EQ(with(param_file, value, "value: 10001fen"), "a.yaml:7:33 E513");
    EXPECT_EQ(with(param_file, value, "value: 99fen"), "a.yaml:7:33 E513");
    EXPECT_EQ(with(param_file, value, "value: 50m"), "a.yaml:7:33 E205");
    EXPECT_EQ(with(param_file, ", cite: ['D1#1']", ""), "a.yaml:7:7 E202");
    EXPECT_EQ(with(param_file, "D1#1", "D1#2"), "a.yaml:7:7 E506");
    EXPECT_EQ(with(param_file, "D1#1", "D2#1"), "a.yaml:7:7 E506");
    EXPECT_EQ(
        with(param_file, "cite: ['D1#1']}", "cite: ['D1#1']}\n    - {from: 2027-01-01, value: 9yuan, cite: ['D1#1']}"),
        "a.yaml:8:7 E510");
    EXPECT_EQ(with(param_file, "from: 2024-01-01", "from: 2024-03-01"), "a.yaml:6:3 E511");
    EXPECT_EQ(with(param_file, "from: 2024-01-01", "from: 2024-01-01, to: 2024-06-30"), "a.yaml:6:3 E511");
    EXPECT_EQ(with(param_file, "value: 50yuan", "value: 50yuan, scope: {area: rural}"), "a.yaml:6:3 E511")
        << "an override leaves the district without a value";
    EXPECT_EQ(with(param_file, "cite: ['D1#1']}",
                   "cite: ['D1#1']}\n    - {from: 2024-01-01, value: 60yuan, scope: {county: x}, cite: ['D1#1']}"),
              "PX-PAY-01.yaml:11:16 E512");
    EXPECT_EQ(with(param_file, "by: visit.day", "by: visit.pay"), "a.yaml:6:3 E501");
}

TEST(knowledge, a_value_dated_back_says_so_and_why) {
    const std::string issued_later = "issued: 2024-02-01";
    Files files = small();
    files["p/policy/D1.yaml"] = replaced(files["p/policy/D1.yaml"], "issued: 2024-01-01", issued_later);
    EXPECT_EQ(faults_of(files), "a.yaml:7:7 E521");
    files[param_file] = replaced(files[param_file], "value: 50yuan,", "value: 50yuan, retro: true,");
    EXPECT_EQ(faults_of(files), "a.yaml:7:7 E202") << "without a reason";
    files[param_file] = replaced(files[param_file], "retro: true,", "retro: true, why: 补发文件,");
    EXPECT_EQ(faults_of(files), "");
    const Loaded loaded = load(files, {});
    EXPECT_TRUE(loaded.set.params[0].values[0].is_retro);
    EXPECT_EQ(loaded.set.params[0].values[0].why, "补发文件");
    EXPECT_EQ(with(param_file, "value: 50yuan", "value: 50yuan, retro: maybe"), "a.yaml:7:48 E204");
}

TEST(knowledge, rows_of_tables_and_their_csv_are_checked_in_their_own_file) {
    EXPECT_EQ(with("p/tables/prices.yaml", "from: 2025-01-01", "from: 2024-12-31"), "prices.yaml:7:5 E514");
    EXPECT_EQ(with("p/tables/prices.yaml", "from: 2025-01-01, cite: ['D1#1']", "from: 2025-01-01, cite: ['D1#3']"),
              "prices.yaml:7:5 E506");
    Files files = small();
    files["p/tables/prices.yaml"] =
        "table: prices\nhit: unique\nkey: {item: string, age: int}\ncolumns: {price: money}\n";
    EXPECT_EQ(faults_of(files), "prices.yaml:1:1 E202") << "neither rows nor a CSV";
    files["p/tables/prices.csv"] = "item,age,price,from,to,cite\nbath,>= 60,45yuan,2024-01-01,,D1#1\n";
    EXPECT_EQ(faults_of(files), "");
    files["p/tables/prices.csv"] += "bath,61,45yuan,2024-01-01,,D1#9\nbath,>= x,45yuan,2023-01-01,2023-02-01,D1#1\n";
    EXPECT_EQ(faults_of(files),
              "prices.csv:3:1 E506 · prices.csv:3:1 E514 · prices.csv:4:1 E510 · prices.csv:4:6 E204");
    files = small();
    files["p/tables/alone.csv"] = "item\n";
    EXPECT_EQ(faults_of(files), "alone.csv:1:1 E509");
}

TEST(knowledge, a_column_over_several_rows_has_the_type_of_its_hit_policy) {
    const std::string rule = "p/rules/pay/PX-PAY-01.yaml";
    EXPECT_EQ(
        with(rule, "\"very old\" in tables.notes.get(visit.age).note", "tables.notes.get(visit.age).note == \"old\"")
            .substr(0, 19),
        "PX-PAY-01.yaml:14:4");
    EXPECT_NE(with(rule, "+ tables.extras.get(visit.age).extra", "+ tables.notes.get(visit.age).note").find("E40"),
              std::string::npos);
}

class VisitFacts final : public rule::Facts {
public:
    VisitFacts(const rule::Rule& rule, std::map<std::string, Value> values) : rule_(rule), values_(std::move(values)) {}
    Value read(std::uint16_t slot) override {
        const auto found = values_.find(rule_.names.path(slot));
        return found == values_.end() ? Value::absent(slot) : found->second;
    }
    Value others(std::uint16_t slot, const Value&) override { return Value::absent(slot); }
    Value date() override { return values_.at("visit.day"); }
    Value scope(const std::string& key) override {
        const auto found = values_.find("visit." + key);
        return found == values_.end() ? Value() : found->second;
    }

private:
    const rule::Rule& rule_;
    std::map<std::string, Value> values_;
};

rule::Judgement judged(const rule::RuleSet& set, const char* on, std::int64_t age, std::int64_t pay_fen) {
    VisitFacts facts(set.rules[0], {{"visit.visit_id", Value::of_string("v1")},
                                    {"visit.item", Value::of_string("bath")},
                                    {"visit.age", Value::of_int(age)},
                                    {"visit.area", Value::of_string("rural")},
                                    {"visit.day", Value::of(Kind::date, parse_date(on)->days)},
                                    {"visit.pay", Value::of(Kind::money, pay_fen)}});
    return rule::judge(set, set.rules[0], facts, Zone::china(), rule::Detail::clear_too);
}

TEST(knowledge, a_rule_reads_rows_of_the_day_sums_over_them_and_keeps_them_in_its_digest) {
    const Loaded loaded = load(small(), {});
    ASSERT_TRUE(loaded.faults.empty()) << to_text(loaded.faults[0]);
    const rule::RuleSet& set = loaded.set;
    EXPECT_EQ(judged(set, "2024-12-31", 70, 5000).outcome, rule::Outcome::clear) << "45 + 5 yuan are due";
    const rule::Judgement hit = judged(set, "2025-01-01", 70, 5000);
    EXPECT_EQ(hit.outcome, rule::Outcome::hit) << "40 + 5 yuan are due";
    EXPECT_EQ(rule::exact_text(hit.margin), "500");
    EXPECT_EQ(hit.severity, 1);
    const rule::Judgement older = judged(set, "2025-01-01", 80, 5000);
    EXPECT_EQ(rule::exact_text(older.margin), "200") << "40 + 5 + 3 yuan are due";
    EXPECT_EQ(older.severity, 3);
    EXPECT_NE(older.params_digest, hit.params_digest);
    EXPECT_EQ(judged(set, "2025-01-01", 59, 3000).outcome, rule::Outcome::inconclusive)
        << "no row: the price is not known";
    Files dearer = small();
    dearer["p/tables/extras.yaml"] = replaced(dearer["p/tables/extras.yaml"], "extra: 3yuan", "extra: 4yuan");
    const Loaded other = load(dearer, {});
    EXPECT_EQ(other.set.rules[0].digest, set.rules[0].digest) << "rows are no part of the rule";
    EXPECT_EQ(judged(other.set, "2025-01-01", 70, 5000).params_digest, hit.params_digest) << "a row out of reach";
    EXPECT_NE(judged(other.set, "2025-01-01", 80, 5000).params_digest, older.params_digest);
}

TEST(knowledge, the_value_of_the_scope_that_counts_most_is_chosen_by_the_service_day) {
    Files files = small();
    files[param_file] +=
        "    - {from: 2025-03-01, value: 30yuan, cite: ['D1#1']}\n"
        "    - {from: 2025-02-01, to: 2025-02-28, value: 20yuan, scope: {area: rural}, cite: ['D1#1']}\n"
        "    - {from: 2025-02-01, value: 10yuan, scope: {area: urban}, cite: ['D1#1']}\n";
    const Loaded loaded = load(files, {});
    ASSERT_TRUE(loaded.faults.empty()) << to_text(loaded.faults[0]);
    const auto most = [&](const char* on) {
        for (const auto& [path, value] : judged(loaded.set, on, 60, 1).values) {
            if (path == "most") return rule::exact_text(value);
        }
        return std::string("?");
    };
    EXPECT_EQ(most("2025-01-31"), "5000");
    EXPECT_EQ(most("2025-02-01"), "2000");
    EXPECT_EQ(most("2025-02-28"), "2000");
    EXPECT_EQ(most("2025-03-01"), "3000") << "the override has ended";
}

}  // namespace
}  // namespace ningyi::pack
