// SPDX-License-Identifier: Apache-2.0
#include "track/live/together.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "track/clean.h"
#include "track/live/motion.h"
#include "track/reading.h"
#include "track/real_tracks_test.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

constexpr std::uint32_t left_out = marks_without_place | marks_of_time;

// Where the difference is drawn: on the equator a degree east is as long as one north.
constexpr geo::Place middle{0, 0};
constexpr double farthest_m = 1'000'000;

// The presence of one moving body near another: both may have travelled unseen, and a gap in either is not observed.
PresenceModel model() {
    PresenceModel result;
    result.observed_step_ms = interpolated_gap_ms;
    result.unseen_speed_m_s = 2 * unseen_speed_m_s;
    return result;
}

bool is_used(const Fix& fix) {
    return (fix.marks & left_out) == 0;
}

std::vector<Fix> usable(std::span<const Fix> track, bool is_wearable) {
    std::vector<Fix> result;
    for (const Fix& fix : track) {
        if (!is_used(fix) || (is_wearable && (fix.flags & flag_charging) != 0)) continue;
        if (!result.empty() && result.back().at == fix.at) continue;  // of two places at one time the first
        result.push_back(fix);
    }
    return result;
}

// Walks along a track; says where it is at instants that only grow.
class Walker {
public:
    Walker(std::span<const Fix> track, const geo::Plane& plane) : track_(track), plane_(plane) {}

    struct State {
        geo::Offset offset;
        double sigma_mm = 0;
        std::uint32_t marks = 0;
        bool is_datum_known = true;
        bool is_fix = false;  // an own fix, not between two
    };
    std::optional<State> at(Instant instant) {
        while (next_ < track_.size() && track_[next_].at < instant) ++next_;
        if (next_ == track_.size()) return std::nullopt;
        const Fix& to = track_[next_];
        if (to.at == instant) {
            return State{plane_.offset(to.place), sigma_mm(to), to.marks, to.datum != Datum::unknown, true};
        }
        if (next_ == 0) return std::nullopt;
        const Fix& from = track_[next_ - 1];
        if (to.at.ms - from.at.ms > interpolated_gap_ms) return std::nullopt;
        const double share = static_cast<double>(instant.ms - from.at.ms) / static_cast<double>(to.at.ms - from.at.ms);
        const geo::Offset a = plane_.offset(from.place);
        const geo::Offset b = plane_.offset(to.place);
        return State{{a.east + share * (b.east - a.east), a.north + share * (b.north - a.north)},
                     std::max(sigma_mm(from), sigma_mm(to)),
                     from.marks | to.marks,
                     from.datum != Datum::unknown && to.datum != Datum::unknown,
                     false};
    }

private:
    std::span<const Fix> track_;
    const geo::Plane& plane_;
    std::size_t next_ = 0;
};

// The difference of both as a track of its own, at the times given, where both are known.
std::vector<Fix> difference(std::span<const Fix> a, std::span<const Fix> b, std::span<const Instant> times,
                            const geo::Plane& plane) {
    std::vector<Fix> result;
    Walker walker_a(a, plane);
    Walker walker_b(b, plane);
    const geo::Plane map(middle);
    for (const Instant at : times) {
        const auto place_a = walker_a.at(at);
        const auto place_b = walker_b.at(at);
        if (!place_a || !place_b) continue;
        Fix fix;
        fix.at = at;
        fix.place = map.place({std::clamp(place_a->offset.east - place_b->offset.east, -farthest_m, farthest_m),
                               std::clamp(place_a->offset.north - place_b->offset.north, -farthest_m, farthest_m)});
        fix.received = fix.place;
        const double sigma = std::sqrt(place_a->sigma_mm * place_a->sigma_mm + place_b->sigma_mm * place_b->sigma_mm);
        fix.accuracy_mm = static_cast<std::uint32_t>(std::min(sigma, 4e9));
        fix.level = Level::p39;
        fix.provider = Provider::gnss;
        fix.marks = place_a->marks | place_b->marks;
        if (!place_a->is_datum_known || !place_b->is_datum_known) fix.datum = Datum::unknown;
        result.push_back(fix);
    }
    return result;
}

std::vector<Instant> times_of(std::span<const Fix> a, std::span<const Fix> b) {
    std::vector<Instant> times;
    for (const Fix& fix : a) times.push_back(fix.at);
    for (const Fix& fix : b) times.push_back(fix.at);
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    return times;
}

// Slow oracle: the places of both looked up at each time of either, and presence of what comes out, three times.
Togetherness by_walking(std::span<const Fix> track, std::span<const Fix> wearable, double radius_mm,
                        Interval interval) {
    Togetherness result;
    // What lies an hour away cannot change the interval.
    const Interval around{Instant{interval.from.ms - hours_ms}, Instant{interval.to.ms + hours_ms}};
    const std::vector<Fix> own = usable(fixes_within(track, around), false);
    const std::vector<Fix> other = usable(fixes_within(wearable, around), true);
    const std::span<const Fix> worn = fixes_within(wearable, interval);
    result.seen = static_cast<std::int64_t>(fixes_within(track, interval).size() + worn.size());
    const Fix* first = nullptr;
    for (const Fix& fix : worn) {
        if (!is_used(fix)) continue;
        if ((fix.flags & flag_charging) != 0) {
            ++result.charging;
            continue;
        }
        result.moving += (fix.flags & flag_moving) != 0 ? 1 : 0;
        if ((fix.marks & mark_jump) != 0) continue;
        if (first == nullptr) first = &fix;
        const double sigma_a = sigma_mm(*first) / 1000;
        const double sigma_b = sigma_mm(fix) / 1000;
        const double error = sigmas_95 * std::sqrt(sigma_a * sigma_a + sigma_b * sigma_b);
        result.moved_m = std::max(result.moved_m, geo::distance_m(first->place, fix.place) - error);
    }
    const geo::Plane plane(own.empty() ? middle : own.front().place);
    const auto presence_at = [&](std::span<const Fix> times_a, std::span<const Fix> times_b) {
        const std::vector<Fix> apart = difference(own, other, times_of(times_a, times_b), plane);
        return presence_times(apart, middle, radius_mm, interval, model());
    };
    result.times = presence_at(own, other);
    const PresenceTimes by_own = presence_at(own, {});
    const PresenceTimes by_other = presence_at(other, {});
    result.own_nats = by_own.evidence_for + by_own.evidence_against;
    result.other_nats = by_other.evidence_for + by_other.evidence_against;
    return result;
}

void expect_equal_but_smoothed(const Togetherness& live, const Togetherness& slow) {
    ASSERT_EQ(live.times.claimed, slow.times.claimed);
    ASSERT_EQ(live.times.observed, slow.times.observed);
    ASSERT_EQ(live.times.unobserved, slow.times.unobserved);
    ASSERT_EQ(live.times.used, slow.times.used);
    ASSERT_EQ(live.times.marks, slow.times.marks);
    ASSERT_EQ(live.times.has_doubtful_datum, slow.times.has_doubtful_datum);
    ASSERT_EQ(live.times.evidence_for, slow.times.evidence_for);
    ASSERT_EQ(live.times.evidence_against, slow.times.evidence_against);
    ASSERT_EQ(live.own_nats, slow.own_nats);
    ASSERT_EQ(live.other_nats, slow.other_nats);
    ASSERT_EQ(live.moved_m, slow.moved_m);
    ASSERT_EQ(live.moving, slow.moving);
    ASSERT_EQ(live.charging, slow.charging);
    ASSERT_EQ(live.seen, slow.seen);
}

void expect_equal(const Togetherness& live, const Togetherness& slow) {
    expect_equal_but_smoothed(live, slow);
    ASSERT_NEAR(live.times.expected, slow.times.expected, 1e-9 * (1 + slow.times.expected));
    ASSERT_EQ(live.times.sure, slow.times.sure);
    ASSERT_EQ(live.times.possible, slow.times.possible);
    ASSERT_EQ(live.times.out, slow.times.out);
    ASSERT_EQ(live.times.flips, slow.times.flips);
    ASSERT_EQ(live.times.enter_low, slow.times.enter_low);
    ASSERT_EQ(live.times.exit_high, slow.times.exit_high);
}

std::vector<Fix> walk(Random& random, int n, Millis longest_step) {
    std::vector<Fix> track =
        random_walk(random, n, static_cast<Millis>(random.between(2000, longest_step)), 1.5, 60'000);
    const Millis begin = random.between(0, 100) * 1000;
    for (Fix& fix : track) {
        fix.at.ms += begin;
        if (random.chance(0.05)) fix.at.ms += random.between(0, 120) * 1000;
        if (random.chance(0.05)) fix.flags |= flag_charging;
        if (random.chance(0.1)) fix.flags |= flag_moving;
        if (random.chance(0.02)) fix = fix_at(fix.at.ms, {random.unit() * 40'000, 0}, 10'000);
        if (random.chance(0.02)) fix.flags |= flag_not_positioned;
    }
    mark(track);
    return track;
}

struct Heard {
    std::vector<Fix> own, worn;
};

// Gives each track in its own order, the two anyhow; after each fix tells what was heard.
template <class Then>
void hear_anyhow(const Heard& all, Random& random, LiveTogether& live, const Then& then) {
    Heard heard;
    while (heard.own.size() < all.own.size() || heard.worn.size() < all.worn.size()) {
        const bool is_own =
            heard.worn.size() == all.worn.size() || (heard.own.size() < all.own.size() && random.chance(0.5));
        if (is_own) {
            heard.own.push_back(all.own[heard.own.size()]);
            live.add_own(heard.own.back());
        } else {
            heard.worn.push_back(all.worn[heard.worn.size()]);
            live.add_worn(heard.worn.back());
        }
        then(heard);
    }
}

TEST(live_together, of_a_short_visit_it_is_the_sealed_form_after_every_fix) {
    Random random(91);
    int known = 0;
    for (int run = 0; run < 40; ++run) {
        const Heard all{walk(random, 40, 25'000), walk(random, 40, 25'000)};
        // Differences from two minutes before to two after, and the next: within twice the lag.
        const Interval interval{Instant{nine + 3 * minutes_ms}, Instant{nine + 14 * minutes_ms}};
        LiveTogether live(100'000, interval);
        hear_anyhow(all, random, live, [&](const Heard& heard) {
            if (::testing::Test::HasFatalFailure()) return;
            const Togetherness slow = by_walking(heard.own, heard.worn, 100'000, interval);
            expect_equal(live.togetherness(), slow);
            expect_equal(togetherness(heard.own, heard.worn, 100'000, interval), slow);
            known += slow.times.used > 0 ? 1 : 0;
        });
        if (HasFatalFailure()) return;
    }
    EXPECT_GT(known, 500);
}

TEST(live_together, without_a_lag_a_long_visit_is_the_sealed_form_and_with_it_the_smoothing_differs) {
    Random random(92);
    double worst = 0, sum = 0;
    const int runs = 60;
    for (int run = 0; run < runs; ++run) {
        const Heard all{walk(random, 500, 30'000), walk(random, 500, 30'000)};
        const Interval interval{Instant{nine + 20 * minutes_ms}, Instant{nine + 100 * minutes_ms}};
        LiveTogether live(100'000, interval);
        add_in_order(all.own, all.worn, [&](Side side, const Fix& fix) {
            if (side == Side::a) {
                live.add_own(fix);
            } else {
                live.add_worn(fix);
            }
        });
        const Togetherness slow = by_walking(all.own, all.worn, 100'000, interval);
        expect_equal(togetherness(all.own, all.worn, 100'000, interval), slow);
        const Togetherness now = live.togetherness();
        expect_equal_but_smoothed(now, slow);
        if (HasFatalFailure()) return;
        const double difference =
            std::fabs(now.times.expected - slow.times.expected) / static_cast<double>(interval.length());
        worst = std::max(worst, difference);
        sum += difference;
    }
    RecordProperty("worst_share", std::to_string(worst));
    RecordProperty("mean_share", std::to_string(sum / runs));
    EXPECT_LT(sum / runs, 0.02);
    EXPECT_LT(worst, 0.1);
    EXPECT_GT(worst, 0) << "else this test says nothing";
}

TEST(live_together, two_receivers_in_one_car_are_together_all_the_time) {
    Heard all{car_by_ublox(), car_by_span()};
    if (all.own.empty() || all.worn.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
    mark(all.own);
    mark(all.worn);
    const Interval interval{all.own.front().at, all.own.back().at};
    LiveTogether live(100'000, interval);
    add_in_order(all.own, all.worn, [&](Side side, const Fix& fix) {
        if (side == Side::a) {
            live.add_own(fix);
        } else {
            live.add_worn(fix);
        }
    });
    const Togetherness slow = by_walking(all.own, all.worn, 100'000, interval);
    expect_equal(togetherness(all.own, all.worn, 100'000, interval), slow);
    expect_equal_but_smoothed(live.togetherness(), slow);
    EXPECT_GT(live.togetherness().times.sure * 10, interval.length() * 9);
    EXPECT_TRUE(live.togetherness().is_worn());
}

TEST(live_together, fixes_that_wait_are_bounded_and_in_the_order_of_time_nothing_is_lost) {
    Heard all;
    for (int i = 0; i < 8000; ++i) all.worn.push_back(fix_at(nine + i * 1000, {0.05 * i, 0}));
    for (int i = 3000; i < 3600; ++i) all.own.push_back(fix_at(nine + i * 1000, {180, 0}));
    for (int i = 6000; i < 6600; i += 60) all.own.push_back(fix_at(nine + i * 1000, {900, 0}));
    mark(all.own);
    mark(all.worn);
    const Interval interval{Instant{nine + 40 * minutes_ms}, Instant{nine + 120 * minutes_ms}};
    LiveTogether live(100'000, interval, presence_lag_ms, 150);
    std::size_t window = 0;
    add_in_order(all.own, all.worn, [&](Side side, const Fix& fix) {
        if (side == Side::a) {
            live.add_own(fix);
        } else {
            live.add_worn(fix);
        }
        ASSERT_LE(live.waiting(), 300U);
        window = std::max(window, live.window());
    });
    const Togetherness slow = by_walking(all.own, all.worn, 100'000, interval);
    expect_equal_but_smoothed(live.togetherness(), slow);
    EXPECT_GT(slow.times.used, 500);
    EXPECT_LE(window, 1202U) << "twenty minutes, one a second";
    // Heard one after the other, what gave way is not known, and only that.
    LiveTogether late(100'000, interval, presence_lag_ms, 150);
    for (const Fix& fix : all.worn) late.add_worn(fix);
    for (const Fix& fix : all.own) late.add_own(fix);
    EXPECT_LT(late.togetherness().times.observed, slow.times.observed);
    EXPECT_EQ(late.togetherness().times.out, 0);
}

}  // namespace
}  // namespace ningyi::track
