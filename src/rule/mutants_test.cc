// SPDX-License-Identifier: Apache-2.0
#include "rule/mutants.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "model/read.h"
#include "rule/coverage.h"
#include "rule/rule_tests.h"

namespace ningyi::rule {
namespace {

yaml::Node yaml_of(const std::string& text) {
    Result<yaml::Node> node = yaml::parse(text, "t.yaml");
    if (node) return *node;
    for (const Fault& fault : node.error()) ADD_FAILURE() << to_text(fault);
    return {};
}

// A visit is too far from home: one clause, one doubt, one need, one parameter.
RuleSet set_of(const std::string& tests, const std::string& quality = "") {
    RuleSet set;
    Faults faults, warnings;
    model::read_model(yaml_of("entities:\n"
                              "  visit:\n"
                              "    title: {zh: 探访, en: Visit}\n"
                              "    key: id\n"
                              "    date: day\n"
                              "    fields:\n"
                              "      id: {type: string, level: 2, zh: 编号, en: Number}\n"
                              "      day: {type: date, level: 2, zh: 日期, en: Day}\n"
                              "      far: {type: length, level: 2, zh: 距离, en: Distance}\n"
                              "      odd: {type: bool, level: 2, zh: 存疑, en: Odd}\n"
                              "events:\n"
                              "  p.closed: {subject: visit, body: [id, day, far, odd]}\n"),
                      "m.yaml", "p", set.dictionary, faults);
    read_policy(yaml_of("policy: D\ntitle: {zh: 办法, en: Measures}\nissued: 2020-01-01\nin_force: {from: "
                        "2020-01-01}\nclauses: {'1': {zh: 条}}\n"),
                "d.yaml", set.policies, faults);
    read_params(yaml_of("- param: p.radius\n  title: {zh: 半径, en: Radius}\n  type: length\n  by: visit.day\n"
                        "  values:\n    - {from: 2020-01-01, value: 300m, cite: ['D#1']}\n"),
                "a.yaml", "p", set.params, faults);
    std::string text =
        "rule: PX-LOC-01\ntitle: {zh: 题, en: Title}\nversion: 1\nstatus: live\nresult: notice\neffect: note\n"
        "stage: [post]\nsubject: visit\non: {event: p.closed}\nin_force: {from: 2024-01-01}\ncite: ['D#1']\n"
        "params: {radius: p.radius}\nneeds: [visit.far]\n"
        "when:\n  all:\n    - {id: far, zh: '{visit.far:m} 米', en: '{visit.far:m} m', if: 'visit.far > radius'}\n"
        "doubt:\n  - {id: odd, zh: 存疑, en: odd, if: 'visit.odd'}\n"
        "finding: {severity: '2'}\nexplain: {zh: '{visit.far:m}', en: '{visit.far:m}'}\n"
        "misses: {zh: 无, en: none}\ndo: {zh: 查, en: look}\n";
    text += quality;
    text += "tests:\n";
    text += tests;
    std::optional<Rule> read = read_rule(yaml_of(text), "r.yaml", set, "p", {"p"}, faults, warnings);
    for (const Fault& fault : faults) ADD_FAILURE() << to_text(fault);
    if (read) set.rules.push_back(std::move(*read));
    return set;
}

constexpr const char* far_tests =
    "  - name: a\n    given: {visit: {id: v1, day: 2025-01-01, far: 700m, odd: false}}\n    expect: {outcome: hit, "
    "severity: 2}\n"
    "  - {name: odd, same_as: a, given: {visit: {odd: true}}, expect: {outcome: inconclusive, by: odd}}\n";
constexpr const char* line_tests =
    "  - {name: line, same_as: a, given: {visit: {far: 300m}}, expect: {outcome: clear}}\n"
    "  - {name: past, same_as: a, given: {visit: {far: 300001mm}}, expect: {outcome: hit}}\n";
constexpr const char* edge_tests =
    "  - {name: no day, same_as: a, given: {visit: {day: 2023-12-31}}, expect: {outcome: not_applicable}}\n"
    "  - {name: nothing, same_as: a, without: [visit.far], expect: {outcome: inconclusive, missing: [visit.far]}}\n"
    "  - {name: unknown doubt, same_as: a, without: [visit.odd], expect: {outcome: inconclusive, by: odd}}\n";

std::string joined(std::initializer_list<const char*> parts) {
    std::string all;
    for (const char* part : parts) all += part;
    return all;
}

std::vector<std::string> survivors(const RuleSet& set) {
    std::vector<std::string> names;
    for (const auto& one : try_mutants(set, set.rules.at(0), Zone::china(), nullptr).survivors)
        names.push_back(one.name);
    return names;
}

TEST(mutants, without_a_test_on_the_line_the_line_can_be_moved) {
    const std::vector<std::string> alive = survivors(set_of(far_tests));
    for (const char* name : {"far: > -> >=", "radius: +1", "radius: -1", "far: dropped"})
        EXPECT_NE(std::find(alive.begin(), alive.end(), name), alive.end()) << name;
}

TEST(mutants, a_test_on_the_line_and_one_past_it_kill_all_but_a_need_the_clause_reads_itself) {
    const RuleSet set = set_of(joined({far_tests, line_tests}));
    EXPECT_EQ(survivors(set), (std::vector<std::string>{"needs visit.far: dropped"}));
    const MutationReport report = try_mutants(set, set.rules[0], Zone::china(), nullptr);
    EXPECT_EQ(report.killed + 1, report.all);
}

TEST(mutants, an_equivalent_one_is_listed_with_its_reason) {
    const RuleSet set =
        set_of(joined({far_tests, line_tests}),
               "quality: {equivalent: [{mutant: 'needs visit.far: dropped', why: {zh: 自己读, en: reads it}}]}\n");
    const MutationReport report = try_mutants(set, set.rules.at(0), Zone::china(), nullptr);
    EXPECT_TRUE(report.survivors.empty());
    EXPECT_TRUE(report.faults.empty());
    EXPECT_EQ(report.equivalent, 1U);
}

TEST(mutants, what_is_listed_must_exist_and_live) {
    const RuleSet set = set_of(joined({far_tests, line_tests}),
                               "quality: {equivalent: [{mutant: 'far: > -> >=', why: {zh: 无, en: none}}, {mutant: "
                               "'far: < -> >', why: {zh: 无, en: none}}]}\n");
    const MutationReport report = try_mutants(set, set.rules.at(0), Zone::china(), nullptr);
    ASSERT_EQ(report.faults.size(), 2U);
    EXPECT_EQ(report.faults[0].code, "E519");
}

TEST(coverage, what_could_be_unknown_must_be_seen_unknown) {
    const RuleSet few = set_of(joined({far_tests, line_tests}));
    const TestReport gaps = run_tests(few, few.rules.at(0), Zone::china());
    EXPECT_LT(gaps.covered, gaps.coverable);
    EXPECT_EQ(gaps.uncovered,
              (std::vector<std::string>{"条件 far 从未不明 | clause far: never unknown",
                                        "疑虑 odd 从未不明 | doubt odd: never unknown",
                                        "没有测试得到 not_applicable | no test ends in not_applicable"}));
    const RuleSet all = set_of(joined({far_tests, line_tests, edge_tests}));
    const TestReport whole = run_tests(all, all.rules.at(0), Zone::china());
    EXPECT_EQ(whole.failed, 0U);
    EXPECT_EQ(whole.covered, whole.coverable) << join(whole.uncovered, "\n");
    EXPECT_GT(whole.generated, 5U);
}

}  // namespace
}  // namespace ningyi::rule
