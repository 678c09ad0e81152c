// SPDX-License-Identifier: Apache-2.0
#include "track/compare/jitter.h"

#include <cmath>

#include <gtest/gtest.h>

#include "track/call_test.h"
#include "track/forgeries_test.h"
#include "track/real_tracks_test.h"

namespace ningyi::track {
namespace {

Measurement judged(const std::vector<Fix>& track) {
    return Call("track.jitter").with_track("track", track).run();
}

std::vector<Fix> at_rest(int n, Millis step) {
    std::vector<Fix> track;
    for (int i = 0; i < n; ++i) {
        track.push_back(fix_at(nine + i * step, {}, 5000));
        track.back().seq = static_cast<std::uint32_t>(i);
    }
    mark(track);
    return track;
}

TEST(jitter, phones_lying_still_have_natural_noise_and_with_a_programs_noise_they_have_not) {
    for (const int day : {0, 1}) {
        std::vector<Fix> track = phone_lying_still(day);
        if (track.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
        mark(track);
        const Call real = Call("track.jitter").with_track("track", track);
        EXPECT_EQ(real.run().verdict, Verdict::supported);
        EXPECT_GE(*real.fact("rho"), 870'000);
        EXPECT_LE(*real.fact("rho"), 986'000);
        EXPECT_GE(*real.fact("n"), 200);
        EXPECT_GE(*real.fact("distinct"), 18);
        EXPECT_LE(*real.fact("distinct"), 22);
        EXPECT_NEAR(static_cast<double>(*real.fact("rms")), day == 0 ? 240 : 2450, 10);
        EXPECT_EQ(real.fact("step"), 1000);
        // Noise that covers the receiver's own.
        EXPECT_EQ(judged(with_white_noise(track, 6)).verdict, Verdict::contradicted);
    }
}

TEST(jitter, noise_made_by_a_program_is_white_and_a_receivers_wanders) {
    EXPECT_EQ(judged(with_white_noise(at_rest(300, 1000), 4)).verdict, Verdict::contradicted);
    EXPECT_EQ(judged(with_wandering_noise(at_rest(300, 1000), 4)).verdict, Verdict::supported);
}

TEST(jitter, samples_ten_seconds_apart_contradict_nothing) {
    EXPECT_EQ(judged(with_white_noise(at_rest(300, 10'000), 4)).verdict, Verdict::insufficient);
    EXPECT_EQ(judged(with_white_noise(at_rest(300, 5'000), 4)).verdict, Verdict::contradicted);
}

TEST(jitter, a_place_kept_by_the_phone_is_not_evidence) {
    std::vector<Fix> frozen = at_rest(500, 1000);
    const Measurement found = judged(frozen);
    EXPECT_EQ(found.verdict, Verdict::insufficient);
    EXPECT_EQ(limit_names(found.limits), "few_fixes");
    // Nor is one that is renewed now and then.
    Random random(4);
    for (Fix& fix : frozen) {
        if (random.chance(0.2)) move(fix, {5 * normal(random), 5 * normal(random)});
    }
    mark(frozen);
    EXPECT_EQ(judged(frozen).verdict, Verdict::insufficient);
}

TEST(jitter, network_fixes_few_fixes_and_no_fixes_say_nothing) {
    std::vector<Fix> network = with_white_noise(at_rest(300, 1000), 20);
    for (Fix& fix : network) fix.provider = Provider::network;
    EXPECT_EQ(judged(network).verdict, Verdict::insufficient);
    EXPECT_EQ(judged(with_white_noise(at_rest(59, 5000), 4)).verdict, Verdict::insufficient);
    EXPECT_EQ(limit_names(judged({}).limits), "no_track,few_fixes");
    std::vector<Fix> phone = indoor_phone();
    if (phone.empty()) return;
    mark(phone);
    EXPECT_EQ(judged(phone).verdict, Verdict::insufficient);
}

TEST(jitter, a_very_good_receiver_may_be_white) {
    EXPECT_EQ(judged(with_white_noise(at_rest(300, 1000), 0.3)).verdict, Verdict::insufficient);
}

TEST(jitter, the_correlation_is_that_of_its_definition) {
    Random random(31);
    for (int round = 0; round < 10; ++round) {
        const auto track = with_wandering_noise(at_rest(200, 7000), 6, random.next());
        const geo::Plane plane(home);
        double mean = 0, squares = 0, products = 0;
        for (const Fix& fix : track) mean += plane.offset(fix.place).east / 200;
        for (std::size_t i = 0; i < track.size(); ++i) {
            const double now = plane.offset(track[i].place).east - mean;
            squares += now * now / 200;
            if (i > 0) products += now * (plane.offset(track[i - 1].place).east - mean) / 199;
        }
        EXPECT_NEAR(*jitter_of(track).rho_east, products / squares, 1e-6);
    }
}

TEST(jitter, arrival_order_does_not_show) {
    Random random(2);
    auto track = with_wandering_noise(at_rest(200, 3000), 6);
    const Measurement before = judged(track);
    shuffle(track, random);
    mark(track);
    EXPECT_EQ(judged(track).facts, before.facts);
}

}  // namespace
}  // namespace ningyi::track
