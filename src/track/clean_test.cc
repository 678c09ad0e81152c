// SPDX-License-Identifier: Apache-2.0
#include "track/clean.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "track/real_tracks_test.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

std::int64_t count(const std::vector<Fix>& fixes, std::uint32_t marks) {
    return std::count_if(fixes.begin(), fixes.end(), [marks](const Fix& fix) { return (fix.marks & marks) != 0; });
}

TEST(clean, nothing_is_dropped_and_each_oddity_has_its_mark) {
    std::vector<Fix> fixes(12, fix_at(nine, {0, 0}));
    for (int i = 0; i < 12; ++i) {
        Fix& fix = fixes[static_cast<std::size_t>(i)];
        fix = fix_at(nine + i * minutes_ms, {0.3 * i, 0});
        fix.recorded = Instant{nine + hours_ms};
    }
    fixes[0].flags = flag_not_positioned;
    fixes[1].place = fixes[1].received = {300, -900};
    fixes[2].place = fixes[2].received = {950'000'000, 0};
    fixes[3].flags = flag_not_a_number;
    fixes[4].recorded = Instant{nine + minutes_ms};
    fixes[5].flags = flag_aged;
    fixes[6].accuracy_mm = 250'000;
    fixes[7].place = fixes[7].received = fixes[6].place;
    fixes[8].flags = flag_mock | flag_mock_known;
    fixes[9].flags = flag_simulated;
    fixes[10].flags = flag_accessory;
    fixes[11] = fixes[10];
    mark(fixes);
    ASSERT_EQ(fixes.size(), 12U);
    const std::uint32_t expected[] = {mark_invalid, mark_zero,      mark_range,     mark_range,
                                      mark_future,  mark_stale,     mark_poor,      mark_repeat,
                                      mark_mock,    mark_simulated, mark_accessory, mark_duplicate | mark_accessory};
    for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(fixes[i].marks, expected[i]) << i;
}

TEST(clean, a_flag_that_is_not_knowable_is_no_mark) {
    std::vector<Fix> fixes = {fix_at(nine, {0, 0})};
    fixes.front().flags = flag_mock;
    mark(fixes);
    EXPECT_EQ(fixes.front().marks, 0U);
}

TEST(clean, a_suspect_datum_is_kept_and_all_other_marks_are_made_anew) {
    std::vector<Fix> fixes = {fix_at(nine, {0, 0})};
    fixes.front().marks = mark_suspect_datum | mark_jump | mark_poor;
    mark(fixes);
    EXPECT_EQ(fixes.front().marks, mark_suspect_datum);
}

TEST(clean, a_fix_before_its_predecessor_in_one_upload_is_counted_and_sorted) {
    std::vector<Fix> fixes;
    for (const int minute : {0, 2, 1, 3}) {
        fixes.push_back(fix_at(nine + minute * minutes_ms, {1.0 * minute, 0}));
        fixes.back().seq = static_cast<std::uint32_t>(fixes.size());
    }
    mark(fixes);
    EXPECT_TRUE(std::is_sorted(fixes.begin(), fixes.end(), [](const Fix& a, const Fix& b) { return a.at < b.at; }));
    EXPECT_EQ(count(fixes, mark_order), 1);
    EXPECT_EQ(fixes[1].marks, mark_order);
}

TEST(clean, only_the_shorter_side_of_a_clock_step_is_marked_and_drift_is_not) {
    std::vector<Fix> fixes;
    for (int i = 0; i < 10; ++i) {
        fixes.push_back(fix_at(nine + i * minutes_ms + (i >= 7 ? hours_ms : 0) + i * 5000, {1.0 * i, 0}));
        fixes.back().boot = 3;
        fixes.back().mono_ms = 1'000'000 + i * minutes_ms;
    }
    mark(fixes);
    EXPECT_EQ(count(fixes, mark_clock), 3);
    // The same offsets in two boots are no step.
    for (int i = 0; i < 10; ++i) fixes[static_cast<std::size_t>(i)].boot = i >= 7 ? 4 : 3;
    mark(fixes);
    EXPECT_EQ(count(fixes, mark_clock), 0);
    // And nothing is known without a monotonic clock.
    for (Fix& fix : fixes) {
        fix.boot = 3;
        fix.mono_ms = no_time;
    }
    mark(fixes);
    EXPECT_EQ(count(fixes, mark_clock), 0);
}

TEST(clean, a_device_on_a_grid_is_coarse_from_twenty_fixes_on) {
    std::vector<Fix> fixes;
    for (int i = 0; i < 20; ++i) {
        fixes.push_back(fix_at(nine + i * minutes_ms, {0, 0}));
        fixes.back().place = fixes.back().received = {home.lat_e7 + i * 1000, home.lon_e7};
    }
    mark(fixes);
    EXPECT_EQ(count(fixes, mark_coarse), 20);
    fixes.pop_back();
    mark(fixes);
    EXPECT_EQ(count(fixes, mark_coarse), 0);
}

RC_GTEST_PROP(clean, marks_do_not_depend_on_the_order_of_arrival_and_marking_again_changes_nothing, ()) {
    Random random(*rc::gen::arbitrary<std::uint64_t>());
    std::vector<Fix> fixes = random_walk(random, 60, 30'000, 40, 300'000);
    for (Fix& fix : fixes) {
        fix.upload = static_cast<std::uint32_t>(random.below(3));
        fix.device = static_cast<std::uint32_t>(random.below(2));
        fix.boot = static_cast<std::uint32_t>(random.below(2));
        fix.mono_ms = random.chance(0.3) ? no_time : fix.at.ms - nine + random.between(0, 3) * 90'000;
        if (random.chance(0.1)) fix.flags = static_cast<std::uint32_t>(random.next()) & all_flags;
        if (random.chance(0.1)) fix.place = fix.received = geo::Plane(home).place({40'000, 0});
        if (random.chance(0.2)) fix.at = fixes.front().at;
    }
    std::vector<Fix> shuffled = fixes;
    shuffle(shuffled, random);
    mark(fixes);
    mark(shuffled);
    RC_ASSERT(fixes == shuffled);
    mark(shuffled);
    RC_ASSERT(fixes == shuffled);
}

TEST(clean, a_real_phone_indoors_repeats_170_coordinates) {
    std::vector<Fix> phone = indoor_phone();
    if (phone.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
    mark(phone);
    EXPECT_EQ(count(phone, mark_repeat), 170);
    EXPECT_EQ(count(phone, mark_jump), 0);
    EXPECT_EQ(count(phone, marks_without_place), 0);
}

}  // namespace
}  // namespace ningyi::track
