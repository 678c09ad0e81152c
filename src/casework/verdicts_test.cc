// SPDX-License-Identifier: Apache-2.0
#include "casework/verdicts.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "casework/test_decisions.h"

namespace ningyi::casework {
namespace {

std::string told(const Verdicts& verdicts) {
    std::string text;
    for (const Decided* one : verdicts.all()) {
        text += one->rule + "@" + std::to_string(one->version) + " " + one->subject + " " + one->finding + " " +
                std::string(to_word(one->effective())) + " " + std::to_string(static_cast<int>(one->appeal)) + " " +
                std::to_string(one->selection_ppm) + "\n";
    }
    return text;
}

std::string named(const std::string& finding) {
    return name_in_draw("TE-A-01", 1, "subject of " + finding, "");
}

engine::ClearEvent draw_of(std::int64_t minute, const std::vector<PoolItem>& pool, std::int64_t wanted,
                           std::string result = {}) {
    const std::string text = pool_text(pool);
    if (result.empty()) result = result_text(drawn(*pool_of_text(text), "7", wanted));
    return decision("core.draw_made", minute,
                    {{"draw_id", "D1"},
                     {"algorithm", std::string(draw_algorithm)},
                     {"seed", "7"},
                     {"wanted", "#" + std::to_string(wanted)},
                     {"share", "#" + std::to_string(wanted * 1'000'000 / static_cast<std::int64_t>(pool.size()))},
                     {"pool", text},
                     {"pool_digest", digest_of(text)},
                     {"result", result},
                     {"result_digest", digest_of(result)}});
}

TEST(Verdicts, the_latest_verdict_counts_and_an_appeal_granted_makes_it_unfounded) {
    Verdicts verdicts;
    verdicts.apply(verdict(1, "f1", "violation"));
    EXPECT_TRUE(verdicts.find("TE-A-01", "subject of f1", "")->is_confirmed());
    verdicts.apply(verdict(2, "f1", "error"));
    EXPECT_EQ(verdicts.of_finding("f1")->verdict, Verdict::error);
    verdicts.apply(decision("core.appeal_filed", 3, {{"finding", "f1"}, {"appeal", "filed"}}));
    EXPECT_EQ(verdicts.of_finding("f1")->appeal, Appeal::filed);
    EXPECT_TRUE(verdicts.of_finding("f1")->is_confirmed()) << "an appeal that nobody decided changes nothing";
    verdicts.apply(decision("core.appeal_decided", 4, {{"finding", "f1"}, {"appeal", "granted"}, {"appeal_by", "r2"}}));
    EXPECT_EQ(verdicts.of_finding("f1")->effective(), Verdict::unfounded);
}

TEST(Verdicts, each_version_keeps_what_was_decided_on_its_findings) {
    Verdicts verdicts;
    verdicts.apply(verdict(2, "f1", "violation"));
    engine::ClearEvent second = verdict(1, "f2", "unfounded", "TE-A-01", 2);
    second.body.set("judged", cbor::Value::of_text("subject of f1"));
    verdicts.apply(second);
    ASSERT_EQ(verdicts.all().size(), 2U);
    EXPECT_EQ(verdicts.find("TE-A-01", "subject of f1", "", 1)->verdict, Verdict::violation);
    EXPECT_EQ(verdicts.find("TE-A-01", "subject of f1", "", 2)->verdict, Verdict::unfounded);
    EXPECT_EQ(verdicts.find("TE-A-01", "subject of f1", "")->version, 1) << "the latest of any version";
    EXPECT_EQ(verdicts.find("TE-A-01", "subject of f1", "", 3), nullptr);
}

TEST(Verdicts, the_first_reviewer_does_not_decide_the_appeal) {
    Verdicts verdicts;
    verdicts.apply(verdict(1, "f1", "violation"));
    verdicts.apply(
        decision("core.appeal_decided", 4, {{"finding", "f1"}, {"appeal", "dismissed"}, {"appeal_by", "r1"}}));
    EXPECT_EQ(verdicts.of_finding("f1")->appeal, Appeal::filed);
}

TEST(Verdicts, only_a_draw_that_can_be_repeated_gives_weights) {
    const std::vector<PoolItem> pool = {{"s", named("f1")}, {"s", named("f2")}, {"s", named("f3")}, {"s", named("f4")}};
    const std::string taken = drawn(pool, "7", 1).front();
    Verdicts honest, forged;
    honest.apply(draw_of(1, pool, 1));
    forged.apply(draw_of(1, pool, 1, taken == named("f1") ? named("f2") : named("f1")));
    for (const std::string id : {"f1", "f2", "f3", "f4"}) {
        honest.apply(verdict(2, id, "violation"));
        forged.apply(verdict(2, id, "violation"));
        EXPECT_EQ(honest.of_finding(id)->selection_ppm, named(id) == taken ? 250'000 : 1'000'000);
        EXPECT_EQ(honest.of_finding(id)->random_share, named(id) == taken);
        EXPECT_FALSE(forged.of_finding(id)->random_share);
    }
}

TEST(Verdicts, any_order_of_arrival_gives_the_same) {
    std::vector<engine::ClearEvent> events;
    const char* words[] = {"violation", "error", "unfounded", "unverifiable"};
    Random random(3);
    std::vector<PoolItem> pool;
    for (int i = 0; i < 12; ++i) pool.push_back({"s", named("f" + std::to_string(i))});
    for (int i = 0; i < 60; ++i) {
        const std::string id = "f" + std::to_string(random.below(12));
        const std::int64_t minute = random.between(0, 20);  // many at one time
        if (i % 5 == 3)
            events.push_back(decision("core.appeal_filed", minute, {{"finding", id}, {"appeal", "filed"}}));
        else if (i % 5 == 4)
            events.push_back(
                decision("core.appeal_decided", minute,
                         {{"finding", id}, {"appeal", i % 2 == 0 ? "granted" : "dismissed"}, {"appeal_by", "r2"}}));
        else
            events.push_back(verdict(minute, id, words[random.below(4)], i % 7 == 0 ? "TE-A-02" : "TE-A-01"));
    }
    events.push_back(draw_of(5, pool, 4));
    Verdicts first;
    for (const auto& event : events) first.apply(event);
    ASSERT_GT(first.all().size(), 10U);
    for (int round = 0; round < 50; ++round) {
        for (std::size_t i = events.size(); i > 1; --i) std::swap(events[i - 1], events[random.below(i)]);
        Verdicts again;
        for (const auto& event : events) again.apply(event);
        ASSERT_EQ(told(again), told(first));
    }
}

}  // namespace
}  // namespace ningyi::casework
