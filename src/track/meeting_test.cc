// SPDX-License-Identifier: Apache-2.0
#include "track/meeting.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"
#include "track/clean.h"
#include "track/compare/companion.h"
#include "track/real_tracks_test.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

// Straight legs at walking to driving speed, from somewhere on a square of `side` metres, at uneven times.
std::vector<Fix> legs(Random& random, geo::Place around, double side, int n) {
    std::vector<Fix> track;
    const geo::Plane plane(around);
    geo::Offset place{(random.unit() - 0.5) * side, (random.unit() - 0.5) * side};
    Millis at = nine + static_cast<Millis>(random.below(600'000));
    while (static_cast<int>(track.size()) < n) {
        const double speed = 0.5 + random.unit() * (random.chance(0.2) ? 30 : 3);
        const double east = random.unit() * 2 - 1;
        const double north = random.unit() * 2 - 1;
        for (std::uint64_t left = 1 + random.below(30); left > 0; --left) {
            const auto step = static_cast<Millis>(random.between(1000, 130'000));
            at += step;
            place.east += east * speed * static_cast<double>(step) / 1000;
            place.north += north * speed * static_cast<double>(step) / 1000;
            Fix fix = fix_received(Instant{at}, plane.place(place), Datum::wgs84);
            fix.accuracy_mm = 8000;
            fix.level = Level::p68;
            fix.provider = Provider::gnss;
            fix.seq = static_cast<std::uint32_t>(track.size());
            track.push_back(fix);
        }
    }
    mark(track);
    return track;
}

// The same journey seen by another phone: other times, up to `furthest` metres aside each way.
std::vector<Fix> second_phone(Random& random, const std::vector<Fix>& track, double furthest) {
    const geo::Offset aside{(random.unit() * 2 - 1) * furthest, (random.unit() * 2 - 1) * furthest};
    std::vector<Fix> copy;
    for (const Fix& fix : track) {
        if (random.chance(0.3)) continue;
        copy.push_back(fix);
        copy.back().place = copy.back().received = geo::Plane(fix.place).place(aside);
        copy.back().at.ms += random.between(-2000, 2000);
    }
    mark(copy);
    return copy;
}

TEST(meeting, tracks_that_were_together_in_motion_for_any_time_share_a_slot) {
    Random random(11);
    int together = 0;
    int contradicted = 0;
    const geo::Place corners[] = {home, {0, 1'799'999'000}, {-337'000'000, -706'000'000}, {698'000'000, 0}};
    for (int run = 0; run < 400; ++run) {
        const geo::Place around = corners[random.below(4)];
        const std::vector<Fix> a = legs(random, around, 2000, 60);
        const std::vector<Fix> b = random.chance(0.5) ? second_phone(random, a, 40) : legs(random, around, 2000, 60);
        const Company found = company(a, b, 50, 0.8);
        if (found.together_ms <= 0) continue;
        ++together;
        contradicted += found.together_ms >= 300'000 && found.path_m >= 500 && found.together_ms >= found.moving_ms / 2;
        ASSERT_TRUE(may_have_met(meeting_slots(a), meeting_slots(b))) << run;
    }
    EXPECT_GT(together, 150);
    EXPECT_GT(contradicted, 50);
}

TEST(meeting, a_wider_company_needs_wider_surroundings_and_gets_them) {
    Random random(12);
    int together = 0;
    for (int run = 0; run < 200; ++run) {
        const std::vector<Fix> a = legs(random, home, 4000, 40);
        const std::vector<Fix> b = second_phone(random, a, 240);
        if (company(a, b, 300, 2).together_ms <= 0) continue;
        ++together;
        const MeetingRule rule{.within_m = 300, .moving_m_s = 2};
        ASSERT_TRUE(may_have_met(meeting_slots(a, rule), meeting_slots(b, rule))) << run;
    }
    EXPECT_GT(together, 50);
}

TEST(meeting, two_receivers_in_one_car_meet_and_another_day_they_do_not) {
    std::vector<Fix> a = car_by_ublox();
    std::vector<Fix> b = car_by_span();
    if (a.empty() || b.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
    mark(a);
    mark(b);
    EXPECT_TRUE(may_have_met(meeting_slots(a), meeting_slots(b)));
    for (Fix& fix : b) fix.at.ms += days_ms;
    EXPECT_FALSE(may_have_met(meeting_slots(a), meeting_slots(b)));
}

TEST(meeting, who_sits_still_meets_nobody) {
    std::vector<Fix> track;
    for (int i = 0; i < 100; ++i) track.push_back(fix_at(nine + i * 60'000, {0, 0}));
    mark(track);
    EXPECT_TRUE(meeting_slots(track).empty());
    EXPECT_TRUE(meeting_slots({}).empty());
}

TEST(meeting, candidates_are_the_pairs_that_share_an_element) {
    Random random(13);
    std::size_t found = 0;
    for (int run = 0; run < 20; ++run) {
        std::vector<std::vector<std::uint64_t>> slots;
        for (int i = 0; i < 30; ++i) slots.push_back(meeting_slots(legs(random, home, 6000, 40)));
        std::vector<CompanyCandidate> expected;
        for (std::size_t a = 0; a < slots.size(); ++a) {
            for (std::size_t b = a + 1; b < slots.size(); ++b) {
                if (may_have_met(slots[a], slots[b])) expected.push_back({a, b});
            }
        }
        ASSERT_EQ(company_candidates(slots), expected);
        ASSERT_LT(expected.size(), 30U * 29 / 2);
        found += expected.size();
    }
    EXPECT_GT(found, 20U);
}

TEST(meeting, the_longest_line_between_two_fixes_costs_a_bounded_number_of_cells) {
    // Two minutes between fixes at the fastest speed that counts: 12 km.
    std::vector<Fix> track;
    for (int i = 0; i < 10; ++i) track.push_back(fix_at(nine + i * 120'000, {i * 11'900.0, 0}));
    for (Fix& fix : track) fix.marks = 0;
    EXPECT_LT(meeting_slots(track).size(), 9U * 500);
}

}  // namespace
}  // namespace ningyi::track
