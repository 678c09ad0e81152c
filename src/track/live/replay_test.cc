// SPDX-License-Identifier: Apache-2.0
#include "track/live/replay.h"

#include <gtest/gtest.h>

#include "track/compare/replay.h"
#include "track/compare/runs_test.h"
#include "track/forgeries_test.h"
#include "track/real_tracks_test.h"

namespace ningyi::track {
namespace {

constexpr Millis week = 7 * days_ms;

// Moves by one of a few steps, so that runs occur by chance.
void go_on(std::vector<Fix>& track, Random& random) {
    Fix next = track.back();
    const auto kind = static_cast<int>(random.below(6));
    next.at.ms += (kind % 2 == 0 ? 5 : 10) * seconds_ms;
    next.place.lat_e7 += 4000 * (kind - 3);
    next.place.lon_e7 += 5000;
    track.push_back(next);
}

TEST(live_replay, after_every_fix_the_longest_run_is_that_of_trying_every_pair) {
    Random random(71);
    int found = 0;
    for (int round = 0; round < 12; ++round) {
        std::vector<Fix> earlier{fix_at(nine - week, {})};
        while (earlier.size() < 50) go_on(earlier, random);
        // Some steps of its own, then a passage of the earlier track, then its own again.
        std::vector<Fix> track{fix_at(nine, {})};
        const std::size_t begin = 1 + random.below(10);
        const std::size_t length = 5 + random.below(25);
        while (track.size() < 10) go_on(track, random);
        for (std::size_t k = begin; k < begin + length; ++k) {
            Fix next = track.back();
            next.at.ms += earlier[k].at.ms - earlier[k - 1].at.ms;
            next.place.lat_e7 += earlier[k].place.lat_e7 - earlier[k - 1].place.lat_e7;
            next.place.lon_e7 += earlier[k].place.lon_e7 - earlier[k - 1].place.lon_e7;
            track.push_back(next);
        }
        while (track.size() < 45) go_on(track, random);
        LiveReplay live(earlier);
        for (std::size_t i = 0; i < track.size(); ++i) {
            live.add(track[i]);
            const std::vector<Fix> so_far(track.begin(), track.begin() + static_cast<std::ptrdiff_t>(i + 1));
            ASSERT_EQ(live.longest_run(), slow_run(so_far, earlier)) << round << " " << i;
            ASSERT_EQ(live.longest_run(), copied_run(so_far, earlier));
            ASSERT_LE(live.run(), live.longest_run());
            ASSERT_LT(live.open(), earlier.size());
            found += live.longest_run() > 0 ? 1 : 0;
        }
    }
    EXPECT_GT(found, 50);
}

TEST(live_replay, a_copied_drive_is_known_while_it_is_driven_and_marked_fixes_are_passed_over) {
    std::vector<Fix> drive = car_by_span();
    if (drive.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
    mark(drive);
    const std::vector<Fix> copy = later(drive, week);
    LiveReplay live(drive);
    std::size_t known = 0;
    for (std::size_t i = 0; i < copy.size(); ++i) {
        live.add(copy[i]);
        if (known == 0 && live.run() >= ReplayRule{}.copied_run) known = i + 1;
    }
    EXPECT_EQ(live.longest_run(), copied_run(copy, drive));
    EXPECT_GE(live.longest_run(), 1000);
    EXPECT_GT(known, 24U);
    EXPECT_LT(known, copy.size() / 2);
    const auto begin = drive.begin() + static_cast<std::ptrdiff_t>(drive.size() / 2);
    const std::vector<Fix> part(begin, begin + 120);
    LiveReplay short_live(part);
    for (const Fix& fix : later(part, week)) short_live.add(fix);
    EXPECT_EQ(short_live.longest_run(), slow_run(later(part, week), part));

    std::vector<Fix> with_outliers = copy;
    for (std::size_t i = 5; i < with_outliers.size(); i += 5) {
        Fix wrong = with_outliers[i];
        wrong.place.lat_e7 += 1'000'000;
        wrong.marks |= mark_jump;
        with_outliers.insert(with_outliers.begin() + static_cast<std::ptrdiff_t>(i), wrong);
    }
    LiveReplay through(drive);
    for (const Fix& fix : with_outliers) through.add(fix);
    EXPECT_EQ(through.longest_run(), live.longest_run());
}

TEST(live_replay, another_ride_along_the_same_streets_is_no_copy) {
    Random random(72);
    const auto streets = way(random, 25);
    const auto earlier = ride(streets, 1);
    LiveReplay live(earlier);
    for (const Fix& fix : ride(streets, 2, nine + week)) live.add(fix);
    EXPECT_EQ(live.longest_run(), 0);
    EXPECT_EQ(live.run(), 0);
}

}  // namespace
}  // namespace ningyi::track
