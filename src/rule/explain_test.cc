// SPDX-License-Identifier: Apache-2.0
#include "rule/explain.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "model/read.h"
#include "rule/edge_tests.h"
#include "rule/rule_tests.h"
#include "rule/supply.h"
#include "rule/undo.h"

namespace ningyi::rule {
namespace {

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
    "    time: at\n"
    "    fields:\n"
    "      id: {type: string, level: 2, zh: 编号, en: Number}\n"
    "      day: {type: date, derive: 'on(visit.at)', level: 2, zh: 日期, en: Day}\n"
    "      at: {type: timestamp, level: 2, zh: 时刻, en: Time}\n"
    "      far: {type: length, level: 2, zh: 签到点距住址, en: Distance from home}\n"
    "      blur: {type: length, level: 2, zh: 定位误差, en: Accuracy}\n"
    "      pay: {type: money, level: 2, zh: 金额, en: Amount}\n"
    "      tries: {type: int, level: 2, zh: 次数, en: Tries}\n"
    "      odd: {type: bool, level: 2, zh: 存疑, en: Odd}\n"
    "      mode: {type: enum, values: {home: {zh: 上门, en: at home}, escort: {zh: 陪同, en: escort}, phone: {zh: "
    "电话, en: phone}}, level: 2, zh: 方式, en: Mode}\n"
    "      track: {type: track, of: id, from: at, to: at, level: 4, zh: 轨迹, en: Track}\n"
    "  handed:\n"
    "    title: {zh: 数据集, en: Data set}\n"
    "    key: name\n"
    "    fields:\n"
    "      name: {type: string, level: 1, zh: 名称, en: Name}\n"
    "      received: {type: bool, level: 1, zh: 已提供, en: Received}\n"
    "events:\n"
    "  p.closed: {subject: visit, title: {zh: 探访完结, en: Visit closed}, body: [id, at, far, blur, pay, tries, odd, "
    "mode]}\n"
    "  p.handed: {subject: handed, title: {zh: 数据集提供情况, en: Data set received}, body: [name, received]}\n";

constexpr const char* feature_text =
    "- feature: ledger_received\n"
    "  title: {zh: 台账数据集, en: Ledger}\n"
    "  kind: register\n"
    "  entity: handed\n"
    "  id: '\"ledger\"'\n"
    "  at: a.at\n"
    "  out: {received: b.received}\n"
    "- measure: stay\n"
    "  title: {zh: 是否在场, en: Presence}\n"
    "  fn: track.stay\n"
    "  args: {track: a.track}\n";

constexpr const char* param_text =
    "- param: p.radius\n  title: {zh: 允许半径, en: Allowed radius}\n  type: length\n  by: visit.day\n"
    "  values:\n    - {from: 2024-01-01, value: 100m, cite: ['D#1']}\n"
    "- param: p.most\n  title: {zh: 最多次数, en: Most tries}\n  type: int\n  by: visit.day\n"
    "  values:\n    - {from: 2024-01-01, value: 3, cite: ['D#1']}\n";

std::string rule_text(const std::string& when, const std::string& doubts, const std::string& tests = "") {
    return "rule: PX-LOC-01\ntitle: {zh: 签到位置偏离, en: Far}\nversion: 1\nstatus: live\nresult: notice\neffect: "
           "note\n"
           "stage: [post]\nsubject: visit\non: {event: p.closed}\nin_force: {from: 2024-01-01}\ncite: ['D#1']\n"
           "params: {radius: p.radius, most: p.most}\nfeatures: {ledger: ledger_received, stay: stay}\n"
           "let:\n  over: 'visit.far - radius'\n  is_many: 'visit.tries >= most'\n"
           "when:\n  all:\n" +
           when + (doubts.empty() ? "" : "doubt:\n" + doubts) +
           "finding: {severity: '1'}\nexplain: {zh: '{visit.far:m}', en: '{visit.far:m}'}\n"
           "misses: {zh: 无, en: none}\ndo: {zh: 查, en: look}\n" +
           tests;
}

std::string clause(const std::string& id, const std::string& condition) {
    return "    - {id: " + id + ", zh: '{visit.far:m} 米', en: '{visit.far:m} m', if: '" + condition + "'}\n";
}

RuleSet set_of(const std::string& text) {
    RuleSet set;
    Faults faults, warnings;
    RuleSet::Pack pack;
    pack.name = "p";
    pack.prefix = "PX";
    pack.title = {"试验包", "Trial pack"};
    set.packs.push_back(pack);
    model::read_model(yaml_of(model_text), "m.yaml", "p", set.dictionary, faults);
    read_policy(yaml_of("policy: D\ntitle: {zh: 办法, en: Measures}\nissued: 2020-01-01\nin_force: {from: "
                        "2020-01-01}\nclauses: {'1': {zh: 条}}\n"),
                "d.yaml", set.policies, faults);
    read_params(yaml_of(param_text), "a.yaml", "p", set.params, faults);
    read_features(yaml_of(feature_text), "f.yaml", "p", set.features, faults);
    const MeasureShapes shapes{
        {"track.stay", {{"track", true, MeasureShape::Takes::track}}, {{"out", cel::type_of(cel::Kind::duration)}}}};
    for (Feature& feature : set.features) {
        feature.entity = "visit";
        check_feature(feature, set, shapes, faults);
    }
    std::optional<Rule> read = read_rule(yaml_of(text), "r.yaml", set, "p", {"p"}, faults, warnings);
    for (const Fault& fault : faults) ADD_FAILURE() << to_text(fault);
    if (read) set.rules.push_back(std::move(*read));
    return set;
}

Judgement judged(const RuleSet& set, const std::string& given) {
    Faults faults;
    const yaml::Node node = yaml_of(given);
    Given world(set, set.rules.at(0), &node, faults);
    for (const Fault& fault : faults) ADD_FAILURE() << to_text(fault);
    return judge(set, set.rules[0], world, Zone::china(), Detail::clear_too);
}

// What undoes the one clause of a rule.
Label undone(const std::string& condition, const std::string& given) {
    const RuleSet set = set_of(rule_text(clause("far", condition), ""));
    const Judgement judgement = judged(set, given);
    EXPECT_EQ(judgement.clauses, "t") << condition;
    const std::vector<Undo> all = undo_of_clauses(set, set.rules.at(0), judgement, Zone::china());
    return all.empty() ? Label{} : all[0].words;
}

constexpr const char* far_visit =
    "{visit: {id: v1, day: 2026-03-02, at: '2026-03-02T09:00:00+08:00', far: 700m, blur: 10m, pay: 45yuan, tries: 5, "
    "odd: true, mode: home}, features: {stay: {verdict: contradicted, out: 20min}, ledger: {received: true}}}";

TEST(undo, an_amount_past_its_limit_says_how_much_less_would_do) {
    const Label words = undone("visit.far > radius", far_visit);
    EXPECT_EQ(words.zh, "签到点距住址：700 米，界限 100 米（允许半径）；少 600 米，即不成立");
    EXPECT_EQ(words.en, "Distance from home: 700 m, limit 100 m (Allowed radius); 600 m less and it would not hold");
}

TEST(undo, a_limit_that_is_counted_in_says_more_than_the_difference_or_one_more) {
    EXPECT_NE(undone("visit.far >= radius", far_visit).zh.find("少 600 米以上，即不成立"), std::string::npos);
    EXPECT_NE(undone("visit.far >= m(700)", far_visit).zh.find("再少一点即不成立"), std::string::npos);
    EXPECT_NE(undone("visit.tries >= most", far_visit).zh.find("少 3，即不成立"), std::string::npos);
    EXPECT_NE(undone("visit.blur < radius", far_visit).zh.find("多 90 米，即不成立"), std::string::npos);
}

// The change that is said is the change that does it, and nothing less does.
TEST(undo, the_change_said_is_exact) {
    const RuleSet set = set_of(rule_text(clause("far", "visit.far > radius"), ""));
    const auto at = [&](const std::string& far) { return judged(set, replaced(far_visit, "700m", far)).clauses; };
    EXPECT_EQ(at("100m"), "f");  // 600 m less
    EXPECT_EQ(at("100001mm"), "t");
    const Label words = undone("visit.far > radius", replaced(far_visit, "700m", "100001mm"));
    EXPECT_NE(words.zh.find("少 1mm，"), std::string::npos) << words.zh;
}

TEST(undo, a_verdict_says_which_verdict_would_undo_it) {
    const Label words = undone("stay.verdict == \"contradicted\"", far_visit);
    EXPECT_EQ(words.zh.substr(words.zh.find("；")), "；若为“支持”或“证据不足”，即不成立");
    EXPECT_NE(words.en.find("\"supported\" or \"insufficient\" instead and it would not hold"), std::string::npos);
}

TEST(undo, of_a_value_that_is_there_and_what_it_says_the_latter_is_told) {
    const Label words = undone("has(stay.verdict) && stay.verdict == \"contradicted\"", far_visit);
    EXPECT_EQ(words.zh, "是否在场 · 结论：矛盾；若为“支持”或“证据不足”，即不成立");
}

TEST(undo, a_word_a_truth_and_a_value_that_is_there_say_what_else_they_would_have_to_be) {
    EXPECT_NE(undone("visit.mode == \"home\"", far_visit).zh.find("若为“陪同”或“电话”，即不成立"), std::string::npos);
    EXPECT_NE(undone("visit.mode != \"phone\"", far_visit).zh.find("若为“电话”，即不成立"), std::string::npos);
    EXPECT_EQ(undone("visit.odd", far_visit).zh, "存疑：是；若为“否”，即不成立");
    EXPECT_EQ(undone("has(visit.pay)", far_visit).zh, "金额：有；若没有，即不成立");
    EXPECT_NE(undone("visit.mode in [\"home\", \"escort\"]", far_visit).zh.find("之中，即不成立"), std::string::npos);
}

TEST(undo, of_conditions_that_must_all_hold_the_cheapest_is_said_and_of_alternatives_every_one) {
    // 5 of 3 tries is nearer to its limit than 700 of 100 m; a verdict costs more than either.
    const Label cheap = undone("stay.verdict == \"contradicted\" && visit.far > radius && is_many", far_visit);
    EXPECT_EQ(cheap.zh, "次数：5，界限 3（最多次数）；少 3，即不成立");
    const Label every = undone("visit.far > radius || is_many", far_visit);
    EXPECT_EQ(
        every.zh,
        "签到点距住址：700 米，界限 100 米（允许半径）；少 600 米；且次数：5，界限 3（最多次数）；少 3，即不成立");
    const Label one = undone("visit.far > m(9000) || is_many", far_visit);
    EXPECT_EQ(one.zh, cheap.zh);
    EXPECT_EQ(undone("!(visit.far <= radius || !visit.odd)", far_visit).zh,
              "签到点距住址：700 米，界限 100 米（允许半径）；少 600 米，即不成立");
}

TEST(undo, nothing_is_said_of_what_a_judgement_does_not_keep) {
    const RuleSet set = set_of(rule_text(clause("far", "visit.far > radius"), ""));
    Judgement judgement = judged(set, far_visit);
    judgement.values.clear();
    EXPECT_TRUE(undo_of_clauses(set, set.rules[0], judgement, Zone::china()).empty());
}

TEST(supply, a_doubt_about_a_data_set_that_was_not_handed_over_says_what_removes_it_and_who_hands_it_over) {
    const RuleSet set = set_of(rule_text(clause("far", "visit.far > radius"),
                                         "    - {id: not_received, zh: 没有提供, en: not handed over, if: "
                                         "'!(has(ledger.received) && ledger.received)'}\n"));
    const Judgement judgement = judged(set, "{visit: {id: v1, day: 2026-03-02, far: 700m}}");
    EXPECT_EQ(judgement.outcome, Outcome::inconclusive);
    EXPECT_EQ(judgement.reason, "not_received");
    const std::vector<Undo> doubts = undo_of_doubts(set, set.rules[0], judgement, Zone::china());
    ASSERT_EQ(doubts.size(), 1U);
    EXPECT_EQ(doubts[0].words.zh, "台账数据集 · 已提供：未知；若为“是”，即不成立");
    const Supply supply = supply_of(set, set.rules[0], "ledger.received");
    EXPECT_EQ(supply.from.zh, "“ledger”随“数据集提供情况”报送（试验包）");
    EXPECT_EQ(supply.from.en, "\"ledger\" reported with \"Data set received\" (Trial pack)");
}

TEST(supply, a_field_comes_with_its_event_and_a_computed_one_with_what_it_is_computed_from) {
    const RuleSet set = set_of(rule_text(clause("far", "visit.far > radius"), ""));
    const Rule& rule = set.rules.at(0);
    EXPECT_EQ(judged(set, "{visit: {id: v1, day: 2026-03-02}}").missing, std::vector<std::string>{"visit.far"});
    EXPECT_EQ(supply_of(set, rule, "visit.far").what.zh, "签到点距住址");
    EXPECT_EQ(supply_of(set, rule, "visit.far").from.zh, "随“探访完结”报送（试验包）");
    EXPECT_EQ(supply_of(set, rule, "visit.day").from.zh, "由“时刻”随“探访完结”报送（试验包）算出");
    EXPECT_EQ(supply_of(set, rule, "radius").from.en, "needs a value of p.radius in force that day (Trial pack)");
}

constexpr const char* hit_test =
    "tests:  \n"
    "  - name: a   # a comment\n"
    "    given: {visit: {id: v1, day: 2026-03-02, far: 700m, tries: 5}}\n"
    "    expect: {outcome: hit}\n";

TEST(edge_tests, a_fact_is_moved_to_the_line_of_each_parameter_and_one_unit_to_both_sides) {
    const std::string tests = replaced(hit_test, "tests:  ", "tests:");
    const RuleSet set = set_of(rule_text(clause("far", "over > m(0) && visit.far > radius && is_many"), "", tests));
    const EdgeTests edges = edge_tests(set, set.rules.at(0), Zone::china());
    std::vector<std::string> said;
    for (const EdgeTest& one : edges.tests)
        said.push_back(format("{} {} {} {}", one.compared, one.step, one.value, to_word(one.judgement.outcome)));
    EXPECT_EQ(said, (std::vector<std::string>{"over > m(0) -1 99999mm clear", "over > m(0) 0 100m clear",
                                              "over > m(0) 1 100001mm hit", "visit.far > radius -1 99999mm clear",
                                              "visit.far > radius 0 100m clear", "visit.far > radius 1 100001mm hit",
                                              "visit.tries >= most -1 2 clear", "visit.tries >= most 0 3 hit",
                                              "visit.tries >= most 1 4 hit"}));
    EXPECT_TRUE(edges.off_the_line.empty());
}

TEST(edge_tests, they_stand_behind_the_last_test_and_pass_and_are_known_the_next_time) {
    const std::string before =
        rule_text(clause("far", "visit.far > radius"), "", replaced(hit_test, "tests:  ", "tests:")) + "# the end\n";
    const RuleSet set = set_of(before);
    const std::vector<EdgeTest> tests = edge_tests(set, set.rules.at(0), Zone::china()).tests;
    const std::vector<EdgeTest> three(tests.begin(), tests.begin() + 3);
    const Result<std::string> after = with_edge_tests(before, set.rules[0], three);
    ASSERT_TRUE(after);
    EXPECT_EQ(replaced(*after, "\n  - " + three[0].text + "\n  - " + three[1].text + "\n  - " + three[2].text, ""),
              before);
    EXPECT_TRUE(after->ends_with("\n# the end\n"));
    const RuleSet with = set_of(*after);
    const TestReport report = run_tests(with, with.rules.at(0), Zone::china());
    EXPECT_EQ(report.failed, 0U);
    EXPECT_EQ(with.rules[0].tests.size(), 4U);
    EXPECT_FALSE(with_edge_tests(*after, with.rules[0], three));
    for (const EdgeTest& one : edge_tests(with, with.rules[0], Zone::china()).tests) {
        if (one.where == "far") {
            EXPECT_EQ(one.known_as, one.name);
        }
    }
}

TEST(edge_tests, a_file_without_a_list_of_tests_is_refused) {
    const RuleSet set =
        set_of(rule_text(clause("far", "visit.far > radius"), "", replaced(hit_test, "tests:  ", "tests:")));
    EXPECT_FALSE(with_edge_tests("rule: A\ntests: []\n", set.rules.at(0), {}));
}

}  // namespace
}  // namespace ningyi::rule
