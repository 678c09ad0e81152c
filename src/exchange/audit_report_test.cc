// SPDX-License-Identifier: Apache-2.0
#include "exchange/audit_report.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/text.h"
#include "exchange/test_gardens.h"

namespace ningyi::exchange {
namespace {

using namespace fixture;

class AuditReport : public testing::Test, protected GardenAudit {
protected:
    void SetUp() override { judge(); }
};

TEST_F(AuditReport, the_report_holds_both_languages_and_asks_no_other_place) {
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

TEST_F(AuditReport, no_coordinate_reaches_the_drawings) {
    const std::string html = written("places").at("report.html");
    for (const char* digits : {"31.8", "119.9", "318000", "11995"})
        EXPECT_EQ(html.find(digits), std::string::npos) << digits;
}

TEST_F(AuditReport, what_a_comparison_crossed_and_what_would_undo_it_stands_in_words) {
    const std::string html = written("words").at("report.html");
    EXPECT_NE(html.find("按铃点距园门：700 米，界限 100 米（允许半径）；少 600 米，即不成立"), std::string::npos);
    EXPECT_NE(html.find("Bell to gate: 700 m, limit 100 m (Allowed radius); 600 m less and it would not hold"),
              std::string::npos);
    EXPECT_NE(html.find("按铃点距园门 − 允许半径"), std::string::npos) << "the value that the rule computes has a name";
}
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
// A walk of one week ago, reported again by someone else five seconds into the hour.
class CopiedWay : public AuditReport {
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

}  // namespace
}  // namespace ningyi::exchange
