// SPDX-License-Identifier: Apache-2.0
#include "track/gaps.h"

#include <gtest/gtest.h>

#include "track/call_test.h"
#include "track/clean.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

Call call(std::string_view measure, std::vector<Fix>& track, Interval interval) {
    mark(track);
    return Call(measure).with_track("track", track).with_interval("interval", interval);
}

TEST(gaps, silences_are_counted_to_both_ends_of_the_interval) {
    std::vector<Fix> track;
    for (const int minute : {-5, 20, 25, 30, 50})
        track.push_back(fix_at(nine + minute * minutes_ms, {1.0 * minute, 0}));
    const Call silent = call("track.gaps", track, minutes(0, 60));
    EXPECT_EQ(*silent.fact("count"), 2);
    EXPECT_EQ(*silent.fact("longest"), 20 * minutes_ms);
    EXPECT_EQ(*silent.fact("total"), 40 * minutes_ms);
    EXPECT_EQ(*silent.fact("seen"), 4);
    EXPECT_EQ(*Call(silent).with_number("limit", 9 * minutes_ms).fact("count"), 3);
}

TEST(gaps, a_fix_without_a_position_does_not_end_a_silence) {
    std::vector<Fix> track = {fix_at(nine + 30 * minutes_ms, {0, 0})};
    track.front().flags = flag_not_positioned;
    const Call silent = call("track.gaps", track, minutes(0, 60));
    EXPECT_EQ(*silent.fact("longest"), 60 * minutes_ms);
    EXPECT_EQ(*silent.fact("used"), 0);
    EXPECT_EQ(*silent.fact("seen"), 1);
    EXPECT_EQ(silent.run().verdict, Verdict::insufficient);
}

TEST(gaps, an_application_lives_where_it_gives_signs_and_nowhere_else) {
    // Heard until 5 and from 50; signs every minute from 10 to 30, and a single one at 45.
    std::vector<Fix> track = {fix_at(nine + 5 * minutes_ms, {0, 0})};
    for (int minute = 10; minute <= 30; ++minute) {
        track.push_back(fix_at(nine + minute * minutes_ms, {0, 0}));
        track.back().flags = flag_not_positioned;
    }
    track.push_back(fix_at(nine + 45 * minutes_ms, {0, 0}));
    track.back().flags = flag_not_positioned;
    track.push_back(fix_at(nine + 50 * minutes_ms, {0, 0}));
    const Call silent = call("track.gaps", track, minutes(0, 60));
    EXPECT_EQ(*silent.fact("longest"), 45 * minutes_ms);
    EXPECT_EQ(*silent.fact("alive"), 30 * minutes_ms) << "5 to 30, then 45 to 50";
    std::vector<Fix> without = {track.front(), track.back()};
    EXPECT_EQ(*call("track.gaps", without, minutes(0, 60)).fact("alive"), 0);
}

TEST(usable, fixes_within_five_minutes_of_the_check_in_are_counted) {
    std::vector<Fix> track;
    for (const int minute : {-6, -5, 0, 4, 6}) track.push_back(fix_at(nine + minute * minutes_ms, {1.0 * minute, 0}));
    track[2].accuracy_mm = 900'000;
    const Call near = call("track.usable", track, minutes(0, 0));
    EXPECT_EQ(*near.fact("usable"), 2);
    EXPECT_EQ(*near.fact("poor"), 1);
    EXPECT_EQ(*near.fact("seen"), 3);
    EXPECT_EQ(*near.fact("accuracy"), 15'000);
    EXPECT_EQ(*near.fact("longest"), 5 * minutes_ms);
    EXPECT_EQ(near.run().verdict, Verdict::supported);
}

TEST(usable, nothing_shown_is_insufficient_never_contradicted) {
    std::vector<Fix> nothing;
    const Call none = call("track.usable", nothing, minutes(0, 0));
    EXPECT_EQ(*none.fact("usable"), 0);
    EXPECT_EQ(*none.fact("longest"), 10 * minutes_ms);
    EXPECT_FALSE(none.fact("accuracy"));
    EXPECT_EQ(none.run().verdict, Verdict::insufficient);
    EXPECT_EQ(limit_names(none.run().limits), "no_track");
}

}  // namespace
}  // namespace ningyi::track
