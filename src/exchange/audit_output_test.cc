// SPDX-License-Identifier: Apache-2.0
#include "exchange/audit_output.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/text.h"
#include "exchange/test_gardens.h"

namespace ningyi::exchange {
namespace {

using namespace fixture;

class AuditOutput : public testing::Test, protected GardenAudit {
protected:
    void SetUp() override { judge(); }
};

TEST_F(AuditOutput, the_same_audit_gives_the_same_bytes) {
    const auto first = written("first"), second = written("second");
    ASSERT_EQ(first.size(), 6U);
    for (const auto& [name, bytes] : first) {
        EXPECT_FALSE(bytes.empty()) << name;
        EXPECT_TRUE(bytes == second.at(name)) << name;
    }
}

TEST_F(AuditOutput, names_phones_and_papers_appear_nowhere) {
    for (const auto& [name, bytes] : written("masked")) {
        if (name == "findings.xlsx") continue;  // compressed: its text is that of findings.csv
        for (const char* canary : {name_canary, phone_canary, papers_canary})
            EXPECT_EQ(bytes.find(canary), std::string::npos) << name;
    }
    EXPECT_NE(written("masked")["findings.csv"].find("金***"), std::string::npos);
}

TEST_F(AuditOutput, who_may_see_names_sees_them) {
    EXPECT_NE(written("clear", 3)["findings.csv"].find(name_canary), std::string::npos);
}

TEST_F(AuditOutput, every_line_of_findings_is_json_with_what_it_takes_to_defend_it) {
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

TEST_F(AuditOutput, money_held_is_not_substantiated_and_rules_are_not_added_up) {
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

TEST_F(AuditOutput, a_partial_payment_leaves_the_minutes_that_are_payable) {
    std::erase_if(findings_, [](const engine::Finding& finding) { return finding.rule == "GA-FAR-01"; });
    const auto summary = nlohmann::json::parse(written("partial").at("summary.json"));
    EXPECT_EQ(summary["money"]["substantiated_fen"], 16000);  // two whole visits, and 40 of 60 minutes of the third
}

TEST_F(AuditOutput, cells_that_a_spreadsheet_would_run_are_escaped) {
    const auto files = written("cells");
    EXPECT_NE(files.at("findings.csv").find("'=V2"), std::string::npos);
    EXPECT_EQ(files.at("findings.csv").find(",=V2"), std::string::npos);
    EXPECT_EQ(files.at("visits.csv").substr(files.at("visits.csv").find('\n') + 1, 4), "'=V2");
}
TEST_F(AuditOutput, what_lies_outside_the_period_is_judged_and_told) {
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
class Photographed : public AuditOutput {
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

}  // namespace
}  // namespace ningyi::exchange
