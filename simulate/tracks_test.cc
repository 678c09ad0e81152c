// SPDX-License-Identifier: Apache-2.0
// What the planted tracks are like: each forgery is what it is meant to be, and what is honest is not like it.
#include <cmath>
#include <map>
#include <vector>

#include "gtest/gtest.h"
#include "simulate/plan.h"
#include "simulate/walk.h"

namespace ningyi::simulate {
namespace {

Frame frame_of(std::uint64_t seed) {
    Frame frame;
    frame.orders = 2000;
    frame.seed = seed;
    frame.from = Date{20'730};
    frame.days = 28;
    frame.caregivers = 40;
    return frame;
}

std::vector<Step> standing(Signal signal, Millis step_ms) {
    const Instant at = midnight(Date{20'735});
    const std::vector<Waypoint> path = {{at, {100, 200}}};
    Walk walk;
    walk.span = {at, {at.ms + 60 * minutes_ms}};
    walk.service = walk.span;
    walk.recording.step_ms = step_ms;
    walk.path = &path;
    walk.signal = signal;
    walk.platform = Platform::browser;
    walk.seed = 5;
    std::vector<Step> steps;
    simulate::walk(walk, steps);
    return steps;
}

// Autocorrelation of the eastings from one step to the next.
double persistence(const std::vector<Step>& steps) {
    double mean = 0;
    for (const Step& step : steps) mean += step.point.east / static_cast<double>(steps.size());
    double next = 0;
    double all = 0;
    for (std::size_t n = 0; n + 1 < steps.size(); ++n) {
        next += (steps[n].point.east - mean) * (steps[n + 1].point.east - mean);
        all += (steps[n].point.east - mean) * (steps[n].point.east - mean);
    }
    return next / all;
}

TEST(Noise, of_a_receiver_remembers_and_that_of_a_program_does_not) {
    // tracks.md §8, C11: real telephones lying still show 0.885 to 0.986 at one to five seconds.
    const double natural = persistence(standing(Signal::plain, 5 * seconds_ms));
    EXPECT_GE(natural, 0.885);
    EXPECT_LE(natural, 0.995);
    EXPECT_LT(std::abs(persistence(standing(Signal::white_jitter, 5 * seconds_ms))), 0.15);
    EXPECT_LT(std::abs(persistence(standing(Signal::fake_route, 5 * seconds_ms))), 0.15);
}

TEST(Noise, is_the_same_ten_seconds_apart_however_dense_the_fixes) {
    const std::vector<Step> dense = standing(Signal::plain, 5 * seconds_ms);
    std::vector<Step> every_second;
    for (std::size_t n = 0; n < dense.size(); n += 2) every_second.push_back(dense[n]);
    EXPECT_NEAR(persistence(every_second), persistence(standing(Signal::plain, 10 * seconds_ms)), 0.12);
}

TEST(SignsOfLife, come_once_a_minute_while_positioning_is_off_and_only_then) {
    const Instant at = midnight(Date{20'735});
    const std::vector<Waypoint> path = {{at, {}}};
    Walk walk;
    walk.span = {at, {at.ms + 60 * minutes_ms}};
    walk.recording.silent = {{at.ms + 10 * minutes_ms}, {at.ms + 40 * minutes_ms}};
    walk.recording.is_alive = true;
    walk.path = &path;
    std::vector<Step> steps;
    simulate::walk(walk, steps);
    std::size_t alive = 0;
    for (const Step& step : steps) {
        const bool is_silent = step.at >= walk.recording.silent.from && step.at < walk.recording.silent.to;
        EXPECT_FALSE(is_silent && step.is_sent);
        EXPECT_TRUE(is_silent || !step.is_sign_of_life);
        alive += step.is_sign_of_life ? 1 : 0;
    }
    EXPECT_EQ(alive, 30U);
}

TEST(Copies, show_an_earlier_order_of_the_same_door_and_the_same_length) {
    const Block block = plan_block(frame_of(7), 0);
    std::map<std::size_t, const Order*> by_serial;
    for (const Order& order : block.orders) by_serial[order.serial] = &order;
    std::map<Copy, int> ways;
    int borrowed = 0;
    for (const Order& order : block.orders) {
        ++ways[order.copy];
        if (order.copy == Copy::none) continue;
        const Order& source = *by_serial.at(order.copy_of);
        EXPECT_EQ(source.elder, order.elder);
        EXPECT_EQ(source.copy, Copy::none);
        EXPECT_LT(source.start, order.start);
        EXPECT_EQ(source.end.ms - source.start.ms, order.end.ms - order.start.ms);
        EXPECT_FALSE(source.approach.empty());
        borrowed += source.caregiver != order.caregiver ? 1 : 0;
    }
    EXPECT_GE(ways[Copy::exact], 2);
    EXPECT_GE(ways[Copy::noisy], 2);
    EXPECT_GE(ways[Copy::thinned], 1);
    EXPECT_GE(ways[Copy::reversed], 1);
    EXPECT_GE(borrowed, 3);
}

TEST(Pockets, hold_two_telephones_for_six_minutes_of_riding_at_least) {
    const Block block = plan_block(frame_of(7), 0);
    int pairs = 0;
    for (std::size_t n = 0; n < block.orders.size(); ++n) {
        const Order& one = block.orders[n];
        for (const Order& two : block.orders) {
            const bool is_pocketed = one.caregiver < two.caregiver && one.elder == two.elder && !one.path.empty() &&
                                     one.approach.size() > 3 && two.approach.size() == one.approach.size() &&
                                     one.start <= two.start && two.start.ms - one.start.ms < minutes_ms;
            if (!is_pocketed) continue;
            ++pairs;
            EXPECT_NE(one.device_of, two.device_of);
            EXPECT_GE(one.approach.back().at.ms - one.approach.front().at.ms, 5 * minutes_ms);
            for (std::size_t p = 0; p < one.path.size(); ++p) {
                EXPECT_EQ(one.path[p].at, two.path[p].at);
                EXPECT_EQ(distance_m(one.path[p].point, two.path[p].point), 0);
            }
        }
    }
    EXPECT_GE(pairs, 3);
}

TEST(Commutes, take_the_same_streets_every_time_but_never_in_the_same_time) {
    const Block block = plan_block(frame_of(11), 0);
    int pairs = 0;
    for (const Order& one : block.orders) {
        for (const Order& two : block.orders) {
            const bool is_pair = one.serial < two.serial && one.caregiver == two.caregiver && one.elder == two.elder &&
                                 !one.approach.empty() && !two.approach.empty() && one.path.empty() &&
                                 two.path.empty() && one.copy == Copy::none && two.copy == Copy::none &&
                                 one.signal == Signal::plain && two.signal == Signal::plain;
            if (!is_pair || distance_m(one.approach.front().point, two.approach.front().point) > 0) continue;
            ++pairs;
            EXPECT_NE(one.approach.back().at.ms - one.approach.front().at.ms,
                      two.approach.back().at.ms - two.approach.front().at.ms);
        }
    }
    EXPECT_GE(pairs, 20);
}

}  // namespace
}  // namespace ningyi::simulate
