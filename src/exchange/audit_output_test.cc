// SPDX-License-Identifier: Apache-2.0
#include "exchange/audit_output.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/text.h"
#include "exchange/audit_report.h"
#include "exchange/html.h"
#include "exchange/track_drawing.h"
#include "exchange/xlsx_in.h"
#include "geo/plane.h"
#include "pack/pack.h"
#include "track/codec.h"

namespace ningyi::exchange {
namespace {

namespace fs = std::filesystem;

// A made-up pack about watering gardens: nothing here depends on the packs of the project.
const pack::Files garden_pack = {
    {"garden/pack.yaml", R"(name: garden
prefix: GA
version: 1
title: {zh: 花园, en: Gardens}
requires: []
roles: [auditor]
)"},
    {"garden/model/garden.yaml", R"(entities:
  firm:
    title: {zh: 公司, en: Firm}
    key: firm_id
    agency: firm_id
    fields:
      firm_id: {type: string, level: 1, zh: 公司编号, en: Firm number}
      name: {type: string, level: 1, zh: 公司名, en: Name}
  gardener:
    title: {zh: 园丁, en: Gardener}
    key: gardener_id
    fields:
      gardener_id: {type: string, level: 2, zh: 园丁编号, en: Gardener number}
      name: {type: string, level: 3, zh: 姓名, en: Name}
      phone: {type: string, level: 3, zh: 电话, en: Phone}
      papers: {type: string, level: 4, zh: 证件号, en: Papers}
  garden:
    title: {zh: 花园, en: Garden}
    key: garden_id
    fields:
      garden_id: {type: string, level: 2, zh: 花园编号, en: Garden number}
      gate: {type: place, level: 4, zh: 园门, en: Gate}
  porter:
    title: {zh: 携带者, en: Porter}
    key: porter_id
    fields:
      porter_id: {type: string, level: 2, zh: 携带者编号, en: Porter number}
      fixes: {type: fixes, level: 4, zh: 轨迹点, en: Fixes}
  visit:
    title: {zh: 浇水单, en: Visit}
    key: visit_id
    time: began
    date: day
    agency: firm_id
    fields:
      visit_id: {type: string, level: 2, zh: 单号, en: Visit number}
      firm_id: {type: string, ref: firm, level: 1, zh: 公司, en: Firm}
      gardener_id: {type: string, ref: gardener, level: 2, zh: 园丁, en: Gardener}
      garden_id: {type: string, ref: garden, level: 2, zh: 花园, en: Garden}
      began: {type: timestamp, level: 2, zh: 开始, en: Began}
      ended: {type: timestamp, level: 2, zh: 结束, en: Ended}
      day: {type: date, derive: 'on(visit.began)', level: 2, zh: 日期, en: Day}
      lasted: {type: duration, unit: min, derive: 'visit.ended - visit.began', level: 2, zh: 时长, en: Lasted}
      fee: {type: money, level: 2, zh: 费用, en: Fee}
      rung: {type: fix, level: 4, zh: 按铃定位, en: Bell fix}
      rung_at: {type: timestamp, level: 2, zh: 按铃时间, en: Rang at}
      apart: {type: length, unit: m, derive: 'geo.dist(visit.rung, garden.gate)', level: 2, zh: 按铃点距园门, en: Bell to gate}
      way: {type: track, of: gardener_id, from: began, to: ended, lead: 10min, tail: 10min, level: 4, zh: 轨迹, en: Track}
events:
  garden.firm_known:
    title: {zh: 公司登记, en: Firm registered}
    subject: firm
    body: [firm_id, name]
  garden.gardener_known:
    title: {zh: 园丁登记, en: Gardener registered}
    subject: gardener
    body: [gardener_id, name, phone, papers]
  garden.garden_known:
    title: {zh: 花园登记, en: Garden registered}
    subject: garden
    body: [garden_id, gate]
  garden.fixes_sent:
    title: {zh: 轨迹点, en: Fixes sent}
    subject: porter
    body: [porter_id, fixes]
  garden.watered:
    title: {zh: 浇水完成, en: Watered}
    subject: visit
    body: [visit_id, firm_id, gardener_id, garden_id, began, ended, fee, rung, rung_at]
)"},
    {"garden/policy/GA-1.yaml", R"(policy: GA-1
title: {zh: 花园规定, en: Rules of gardens}
issued: 2023-12-15
in_force: {from: 2024-01-01}
clauses:
  '1.1': {zh: 应在园门按铃。, en: The bell is rung at the gate.}
  '1.2': {zh: 允许半径一百米。, en: The radius is a hundred metres.}
)"},
    {"garden/params/garden.yaml", R"(- param: garden.radius
  title: {zh: 允许半径, en: Allowed radius}
  type: length
  unit: m
  by: visit.day
  bounds: {min: 50m, max: 2000m}
  values:
    - {from: 2024-01-01, value: 100m, cite: ['GA-1#1.2']}
)"},
    {"garden/features/garden.yaml", R"(- feature: clash
  title: {zh: 同时的另一单, en: Another visit at the same time}
  kind: overlap
  from: garden.watered
  key: [gardener_id]
  interval: [began, ended]
  where: 'a.garden_id != b.garden_id'
  pair: later
  reach: 26h
  max: 8
  out: {other_id: b.visit_id}
  revise: 30d
)"},
    {"garden/rules/far/GA-FAR-01.yaml", R"(rule: GA-FAR-01
title: {zh: 按铃位置偏离, en: Bell rung away from the gate}
version: 1
status: live
result: suspicious
effect: hold
stage: [before_payment]
subject: visit
on: {event: garden.watered, wait: 20min}
in_force: {from: 2024-01-01}
cite: ['GA-1#1.1']
params: {radius: garden.radius}
needs: [visit.apart]
let:
  over: 'visit.apart - radius'
when:
  all:
    - id: far
      zh: '按铃点距园门 {visit.apart:m} 米，超过 {radius:m} 米'
      en: 'bell rung {visit.apart:m} m from the gate, limit {radius:m} m'
      if: 'visit.apart > radius'
finding:
  severity: '2'
  margin: 'over'
  at_risk: 'visit.fee'
  dedup: [visit.visit_id]
  group: [visit.gardener_id]
explain:
  zh: '浇水单 {visit.visit_id}：{gardener} 按铃点距园门 {visit.apart:m} 米。依据：{cite}。'
  en: 'Visit {visit.visit_id}: {gardener} rang {visit.apart:m} m from the gate. Basis: {cite}.'
misses: {zh: 铃被别人按, en: another person rings the bell}
do: {zh: 先核对园门坐标, en: check the gate first}
innocent:
  - {id: moved, zh: 园门搬了, en: the gate was moved}
quality: {min_precision: 60%, min_verdicts: 30, max_share_of_queue: 25%}
limits: {cost: 2000}
tests:
  - name: 七百米
    given: {visit: {visit_id: V1, gardener_id: g1, day: 2026-03-02, apart: 700m, fee: 45yuan}}
    expect: {outcome: hit}
  - {name: 五十米, same_as: 七百米, given: {visit: {apart: 50m}}, expect: {outcome: clear}}
  - {name: 没有定位, same_as: 七百米, without: [visit.apart], expect: {outcome: inconclusive}}
)"},
    {"garden/rules/two/GA-TWO-01.yaml", R"(rule: GA-TWO-01
title: {zh: 同时在两处, en: In two places at once}
version: 1
status: live
result: suspicious
effect: partial
stage: [before_payment]
subject: visit
on: {event: garden.watered, wait: 20min}
in_force: {from: 2024-01-01}
cite: ['GA-1#1.1']
features: {ov: clash}
when:
  all:
    - id: both
      zh: '与 {ov.other_id} 重叠 {ov.lasts:min} 分钟'
      en: 'overlaps {ov.other_id} by {ov.lasts:min} min'
      if: 'ov.count > 0'
finding:
  severity: '3'
  at_risk: 'visit.fee'
  payable: 'visit.lasted - ov.lasts'
  dedup: [visit.visit_id]
  group: [visit.gardener_id]
explain:
  zh: '浇水单 {visit.visit_id} 与 {ov.other_id} 重叠 {ov.lasts:min} 分钟。依据：{cite}。'
  en: 'Visit {visit.visit_id} overlaps {ov.other_id} by {ov.lasts:min} min. Basis: {cite}.'
misses: {zh: 代签, en: someone else signs}
do: {zh: 核对时间, en: check the times}
innocent:
  - {id: edited, zh: 时间录错, en: a wrong time}
quality: {min_precision: 60%, min_verdicts: 30, max_share_of_queue: 25%}
limits: {cost: 2000}
tests:
  - name: 重叠
    given: {visit: {visit_id: V1, gardener_id: g1, day: 2026-03-02, lasted: 60min, fee: 45yuan}, features: {ov: {count: 1, other_id: V2, lasts: 20min}}}
    expect: {outcome: hit}
  - {name: 不重叠, same_as: 重叠, given: {features: {ov: {count: 0}}}, expect: {outcome: clear}}
)"},
};

// What the pack above lacks: a way compared with earlier ones.
const pack::Files copied_way_pack = {
    {"garden/features/ways.yaml", R"(- feature: same_way
  title: {zh: 与本单相同的路, en: Another visit with the same way}
  kind: neardup
  from: garden.watered
  block: [firm_id]
  track: way
  span: {last: 30d}
  where: 'a.visit_id != b.visit_id'
  verify: {fn: track.replay, args: {track: a.way, other: b.way}}
  out: {other_id: b.visit_id}
  revise: 30d
)"},
    {"garden/rules/copy/GA-COPY-01.yaml", R"(rule: GA-COPY-01
title: {zh: 路是抄来的, en: A copied way}
version: 1
status: shadow
result: suspicious
effect: hold
stage: [before_payment]
subject: visit
on: {event: garden.watered, wait: 20min}
in_force: {from: 2024-01-01}
cite: ['GA-1#1.1']
features: {way: same_way}
needs: [way.found]
let:
  longer: 'visit.lasted - minutes(5)'
when:
  all:
    - id: copied
      zh: '路与 {way.other_id} 的相同'
      en: 'the way is that of {way.other_id}'
      if: 'has(way.verdict) && way.verdict == "contradicted" && longer > minutes(10)'
finding:
  severity: '3'
  at_risk: 'visit.fee'
  dedup: [visit.visit_id]
  group: [visit.gardener_id]
explain:
  zh: '浇水单 {visit.visit_id} 的路与 {way.other_id} 的相同。依据：{cite}。'
  en: 'The way of visit {visit.visit_id} is that of {way.other_id}. Basis: {cite}.'
misses: {zh: 没有走路, en: no walking}
do: {zh: 看图, en: look at the drawing}
innocent:
  - {id: together, zh: 两人同行, en: two walked together}
quality: {min_precision: 60%, min_verdicts: 30, max_share_of_queue: 25%}
limits: {cost: 2000}
tests:
  - name: 相同
    given: {visit: {visit_id: V1, gardener_id: g1, day: 2026-03-02, lasted: 60min, fee: 45yuan}, features: {way: {found: true, verdict: contradicted, other_id: V2}}}
    expect: {outcome: hit}
  - {name: 不同, same_as: 相同, given: {features: {way: {found: true, verdict: supported}}}, expect: {outcome: clear}}
)"},
};

const std::string garden_page = R"(page: audit
title: {zh: 花园稽核, en: Audit of gardens}
subject: visit
parties:
  - {id: firm_id, name: firm.name, table: true}
  - {id: gardener_id, name: gardener.name, table: true}
claimed: {money: fee, time: lasted, proof: [GA-FAR-01]}
levels:
  - {id: auto, zh: 自动, en: auto, if: 'has(visit.rung_at)'}
interval: [began, ended]
place: garden.gate
radii: [garden.radius]
track: way
marks:
  - {fix: rung, at: rung_at, zh: 按铃, en: Bell}
)";

constexpr const char* name_canary = "金丝雀鸣";
constexpr const char* phone_canary = "13800009999";
constexpr const char* papers_canary = "320400199001019999";
constexpr const char* script_canary = "<script>alert(1)</script>";

Instant at(std::string_view time) {
    return *parse_instant(std::string("2026-03-02T") + std::string(time) + ":00+08:00");
}

// Positions some metres from a point in a small town.
geo::Place point(double east, double north) {
    return geo::Plane(geo::place_of_degrees(31.8, 119.95)).place({.east = east, .north = north});
}

class Events {
public:
    explicit Events(engine::Engine& engine) : engine_(engine) {}

    void add(const std::string& type, const std::string& subject, Instant happened,
             std::vector<std::pair<std::string, cbor::Value>> fields) {
        engine::ClearEvent event;
        event.seq = ++seq_;
        event.id.bytes[15] = static_cast<unsigned char>(seq_);
        event.type = type;
        event.subject = subject;
        event.happened_at = event.recorded_at = happened;
        event.body = cbor::Value::map();
        for (auto& [key, value] : fields) event.body.set(key, std::move(value));
        engine_.load(event);
    }
    std::uint64_t count() const { return seq_; }

private:
    engine::Engine& engine_;
    std::uint64_t seq_ = 0;
};

cbor::Value text(const std::string& value) {
    return cbor::Value::of_text(value);
}
cbor::Value number(std::int64_t value) {
    return cbor::Value::of(value);
}
cbor::Value numbers(const std::vector<std::int64_t>& values) {
    std::vector<cbor::Value> items;
    for (const std::int64_t value : values) items.push_back(number(value));
    return cbor::Value::of_array(std::move(items));
}
cbor::Value place_value(geo::Place p) {
    return numbers({p.lat_e7, p.lon_e7, 0, p.lat_e7, p.lon_e7});
}
cbor::Value fix_value(geo::Place p, Instant when) {
    return numbers({p.lat_e7, p.lon_e7, 0, p.lat_e7, p.lon_e7, when.ms, 10'000, 3, 1, 0});
}

// A day in the gardens, judged: V1 rings at the gate, V2 700 m away and at the same time, V3 says no position.
class Gardens : public testing::Test {
protected:
    virtual pack::Files files() const { return garden_pack; }
    virtual void add_more(Events&) {}

    void SetUp() override {
        pack::Loaded loaded = pack::load(files(), pack::measure_shapes());
        for (const Fault& fault : loaded.faults) ADD_FAILURE() << to_text(fault);
        ASSERT_TRUE(loaded.faults.empty());
        set_ = std::move(loaded.set);
        auto page = read_audit_page(garden_page, "garden/pages/audit.yaml", set_);
        ASSERT_TRUE(page) << to_text(page.error().front());
        page_ = std::move(*page);
        auto engine = engine::Engine::create(set_, zone_);
        ASSERT_TRUE(engine) << to_text(engine.error().front());
        engine_ = std::move(*engine);
        Events events(*engine_);
        const Instant beginning{0};
        events.add("garden.firm_known", "f1", beginning, {{"firm_id", text("f1")}, {"name", text(script_canary)}});
        events.add("garden.gardener_known", "g1", beginning,
                   {{"gardener_id", text("g1")},
                    {"name", text(name_canary)},
                    {"phone", text(phone_canary)},
                    {"papers", text(papers_canary)}});
        events.add("garden.garden_known", "A", beginning,
                   {{"garden_id", text("A")}, {"gate", place_value(point(0, 0))}});
        events.add("garden.garden_known", "B", beginning,
                   {{"garden_id", text("B")}, {"gate", place_value(point(900, 300))}});
        std::vector<track::Fix> fixes;
        for (int minute = 0; minute <= 100; ++minute) {
            if (minute > 30 && minute < 50) continue;  // silence
            track::Fix fix = track::fix_received(Instant{at("09:00").ms + minute * minutes_ms},
                                                 point(minute % 7 * 3.0, minute % 5 * 4.0), geo::Datum::wgs84);
            fix.accuracy_mm = 12'000;
            fix.level = track::Level::p68;
            fix.provider = track::Provider::gnss;
            fixes.push_back(fix);
        }
        auto block = track::encode(fixes);
        ASSERT_TRUE(block);
        events.add("garden.fixes_sent", "g1", at("10:40"),
                   {{"porter_id", text("g1")}, {"fixes", cbor::Value::of_bytes(*block)}});
        const auto visit = [&](const std::string& id, const std::string& garden, const char* from, const char* to,
                               std::optional<geo::Place> rung) {
            std::vector<std::pair<std::string, cbor::Value>> body = {
                {"visit_id", text(id)},      {"firm_id", text("f1")},        {"gardener_id", text("g1")},
                {"garden_id", text(garden)}, {"began", number(at(from).ms)}, {"ended", number(at(to).ms)},
                {"fee", number(6000)}};
            if (rung) {
                body.emplace_back("rung", fix_value(*rung, at(from)));
                body.emplace_back("rung_at", number(at(from).ms));
            }
            events.add("garden.watered", id, at(to), std::move(body));
        };
        visit("V1", "A", "09:05", "10:05", point(5, 5));
        visit("=V2", "B", "09:45", "10:45", point(200, 300));
        visit("V3", "A", "14:00", "15:00", std::nullopt);
        add_more(events);
        events_ = events.count();
        engine_->judge_all([&](engine::Finding finding) { findings_.push_back(std::move(finding)); });
        std::sort(findings_.begin(), findings_.end(), [](const engine::Finding& a, const engine::Finding& b) {
            return std::tie(a.rule, a.subject, a.dedup) < std::tie(b.rule, b.subject, b.dedup);
        });
        for (const auto& [key, count] : engine_->counts()) {
            counts_.push_back(
                {set_.rules[key.rule].id, set_.rules[key.rule].version, key.date, key.agency, key.outcome, count});
        }
    }

    std::map<std::string, std::string> written(const std::string& name, int level = 2) {
        const fs::path folder = fs::path(testing::TempDir()) / ("audit_" + name);
        fs::remove_all(folder);
        fs::create_directories(folder);
        const model::Scope scope = model::Scope::of_file_holder("test", level);
        const engine::FindingBook book(findings_);
        const AuditInput input{.set = set_,
                               .page = page_,
                               .engine = *engine_,
                               .findings = book,
                               .counts = counts_,
                               .zone = zone_,
                               .scope = scope,
                               .district_name = "花园区",
                               .period = "2026-03-01 – 2026-03-31",
                               .as_of = "2026-04-01",
                               .period_from = parse_date(period_from_),
                               .period_to = parse_date("2026-03-31"),
                               .taken_at = taken_at_,
                               .files = {{"visits.csv", 3, 3, 0, {{"不认识的列 x", "unknown column x"}}}},
                               .log_root = std::string(64, 'a'),
                               .log_size = events_};
        const auto done = write_audit(input, folder.string());
        EXPECT_TRUE(done);
        std::map<std::string, std::string> files;
        for (const auto& entry : fs::directory_iterator(folder)) {
            std::ifstream in(entry.path(), std::ios::binary);
            files[entry.path().filename().string()] = {std::istreambuf_iterator<char>(in), {}};
        }
        return files;
    }

    std::string period_from_ = "2026-03-01";
    std::optional<Instant> taken_at_ = parse_instant("2026-04-01T00:00:00+08:00");
    rule::RuleSet set_;
    AuditPage page_;
    Zone zone_ = Zone::china();
    std::unique_ptr<engine::Engine> engine_;
    std::vector<engine::Finding> findings_;
    std::vector<ledger::Count> counts_;
    std::uint64_t events_ = 0;
};

TEST_F(Gardens, the_same_audit_gives_the_same_bytes) {
    const auto first = written("first"), second = written("second");
    ASSERT_EQ(first.size(), 6U);
    for (const auto& [name, bytes] : first) {
        EXPECT_FALSE(bytes.empty()) << name;
        EXPECT_TRUE(bytes == second.at(name)) << name;
    }
}

TEST_F(Gardens, names_phones_and_papers_appear_nowhere) {
    for (const auto& [name, bytes] : written("masked")) {
        if (name == "findings.xlsx") continue;  // compressed: its text is that of findings.csv
        for (const char* canary : {name_canary, phone_canary, papers_canary})
            EXPECT_EQ(bytes.find(canary), std::string::npos) << name;
    }
    EXPECT_NE(written("masked")["findings.csv"].find("金***"), std::string::npos);
}

TEST_F(Gardens, who_may_see_names_sees_them) {
    EXPECT_NE(written("clear", 3)["findings.csv"].find(name_canary), std::string::npos);
}

TEST_F(Gardens, every_line_of_findings_is_json_with_what_it_takes_to_defend_it) {
    std::istringstream lines(written("json")["findings.jsonl"]);
    std::map<std::string, nlohmann::json> found;
    for (std::string line; std::getline(lines, line);) {
        const auto json = nlohmann::json::parse(line);
        found[json["rule"].get<std::string>() + " " + json["subject"].get<std::string>()] = json;
    }
    const auto& far = found.at("GA-FAR-01 =V2");
    EXPECT_EQ(far["outcome"], "hit");
    EXPECT_EQ(far["visit_id"], "=V2");
    EXPECT_EQ(far["gardener_id"], "g1");
    EXPECT_EQ(far["day"], "2026-03-02");
    EXPECT_EQ(far["at_risk_fen"], 6000);
    EXPECT_EQ(far["clauses"]["far"], "t");
    EXPECT_EQ(far["margin"]["type"], "length");
    EXPECT_NEAR(far["margin"]["value"].get<double>(), 600'000, 200);
    EXPECT_NE(far["explain"]["zh"].get<std::string>().find("700 米"), std::string::npos);
    EXPECT_NE(far["explain"]["zh"].get<std::string>().find("《花园规定》1.2"), std::string::npos);
    const auto& two = found.at("GA-TWO-01 =V2");
    EXPECT_EQ(two["other"], "V1");
    EXPECT_EQ(two["payable"]["value"], 40 * minutes_ms);
    EXPECT_EQ(found.at("GA-FAR-01 V3")["outcome"], "inconclusive");
    EXPECT_EQ(found.at("GA-FAR-01 V3")["missing"][0], "visit.apart");
}

TEST_F(Gardens, money_held_is_not_substantiated_and_rules_are_not_added_up) {
    const auto files = written("money");
    const auto summary = nlohmann::json::parse(files.at("summary.json"));
    EXPECT_EQ(summary["visits"], 3);
    EXPECT_EQ(summary["visits_hit"], 1);
    EXPECT_EQ(summary["outcomes"]["hit"], 2);
    EXPECT_EQ(summary["outcomes"]["inconclusive"], 1);
    EXPECT_EQ(summary["money"]["claimed_fen"], 18000);
    EXPECT_EQ(summary["money"]["at_risk_fen"], 6000);
    EXPECT_EQ(summary["money"]["substantiated_fen"], 6000);
    EXPECT_EQ(summary["money"]["unverified_fen"], 6000);  // of V3 nobody could tell where it was
    EXPECT_EQ(summary["by_gardener"][0]["hits"], 2);
    EXPECT_EQ(summary["by_gardener"][0]["name"], "金***");
    EXPECT_NE(files.at("visits.csv").find("V1,f1,g1,2026-03-02,auto,0,0,0,6000,0,6000,0,"), std::string::npos)
        << files.at("visits.csv");
}

TEST_F(Gardens, a_partial_payment_leaves_the_minutes_that_are_payable) {
    std::erase_if(findings_, [](const engine::Finding& finding) { return finding.rule == "GA-FAR-01"; });
    const auto summary = nlohmann::json::parse(written("partial").at("summary.json"));
    EXPECT_EQ(summary["money"]["substantiated_fen"], 16000);  // two whole visits, and 40 of 60 minutes of the third
}

TEST_F(Gardens, cells_that_a_spreadsheet_would_run_are_escaped) {
    const auto files = written("cells");
    EXPECT_NE(files.at("findings.csv").find("'=V2"), std::string::npos);
    EXPECT_EQ(files.at("findings.csv").find(",=V2"), std::string::npos);
    EXPECT_EQ(files.at("visits.csv").substr(files.at("visits.csv").find('\n') + 1, 4), "'=V2");
}

TEST_F(Gardens, the_workbook_opens_with_chinese_headings) {
    auto source = open_workbook_bytes(written("book").at("findings.xlsx"), "findings.xlsx", zone_);
    ASSERT_TRUE(source) << to_text(source.error().front());
    EXPECT_EQ((*source)->header().front(), "规则");
    Rows rows;
    const auto more = (*source)->next(rows);
    ASSERT_TRUE(more);
    ASSERT_EQ(rows.count, 3U);
    EXPECT_EQ(rows.cell(0, 0), "GA-FAR-01");
    EXPECT_EQ(rows.cell(0, 2), "命中");
    EXPECT_EQ(rows.cell(0, 6), "'=V2");
}

TEST_F(Gardens, the_report_holds_both_languages_and_asks_no_other_place) {
    const std::string html = written("report").at("report.html");
    for (const char* words : {"先看哪里", "Where to look", "疑点", "无法判定", "Inconclusive", "按铃位置偏离",
                              "Bell rung away from the gate", "园门搬了", "the gate was moved", "应在园门按铃。",
                              "缺少：按铃点距园门", "未知"}) {
        EXPECT_NE(html.find(words), std::string::npos) << words;
    }
    for (const char* outside : {"http://", "https://", "src=", "@import", "欺诈", "骗", "fraud", "NaN", "innerHTML"})
        EXPECT_EQ(html.find(outside), std::string::npos) << outside;
    EXPECT_EQ(html.find(script_canary), std::string::npos);
    EXPECT_NE(html.find("&lt;script&gt;"), std::string::npos);
    EXPECT_NE(html.find("Content-Security-Policy"), std::string::npos);
    EXPECT_EQ(html.find("style=\""), std::string::npos) << "the policy forbids styles of elements";
}

TEST_F(Gardens, no_coordinate_reaches_the_drawings) {
    const std::string html = written("places").at("report.html");
    for (const char* digits : {"31.8", "119.9", "318000", "11995"})
        EXPECT_EQ(html.find(digits), std::string::npos) << digits;
}

TEST_F(Gardens, what_a_comparison_crossed_and_what_would_undo_it_stands_in_words) {
    const std::string html = written("words").at("report.html");
    EXPECT_NE(html.find("按铃点距园门：700 米，界限 100 米（允许半径）；少 600 米，即不成立"), std::string::npos);
    EXPECT_NE(html.find("Bell to gate: 700 m, limit 100 m (Allowed radius); 600 m less and it would not hold"),
              std::string::npos);
    EXPECT_NE(html.find("按铃点距园门 − 允许半径"), std::string::npos) << "the value that the rule computes has a name";
}

TEST_F(Gardens, what_lies_outside_the_period_is_judged_and_told) {
    const auto quiet = nlohmann::json::parse(written("inside").at("summary.json"));
    EXPECT_EQ(quiet["outside_period"], 0);
    EXPECT_EQ(quiet["after_as_of"], 0);
    EXPECT_EQ(written("inside").at("report.html").find("不在稽核期间内"), std::string::npos);
    period_from_ = "2026-03-03";
    taken_at_ = at("12:00");
    const auto files = written("outside");
    const auto summary = nlohmann::json::parse(files.at("summary.json"));
    EXPECT_EQ(summary["outside_period"], 3);
    EXPECT_EQ(summary["after_as_of"], 1);  // V3 begins at 14:00
    EXPECT_EQ(summary["visits"], 3);
    EXPECT_NE(files.at("report.html").find("3 张浇水单的日期不在稽核期间内"), std::string::npos);
    EXPECT_NE(files.at("report.html").find("1 visits are later than the data was taken"), std::string::npos);
}

// A photo of each visit is judged by itself; what is found of it concerns the money of its visit.
class Photographed : public Gardens {
protected:
    pack::Files files() const override {
        pack::Files all = garden_pack;
        all.emplace("garden/model/photos.yaml", R"(entities:
  photo:
    title: {zh: 照片, en: Photo}
    key: photo_id
    time: taken_at
    fields:
      photo_id: {type: string, level: 2, zh: 照片编号, en: Photo number}
      visit_id: {type: string, ref: visit, level: 2, zh: 单号, en: Visit number}
      taken_at: {type: timestamp, level: 2, zh: 拍摄时间, en: Taken at}
events:
  garden.photo_taken:
    title: {zh: 拍照, en: Photo taken}
    subject: photo
    body: [photo_id, visit_id, taken_at]
)");
        all.emplace("garden/rules/pic/GA-PIC-01.yaml", R"(rule: GA-PIC-01
title: {zh: 照片早于浇水, en: Photo before the visit}
version: 1
status: live
result: suspicious
effect: hold
stage: [before_payment]
subject: photo
on: {event: garden.photo_taken, wait: 20min}
cite: ['GA-1#1.1']
in_force: {from: 2024-01-01}
when:
  all:
    - {id: early, zh: 拍摄早于开始, en: taken before the visit began, if: 'photo.taken_at < visit.began'}
finding: {severity: '1', at_risk: 'visit.fee', dedup: [photo.photo_id]}
explain: {zh: '照片 {photo.photo_id} 早于浇水单 {photo.visit_id}。', en: 'Photo {photo.photo_id} comes before visit {photo.visit_id}.'}
misses: {zh: 翻拍, en: photos of photos}
do: {zh: 看照片, en: look at the photo}
)");
        return all;
    }
    void add_more(Events& events) override {
        for (const auto& [photo, visit, taken] :
             {std::tuple{"P1", "V1", "08:00"}, std::tuple{"P2", "V3", "14:30"}, std::tuple{"P3", "V9", "08:00"}}) {
            events.add("garden.photo_taken", photo, at("15:10"),
                       {{"photo_id", text(photo)}, {"visit_id", text(visit)}, {"taken_at", number(at(taken).ms)}});
        }
    }
};

TEST_F(Photographed, what_is_found_of_a_photo_holds_the_money_of_its_visit) {
    const auto files = written("photographed");
    const auto summary = nlohmann::json::parse(files.at("summary.json"));
    EXPECT_EQ(summary["visits_hit"], 2) << "V1 by its photo, =V2 by where it rang";
    EXPECT_EQ(summary["money"]["at_risk_fen"], 12000);
    EXPECT_EQ(summary["money"]["substantiated_fen"], 0);
    std::map<std::string, nlohmann::json> found;
    std::istringstream lines(files.at("findings.jsonl"));
    for (std::string line; std::getline(lines, line);) {
        auto json = nlohmann::json::parse(line);
        if (json["rule"] == "GA-PIC-01") found[json["subject"]] = json;
    }
    ASSERT_EQ(found.size(), 2U) << "the photo of V3 is as it should be";
    EXPECT_EQ(found.at("P1")["outcome"], "hit");
    EXPECT_EQ(found.at("P1")["visit_id"], "V1");
    EXPECT_EQ(found.at("P1")["firm_id"], "f1");
    EXPECT_EQ(found.at("P3")["outcome"], "inconclusive") << "nobody knows a visit V9";
    EXPECT_TRUE(found.at("P3")["visit_id"].is_null());
}

// A walk of one week ago, reported again by someone else five seconds into the hour.
class CopiedWay : public Gardens {
protected:
    pack::Files files() const override {
        pack::Files all = garden_pack;
        for (const auto& [name, text] : copied_way_pack) all.emplace(name, text);
        return all;
    }
    void add_more(Events& events) override {
        const Millis week = 7 * days_ms;
        walk(events, "W1", "g3", at("15:00").ms, 0);
        walk(events, "W2", "g4", at("15:00").ms + week + 5 * seconds_ms, 8 * minutes_ms);
    }

private:
    // 40 minutes on foot; silent for seven of them when `silent_from` is given.
    static void walk(Events& events, const std::string& visit, const std::string& gardener, Millis from,
                     Millis silent_from) {
        events.add("garden.gardener_known", gardener, Instant{0},
                   {{"gardener_id", text(gardener)}, {"name", text(name_canary)}});
        std::vector<track::Fix> fixes;
        const auto send = [&] {
            if (fixes.empty()) return;
            auto block = track::encode(fixes);
            ASSERT_TRUE(block);
            events.add("garden.fixes_sent", gardener, Instant{fixes.back().at.ms},
                       {{"porter_id", text(gardener)}, {"fixes", cbor::Value::of_bytes(*block)}});
            fixes.clear();
        };
        double east = 0, north = 0;
        for (int i = 0; i <= 480; ++i) {
            const double course = std::sin(i * 0.013) + 0.5 * std::sin(i * 0.05);
            const double speed = 1.2 + 0.5 * std::sin(i * 0.07);
            east += 5 * speed * std::cos(course);
            north += 5 * speed * std::sin(course);
            const Millis after = i * 5 * seconds_ms;
            if (silent_from > 0 && after > silent_from && after < silent_from + 7 * minutes_ms) continue;
            track::Fix fix = track::fix_received(Instant{from + after}, point(2000 + east, north), geo::Datum::wgs84);
            fix.accuracy_mm = 6'000;
            fix.level = track::Level::p68;
            fix.provider = track::Provider::gnss;
            fixes.push_back(fix);
            if (fixes.size() == 100) send();
        }
        send();
        events.add("garden.watered", visit, Instant{from + 41 * minutes_ms},
                   {{"visit_id", text(visit)},
                    {"firm_id", text("f1")},
                    {"gardener_id", text(gardener)},
                    {"garden_id", text("A")},
                    {"began", number(from)},
                    {"ended", number(from + 40 * minutes_ms)},
                    {"fee", number(6000)}});
    }
};

TEST_F(CopiedWay, both_tracks_stand_on_one_clock_in_the_report) {
    const std::string html = written("copied").at("report.html");
    const std::size_t card = html.find("data-rule=\"GA-COPY-01\"");
    ASSERT_NE(card, std::string::npos);
    const std::string text = html.substr(card, html.find("</article>", card) - card);
    EXPECT_NE(text.find("class=\"map pair\""), std::string::npos);
    EXPECT_NE(text.find("class=\"time pair\""), std::string::npos);
    EXPECT_NE(text.find("对照轨迹整体平移 7 天 0:00:05"), std::string::npos);
    EXPECT_NE(text.find("the other track is shifted by 7 days 0:00:05"), std::string::npos);
    EXPECT_NE(text.find("无定位 7 分钟"), std::string::npos) << "the silence of the copy";
    EXPECT_NE(text.find("界限 8 m"), std::string::npos);
    EXPECT_NE(text.find("同步距离中位数 0 米"), std::string::npos) << text;
    EXPECT_NE(html.find("试运行规则的命中"), std::string::npos) << "the rule is on trial: seen, but no lead";
    EXPECT_NE(text.find("时长 − 5 分钟：35 分钟，界限 10 分钟；少 25 分钟，即不成立"), std::string::npos);
    for (const char* digits : {"31.80", "119.95", "318000", "11995"})
        EXPECT_EQ(text.find(digits), std::string::npos) << digits;
}

TEST(track_drawing, silence_is_hatched_and_no_line_crosses_it) {
    Scene scene;
    Trace trace;
    trace.name = "V1";
    trace.place = point(0, 0);
    trace.claimed = Interval{at("09:00"), at("10:00")};
    for (const int minute : {0, 1, 2, 30, 31}) {
        track::Fix fix =
            track::fix_received(Instant{at("09:00").ms + minute * minutes_ms}, point(minute, 0), geo::Datum::wgs84);
        fix.accuracy_mm = 10'000;
        trace.fixes.push_back(fix);
    }
    scene.traces.push_back(trace);
    scene.radius_m = 100;
    const auto count = [](const std::string& text, std::string_view part) {
        std::size_t n = 0;
        for (std::size_t i = text.find(part); i != std::string::npos; i = text.find(part, i + 1)) ++n;
        return n;
    };
    const std::string time = time_drawing(scene, Zone::china());
    EXPECT_EQ(count(time, "class=\"line a\""), 2U);
    EXPECT_EQ(count(time, "class=\"gap\""), 2U);
    EXPECT_NE(time.find("未知 28 分钟"), std::string::npos);
    const std::string map = map_drawing(scene);
    const std::size_t path = map.find("class=\"path a\" d=\"");
    ASSERT_NE(path, std::string::npos);
    EXPECT_EQ(count(map.substr(path, map.find("/>", path) - path), "M"), 2U);
}

TEST(track_drawing, a_phone_that_is_on_without_a_position_is_seen_inside_the_gap) {
    Scene scene;
    Trace trace;
    trace.name = "V1";
    trace.place = point(0, 0);
    trace.claimed = Interval{at("09:00"), at("10:00")};
    for (const int minute : {0, 1, 30, 31}) {
        track::Fix fix =
            track::fix_received(Instant{at("09:00").ms + minute * minutes_ms}, point(minute, 0), geo::Datum::wgs84);
        fix.accuracy_mm = 10'000;
        trace.fixes.push_back(fix);
    }
    for (const int minute : {10, 11, 12}) {
        track::Fix fix = track::fix_received(Instant{at("09:00").ms + minute * minutes_ms}, {}, geo::Datum::wgs84);
        fix.flags |= track::flag_not_positioned;
        fix.marks |= track::mark_invalid;
        trace.fixes.insert(trace.fixes.end() - 2, fix);
    }
    scene.traces.push_back(trace);
    const std::string time = time_drawing(scene, Zone::china());
    EXPECT_NE(time.find("未知 29 分钟"), std::string::npos) << "a sign of life is no position";
    const std::size_t alive = time.find("class=\"alive a\" d=\"");
    ASSERT_NE(alive, std::string::npos);
    const std::string strokes = time.substr(alive, time.find("/>", alive) - alive);
    EXPECT_EQ(std::count(strokes.begin(), strokes.end(), 'M'), 3);
}

TEST(html_words, markup_in_data_is_text) {
    EXPECT_EQ(html_escaped("<a href='x'>\"&\x01"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;\xEF\xBF\xBD");
}

TEST(audit_page, every_fault_is_reported_with_its_place) {
    const pack::Loaded loaded = pack::load(garden_pack, pack::measure_shapes());
    std::string bad = replaced(garden_page, "garden.gate", "garden.door");
    bad = replaced(bad, "money: fee", "money: began");
    bad = replaced(bad, "firm.name", "gardener.name");
    bad = replaced(bad, "garden.radius", "garden.width");
    bad = replaced(bad, "has(visit.rung_at)", "visit.fee > 3");
    bad += "colour: red\n";
    const auto page = read_audit_page(bad, "audit.yaml", loaded.set);
    ASSERT_FALSE(page);
    std::string all;
    for (const Fault& fault : page.error()) {
        EXPECT_GT(fault.line, 0) << fault.en;
        all += to_text(fault) + "\n";
    }
    for (const char* part : {"garden.door", "began", "firm.<", "garden.width", "colour", ":9:"})
        EXPECT_NE(all.find(part), std::string::npos) << part << "\n" << all;
    EXPECT_FALSE(read_audit_page(replaced(garden_page, "subject: visit", "subject: moon"), "audit.yaml", loaded.set));
}

}  // namespace
}  // namespace ningyi::exchange
