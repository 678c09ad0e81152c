// SPDX-License-Identifier: Apache-2.0
#include "track/live/jitter.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "track/forgeries_test.h"
#include "track/reading.h"
#include "track/real_tracks_test.h"

namespace ningyi::track {
namespace {

constexpr std::uint32_t left_out = marks_without_place | marks_of_time | mark_poor | mark_jump;
constexpr StayRule rest{.distance_m = 100, .least = minutes_ms, .longest_gap = 2 * minutes_ms};

struct Axis {
    double squares = 0;
    double products = 0;

    // The mean product of neighbours over the mean square.
    std::optional<double> rho(std::int64_t fixes, std::int64_t pairs) const {
        if (squares == 0 || pairs == 0) return std::nullopt;
        return products / static_cast<double>(pairs) / (squares / static_cast<double>(fixes));
    }
};

// Slow oracle: the residuals of each stay around its mean, in two passes over the stays of the sealed form.
Jitter by_two_passes(std::span<const Fix> track) {
    Jitter result;
    Axis east, north;
    std::int64_t pairs = 0;
    std::vector<Millis> steps;
    std::vector<geo::Place> places;
    for (const Stay& stay : stays(track, rest)) {
        const geo::Plane plane(stay.place);
        std::vector<geo::Offset> offsets;
        const Fix* before = nullptr;
        geo::Offset mean;
        for (const Fix& fix : fixes_within(track, Interval{stay.from, stay.to})) {
            if ((fix.marks & left_out) != 0 || fix.provider != Provider::gnss) continue;
            if (before != nullptr) steps.push_back(fix.at.ms - before->at.ms);
            before = &fix;
            offsets.push_back(plane.offset(fix.place));
            places.push_back(fix.place);
            mean.east += offsets.back().east;
            mean.north += offsets.back().north;
        }
        if (offsets.empty()) continue;
        const auto n = static_cast<double>(offsets.size());
        for (geo::Offset& offset : offsets) offset = {offset.east - mean.east / n, offset.north - mean.north / n};
        for (std::size_t i = 0; i < offsets.size(); ++i) {
            east.squares += offsets[i].east * offsets[i].east;
            north.squares += offsets[i].north * offsets[i].north;
            if (i == 0) continue;
            east.products += offsets[i - 1].east * offsets[i].east;
            north.products += offsets[i - 1].north * offsets[i].north;
            ++pairs;
        }
    }
    result.fixes = static_cast<std::int64_t>(places.size());
    if (places.empty()) return result;
    std::sort(places.begin(), places.end());
    result.distinct = std::unique(places.begin(), places.end()) - places.begin();
    if (!steps.empty()) {
        const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
        std::nth_element(steps.begin(), middle, steps.end());
        result.step = *middle;
    }
    result.rms_m = std::sqrt((east.squares + north.squares) / static_cast<double>(result.fixes));
    // One coordinate only: what is left of its mean is the rounding of the sum.
    if (result.distinct < 2) return result;
    result.rho_east = east.rho(result.fixes, pairs);
    result.rho_north = north.rho(result.fixes, pairs);
    return result;
}

void expect_near(const Jitter& live, const Jitter& slow) {
    ASSERT_EQ(live.fixes, slow.fixes);
    ASSERT_EQ(live.distinct, slow.distinct);
    ASSERT_EQ(live.step, slow.step);
    ASSERT_NEAR(live.rms_m, slow.rms_m, 2e-5 * (1 + slow.rms_m));
    const auto expect_rho = [](std::optional<double> one, std::optional<double> other) {
        // Without a residual the two passes may leave the rounding of the mean.
        if (!one) return;
        ASSERT_TRUE(other);
        ASSERT_NEAR(*one, *other, 1e-4);
    };
    expect_rho(live.rho_east, slow.rho_east);
    expect_rho(live.rho_north, slow.rho_north);
    ASSERT_EQ(is_white(live), is_white(slow));
}

// Rests and walks in turn, with the noise of a receiver or of a program.
std::vector<Fix> day_of(Random& random) {
    std::vector<Fix> track;
    geo::Offset place;
    Millis at = nine;
    const int parts = static_cast<int>(random.between(1, 5));
    for (int part = 0; part < parts; ++part) {
        const bool is_rest = random.chance(0.6);
        const Millis step = random.between(1000, 20'000);
        const int n = static_cast<int>(random.between(1, 120));
        for (int i = 0; i < n; ++i) {
            at += random.chance(0.02) ? 3 * minutes_ms : step + random.between(0, 50);
            if (!is_rest) place.east += 5 * static_cast<double>(step) / 1000;
            track.push_back(fix_at(at, place, 5000));
            if (random.chance(0.03)) track.back().provider = Provider::network;
            if (random.chance(0.02)) track.back().accuracy_mm = 900'000;
        }
    }
    return random.chance(0.5) ? with_white_noise(track, 4, random.next())
                              : with_wandering_noise(track, 4, random.next());
}

TEST(live_jitter, after_every_fix_it_is_the_noise_of_the_stays_so_far) {
    Random random(81);
    int white = 0, with_rho = 0;
    for (int run = 0; run < 40; ++run) {
        const std::vector<Fix> track = day_of(random);
        LiveJitter live;
        for (std::size_t i = 0; i < track.size(); ++i) {
            live.add(track[i]);
            if (i % 7 != 0 && i + 1 != track.size()) continue;
            const std::span<const Fix> so_far = std::span(track).first(i + 1);
            const Jitter now = live.jitter();
            expect_near(now, by_two_passes(so_far));
            const Jitter sealed = jitter_of(so_far);
            ASSERT_EQ(now.rho_east, sealed.rho_east);
            ASSERT_EQ(now.rms_m, sealed.rms_m);
            if (HasFatalFailure()) return;
            white += is_white(now) ? 1 : 0;
            with_rho += now.rho_east ? 1 : 0;
        }
    }
    EXPECT_GT(with_rho, 300);
    EXPECT_GT(white, 20);
}

TEST(live_jitter, of_real_tracks_it_is_the_noise_of_their_stays) {
    int found = 0;
    for (std::vector<Fix> track :
         {car_by_span(), bus(), indoor_phone(), phone_lying_still(0), phone_lying_still(1), drive_each_second()}) {
        mark(track);
        LiveJitter live;
        for (const Fix& fix : track) live.add(fix);
        expect_near(live.jitter(), by_two_passes(track));
        found += live.jitter().fixes > 0 ? 1 : 0;
    }
    if (found == 0) GTEST_SKIP() << "the real tracks are not beside the project";
    EXPECT_GE(found, 3);
}

TEST(live_jitter, one_place_only_has_no_correlation) {
    LiveJitter live;
    for (int i = 0; i < 300; ++i) live.add(fix_at(nine + i * 1000, {3, 4}));
    EXPECT_EQ(live.jitter().fixes, 300);
    EXPECT_EQ(live.jitter().distinct, 1);
    EXPECT_EQ(live.jitter().rms_m, 0);
    EXPECT_FALSE(live.jitter().rho_east);
}

TEST(live_jitter, with_little_room_too_few_places_are_counted_and_the_noise_is_the_same) {
    Random random(82);
    std::vector<Fix> track;
    for (int i = 0; i < 400; ++i) track.push_back(fix_at(nine + i * 1500 + random.between(0, 400), {}, 5000));
    track = with_white_noise(track, 4);
    LiveJitter live(50);
    for (const Fix& fix : track) {
        live.add(fix);
        ASSERT_LE(live.kept(), 65U) << "fifty of each, and the fixes of a minute";
    }
    const Jitter sealed = jitter_of(track);
    EXPECT_EQ(live.jitter().distinct, 50);
    EXPECT_EQ(sealed.distinct, 400);
    EXPECT_EQ(live.jitter().rho_east, sealed.rho_east);
    EXPECT_EQ(live.jitter().rms_m, sealed.rms_m);
    EXPECT_NEAR(static_cast<double>(live.jitter().step), static_cast<double>(sealed.step), 50);
    EXPECT_TRUE(is_white(sealed));
    EXPECT_FALSE(is_white(live.jitter()));
}

}  // namespace
}  // namespace ningyi::track
