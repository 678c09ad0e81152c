// SPDX-License-Identifier: Apache-2.0
#include "rule/judge.h"

#include <array>

#include <gtest/gtest.h>

#include "base/text.h"
#include "model/read.h"
#include "rule/explain.h"

namespace ningyi::rule {
namespace {

using cel::Kind;
using cel::Value;

yaml::Node yaml_of(const std::string& text) {
    Result<yaml::Node> node = yaml::parse(text, "t.yaml");
    if (node) return *node;
    for (const Fault& fault : node.error()) ADD_FAILURE() << to_text(fault);
    return {};
}

constexpr const char* model_text =
    "entities:\n"
    "  visit:\n"
    "    title: {zh: 探访, en: Visit}\n"
    "    key: id\n"
    "    date: day\n"
    "    scope: {area: visit.area, agency: visit.agency}\n"
    "    fields:\n"
    "      id: {type: string, level: 2, zh: 编号, en: Number}\n"
    "      day: {type: date, level: 2, zh: 日期, en: Day}\n"
    "      area: {type: string, level: 2, zh: 城乡, en: Area}\n"
    "      agency: {type: string, level: 2, zh: 机构, en: Agency}\n"
    "      far: {type: length, level: 2, zh: 距离, en: Distance}\n"
    "      a: {type: bool, level: 2, zh: 甲, en: A}\n"
    "      c: {type: bool, level: 2, zh: 丙, en: C}\n"
    "      c2: {type: bool, level: 2, zh: 丙二, en: C2}\n"
    "      d: {type: bool, level: 2, zh: 丁, en: D}\n"
    "      h: {type: bool, level: 2, zh: 戊, en: H}\n"
    "      e: {type: bool, level: 2, zh: 己, en: E}\n"
    "      n: {type: bool, level: 2, zh: 庚, en: N}\n"
    "events:\n"
    "  p.closed: {subject: visit, body: [id, day, area, agency, far, a, c, c2, d, h, e, n]}\n";

constexpr const char* policy_text =
    "policy: D\ntitle: {zh: 办法, en: Measures}\nissued: 2020-01-01\nin_force: {from: 2020-01-01}\nclauses: {'1': {zh: "
    "条}}\n";

constexpr const char* param_text =
    "- param: p.radius\n"
    "  title: {zh: 半径, en: Radius}\n"
    "  type: length\n"
    "  by: visit.day\n"
    "  values:\n"
    "    - {from: 2020-01-01, value: 500m, cite: ['D#1']}\n"
    "    - {from: 2025-07-01, value: 300m, cite: ['D#1']}\n"
    "    - {from: 2025-07-01, value: 800m, scope: {area: rural}, cite: ['D#1']}\n"
    "    - {from: 2025-07-01, to: 2025-12-31, value: 100m, scope: {agency: g1}, cite: ['D#1']}\n";

std::string rule_text(const std::string& when, const std::string& parts) {
    return "rule: PX-LOC-01\ntitle: {zh: 题, en: Title}\nversion: 1\nstatus: live\nresult: notice\neffect: "
           "note\nstage: [post]\nsubject: visit\n"
           "on: {event: p.closed}\nin_force: {from: 2024-01-01}\ncite: ['D#1']\n" +
           parts + "when:\n  " + when +
           "finding: {severity: '2'}\nexplain: {zh: '{visit.id}', en: '{visit.id}'}\nmisses: {zh: 无, en: none}\ndo: "
           "{zh: 查, en: look}\n";
}

RuleSet set_of(const std::string& text) {
    RuleSet set;
    Faults faults, warnings;
    model::read_model(yaml_of(model_text), "m.yaml", "p", set.dictionary, faults);
    read_policy(yaml_of(policy_text), "d.yaml", set.policies, faults);
    read_params(yaml_of(param_text), "a.yaml", "p", set.params, faults);
    std::optional<Rule> read = read_rule(yaml_of(text), "r.yaml", set, "p", {"p"}, faults, warnings);
    for (const Fault& fault : faults) ADD_FAILURE() << to_text(fault);
    if (read) set.rules.push_back(std::move(*read));
    set.hash = [](std::string_view bytes) { return to_hex(bytes); };
    return set;
}

class World final : public Facts {
public:
    explicit World(const Rule& rule) : rule_(rule) {}
    std::map<std::string, Value> values;

    Value of(const std::string& path) const {
        const auto found = values.find(path);
        return found == values.end() ? Value() : found->second;
    }
    Value read(std::uint16_t slot) override {
        const Value value = of(rule_.names.path(slot));
        return value.is_absent() ? Value::absent(slot) : value;
    }
    Value others(std::uint16_t slot, const Value&) override { return Value::absent(slot); }
    Value date() override { return of("visit.day"); }
    Value scope(const std::string& key) override { return of("visit." + key); }

private:
    const Rule& rule_;
};

Value day(const char* text) {
    return Value::of(Kind::date, parse_date(text)->days);
}

constexpr std::array states{'t', 'f', '?', '!'};  // true, false, absent, error

Value value_of(char state) {
    if (state == '?') return {};
    if (state == '!') return Value::error("broken");
    return Value::of_bool(state == 't');
}

// The table of rules.md §4.6, written once more without looking at the program.
std::pair<Outcome, std::string> expected(bool any, char a, char c, char c2, char d, char h, char e, char n) {
    if (a == 'f') return {Outcome::not_applicable, "applies"};
    if (a != 't') return {Outcome::inconclusive, "applies"};
    const auto both = [&](char one) { return c == one || c2 == one; };
    char when = any ? 'f' : 't';
    for (const char one : {'!', '?'}) when = both(one) ? one : when;
    if (both(any ? 't' : 'f')) when = any ? 't' : 'f';
    const bool unknown = when == '?' || when == '!' || n == '?' || n == '!' || d != 'f';
    if (!unknown && when == 'f') return {Outcome::clear, ""};
    if (e == 't') return {Outcome::exempt, "e"};
    if (unknown) {
        if (n == '?' || when == '?') return {Outcome::inconclusive, "missing"};
        if (d == 't' || d == '?') return {Outcome::inconclusive, "d"};
        return {Outcome::inconclusive, "error"};
    }
    if (e != 'f') return {Outcome::inconclusive, "e"};
    if (h != 'f') return {Outcome::inconclusive, "h"};
    return {Outcome::hit, ""};
}

TEST(judge, every_combination_of_true_false_absent_and_error_follows_the_table) {
    for (const bool any : {false, true}) {
        const std::string when =
            std::string(any ? "any" : "all") +
            ":\n    - {id: c, zh: 句, en: s, if: 'visit.c'}\n    - {id: c2, zh: 句, en: s, if: 'visit.c2'}\n";
        const RuleSet set =
            set_of(rule_text(when,
                             "applies: 'visit.a'\nneeds: [visit.n]\ndoubt:\n  - {id: d, zh: 句, en: s, if: 'visit.d'}\n"
                             "  - {id: h, ask: hit, zh: 句, en: s, if: 'visit.h'}\nexcept:\n  - {id: e, zh: 句, en: s, "
                             "if: 'visit.e'}\n"));
        ASSERT_EQ(set.rules.size(), 1U);
        std::size_t wrong = 0;
        for (std::size_t code = 0; code < 16384; ++code) {
            const auto state = [&](int place) { return states[(code >> (2 * place)) & 3U]; };
            World world(set.rules[0]);
            world.values["visit.day"] = day("2025-08-01");
            const std::array<const char*, 7> names{"visit.a", "visit.c", "visit.c2", "visit.d",
                                                   "visit.h", "visit.e", "visit.n"};
            for (int i = 0; i < 7; ++i) world.values[names[static_cast<std::size_t>(i)]] = value_of(state(i));
            const Judgement judgement = judge(set, set.rules[0], world, Zone::china());
            const auto [outcome, reason] =
                expected(any, state(0), state(1), state(2), state(3), state(4), state(5), state(6));
            if (judgement.outcome == outcome && judgement.reason == reason) continue;
            if (++wrong > 3) continue;
            ADD_FAILURE() << "any " << any << " a c c2 d h e n " << state(0) << state(1) << state(2) << state(3)
                          << state(4) << state(5) << state(6) << ": expected " << to_word(outcome) << " " << reason
                          << ", got " << to_word(judgement.outcome) << " " << judgement.reason;
        }
        EXPECT_EQ(wrong, 0U);
    }
}

class parameters : public testing::Test {
protected:
    parameters()
        : set(set_of(rule_text("all:\n    - {id: far, zh: 句, en: s, if: 'visit.far > radius'}\n",
                               "params: {radius: p.radius}\n"))),
          world(set.rules.at(0)) {
        world.values["visit.day"] = day("2025-08-01");
        world.values["visit.area"] = Value::of_string("urban");
        world.values["visit.agency"] = Value::of_string("g9");
        world.values["visit.far"] = Value::of(Kind::length, 2'000'000);
    }
    // The radius in metres that judged, or what was missing.
    std::string radius() {
        const Judgement judgement = judge(set, set.rules[0], world, Zone::china());
        if (judgement.outcome == Outcome::inconclusive) return join(judgement.missing, " ");
        for (const auto& [path, value] : judgement.values) {
            if (path == "radius") return format("{}", value.number() / 1000);
        }
        return std::string(to_word(judgement.outcome));
    }
    RuleSet set;
    World world;
};

TEST_F(parameters, are_chosen_by_the_day_of_the_subject) {
    EXPECT_EQ(radius(), "300");
    world.values["visit.day"] = day("2025-06-30");
    EXPECT_EQ(radius(), "500");
    world.values["visit.day"] = day("2025-07-01");
    EXPECT_EQ(radius(), "300");
    world.values["visit.day"] = day("2023-12-31");
    EXPECT_EQ(radius(), "not_applicable");
}

TEST_F(parameters, the_highest_ranked_scope_wins_while_it_is_in_force) {
    world.values["visit.area"] = Value::of_string("rural");
    EXPECT_EQ(radius(), "800");
    world.values["visit.agency"] = Value::of_string("g1");
    EXPECT_EQ(radius(), "100");
    world.values["visit.day"] = day("2025-12-31");
    EXPECT_EQ(radius(), "100");
    world.values["visit.day"] = day("2026-01-01");
    EXPECT_EQ(radius(), "800");
}

TEST_F(parameters, an_unknown_scope_value_leaves_the_parameter_absent) {
    world.values.erase("visit.area");
    EXPECT_EQ(radius(), "visit.area");
    world.values["visit.day"] = day("2025-06-30");  // no override yet: nobody asks for the area
    EXPECT_EQ(radius(), "500");
    world.values["visit.day"] = day("2025-08-01");
    world.values.erase("visit.agency");
    world.values["visit.area"] = Value::of_string("urban");
    EXPECT_EQ(radius(), "visit.agency");
}

TEST_F(parameters, the_digest_names_the_values_that_judged) {
    const std::string first = judge(set, set.rules[0], world, Zone::china()).params_digest;
    world.values["visit.far"] = Value::of(Kind::length, 3'000'000);
    EXPECT_EQ(judge(set, set.rules[0], world, Zone::china()).params_digest, first);
    world.values["visit.day"] = day("2025-06-30");
    EXPECT_NE(judge(set, set.rules[0], world, Zone::china()).params_digest, first);
    EXPECT_NE(first, "");
}

TEST(explain, values_are_rounded_half_away_from_zero_and_grouped_in_english) {
    const Zone zone = Zone::china();
    const auto zh = [&](const Value& value, const char* word) { return shown(value, word, Language::zh, zone); };
    const auto en = [&](const Value& value, const char* word) { return shown(value, word, Language::en, zone); };
    EXPECT_EQ(zh(Value::of(Kind::length, 1499), "m"), "1");
    EXPECT_EQ(zh(Value::of(Kind::length, 1500), "m"), "2");
    EXPECT_EQ(zh(Value::of(Kind::length, -1500), "m"), "-2");
    EXPECT_EQ(zh(Value::of(Kind::length, -499), "m"), "0");
    EXPECT_EQ(zh(Value::of(Kind::length, 1900), "m1"), "1.9");
    EXPECT_EQ(zh(Value::of(Kind::length, 12'345'678), "km1"), "12.3");
    EXPECT_EQ(zh(Value::of(Kind::length, 1'234'567'000), "m"), "1234567");
    EXPECT_EQ(en(Value::of(Kind::length, 1'234'567'000), "m"), "1,234,567");
    EXPECT_EQ(zh(Value::of_duration_ms(20 * minutes_ms), "min"), "20");
    EXPECT_EQ(zh(Value::of_duration_ms(5'400'000), "h1"), "1.5");
    EXPECT_EQ(zh(Value::of(Kind::money, 4500), "yuan"), "45");
    EXPECT_EQ(zh(Value::of(Kind::money, 4505), "yuan"), "45.05");
    EXPECT_EQ(zh(Value::of(Kind::ratio, 805'000), "%"), "81");
    EXPECT_EQ(zh(Value::of(Kind::ratio, 805'000), "%1"), "80.5");
    EXPECT_EQ(zh(Value::of(Kind::speed, 45'000), "kmh"), "162");
    EXPECT_EQ(zh(Value::of_timestamp_ms(1754010000000), "date"), "2025-08-01");
    EXPECT_EQ(zh(Value::of_timestamp_ms(1754010000000), "time"), "09:00");
    EXPECT_EQ(zh(Value(), "m"), "（未知）");
    EXPECT_EQ(en(Value::of_bool(true), ""), "yes");
}

TEST(explain, what_is_missing_is_said_in_words) {
    const RuleSet set = set_of(
        rule_text("all:\n    - {id: far, zh: '{visit.far:m} 米', en: '{visit.far:m} m', if: 'visit.far > radius'}\n",
                  "params: {radius: p.radius}\nneeds: [visit.far]\n"));
    World world(set.rules.at(0));
    world.values["visit.day"] = day("2025-06-01");
    const Judgement judgement = judge(set, set.rules[0], world, Zone::china());
    const Explanation zh = explain(set, set.rules[0], judgement, Language::zh, Zone::china(), nullptr, nullptr);
    EXPECT_EQ(zh.sentence, "不能判定：缺少距离。");
    ASSERT_EQ(zh.clauses.size(), 1U);
    EXPECT_EQ(zh.clauses[0].mark, '?');
    EXPECT_EQ(zh.clauses[0].text, "（未知） 米");
    const Explanation en = explain(set, set.rules[0], judgement, Language::en, Zone::china(), nullptr, nullptr);
    EXPECT_EQ(en.sentence, "Cannot be told: missing Distance.");
}

}  // namespace
}  // namespace ningyi::rule
