// SPDX-License-Identifier: Apache-2.0
#include "track/compare/replay.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "track/call_test.h"
#include "track/compare/runs_test.h"
#include "track/forgeries_test.h"
#include "track/real_tracks_test.h"
#include "track/stay.h"

namespace ningyi::track {
namespace {

constexpr Millis week = 7 * days_ms;
constexpr Millis step = 5 * seconds_ms;

// Two tracks kept for as long as they are asked about.
struct Pair {
    std::vector<Fix> track;
    std::vector<Fix> other;
    Call call() const { return Call("track.replay").with_track("track", track).with_track("other", other); }
    Measurement run() const { return call().run(); }
    std::optional<std::int64_t> fact(std::string_view name) const { return call().fact(name); }
};

std::vector<Fix> marked(std::vector<Fix> track) {
    mark(track);
    return track;
}

// Where a track is at an instant by going through all of it.
std::optional<geo::Offset> slow_place(const std::vector<Fix>& track, Millis at, const geo::Plane& plane) {
    for (std::size_t i = 0; i < track.size(); ++i) {
        if (track[i].at.ms == at) return plane.offset(track[i].place);
        if (i == 0 || track[i - 1].at.ms > at || track[i].at.ms < at) continue;
        if (track[i].at.ms - track[i - 1].at.ms > 120 * seconds_ms) return std::nullopt;
        const geo::Offset from = plane.offset(track[i - 1].place);
        const geo::Offset to = plane.offset(track[i].place);
        const double share =
            static_cast<double>(at - track[i - 1].at.ms) / static_cast<double>(track[i].at.ms - track[i - 1].at.ms);
        return geo::Offset{from.east + share * (to.east - from.east), from.north + share * (to.north - from.north)};
    }
    return std::nullopt;
}

// Where it is while it moves outside stays, every step from `phase` on.
std::map<Millis, geo::Offset> slow_motion(const std::vector<Fix>& track, Millis phase, const geo::Plane& plane) {
    std::map<Millis, geo::Offset> known;
    Millis at = track.front().at.ms;
    while ((at - phase) % step != 0) ++at;
    for (; at <= track.back().at.ms; at += step) {
        if (const auto place = slow_place(track, at, plane)) known[at] = *place;
    }
    std::map<Millis, geo::Offset> moving;
    for (const auto& [when, place] : known) {
        const Millis from = known.contains(when - step) ? when - step : when;
        const Millis to = known.contains(when + step) ? when + step : when;
        const double metres = std::hypot(known[to].east - known[from].east, known[to].north - known[from].north);
        bool is_staying = false;
        for (const Stay& stay : stays(track)) is_staying |= stay.from.ms <= when && when <= stay.to.ms;
        if (!is_staying && metres > 0.8 * static_cast<double>(to - from) / 1000) moving[when] = place;
    }
    return moving;
}

// The median distance at one lag; nothing for less than five minutes.
std::optional<double> slow_median(const std::map<Millis, geo::Offset>& a, const std::map<Millis, geo::Offset>& b,
                                  Millis lag) {
    std::vector<double> distances;
    for (const auto& [at, place] : a) {
        const auto other = b.find(at - lag);
        if (other == b.end()) continue;
        distances.push_back(std::hypot(place.east - other->second.east, place.north - other->second.north));
    }
    if (distances.size() < 60) return std::nullopt;
    std::sort(distances.begin(), distances.end());
    return distances[distances.size() / 2];
}

void expect_as_by_brute_force(const std::vector<Fix>& a, const std::vector<Fix>& b) {
    const geo::Plane plane(a.front().place);
    const auto found = synchrony(a, b);
    const std::vector<Fix> mirrored = backwards(b);
    const auto motion_a = slow_motion(a, a.front().at.ms, plane);
    std::optional<double> best;
    for (const std::vector<Fix>& other : {b, mirrored}) {
        const auto motion_b = slow_motion(other, a.front().at.ms, plane);
        const Millis low = (a.front().at.ms - other.back().at.ms) / step * step - step;
        for (Millis lag = low; lag <= a.back().at.ms - other.front().at.ms; lag += step) {
            const auto median = slow_median(motion_a, motion_b, lag);
            if (median && (!best || *median < *best)) best = median;
        }
    }
    ASSERT_EQ(found.has_value(), best.has_value());
    if (!found) return;
    // No lag of the grid is better, and at its own lag the distance is what is claimed.
    EXPECT_LE(found->median_m, *best + 0.002);
    const auto motion_b = slow_motion(found->is_reversed ? mirrored : b, a.front().at.ms - found->lag, plane);
    EXPECT_NEAR(found->median_m, slow_median(motion_a, motion_b, found->lag).value_or(-1), 0.002);
}

TEST(replay, finds_the_best_lag_as_trying_all_does) {
    Random random(21);
    for (std::uint64_t i = 0; i < 12; ++i) {
        const auto way_a = way(random, 14);
        const auto way_b = i % 2 == 0 ? way_a : way(random, 17);
        const auto a = ride(way_a, 2 * i + 1);
        auto b = ride(way_b, 2 * i + 2, nine + static_cast<Millis>(random.below(10'000'000)));
        if (i % 3 == 0) b = backwards(b);
        expect_as_by_brute_force(a, b);
    }
}

TEST(replay, a_long_pair_searched_coarsely_finds_the_copy_too) {
    Random random(5);
    std::vector<Fix> day = ride(way(random, 500), 1);
    ASSERT_GT(day.size(), 3000U);
    const auto copy = with_white_noise(later(day, week + 1234), 3);
    const auto found = synchrony(day, copy);
    ASSERT_TRUE(found);
    EXPECT_LT(found->median_m, 4.5);
    EXPECT_NEAR(static_cast<double>(found->lag), -static_cast<double>(week + 1234), 500);
}

TEST(replay, a_drive_copied_a_week_later_is_found_whatever_was_done_to_it) {
    const std::vector<Fix> drive = marked(car_by_span());
    if (drive.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
    const Pair unchanged{drive, later(drive, week)};
    EXPECT_EQ(unchanged.run().verdict, Verdict::contradicted);
    EXPECT_EQ(unchanged.fact("sync"), 0);
    EXPECT_EQ(unchanged.fact("lag"), -week);
    EXPECT_EQ(unchanged.fact("reversed"), 0);
    EXPECT_EQ(unchanged.fact("together"), 0);
    EXPECT_GE(*unchanged.fact("run"), 1000);
    EXPECT_GE(*unchanged.fact("stops"), 3);

    const Pair between_seconds{drive, later(drive, week + 2345)};
    EXPECT_LE(*between_seconds.fact("sync"), 2000);

    const Pair noisy{drive, with_white_noise(later(drive, week), 5)};
    EXPECT_EQ(noisy.run().verdict, Verdict::contradicted);
    EXPECT_NEAR(static_cast<double>(*noisy.fact("sync")), 5750, 1000);
    EXPECT_EQ(noisy.fact("run"), 0);

    const Pair wandering{drive, with_wandering_noise(later(drive, week), 10)};
    EXPECT_EQ(wandering.run().verdict, Verdict::insufficient);
    EXPECT_NEAR(static_cast<double>(*wandering.fact("sync")), 11'600, 2500);

    const Pair thinned{drive, later(every_second_fix(drive), week)};
    EXPECT_EQ(thinned.run().verdict, Verdict::contradicted);
    EXPECT_LE(*thinned.fact("sync"), 10);

    const Pair mirrored{drive, later(backwards(drive), week)};
    EXPECT_EQ(mirrored.run().verdict, Verdict::contradicted);
    EXPECT_EQ(mirrored.fact("reversed"), 1);
    EXPECT_EQ(mirrored.fact("sync"), 0);

    const Pair excerpt{later(middle_half(drive), week), drive};
    EXPECT_EQ(excerpt.run().verdict, Verdict::contradicted);
    EXPECT_EQ(excerpt.fact("sync"), 0);
    EXPECT_EQ(excerpt.fact("lag"), week);

    const Pair coarse{drive, later(rounded_to_e4(drive), week)};
    EXPECT_EQ(coarse.run().verdict, Verdict::contradicted);
}

TEST(replay, a_bus_ride_with_noise_is_found_and_its_two_halves_are_two_rides) {
    const std::vector<Fix> ride_of_bus = marked(bus());
    if (ride_of_bus.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
    const Pair noisy{ride_of_bus, with_white_noise(later(ride_of_bus, week), 5)};
    EXPECT_EQ(noisy.run().verdict, Verdict::contradicted);
    EXPECT_NEAR(static_cast<double>(*noisy.fact("sync")), 5300, 800);
    const Pair wandering{ride_of_bus, with_wandering_noise(later(ride_of_bus, week), 10)};
    EXPECT_EQ(wandering.run().verdict, Verdict::insufficient);
    EXPECT_NEAR(static_cast<double>(*wandering.fact("sync")), 11'500, 3000);
    const auto half = static_cast<std::ptrdiff_t>(ride_of_bus.size() / 2);
    const Pair halves{marked({ride_of_bus.begin(), ride_of_bus.begin() + half}),
                      marked({ride_of_bus.begin() + half, ride_of_bus.end()})};
    EXPECT_EQ(halves.run().verdict, Verdict::supported);
    EXPECT_GT(*halves.fact("sync"), 1'500'000);
}

TEST(replay, two_receivers_in_one_car_are_not_judged_by_their_timing) {
    const Pair pair{marked(car_by_ublox()), marked(car_by_span())};
    if (pair.fact("seen") == 0) GTEST_SKIP() << "the real tracks are not beside the project";
    EXPECT_EQ(pair.run().verdict, Verdict::insufficient);
    EXPECT_NEAR(static_cast<double>(*pair.fact("sync")), 500, 100);
    EXPECT_EQ(pair.fact("lag"), 0);
    EXPECT_EQ(pair.fact("run"), 0);
    EXPECT_GT(*pair.fact("together"), 25 * minutes_ms);
    // A week apart they would be a copy: nobody drives the same way twice to half a metre.
    EXPECT_EQ((Pair{marked(car_by_ublox()), later(car_by_span(), week)}.run().verdict), Verdict::contradicted);
}

TEST(replay, sampling_does_not_change_how_well_one_drive_follows_itself) {
    const std::vector<Fix> dense = marked(drive_each_second());
    const std::vector<Fix> sparse = marked(drive_each_quarter_minute());
    if (dense.empty() || sparse.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
    const auto found = synchrony(dense, sparse);
    ASSERT_TRUE(found);
    EXPECT_NEAR(found->median_m, 3.5, 0.5);
    EXPECT_LE(std::abs(found->lag), 500);
}

TEST(replay, the_same_way_ridden_again_is_no_copy) {
    Random random(3);
    for (std::uint64_t i = 0; i < 60; ++i) {
        const auto streets = way(random, 30);
        const Pair again{ride(streets, 2 * i + 1), ride(streets, 2 * i + 2, nine + week)};
        EXPECT_EQ(again.run().verdict, Verdict::supported) << *again.fact("sync");
        EXPECT_LT(*again.fact("run"), 8 + 1);
    }
}

// Two carers, two days, one flat: their phones wander about the same point all the time.
TEST(replay, visits_to_one_home_hold_no_motion_to_compare) {
    const auto visit = [](std::uint64_t seed) {
        std::vector<Fix> track;
        for (int i = 0; i < 360; ++i) track.push_back(fix_at(nine + i * 10 * seconds_ms, {}, 40'000));
        return with_wandering_noise(track, 15, seed);
    };
    const Measurement found = Pair{visit(1), later(visit(2), week)}.run();
    EXPECT_EQ(found.verdict, Verdict::insufficient);
    EXPECT_EQ(limit_names(found.limits), "no_motion");
}

TEST(replay, a_trip_copied_three_hours_later_is_found_although_both_were_on_duty_all_day) {
    Random random(6);
    const auto streets = way(random, 25);
    const Millis three_hours = 3 * hours_ms;
    // On duty from nine to one; the trip is at nine for the one, at twelve for the other, who waits elsewhere before.
    const auto trip = ride(streets, 1);
    std::vector<Fix> first = trip;
    for (Millis at = trip.back().at.ms + 30'000; at < nine + 4 * hours_ms; at += 30'000) {
        first.push_back(trip.back());
        first.back().at.ms = at;
    }
    std::vector<Fix> second;
    const auto copy = with_white_noise(later(trip, three_hours), 3);
    for (Millis at = nine; at < copy.front().at.ms; at += 30'000) second.push_back(fix_at(at, {4000, 4000}));
    second.insert(second.end(), copy.begin(), copy.end());
    const Pair days{marked(first), marked(second)};
    EXPECT_GT(*days.fact("together"), 3 * hours_ms);
    EXPECT_NEAR(static_cast<double>(*days.fact("lag")), -static_cast<double>(three_hours), 500);
    EXPECT_EQ(days.run().verdict, Verdict::contradicted);
}

TEST(replay, nothing_is_said_of_an_empty_track) {
    Random random(8);
    const auto track = ride(way(random, 20), 1);
    for (const Measurement& found : {Pair{{}, track}.run(), Pair{track, {}}.run(), Pair{}.run()}) {
        EXPECT_EQ(found.verdict, Verdict::insufficient);
        EXPECT_EQ(limit_names(found.limits), "no_track,no_motion");
    }
}

TEST(replay, a_straight_line_at_one_speed_is_no_copied_run) {
    std::vector<Fix> line;
    for (int i = 0; i < 100; ++i) line.push_back(fix_at(nine + i * 5 * seconds_ms, {20.0 * i, 0}));
    mark(line);
    EXPECT_EQ(copied_run(line, later(line, week)), 0);
}

TEST(replay, the_same_report_in_two_records_is_no_copy_but_another_device_at_the_same_time_is) {
    Random random(4);
    const auto track = ride(way(random, 20), 1);
    EXPECT_EQ(copied_run(track, track), 0);
    std::vector<Fix> cloned = track;
    for (Fix& fix : cloned) fix.device = 7;
    EXPECT_GT(copied_run(track, cloned), 100);
    EXPECT_EQ((Pair{track, cloned}.run().verdict), Verdict::contradicted);
}

TEST(replay, arrival_order_does_not_show) {
    Random random(14);
    const auto streets = way(random, 25);
    const auto a = ride(streets, 1);
    const auto b = with_white_noise(later(a, week), 6);
    auto mixed_a = a, mixed_b = b;
    shuffle(mixed_a, random);
    shuffle(mixed_b, random);
    EXPECT_EQ((Pair{a, b}.run().facts), (Pair{marked(mixed_a), marked(mixed_b)}.run().facts));
}

TEST(replay, times_that_were_made_up_cost_no_memory) {
    Random random(2);
    auto track = ride(way(random, 20), 1);
    track.back().at.ms += 1'000'000 * days_ms;
    mark(track);
    EXPECT_EQ((Pair{track, track}.run().verdict), Verdict::insufficient);
}

TEST(replay, copied_runs_are_those_of_trying_every_pair) {
    Random random(77);
    int found = 0;
    for (int round = 0; round < 60; ++round) {
        // Few kinds of steps, so that runs occur by chance, and one passage copied.
        const auto walk = [&](int n, std::uint64_t kinds) {
            std::vector<Fix> track{fix_at(nine, {})};
            for (int i = 0; i < n; ++i) {
                Fix next = track.back();
                const auto kind = static_cast<int>(random.below(kinds));
                next.at.ms += (kind % 2 == 0 ? 5 : 10) * seconds_ms;
                next.place.lat_e7 += kind == 0 ? 0 : 4000 * (kind - 3);
                next.place.lon_e7 += kind == 0 ? 0 : 5000;
                track.push_back(next);
            }
            return track;
        };
        const std::uint64_t kinds = 4 + random.below(4);
        auto a = walk(60, kinds);
        auto b = later(walk(70, kinds), week);
        const std::size_t length = 5 + random.below(25);
        for (std::size_t k = 0; k < length; ++k) {
            const Fix& from = a[20 + k];
            const Fix& before = a[19 + k];
            b[30 + k].at.ms = b[29 + k].at.ms + (from.at.ms - before.at.ms);
            b[30 + k].place = {b[29 + k].place.lat_e7 + (from.place.lat_e7 - before.place.lat_e7),
                               b[29 + k].place.lon_e7 + (from.place.lon_e7 - before.place.lon_e7)};
        }
        b.resize(30 + length);
        ASSERT_EQ(copied_run(a, b), slow_run(a, b)) << round;
        found += slow_run(a, b) > 0 ? 1 : 0;
    }
    EXPECT_GT(found, 20);
}

}  // namespace
}  // namespace ningyi::track
