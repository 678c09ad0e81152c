// SPDX-License-Identifier: Apache-2.0
#include "pack/pack.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/text.h"
#include "base/zone.h"
#include "rule/explain.h"
#include "rule/rule_tests.h"

namespace ningyi::pack {
namespace {

// A small sound pack; each test breaks one thing in it.
Files sound() {
    Files files;
    files["p/pack.yaml"] =
        "name: p\nprefix: PX\nversion: 1\ntitle: {zh: 包, en: Pack}\nrequires: []\nroles: [auditor]\n";
    files["p/model/m.yaml"] =
        "entities:\n"
        "  visit:\n"
        "    title: {zh: 探访, en: Visit}\n"
        "    key: visit_id\n"
        "    time: start\n"
        "    date: day\n"
        "    scope: {area: person.area}\n"
        "    fields:\n"
        "      visit_id: {type: string, level: 2, zh: 编号, en: Number}\n"
        "      person_id: {type: string, ref: person, level: 2, zh: 人, en: Person}\n"
        "      start: {type: timestamp, level: 2, zh: 开始, en: Start}\n"
        "      end: {type: timestamp, level: 2, zh: 结束, en: End}\n"
        "      day: {type: date, derive: 'on(visit.start)', level: 2, zh: 日期, en: Day}\n"
        "      far: {type: length, level: 2, zh: 距离, en: Distance}\n"
        "      pay: {type: money, level: 2, zh: 金额, en: Amount}\n"
        "  person:\n"
        "    title: {zh: 人, en: Person}\n"
        "    key: person_id\n"
        "    fields:\n"
        "      person_id: {type: string, level: 2, zh: 编号, en: Number}\n"
        "      name: {type: string, level: 3, zh: 姓名, en: Name}\n"
        "      area: {type: enum, values: {urban: {zh: 城区, en: urban}, rural: {zh: 农村, en: rural}}, level: 2, zh: "
        "城乡, en: Area}\n"
        "events:\n"
        "  p.visit_closed:\n"
        "    subject: visit\n"
        "    body: [visit_id, person_id, start, end, far, pay]\n";
    files["p/policy/D1.yaml"] =
        "policy: D1\ntitle: {zh: 办法, en: Measures}\nissued: 2024-01-01\nin_force: {from: 2024-01-01}\nclauses:\n  "
        "'1': {zh: 应在近处。}\n";
    files["p/params/a.yaml"] =
        "- param: p.radius\n"
        "  title: {zh: 半径, en: Radius}\n"
        "  type: length\n"
        "  unit: m\n"
        "  by: visit.day\n"
        "  bounds: {min: 50m, max: 2000m}\n"
        "  values:\n"
        "    - {from: 2024-01-01, value: 500m, cite: ['D1#1']}\n"
        "    - {from: 2025-01-01, value: 300m, cite: ['D1#1']}\n"
        "    - {from: 2025-01-01, value: 800m, scope: {area: rural}, cite: ['D1#1']}\n";
    files["p/lists/known.yaml"] =
        "list: known\ntitle: {zh: 名单, en: List}\nkey: [person_id]\nentries:\n"
        "  - {person_id: p9, from: 2025-01-01, to: 2025-12-31, why: 因故, by: u1, approved: u2}\n";
    files["p/features/f.yaml"] =
        "- feature: visits_before\n"
        "  title: {zh: 此前探访, en: Visits before}\n"
        "  kind: window\n"
        "  from: p.visit_closed\n"
        "  key: [person_id]\n"
        "  span: {last: 24h}\n"
        "  agg: count\n"
        "  revise: 30d\n"
        "- measure: near\n"
        "  title: {zh: 近, en: Near}\n"
        "  fn: test.near\n"
        "  args: {place: a.far, limit: 20m}\n"
        "  revise: 30d\n";
    files["p/rules/loc/PX-LOC-01.yaml"] =
        "rule: PX-LOC-01\n"
        "title: {zh: 太远, en: Too far}\n"
        "version: 1\n"
        "status: live\n"
        "result: suspicious\n"
        "effect: hold\n"
        "stage: [post]\n"
        "subject: visit\n"
        "on: {event: p.visit_closed, wait: 20min}\n"
        "applies: 'has(visit.pay)'\n"
        "in_force: {from: 2024-01-01}\n"
        "cite: ['D1#1']\n"
        "params: {radius: p.radius}\n"
        "features: {n: visits_before, at: near}\n"
        "needs: [visit.far]\n"
        "let: {over: 'visit.far - radius'}\n"
        "when:\n"
        "  all:\n"
        "    - {id: far, zh: '{visit.far:m} 米', en: '{visit.far:m} m', if: 'visit.far > radius'}\n"
        "doubt:\n"
        "  - {id: poor, zh: 不清, en: unclear, if: 'at.verdict == \"insufficient\"'}\n"
        "  - {id: line, ask: hit, zh: 近线, en: near the line, if: 'over <= at.error'}\n"
        "except:\n"
        "  - {id: listed, zh: 在名单上, en: listed, if: 'visit.person_id in lists.known'}\n"
        "finding:\n"
        "  severity: 'n > 1 ? 2 : 1'\n"
        "  margin: 'over'\n"
        "  at_risk: 'visit.pay'\n"
        "  dedup: [visit.visit_id]\n"
        "explain: {zh: '{person} 距 {visit.far:m} 米，超出 {over:m} 米。依据：{cite}。', en: '{person} is "
        "{visit.far:m} m away, {over:m} m too far. Basis: {cite}.'}\n"
        "misses: {zh: 无, en: none}\n"
        "do: {zh: 查, en: look}\n"
        "tests:\n"
        "  - name: 远\n"
        "    given:\n"
        "      visit: {visit_id: v1, person_id: p1, day: 2025-06-01, far: 1400m, pay: 45yuan}\n"
        "      person: {name: 王小明, area: urban}\n"
        "      features: {n: 0, at: {verdict: supported, error: 10m}}\n"
        "    expect: {outcome: hit, severity: 1, values: {over: 1100m}, margin: 1100m, at_risk: 45yuan, zh_has: '王** "
        "距 1400 米', en_has: '1,400 m away'}\n"
        "  - {name: 近, same_as: 远, given: {visit: {far: 300m}}, expect: {outcome: clear}}\n"
        "  - {name: 去年可以, same_as: 远, given: {visit: {day: 2024-06-01, far: 500m}}, expect: {outcome: clear}}\n"
        "  - {name: 乡下可以, same_as: 远, given: {visit: {far: 800m}, person: {area: rural}}, expect: {outcome: "
        "clear}}\n"
        "  - {name: 不知城乡, same_as: 远, without: [person.area], expect: {outcome: inconclusive, by: missing, "
        "missing: [person.area]}}\n"
        "  - {name: 没有距离, same_as: 远, without: [visit.far], expect: {outcome: inconclusive, missing: "
        "[visit.far]}}\n"
        "  - {name: 不清, same_as: 远, given: {features: {at: {verdict: insufficient}}}, expect: {outcome: "
        "inconclusive, by: poor}}\n"
        "  - {name: 近线, same_as: 远, given: {features: {at: {error: 1100m}}}, expect: {outcome: inconclusive, by: "
        "line}}\n"
        "  - {name: 名单, same_as: 远, given: {visit: {person_id: p9}}, expect: {outcome: exempt, by: listed, entry: "
        "p9, zh_has: 批准 u2}}\n"
        "  - {name: 名单过期, same_as: 名单, given: {visit: {day: 2026-01-01}}, expect: {outcome: hit}}\n"
        "  - {name: 没有金额, same_as: 远, without: [visit.pay], expect: {outcome: not_applicable}}\n"
        "  - {name: 以前, same_as: 远, given: {visit: {day: 2023-12-31}}, expect: {outcome: not_applicable}}\n"
        "  - {name: 没有日期, same_as: 远, without: [visit.day], expect: {outcome: inconclusive, by: applies, missing: "
        "[visit.day]}}\n"
        "  - {name: 清不清不知, same_as: 远, without: [at.verdict], expect: {outcome: inconclusive}}\n"
        "  - {name: 误差不知, same_as: 远, without: [at.error], expect: {outcome: inconclusive}}\n"
        "  - {name: 不知是谁, same_as: 远, without: [visit.person_id], expect: {outcome: inconclusive}}\n"
        "  - {name: 常来, same_as: 远, given: {features: {n: 2}}, expect: {outcome: hit, severity: 2}}\n";
    return files;
}

rule::MeasureShapes shapes() {
    return {{"test.near", {{"place", true}, {"limit", false}}, {{"error", cel::type_of(cel::Kind::length)}}}};
}

// `text` once replaced in one file of the sound pack.
Files with(const std::string& file, const std::string& text, const std::string& by) {
    Files files = sound();
    const std::size_t at = files.at(file).find(text);
    EXPECT_NE(at, std::string::npos) << text;
    if (at != std::string::npos) files[file].replace(at, text.size(), by);
    return files;
}

std::string codes(const Faults& faults) {
    std::vector<std::string> lines;
    for (const Fault& fault : faults)
        lines.push_back(
            format("{}:{}:{} {}", fault.file.substr(fault.file.rfind('/') + 1), fault.line, fault.column, fault.code));
    return join(lines, " | ");
}

std::string faults_of(const Files& files) {
    return codes(load(files, shapes()).faults);
}

const std::string rule_file = "p/rules/loc/PX-LOC-01.yaml";
const std::string param_file = "p/params/a.yaml";
const std::string model_file = "p/model/m.yaml";

TEST(pack, a_sound_pack_has_no_fault_and_passes_its_tests) {
    const Loaded loaded = load(sound(), shapes());
    for (const Fault& fault : loaded.faults) ADD_FAILURE() << to_text(fault);
    EXPECT_EQ(codes(loaded.warnings), "");
    ASSERT_EQ(loaded.set.rules.size(), 1U);
    const rule::TestReport report = rule::run_tests(loaded.set, loaded.set.rules[0], Zone::china());
    for (const rule::TestResult& result : report.results) {
        for (const std::string& problem : result.problems) ADD_FAILURE() << result.name << ": " << problem;
    }
    EXPECT_EQ(report.passed, 17U);
    EXPECT_GT(report.generated, 5U);
    EXPECT_EQ(report.uncovered, std::vector<std::string>{});
}

TEST(pack, a_wrong_expectation_fails_and_says_what_came_out) {
    const Files files = with(rule_file, "expect: {outcome: hit, severity: 2}", "expect: {outcome: clear, severity: 3}");
    const Loaded loaded = load(files, shapes());
    const rule::TestReport report = rule::run_tests(loaded.set, loaded.set.rules.at(0), Zone::china());
    EXPECT_EQ(report.failed, 1U);
    EXPECT_EQ(report.results.back().problems.size(), 2U);
    EXPECT_NE(report.results.back().problems[0].find("expected clear, got hit"), std::string::npos);
}

TEST(pack, yaml_faults_have_their_place) {
    EXPECT_EQ(faults_of(with(rule_file, "status: live", "status: &x live")), "PX-LOC-01.yaml:4:9 E104");
}

TEST(pack, wrong_shapes_are_refused) {
    EXPECT_EQ(faults_of(with(rule_file, "needs: [visit.far]", "needs: visit.far")), "PX-LOC-01.yaml:15:8 E201");
    EXPECT_EQ(faults_of(with(rule_file, "effect: hold\n", "")), "PX-LOC-01.yaml:1:1 E202");
    EXPECT_EQ(faults_of(with(rule_file, "status: live", "status: live\nstatsu: live")), "PX-LOC-01.yaml:5:1 E203");
    EXPECT_EQ(faults_of(with(rule_file, "result: suspicious", "result: fraud")), "PX-LOC-01.yaml:5:9 E204");
    EXPECT_EQ(faults_of(with(rule_file, "wait: 20min", "wait: 20")), "PX-LOC-01.yaml:9:35 E205");
    EXPECT_EQ(faults_of(with(param_file, "{from: 2024-01-01, value: 500m", "{from: 2024-1-1, value: 500m")),
              "a.yaml:8:14 E206");
    EXPECT_EQ(faults_of(with(rule_file, "zh: 在名单上, en: listed", "zh: 在名单上")), "PX-LOC-01.yaml:24:5 E208");
    EXPECT_EQ(faults_of(with(rule_file, "'{visit.far:m} 米'", "'{visit.far:m 米'")), "PX-LOC-01.yaml:19:22 E209");
}

TEST(pack, expressions_are_checked_where_they_stand) {
    EXPECT_EQ(faults_of(with(rule_file, "'visit.far > radius'", "'visit.far >'")).substr(0, 18), "PX-LOC-01.yaml:19:");
    EXPECT_EQ(faults_of(with(rule_file, "'visit.far > radius'", "'visit.far > 300'")).substr(0, 25),
              "PX-LOC-01.yaml:19:78 E402");
    EXPECT_EQ(
        faults_of(with(rule_file, "at_risk: 'visit.pay'", "at_risk: 'visit.far'")).find("E4") != std::string::npos,
        true);
    EXPECT_EQ(
        faults_of(with(rule_file, "'visit.far > radius'", "'visit.fra > radius'")).find("E501") != std::string::npos,
        true);
    EXPECT_EQ(faults_of(with(rule_file, "{visit.far:m} 米', en", "{visit.far:min} 米', en")),
              "PX-LOC-01.yaml:19:23 E410");
    EXPECT_EQ(faults_of(with(model_file, "key: visit_id", "key: far")), "m.yaml:4:10 E401");
}

TEST(pack, unknown_names_are_refused_with_what_may_be_meant) {
    EXPECT_EQ(faults_of(with(rule_file, "needs: [visit.far]", "needs: [visit.fra]")), "PX-LOC-01.yaml:15:9 E501");
    EXPECT_EQ(faults_of(with(rule_file, "{radius: p.radius}", "{radius: p.raduis}")).substr(0, 25),
              "PX-LOC-01.yaml:13:18 E502");
    EXPECT_EQ(faults_of(with(rule_file, "event: p.visit_closed", "event: p.visit_close")), "PX-LOC-01.yaml:9:13 E502");
    EXPECT_EQ(faults_of(with(model_file, "ref: person", "ref: persons")).find("E502") != std::string::npos, true);
    EXPECT_EQ(faults_of(with("p/features/f.yaml", "fn: test.near", "fn: test.far")).find("f.yaml:9:3 E502") !=
                  std::string::npos,
              true);
    EXPECT_EQ(faults_of(with("p/features/f.yaml", "limit: 20m", "limmit: 20m")), "f.yaml:12:32 E501");
    EXPECT_EQ(
        faults_of(with("p/features/f.yaml", "key: [person_id]", "key: [persn_id]")).find("E501") != std::string::npos,
        true);
    const Loaded loaded = load(with(rule_file, "needs: [visit.far]", "needs: [visit.star]"), shapes());
    EXPECT_NE(loaded.faults.at(0).en.find("did you mean visit.start?"), std::string::npos);
    EXPECT_NE(loaded.faults.at(0).zh.find("是否 visit.start？"), std::string::npos);
}

TEST(pack, citations_and_days_are_checked) {
    EXPECT_EQ(faults_of(with(rule_file, "cite: ['D1#1']", "cite: ['D1#2']")), "PX-LOC-01.yaml:12:8 E506");
    EXPECT_EQ(faults_of(with(rule_file, "in_force: {from: 2024-01-01}", "in_force: {from: 2023-12-01}")),
              "a.yaml:7:3 E511 | PX-LOC-01.yaml:12:7 E510");
    EXPECT_EQ(faults_of(with("p/policy/D1.yaml", "{from: 2024-01-01}", "{from: 2024-02-01}")),
              "a.yaml:8:7 E510 | PX-LOC-01.yaml:12:7 E510");
    EXPECT_EQ(
        faults_of(with(param_file, "{from: 2024-01-01, value: 500m", "{from: 2024-01-01, to: 2024-06-30, value: 500m")),
        "a.yaml:7:3 E511");
    const Loaded loaded = load(
        with(param_file, "{from: 2024-01-01, value: 500m", "{from: 2024-01-01, to: 2024-06-30, value: 500m"), shapes());
    EXPECT_NE(loaded.faults.at(0).zh.find("2024-07-01 至 2024-12-31 没有生效的值"), std::string::npos);
    EXPECT_EQ(faults_of(with(param_file, "value: 500m", "value: 5km")), "a.yaml:8:33 E513");
    EXPECT_EQ(faults_of(with(param_file, "scope: {area: rural}", "scope: {street: x}")), "PX-LOC-01.yaml:13:18 E512");
    EXPECT_EQ(faults_of(with(param_file, "by: visit.day", "by: visit.pay")), "a.yaml:7:3 E501");
}

TEST(pack, names_are_given_once_and_files_lie_where_their_name_says) {
    EXPECT_EQ(faults_of(with(rule_file, "let: {over:", "let: {radius: 'radius', over:")), "PX-LOC-01.yaml:16:7 E507");
    Files twice = sound();
    twice["p/params/b.yaml"] = twice["p/params/a.yaml"];
    EXPECT_EQ(faults_of(twice), "b.yaml:1:3 E507");
    EXPECT_EQ(faults_of(with("p/pack.yaml", "requires: []", "requires: [q]")), "pack.yaml:5:12 E508");
    Files moved = sound();
    moved["p/rules/tim/PX-LOC-01.yaml"] = moved[rule_file];
    moved.erase(rule_file);
    EXPECT_EQ(faults_of(moved), "PX-LOC-01.yaml:1:7 E509");
}

TEST(pack, lists_and_tables_keep_their_bounds) {
    EXPECT_EQ(faults_of(with("p/lists/known.yaml", "to: 2025-12-31", "to: 2026-12-31")), "known.yaml:5:5 E515");
    EXPECT_EQ(faults_of(with("p/lists/known.yaml", "approved: u2", "approved: u1")), "known.yaml:5:5 E515");
    Files files = sound();
    files["p/tables/t.yaml"] =
        "table: t\nhit: unique\nkey: [person_id]\ncolumns: {least: duration}\nrows:\n"
        "  - {person_id: a, least: 40min, from: 2025-01-01, cite: ['D1#1']}\n"
        "  - {person_id: a, least: 50min, from: 2025-06-01}\n";
    const Loaded loaded = load(files, shapes());
    EXPECT_EQ(codes(loaded.faults), "t.yaml:7:5 E514");
    EXPECT_EQ(codes(loaded.warnings), "t.yaml:7:5 W805");
}

TEST(pack, features_belong_to_the_subject_of_the_rule) {
    EXPECT_EQ(faults_of(with("p/features/f.yaml", "  agg: count", "  agg: count\n  entity: person"))
                      .find("PX-LOC-01.yaml:14:15 E516") != std::string::npos,
              true);
    EXPECT_EQ(faults_of(with(model_file, "    subject: visit\n    body: [visit_id, person_id, start, end, far, pay]",
                             "    subject: person\n    body: [person_id]"))
                      .find("E517") != std::string::npos,
              true);
    EXPECT_EQ(faults_of(with(model_file, "far: {type: length,", "far: {type: length, derive: 'visit.far + visit.far',"))
                      .find("E518") != std::string::npos,
              true);
}

TEST(pack, costs_are_bounded) {
    EXPECT_EQ(faults_of(with(rule_file, "tests:", "limits: {cost: 5}\ntests:")), "PX-LOC-01.yaml:33:9 E605");
}

TEST(pack, personal_fields_are_not_printed_or_kept) {
    EXPECT_EQ(faults_of(with(rule_file, "zh: '{person} 距", "zh: '{person.name} 距")), "PX-LOC-01.yaml:30:17 E701");
    EXPECT_EQ(faults_of(with(rule_file, "dedup: [visit.visit_id]", "dedup: [person.name]")),
              "PX-LOC-01.yaml:29:11 E701");
    EXPECT_EQ(faults_of(with(rule_file, "let: {over:", "let: {who: 'person.name', over:")),
              "PX-LOC-01.yaml:16:12 E702");
}

TEST(pack, what_is_only_suspicious_is_a_warning) {
    const auto warned = [](const Files& files) {
        const Loaded loaded = load(files, shapes());
        EXPECT_EQ(codes(loaded.faults), "");
        return codes(loaded.warnings);
    };
    EXPECT_EQ(warned(with(rule_file, "let: {over:", "let: {spare: 'radius', over:")), "PX-LOC-01.yaml:16:7 W801");
    EXPECT_EQ(warned(with(rule_file, "'visit.far > radius'", "'visit.far * 2 > radius'")), "PX-LOC-01.yaml:19:67 W802");
    EXPECT_EQ(warned(with(rule_file, "en: '{person} is {visit.far:m} m away, {over:m} m too far. Basis: {cite}.'",
                          "en: '{person}'")),
              "PX-LOC-01.yaml:30:10 W803");
    EXPECT_EQ(warned(with("p/features/f.yaml", "agg: count\n  revise: 30d", "agg: count\n  revise: 1min")),
              "PX-LOC-01.yaml:14:11 W804");
    EXPECT_EQ(warned(with("p/model/m.yaml", "{urban: {zh: 城区, en: urban}, rural: {zh: 农村, en: rural}}",
                          "[urban, rural]")),
              "m.yaml:22:7 W807");
    Files untested = sound();
    untested[rule_file].resize(untested[rule_file].find("tests:"));
    EXPECT_EQ(warned(untested), "PX-LOC-01.yaml:1:1 W806");
}

TEST(pack, every_fault_of_every_file_is_reported_in_order) {
    Files files = with(rule_file, "result: suspicious", "result: fraud");
    files[model_file] += "  p.other: {subject: nobody, body: []}\n";
    EXPECT_EQ(faults_of(files), "m.yaml:27:0 E502 | PX-LOC-01.yaml:5:9 E204");
}

TEST(pack, a_file_that_cannot_be_parsed_is_told_without_the_names_that_go_missing_with_it) {
    Files files = with(rule_file, "result: suspicious", "result: fraud");
    files["p/lists/known.yaml"] += "\tx";
    EXPECT_EQ(faults_of(files), "known.yaml:6:1 E102 | PX-LOC-01.yaml:5:9 E204");
}

TEST(pack, the_digest_of_a_rule_moves_with_its_logic_and_not_with_its_words_for_people) {
    const auto digest = [](const Files& files) { return load(files, shapes()).set.rules.at(0).digest; };
    const std::string own = digest(sound());
    EXPECT_EQ(own.size(), 64U);
    EXPECT_EQ(digest(with(rule_file, "status: live", "status: draft   # a comment")), own);
    EXPECT_EQ(digest(with(rule_file, "misses: {zh: 无, en: none}", "misses: {zh: 有, en: some}")), own);
    EXPECT_EQ(digest(with(param_file, "value: 300m", "value: 310m")), own);
    EXPECT_NE(digest(with(rule_file, "'visit.far > radius'", "'visit.far >= radius'")), own);
    EXPECT_NE(digest(with("p/features/f.yaml", "last: 24h", "last: 48h")), own);
    EXPECT_NE(digest(with(model_file, "derive: 'on(visit.start)'", "derive: 'on(visit.end)'")), own);
}

Files read_folder(const std::filesystem::path& folder) {
    Files files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file() || entry.path().extension() != ".yaml") continue;
        std::ifstream stream(entry.path(), std::ios::binary);
        std::ostringstream text;
        text << stream.rdbuf();
        files["pack/" + std::filesystem::relative(entry.path(), folder).string()] = text.str();
    }
    return files;
}

// The example of the design uses near-duplicate features, which are not built yet, and reports a derived field in an
// event.
// The sound pack with a track, a measure of two tracks and one more feature.
Files with_feature(const std::string& feature) {
    Files files =
        with(model_file, "      pay: {type: money",
             "      track: {type: track, of: person.phone, from: start, to: end, level: 4, zh: 轨迹, en: Track}\n"
             "      pay: {type: money");
    std::string& model = files.at(model_file);
    const std::string person = "      name: {type: string, level: 3";
    model.insert(model.find(person), "      phone: {type: string, level: 2, zh: 手机, en: Phone}\n");
    files["p/features/g.yaml"] = feature;
    return files;
}

std::string faults_of_feature(const std::string& feature) {
    rule::MeasureShapes known = shapes();
    using Takes = rule::MeasureShape::Takes;
    known.push_back({"test.pair",
                     {{"track", true, Takes::track}, {"other", true, Takes::track}, {"within", false}},
                     {{"sync", cel::type_of(cel::Kind::length)}}});
    return codes(load(with_feature(feature), known).faults);
}

const std::string twin =
    "- {feature: twin, kind: neardup, from: p.visit_closed, block: [person_id], track: track, span: {last: 30d}, "
    "verify: {fn: test.pair, args: {track: a.track, other: b.track}}, out: {other: b.visit_id}}\n";
const std::string usual =
    "- {feature: usual, kind: baseline, from: p.visit_closed, key: [visit_id], peers: [person_id], period: month, of: "
    "b.pay, stat: quantile(90%), edges: [10yuan, 20yuan], min_n: 3, close_after: 5d}\n";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    EXPECT_NE(text.find(what), std::string::npos) << what;
    return text.replace(text.find(what), what.size(), by);
}

TEST(pack, features_of_pairs_and_baselines_are_checked_as_they_are_read) {
    EXPECT_EQ(faults_of_feature(twin), "");
    EXPECT_EQ(faults_of_feature(replaced(twin, "other: b.track", "other: b.pay")), "g.yaml:1:163 E401");
    EXPECT_EQ(faults_of_feature(replaced(twin, ", other: b.track", "")), "g.yaml:1:3 E202");
    EXPECT_EQ(faults_of_feature(replaced(twin, "track: track, span", "track: pay, span")), "g.yaml:1:3 E401");
    EXPECT_EQ(faults_of_feature(replaced(twin, "out: {other:", "out: {sync:")), "g.yaml:1:186 E507");
    EXPECT_EQ(faults_of_feature(replaced(twin, "span: {last: 30d}", "span: {rows: 3}")),
              "g.yaml:1:96 E202 | g.yaml:1:97 E203");
    const std::string many = "candidates: {bands: 32, rows: 4}, verify";
    EXPECT_EQ(faults_of_feature(replaced(twin, "verify", many)), "g.yaml:1:121 E204");
    EXPECT_EQ(faults_of_feature(usual), "");
    EXPECT_EQ(faults_of_feature(replaced(usual, "20yuan]", "10yuan]")), "g.yaml:1:158 E204");
    EXPECT_EQ(faults_of_feature(replaced(usual, "quantile(90%)", "mode")), "g.yaml:1:127 E204");
    EXPECT_EQ(faults_of_feature(replaced(usual, "b.pay", "b.visit_id")), "g.yaml:1:114 E401");
    EXPECT_EQ(faults_of_feature(replaced(usual, "b.pay", "a.pay")), "g.yaml:1:114 E502");
}

TEST(pack, the_example_pack_of_the_design_passes_its_value_tests) {
    const std::filesystem::path folder = "../shared/design/examples/pack";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the example pack of the design is not here";
    Files files = read_folder(folder);
    files.erase("pack/rules/loc/HC-LOC-12.yaml");
    // Written before the kind had its form: its event is not in the example's model, its measure was never made.
    std::string& features = files.at("pack/features/home_care.yaml");
    const std::size_t found = features.find("- feature: track_twin");
    const std::size_t next = features.find("- feature:", found + 1);
    ASSERT_NE(next, std::string::npos);
    features.erase(found, next - found);
    Faults left;
    Loaded loaded = load(files, shapes());
    for (const Fault& fault : loaded.faults) {
        const bool is_agency =
            fault.en.find("agency") != std::string::npos || fault.en.find("caregiver") != std::string::npos;
        if (!is_agency) left.push_back(fault);
    }
    for (const Fault& fault : left) ADD_FAILURE() << to_text(fault);
    std::size_t passed = 0;
    for (const rule::Rule& rule : loaded.set.rules) {
        const rule::TestReport report = rule::run_tests(loaded.set, rule, Zone::china());
        for (const rule::TestResult& result : report.results) {
            for (const std::string& problem : result.problems)
                ADD_FAILURE() << result.rule << " " << result.name << ": " << problem;
        }
        passed += report.passed;
    }
    EXPECT_EQ(passed, 34U);
}

}  // namespace
}  // namespace ningyi::pack
