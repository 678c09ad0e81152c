// SPDX-License-Identifier: Apache-2.0
#include "casework/lifecycle.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "casework/test_decisions.h"
#include "casework/wilson.h"

namespace ningyi::casework {
namespace {

const std::string path = "te/rules/a/TE-A-01.yaml";

class Life : public testing::Test {
protected:
    void say(const engine::ClearEvent& event) { events_.push_back(event); }
    void adopt(const std::string& status) { say(adopted(0, path, rule_text(1, status))); }
    void decide(std::int64_t minute, int yes, int no, std::int64_t version = 1) {
        for (int i = 0; i < yes + no; ++i)
            say(verdict(minute + i, "v" + std::to_string(version) + "f" + std::to_string(minute + i),
                        i < yes ? "violation" : "unfounded", "TE-A-01", version));
    }
    Lifecycle folded() const {
        Lifecycle lifecycle;
        for (const auto& event : events_) lifecycle.apply(event);
        return lifecycle;
    }
    State state() const { return folded().state(); }
    std::string status() const { return state().rules.at("TE-A-01").status; }
    std::string refusal() const {
        const State now = state();
        return now.releases.empty() || now.releases.back().refusals.empty() ? ""
                                                                            : now.releases.back().refusals.back().en;
    }
    std::vector<engine::ClearEvent> events_;
};

TEST_F(Life, what_was_adopted_runs_as_its_text_says) {
    adopt("live");
    EXPECT_TRUE(state().is_adopted);
    EXPECT_EQ(status(), "live");
    EXPECT_EQ(state().texts.at(path), rule_text(1, "live"));
    say(adopted(5, path, rule_text(9, "live")));
    EXPECT_EQ(state().texts.at(path), rule_text(1, "live"))
        << "only the first installation is taken without two people";
}

TEST_F(Life, a_text_that_is_not_what_its_digest_says_is_not_adopted) {
    engine::ClearEvent event = adopted(0, path, rule_text(1, "live"));
    event.body.set("text", cbor::Value::of_text("rule: TE-A-01\nstatus: live\nversion: 2\n"));
    say(event);
    EXPECT_FALSE(state().is_adopted);
}

TEST_F(Life, two_people_of_different_roles_release_a_change) {
    adopt("shadow");
    const std::string next = rule_text(2, "shadow");
    say(proposed(1, "R2", 2, "shadow", next, {{"backtest", "abcd"}}));
    EXPECT_EQ(state().texts.at(path), rule_text(1, "shadow")) << "a proposal changes nothing";
    say(approved(2, "R2"));
    EXPECT_EQ(state().texts.at(path), next);
    EXPECT_EQ(state().rules.at("TE-A-01").version, 2);
}

TEST_F(Life, who_proposed_may_not_approve) {
    adopt("shadow");
    say(proposed(1, "R2", 2, "shadow", rule_text(2, "shadow"), {{"backtest", "abcd"}}));
    say(approved(2, "R2", "p1", "rule_approver"));
    EXPECT_EQ(state().rules.at("TE-A-01").version, 1);
    EXPECT_EQ(refusal(), "who proposed may not approve");
}

TEST_F(Life, someone_of_the_same_role_may_not_approve) {
    adopt("shadow");
    say(proposed(1, "R2", 2, "shadow", rule_text(2, "shadow"), {{"backtest", "abcd"}}));
    say(approved(2, "R2", "p2", "rule_author"));
    EXPECT_EQ(state().rules.at("TE-A-01").version, 1);
    EXPECT_EQ(refusal(), "both have the same role; someone of another role must approve");
    say(approved(3, "R2", "p3", "rule_approver"));
    EXPECT_EQ(state().rules.at("TE-A-01").version, 2) << "a refused approval leaves the proposal open for others";
}

TEST_F(Life, two_accounts_of_one_person_are_one_person_whenever_that_is_found_out) {
    adopt("shadow");
    say(proposed(1, "R2", 2, "shadow", rule_text(2, "shadow"), {{"backtest", "abcd"}}));
    say(approved(2, "R2", "p2"));
    EXPECT_EQ(state().rules.at("TE-A-01").version, 2);
    say(decision("core.account_registered", 90, {{"account_id", "p1"}, {"person", "N-7"}}));
    EXPECT_EQ(state().rules.at("TE-A-01").version, 2);
    say(decision("core.account_registered", 91, {{"account_id", "p2"}, {"person", "N-7"}}));
    EXPECT_EQ(state().rules.at("TE-A-01").version, 1);
    EXPECT_EQ(refusal(), "both accounts belong to one person, who may not approve");
}

TEST_F(Life, a_registered_role_counts_and_not_the_one_that_was_claimed) {
    adopt("shadow");
    say(decision("core.account_registered", 0, {{"account_id", "p2"}, {"person", "N-2"}, {"org_role", "rule_author"}}));
    say(proposed(1, "R2", 2, "shadow", rule_text(2, "shadow"), {{"backtest", "abcd"}}));
    say(approved(2, "R2", "p2", "rule_approver"));
    EXPECT_EQ(state().rules.at("TE-A-01").version, 1);
}

TEST_F(Life, a_change_without_a_backtest_is_refused) {
    adopt("shadow");
    say(proposed(1, "R2", 2, "shadow", rule_text(2, "shadow")));
    say(approved(2, "R2"));
    EXPECT_EQ(refusal(), "the digest of a backtest report is not attached");
}

TEST_F(Life, an_approval_that_saw_another_backtest_does_not_count) {
    adopt("shadow");
    say(proposed(1, "R2", 2, "shadow", rule_text(2, "shadow"), {{"backtest", "abcd"}}));
    engine::ClearEvent other = approved(2, "R2");
    other.body.set("backtest", cbor::Value::of_text("beef"));
    say(other);
    EXPECT_EQ(refusal(), "the approver saw another backtest than the one attached");
    other = approved(3, "R2");
    other.body.set("backtest", cbor::Value::of_text("abcd"));
    say(other);
    EXPECT_EQ(state().rules.at("TE-A-01").version, 2);
}

TEST_F(Life, a_rule_goes_live_with_24_of_30_and_not_with_23) {
    adopt("shadow");
    decide(10, 23, 7);
    say(proposed(100, "L", 1, "live", "", {{"queue_share", "#50000"}}));
    say(approved(101, "L"));
    EXPECT_EQ(status(), "shadow");
    EXPECT_NE(refusal().find("is below 60.0%"), std::string::npos) << refusal();
    // One appeal against an unfounded one does not help; one more confirmed verdict instead of it does.
    say(verdict(102, "v1f39", "error"));
    say(approved(103, "L", "p4"));
    EXPECT_EQ(status(), "live");
}

TEST_F(Life, a_rule_does_not_go_live_on_29_verdicts_or_with_too_much_of_the_queue) {
    adopt("shadow");
    decide(10, 29, 0);
    say(proposed(100, "L", 1, "live", "", {{"queue_share", "#100001"}}));
    say(approved(101, "L"));
    EXPECT_EQ(refusal(), "29 verdicts decided, 30 are needed");
    decide(110, 1, 0);
    say(approved(120, "L"));
    EXPECT_EQ(refusal(), "it would take 10.0% of the queue, at most 10.0% is allowed");
    say(proposed(130, "L2", 1, "live", "", {{"queue_share", "#100000"}}));
    say(approved(131, "L2"));
    EXPECT_EQ(status(), "live");
}

TEST_F(Life, a_new_version_of_a_live_rule_runs_beside_it_until_it_passes) {
    adopt("live");
    const std::string next = rule_text(2, "shadow");
    say(proposed(1, "R2", 2, "shadow", next, {{"backtest", "abcd"}}));
    say(approved(2, "R2"));
    EXPECT_EQ(state().rules.at("TE-A-01").version, 1);
    EXPECT_EQ(status(), "live") << "the old one goes on";
    ASSERT_EQ(state().copies.size(), 1U);
    EXPECT_EQ(state().copies[0].text, next);
    decide(10, 30, 0, 2);
    say(proposed(100, "L2", 2, "live", "", {{"queue_share", "#50000"}}));
    say(approved(101, "L2"));
    EXPECT_TRUE(state().copies.empty());
    EXPECT_EQ(state().rules.at("TE-A-01").version, 2);
    EXPECT_EQ(status(), "live");
    EXPECT_EQ(state().texts.at(path), next);
}

TEST_F(Life, one_version_never_means_two_texts) {
    adopt("live");
    say(proposed(1, "R2", 2, "shadow", rule_text(2, "shadow"), {{"backtest", "abcd"}}));
    say(approved(2, "R2"));
    say(proposed(3, "R2b", 2, "shadow", rule_text(2, "shadow", "title: another\n"), {{"backtest", "abcd"}}));
    say(approved(4, "R2b"));
    EXPECT_EQ(state().copies.at(0).text, rule_text(2, "shadow"));
    EXPECT_EQ(refusal(), "version 2 was approved already; the text needs a higher one");
}

TEST_F(Life, verdicts_on_the_old_version_do_not_bring_the_new_one_live) {
    adopt("live");
    decide(10, 40, 0, 1);
    say(proposed(60, "R2", 2, "shadow", rule_text(2, "shadow"), {{"backtest", "abcd"}}));
    say(approved(61, "R2"));
    say(proposed(100, "L2", 2, "live", "", {{"queue_share", "#50000"}}));
    say(approved(101, "L2"));
    EXPECT_EQ(refusal(), "0 verdicts decided, 30 are needed");
}

// 28 of 60 have the upper bound 59.1 %, 29 of 60 have 60.7 %: the floor of 60 % lies between them.
TEST_F(Life, a_rule_pauses_by_itself_exactly_when_the_upper_bound_of_60_falls_below_the_floor) {
    ASSERT_LT(wilson(28, 60).high_ppm, 600'000);
    ASSERT_GE(wilson(29, 60).high_ppm, 600'000);
    adopt("live");
    decide(10, 29, 31);
    EXPECT_EQ(status(), "live");
    say(verdict(200, "v1f10", "unfounded"));  // the first of them looked at again: 28 of 60
    EXPECT_EQ(status(), "paused");
    EXPECT_TRUE(state().rules.at("TE-A-01").by_itself);
    EXPECT_EQ(state().rules.at("TE-A-01").why.en,
              "of the last 60 decided 28 were confirmed: the upper bound 59.1% is below 60.0%");
}

TEST_F(Life, an_appeal_granted_can_tip_a_rule_into_pause) {
    adopt("live");
    decide(10, 29, 31);
    say(decision("core.appeal_decided", 200, {{"finding", "v1f11"}, {"appeal", "granted"}, {"appeal_by", "r9"}}));
    EXPECT_EQ(status(), "paused");
}

TEST_F(Life, a_paused_rule_comes_back_by_two_people_and_a_reason_only) {
    adopt("live");
    decide(10, 10, 50);
    ASSERT_EQ(status(), "paused");
    say(verdict(300, "v1f999", "violation"));
    EXPECT_EQ(status(), "paused");
    say(proposed(310, "B", 1, "live", ""));
    say(approved(311, "B", "p2", "rule_approver", "core.rule_resumed"));
    EXPECT_EQ(refusal(), "resuming needs a written reason");
    say(proposed(320, "B2", 1, "live", "", {{"reason", "the feed is repaired"}}));
    say(approved(321, "B2", "p2", "rule_approver", "core.rule_resumed"));
    EXPECT_EQ(status(), "live") << "what was decided before the pause was known to who resumed it";
    decide(400, 0, 30);
    EXPECT_EQ(status(), "paused") << "what comes after counts again";
}

TEST_F(Life, one_person_may_pause_but_not_retire) {
    adopt("live");
    say(decision("core.rule_paused", 1,
                 {{"release_id", "P"}, {"rule", "TE-A-01"}, {"reason", "feed is down"}, {"proposer", "p1"}}));
    EXPECT_EQ(status(), "paused");
    EXPECT_FALSE(state().rules.at("TE-A-01").by_itself);
    say(proposed(2, "X", 1, "retired", "", {{"reason", "replaced"}}));
    EXPECT_EQ(status(), "paused");
    say(approved(3, "X", "p2", "bureau", "core.rule_retired"));
    EXPECT_EQ(status(), "retired");
    EXPECT_EQ(state().texts.at(path), rule_text(1, "live")) << "its text stays, for replay";
}

TEST_F(Life, values_change_by_two_people_and_rules_not_by_this_way) {
    adopt("live");
    const std::string values = "- param: te.limit\n";
    const auto change = [&](std::int64_t minute, const std::string& id, const std::string& where,
                            const std::string& text) {
        say(decision("core.params_proposed", minute,
                     {{"release_id", id},
                      {"asks", "text"},
                      {"path", where},
                      {"text", text},
                      {"text_digest", digest_of(text)},
                      {"backtest", "abcd"},
                      {"proposer", "p1"},
                      {"proposer_role", "rule_author"}}));
        say(approved(minute + 1, id, "p2", "bureau", "core.params_approved"));
    };
    change(1, "V", "te/params/limits.yaml", values);
    EXPECT_EQ(state().texts.at("te/params/limits.yaml"), values);
    change(5, "W", path, rule_text(7, "live"));
    EXPECT_EQ(state().texts.at(path), rule_text(1, "live"));
    EXPECT_EQ(refusal(), "a change of a rule goes to trial first");
}

TEST_F(Life, any_order_of_arrival_gives_the_same_state) {
    adopt("live");
    decide(10, 20, 15);
    say(proposed(60, "R2", 2, "shadow", rule_text(2, "shadow"), {{"backtest", "abcd"}}));
    say(approved(61, "R2", "p1"));
    say(approved(62, "R2", "p2"));
    decide(70, 5, 40);
    decide(200, 30, 0, 2);
    say(proposed(250, "L2", 2, "live", "", {{"queue_share", "#1"}}));
    say(approved(251, "L2", "p3", "bureau"));
    say(decision("core.account_registered", 999, {{"account_id", "p3"}, {"person", "N-3"}}));
    const auto told = [](const State& state) {
        std::string all;
        for (const auto& [id, rule] : state.rules)
            all += id + std::to_string(rule.version) + rule.status + rule.why.en + std::to_string(rule.since.ms);
        for (const auto& [name, text] : state.texts) all += name + text;
        for (const Release& release : state.releases)
            all += release.id + std::to_string(static_cast<int>(release.standing)) +
                   std::to_string(release.refusals.size());
        return all;
    };
    const std::string first = told(state());
    Random random(11);
    for (int round = 0; round < 30; ++round) {
        for (std::size_t i = events_.size(); i > 1; --i) std::swap(events_[i - 1], events_[random.below(i)]);
        ASSERT_EQ(told(state()), first);
    }
}

// 40 days with `hit` of 300, the last ones changed.
std::vector<DayCount> days(std::int64_t hit, const std::vector<std::pair<std::int64_t, std::int64_t>>& last) {
    std::vector<DayCount> all;
    for (int i = 0; i < 40; ++i) all.push_back({Date{20'000 + i}, hit, 15, 300});
    for (std::size_t i = 0; i < last.size(); ++i) {
        DayCount& day = all[all.size() - last.size() + i];
        day.hit = last[i].first;
        day.inconclusive = last[i].second;
    }
    return all;
}

TEST(PauseByRates, three_days_past_three_times_the_median_pause_and_two_do_not) {
    const Date since{20'020};
    EXPECT_FALSE(pause_by_rates(days(30, {{30, 15}}), since));
    EXPECT_FALSE(pause_by_rates(days(30, {{91, 15}, {91, 15}}), since));
    EXPECT_FALSE(pause_by_rates(days(30, {{90, 15}, {90, 15}, {90, 15}}), since)) << "three times is not past it";
    EXPECT_TRUE(pause_by_rates(days(30, {{91, 15}, {91, 15}, {91, 15}}), since));
    EXPECT_FALSE(pause_by_rates(days(30, {{10, 15}, {10, 15}, {10, 15}}), since)) << "a third is not below it";
    EXPECT_TRUE(pause_by_rates(days(30, {{9, 15}, {9, 15}, {9, 15}}), since));
}

TEST(PauseByRates, a_rule_that_rarely_hits_does_not_pause_on_a_few_quiet_days) {
    EXPECT_FALSE(pause_by_rates(days(2, {{0, 15}, {0, 15}, {0, 15}}), Date{20'020}));
}

TEST(PauseByRates, a_failed_feed_shows_in_what_cannot_be_judged) {
    const Date since{20'020};
    EXPECT_FALSE(pause_by_rates(days(30, {{30, 60}}), since)) << "20 % is not above it";
    EXPECT_TRUE(pause_by_rates(days(30, {{30, 61}}), since));
}

TEST(PauseByRates, days_before_the_rule_was_live_pause_nothing) {
    EXPECT_FALSE(pause_by_rates(days(30, {{91, 15}, {91, 15}, {91, 15}}), Date{20'039}));
}

}  // namespace
}  // namespace ningyi::casework
