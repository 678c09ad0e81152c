// SPDX-License-Identifier: Apache-2.0
// A made-up district of gardens that are watered, judged in memory and written as an audit: for tests of what an audit
// hands over. Nothing here depends on the packs of the project. Not for the product.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/text.h"
#include "exchange/audit_output.h"
#include "geo/plane.h"
#include "pack/pack.h"
#include "track/codec.h"

namespace ningyi::exchange::fixture {

inline const pack::Files garden_pack = {
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
inline const std::string garden_page = R"(page: audit
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
inline constexpr const char* name_canary = "金丝雀鸣";
inline constexpr const char* phone_canary = "13800009999";
inline constexpr const char* papers_canary = "320400199001019999";
inline constexpr const char* script_canary = "<script>alert(1)</script>";

inline Instant at(std::string_view time) {
    return *parse_instant(std::string("2026-03-02T") + std::string(time) + ":00+08:00");
}

// Positions some metres from a point in a small town.
inline geo::Place point(double east, double north) {
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

inline cbor::Value text(const std::string& value) {
    return cbor::Value::of_text(value);
}
inline cbor::Value number(std::int64_t value) {
    return cbor::Value::of(value);
}
inline cbor::Value numbers(const std::vector<std::int64_t>& values) {
    std::vector<cbor::Value> items;
    for (const std::int64_t value : values) items.push_back(number(value));
    return cbor::Value::of_array(std::move(items));
}
inline cbor::Value place_value(geo::Place p) {
    return numbers({p.lat_e7, p.lon_e7, 0, p.lat_e7, p.lon_e7});
}
inline cbor::Value fix_value(geo::Place p, Instant when) {
    return numbers({p.lat_e7, p.lon_e7, 0, p.lat_e7, p.lon_e7, when.ms, 10'000, 3, 1, 0});
}
// A day in the gardens, judged: V1 rings at the gate, V2 700 m away and at the same time, V3 says no position.
class GardenAudit {
public:
    virtual ~GardenAudit() = default;

    virtual pack::Files files() const { return garden_pack; }
    virtual void add_more(Events&) {}

    // Throws when the texts or the page have a fault.
    void judge() {
        pack::Loaded loaded = pack::load(files(), pack::measure_shapes());
        must(loaded.faults);
        set_ = std::move(loaded.set);
        auto page = read_audit_page(garden_page, "garden/pages/audit.yaml", set_);
        if (!page) must(page.error());
        page_ = std::move(*page);
        auto engine = engine::Engine::create(set_, zone_);
        if (!engine) must(engine.error());
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
        if (!block) must(block.error());
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
        const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("audit_" + name);
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
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
                               .log_size = events_,
                               .most_workbook_rows = most_workbook_rows_};
        const auto done = write_audit(input, folder.string());
        if (!done) must(done.error());
        std::map<std::string, std::string> files;
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            std::ifstream in(entry.path(), std::ios::binary);
            files[entry.path().filename().string()] = {std::istreambuf_iterator<char>(in), {}};
        }
        return files;
    }

    static void must(const Faults& faults) {
        if (!faults.empty()) throw std::runtime_error(to_text(faults.front()));
    }

    std::size_t most_workbook_rows_ = 100'000;
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

}  // namespace ningyi::exchange::fixture
