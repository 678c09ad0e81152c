// SPDX-License-Identifier: Apache-2.0
#include "casework/precision.h"

#include <gtest/gtest.h>

#include "casework/suggestion.h"
#include "casework/test_decisions.h"

namespace ningyi::casework {
namespace {

// `count` verdicts of one word, numbered from `from`.
void give(Verdicts& verdicts, int from, int count, const std::string& word, const Fields& more = {}) {
    for (int i = from; i < from + count; ++i) {
        engine::ClearEvent event = verdict(i, "f" + std::to_string(i), word);
        for (const auto& [name, value] : more) event.body.set(name, cbor::Value::of_text(value));
        verdicts.apply(event);
    }
}

TEST(Precision, strict_counts_violations_actionable_errors_too_and_unverifiable_is_not_decided) {
    Verdicts verdicts;
    give(verdicts, 0, 12, "violation");
    give(verdicts, 20, 6, "error");
    give(verdicts, 40, 12, "unfounded");
    give(verdicts, 60, 9, "unverifiable");
    const auto rules = precision(verdicts);
    ASSERT_EQ(rules.size(), 1U);
    EXPECT_EQ(rules[0].all.decided(), 30);
    EXPECT_EQ(rules[0].all.unverifiable, 9);
    EXPECT_EQ(rules[0].all.actionable.share_ppm(), 600'000);
    EXPECT_EQ(rules[0].all.strict.share_ppm(), 400'000);
    EXPECT_EQ(rules[0].all.gate(), wilson(18, 30));
    EXPECT_EQ(rules[0].all.actionable.interval(), wilson(18, 30));
}

TEST(Precision, is_told_apart_by_version_agency_and_month) {
    Verdicts verdicts;
    give(verdicts, 0, 3, "violation");
    give(verdicts, 10, 2, "unfounded", {{"agency", "a2"}, {"day", "2026-11-01"}});
    verdicts.apply(verdict(30, "g", "violation", "TE-A-01", 2));
    const auto rules = precision(verdicts);
    ASSERT_EQ(rules.size(), 2U);
    EXPECT_EQ(rules[0].by_agency.at("a1").confirmed(), 3);
    EXPECT_EQ(rules[0].by_agency.at("a2").confirmed(), 0);
    EXPECT_EQ(rules[0].by_month.at("2026-11").decided(), 2);
    EXPECT_EQ(rules[1].version, 2);
    EXPECT_EQ(rules[1].all.decided(), 1);
}

TEST(Precision, an_innocent_reason_above_a_tenth_of_the_unfounded_is_a_candidate_for_an_exception) {
    Verdicts verdicts;
    give(verdicts, 0, 2, "unfounded", {{"innocent", "lift"}});
    give(verdicts, 10, 1, "unfounded", {{"innocent", "rare"}});
    give(verdicts, 20, 7, "unfounded");
    const auto innocent = precision(verdicts)[0].innocent;
    ASSERT_EQ(innocent.size(), 2U);
    EXPECT_EQ(innocent[0].id, "lift");
    EXPECT_TRUE(innocent[0].is_candidate);
    EXPECT_FALSE(innocent[1].is_candidate) << "exactly a tenth is not above it";
}

TEST(Precision, a_rule_is_worth_what_only_it_caught) {
    Verdicts verdicts;
    give(verdicts, 0, 3, "violation");
    verdicts.apply(verdict(9, "g", "violation", "TE-B-01"));
    engine::ClearEvent both = verdict(10, "h", "error", "TE-B-01");
    both.body.set("judged", cbor::Value::of_text("subject of f0"));
    verdicts.apply(both);
    const auto rules = precision(verdicts);
    EXPECT_EQ(rules[0].only_it, 2);
    EXPECT_EQ(rules[1].only_it, 1);
}

TEST(Precision, the_queue_prefers_what_is_likely_and_dear) {
    Verdicts verdicts;
    give(verdicts, 0, 8, "violation");
    const auto rules = precision(verdicts);
    EXPECT_EQ(queue_value(nullptr, 1000), 500);
    EXPECT_EQ(queue_value(&rules[0].all, 1000), 900);
    EXPECT_EQ(queue_value(&rules[0].all, 0), 0);
}

TEST(Precision, recall_is_unknown_without_verdicts_on_clean_subjects) {
    Verdicts verdicts;
    give(verdicts, 0, 9, "violation");
    EXPECT_FALSE(recall(verdicts).is_known());
    // Four of forty clean subjects are drawn; one turns out to be a violation and stands for ten.
    std::vector<PoolItem> pool;
    for (int i = 0; i < 40; ++i) pool.push_back({"a1|2026-10", "clean-" + std::to_string(i)});
    const std::string text = pool_text(pool);
    const auto ids = drawn(*pool_of_text(text), "z", 4);
    const std::string result = result_text(ids);
    verdicts.apply(decision("core.draw_made", 100,
                            {{"draw_id", "D"},
                             {"algorithm", std::string(draw_algorithm)},
                             {"seed", "z"},
                             {"wanted", "#4"},
                             {"share", "#100000"},
                             {"pool", text},
                             {"pool_digest", digest_of(text)},
                             {"result", result},
                             {"result_digest", digest_of(result)}}));
    for (std::size_t i = 0; i < ids.size(); ++i) {
        engine::ClearEvent event = verdict(200 + static_cast<std::int64_t>(i), ids[i],
                                           i == 0 ? "violation" : "unfounded", std::string(clean_rule), 0);
        event.body.set("judged", cbor::Value::of_text(ids[i].substr(clean_prefix.size())));
        verdicts.apply(event);
    }
    const Recall known = recall(verdicts);
    EXPECT_TRUE(known.is_known());
    EXPECT_EQ(known.found, 9);
    EXPECT_EQ(known.clean_reviewed, 4);
    EXPECT_EQ(known.missed, 1);
    EXPECT_EQ(known.share.share_ppm(), 473'684);  // 9 of 9 + 10
}

std::vector<engine::Finding> hits(int from, int count, std::int64_t margin, std::int64_t step) {
    std::vector<engine::Finding> all;
    for (int i = 0; i < count; ++i) {
        engine::Finding finding;
        finding.rule = "TE-A-01";
        finding.version = 1;
        finding.outcome = engine::Outcome::hit;
        finding.subject = "subject of f" + std::to_string(from + i);
        finding.margin = std::to_string(margin + i * step);
        finding.margin_type = "length";
        finding.at_risk_fen = 4500;
        all.push_back(finding);
    }
    return all;
}

// Unfounded ones lie 10 to 100 m past the line, confirmed ones from 151 m; nobody decided those at 120 m.
TEST(Suggestion, loosening_that_loses_nothing_confirmed_is_told_with_orders_and_yuan) {
    Verdicts verdicts;
    give(verdicts, 0, 10, "unfounded");
    give(verdicts, 20, 20, "violation");
    auto all = hits(0, 10, 10'000, 10'000);
    for (const auto& finding : hits(20, 20, 151'000, 1'000)) all.push_back(finding);
    for (const auto& finding : hits(60, 2, 120'000, 0)) all.push_back(finding);
    const auto said =
        looser(all, verdicts, {.title = {"签到半径", "Check-in radius"}, .type = "length", .value = 300'000}, 600'000);
    ASSERT_FALSE(said.empty());
    EXPECT_EQ(said[0].by, 100'000);
    EXPECT_EQ(said[0].hits, 10);
    EXPECT_EQ(said[0].confirmed, 0);
    EXPECT_EQ(said[0].fen, 45'000);
    EXPECT_EQ(said[0].zh,
              "签到半径由 300 米 改为 400 米：少命中 10 条，其中已认定 0 条、不属实 10 条、尚未核实 0 条，涉及 450 元");
    EXPECT_EQ(said[0].en,
              "Check-in radius: 400 m instead of 300 m: 10 hits fewer, 0 of them confirmed, 10 unfounded, 0 not yet "
              "decided, 450 yuan at risk");
}

TEST(Suggestion, loosening_to_the_floor_says_what_confirmed_hits_it_costs) {
    Verdicts verdicts;
    give(verdicts, 0, 20, "unfounded");
    give(verdicts, 30, 40, "violation");
    auto all = hits(0, 20, 10'000, 5'000);                                           // 10 … 105 m
    for (const auto& finding : hits(30, 40, 5'000, 10'000)) all.push_back(finding);  // 5 … 395 m
    const auto said = looser(all, verdicts, {.title = {}, .type = "length"}, 700'000);
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].kind, Suggestion::Kind::reaches_floor);
    EXPECT_GT(said[0].confirmed, 0);
    const std::int64_t rest = 40 - said[0].confirmed, of = rest + 20 - said[0].unfounded;
    EXPECT_GE(wilson(rest, of).low_ppm, 700'000);
}

TEST(Suggestion, loosening_goes_no_further_than_the_parameter_may) {
    Verdicts verdicts;
    give(verdicts, 0, 10, "unfounded");
    give(verdicts, 20, 20, "violation");
    auto all = hits(0, 10, 10'000, 10'000);
    for (const auto& finding : hits(20, 20, 151'000, 1'000)) all.push_back(finding);
    Threshold threshold{.title = {"半径", "Radius"}, .type = "length", .value = 300'000, .most = 350'000};
    auto said = looser(all, verdicts, threshold, 0);
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].by, 50'000);
    EXPECT_NE(said[0].zh.find("由 300 米 改为 350 米"), std::string::npos) << said[0].zh;
    threshold.most = 300'000;
    EXPECT_TRUE(looser(all, verdicts, threshold, 0).empty()) << "it is as loose as it may be";
    threshold = {.title = {"最短", "Least"}, .type = "length", .value = 300'000, .is_floor = true, .least = 240'000};
    said = looser(all, verdicts, threshold, 0);
    ASSERT_EQ(said.size(), 1U);
    EXPECT_NE(said[0].en.find("Least: 240 m instead of 300 m"), std::string::npos) << said[0].en;
}

TEST(Suggestion, without_enough_verdicts_nothing_is_suggested) {
    Verdicts verdicts;
    give(verdicts, 0, 9, "unfounded");
    EXPECT_TRUE(looser(hits(0, 9, 1'000, 1'000), verdicts, {.title = {}, .type = "length"}, 600'000).empty());
    give(verdicts, 20, 30, "violation");
    EXPECT_TRUE(looser(hits(20, 30, 1'000, 1'000), verdicts, {.title = {}, .type = "length"}, 600'000).empty())
        << "where nothing was unfounded there is nothing to loosen";
}

TEST(Suggestion, what_a_copy_on_trial_hits_besides_has_no_rate_until_somebody_decides) {
    Verdicts verdicts;
    const auto running = hits(0, 5, 1'000, 1'000);
    auto copy = hits(0, 8, 1'000, 1'000);
    for (auto& finding : copy) finding.version = 2;
    auto said = tighter(running, copy, verdicts);
    ASSERT_TRUE(said);
    EXPECT_EQ(said->hits, 3);
    EXPECT_NE(said->zh.find("均未核实"), std::string::npos);
    give(verdicts, 6, 2, "violation");
    said = tighter(running, copy, verdicts);
    EXPECT_NE(said->en.find("of 2 decided, 2 were confirmed"), std::string::npos);
    EXPECT_FALSE(tighter(copy, running, verdicts));
}

}  // namespace
}  // namespace ningyi::casework
