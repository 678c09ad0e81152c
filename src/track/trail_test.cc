// SPDX-License-Identifier: Apache-2.0
#include "track/trail.h"

#include <gtest/gtest.h>

#include <cmath>

#include "track/clean.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

TEST(trail, samples_between_stays_are_those_of_the_whole_path) {
    Random random(11);
    std::size_t many_stays = 0, moving = 0;
    for (int round = 0; round < 200; ++round) {
        std::vector<Fix> track = errand(random, static_cast<int>(random.between(1, 30)), nine);
        mark(track);
        const Trail trail = trail_of(track);
        ASSERT_TRUE(trail.plane);
        many_stays += trail.stays.size() > 8 ? 1 : 0;
        for (const Path& path : {trail.path(*trail.plane), reversed(trail.path(*trail.plane))}) {
            const Millis phase = static_cast<Millis>(random.below(5000));
            const AllSamples all = all_samples_of(path, 5 * seconds_ms, phase);
            Sampler sampler;
            sampler.sample(path, 5 * seconds_ms, phase + 1);  // what is left of another changes nothing
            const Samples& some = sampler.sample(path, 5 * seconds_ms, phase);
            ASSERT_EQ(some.first, all.first);
            ASSERT_EQ(some.size, static_cast<std::int64_t>(all.size()));
            std::vector<char> seen(all.size(), 0);
            std::int64_t count = 0;
            for (const Samples::Stretch& stretch : some.stretches) {
                EXPECT_EQ(some.moving_in(stretch, stretch.begin, stretch.length) + count,
                          some.moving_before[stretch.at + static_cast<std::size_t>(stretch.length)]);
                for (std::size_t k = 0; k < static_cast<std::size_t>(stretch.length); ++k) {
                    const std::size_t i = static_cast<std::size_t>(stretch.begin) + k;
                    const bool moves = !std::isnan(some.east[stretch.at + k]);
                    ASSERT_EQ(moves, all.is_moving[i] != 0) << round << " " << i;
                    seen[i] = 1;
                    if (!moves) continue;
                    ++count;
                    ASSERT_EQ(some.east[stretch.at + k], static_cast<float>(all.places[i].east));
                    ASSERT_EQ(some.north[stretch.at + k], static_cast<float>(all.places[i].north));
                }
            }
            EXPECT_EQ(some.moving, count);
            for (std::size_t i = 0; i < all.size(); ++i) ASSERT_TRUE(seen[i] != 0 || all.is_moving[i] == 0);
            moving += static_cast<std::size_t>(count);
        }
    }
    EXPECT_GT(many_stays, 5U);
    EXPECT_GT(moving, 1000U);
}

}  // namespace
}  // namespace ningyi::track
