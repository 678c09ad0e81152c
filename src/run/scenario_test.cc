// SPDX-License-Identifier: Apache-2.0
#include "run/scenario.h"

#include <gtest/gtest.h>

#include "engine/test_world.h"

namespace ningyi::run {
namespace {

const rule::RuleSet& set() {
    static const rule::RuleSet loaded = engine::reef_set();
    return loaded;
}

const std::string story =
    "# Two dives of one person at the same time.\n"
    "day 2025-03-03\n"
    "map 100\n"
    "    . R .\n"
    "    H . .\n"
    "say reef.reef_charted R0 beginning spot=R water=shallow\n"
    "say reef.diver_registered P0 beginning grade=novice\n"
    "say reef.dive_logged D1 11:05 diver=P0 reef=R0 club=K0 start=10:00 end=11:00 depth=10m fee=10yuan state=done\n"
    "say reef.dive_logged D2 11:35 diver=P0 reef=R0 club=K0 start=10:30 end=11:30 depth=10m fee=10yuan state=done\n";

std::vector<std::string> places(const Faults& faults) {
    std::vector<std::string> all;
    for (const Fault& fault : faults) all.push_back(format("{}:{}", fault.line, fault.column));
    return all;
}

// Where the faults of the story with these lines behind it stand, as line:column; the story has nine lines.
std::string faults_with(const std::string& lines) {
    const auto scenario = read_scenario(story + lines, "s.scn", set().dictionary);
    return scenario ? "none" : join(places(scenario.error()), " ");
}

Faults failures_of(const std::string& lines) {
    const auto scenario = read_scenario(story + lines, "s.scn", set().dictionary);
    if (!scenario) {
        for (const Fault& fault : scenario.error()) ADD_FAILURE() << to_text(fault);
        return {};
    }
    const auto played = play(*scenario, set(), Zone::china());
    if (!played) {
        for (const Fault& fault : played.error()) ADD_FAILURE() << to_text(fault);
        return {};
    }
    return played->failures;
}

TEST(scenario, a_sound_story_is_read_into_events_in_the_order_they_were_recorded) {
    const auto scenario = read_scenario(
        story + "say reef.dive_logged D0 09:00 start=08:00 recorded=2025-03-05T12:00\ntick 2025-03-04T08:00\n", "s.scn",
        set().dictionary);
    ASSERT_TRUE(scenario);
    EXPECT_EQ(scenario->title, "Two dives of one person at the same time.");
    ASSERT_GE(scenario->events.size(), 7U);
    EXPECT_EQ(scenario->events[2].subject, "D1");
    EXPECT_EQ(scenario->events[4].type, "core.clock_ticked");
    EXPECT_EQ(scenario->events[5].subject, "D0");
    for (std::size_t i = 0; i < scenario->events.size(); ++i) {
        EXPECT_EQ(scenario->events[i].seq, i + 1);
        EXPECT_GE(scenario->events[i].recorded_at, scenario->events[i - std::min<std::size_t>(i, 1)].recorded_at);
    }
    EXPECT_GT(scenario->events.back().recorded_at, *parse_instant("2025-03-07T00:00:00+08:00"))
        << "every wait has passed";
}

TEST(scenario, what_is_wrong_is_reported_with_line_and_column_all_of_it) {
    EXPECT_EQ(faults_with(""), "none");
    EXPECT_EQ(faults_with("shout reef.dive_logged D3\n"), "10:1");
    EXPECT_EQ(faults_with("say reef.dive_lost D3 12:00\n"), "10:5");
    EXPECT_EQ(faults_with("say reef.dive_logged D3 noon\n"), "10:25");
    EXPECT_EQ(faults_with("say reef.dive_logged D3 12:00 colour=red\n"), "10:31");
    EXPECT_EQ(faults_with("say reef.dive_logged D3 12:00 fee=dear\n"), "10:31");
    EXPECT_EQ(faults_with("say reef.dive_logged D3 12:00 state=lost\n"), "10:31");
    EXPECT_EQ(faults_with("say reef.reef_charted R1 12:00 spot=X\n"), "10:32");
    EXPECT_EQ(faults_with("track P0 X@10:00\n"), "10:10");
    EXPECT_EQ(faults_with("track P0 R@10:00..never\n"), "10:10");
    EXPECT_EQ(faults_with("expect RE-TIM-01 guilty D2\n"), "10:18");
    EXPECT_EQ(faults_with("expect RE-TIM-01 hit D2 count=many\n"), "10:25");
    EXPECT_EQ(faults_with("map 100\n    . .\n"), "10:1");
    EXPECT_EQ(faults_with("say reef.dive_logged D3 \"12:00\n"), "10:1");
    EXPECT_EQ(faults_with("shout\n\ntick never\nday tomorrow\n"), "10:1 12:6 13:5");
}

TEST(scenario, expectations_that_hold_pass) {
    const Faults failures = failures_of(
        "expect RE-TIM-01 hit D2 band=short severity=1 ov.lasts=30min ov.other_id=D1\n"
        "expect RE-TIM-01 clear D1\n"
        "expect RE-TIM-01 hit * count=1\n"
        "expect RE-TIM-01 exempt * count=0\n"
        "expect RE-LOC-01 inconclusive D1 by=unseen\n");
    for (const Fault& failure : failures) ADD_FAILURE() << to_text(failure);
}

TEST(scenario, known_looks_at_what_a_live_run_had_decided_by_then) {
    EXPECT_TRUE(failures_of("tick 2025-03-03T12:00\nexpect RE-TIM-01 hit * count=1 known=2025-03-03T12:10\n").empty());
    EXPECT_TRUE(failures_of("expect RE-TIM-01 hit * count=0 known=2025-03-03T11:40\n").empty())
        << "it waits 20 minutes";
    EXPECT_EQ(failures_of("expect RE-TIM-01 hit * count=1 known=2025-03-03T11:40\n").size(), 1U);
}

TEST(scenario, every_expectation_that_does_not_hold_fails_at_its_line) {
    const Faults failures = failures_of(
        "expect RE-TIM-01 clear D2\n"
        "expect RE-TIM-01 hit D1\n"
        "expect RE-TIM-01 hit D2 band=long\n"
        "expect RE-TIM-01 hit D2 ov.lasts=31min\n"
        "expect RE-TIM-01 hit * count=2\n"
        "expect RE-TIM-01 hit D2 zh_has=没有这句\n"
        "expect RE-NON-01 hit D2\n"
        "expect RE-LOC-01 inconclusive D1 by=spot\n"
        "expect RE-TIM-01 hit D9\n"
        "expect RE-TIM-01 hit D2 nothing=1\n");
    std::vector<int> lines;
    for (const Fault& failure : failures) lines.push_back(failure.line);
    std::sort(lines.begin(), lines.end());
    EXPECT_EQ(lines, (std::vector<int>{10, 11, 12, 13, 14, 15, 16, 17, 18, 19}));
}

TEST(scenario, a_track_places_its_carrier_on_the_map) {
    EXPECT_TRUE(
        failures_of("track P0 H@09:55..11:35/1min\nexpect RE-LOC-01 clear D1\nexpect RE-LOC-01 clear D2\n").empty())
        << "H lies 140 m from R, inside the limit for another club";
}

}  // namespace
}  // namespace ningyi::run
