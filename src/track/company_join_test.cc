// SPDX-License-Identifier: Apache-2.0
#include "track/company_join.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "base/random.h"
#include "track/clean.h"
#include "track/compare/companion.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

struct Arrival {
    std::uint64_t subject = 0;
    Millis at = 0;
    geo::Offset offset;
};

// Brute force by the same definitions: every stretch against every other subject, no cells, nothing forgotten but by
// the rule. REQUIRES: no crowd.
class Oracle {
public:
    explicit Oracle(const JoinRule& rule) : rule_(rule), plane_(home) {}

    void add(const Arrival& arrival, std::vector<Companions>& alerts) {
        State& a = states_[arrival.subject];
        const geo::Offset seen = plane_.offset(plane_.place(arrival.offset));
        const double east = std::floor(seen.east * 1000 + 0.5);
        const double north = std::floor(seen.north * 1000 + 0.5);
        if (a.known && arrival.at <= a.at) return;
        const bool was_moving = a.moving;
        const Millis before = a.at;
        const double east_before = a.east, north_before = a.north;
        const bool joined = a.known && arrival.at - a.at <= 120'000;
        bool stays = true;
        if (!a.known || arrival.at - a.at > rule_.stay_longest_gap ||
            std::hypot(east - a.anchor_east, north - a.anchor_north) > static_cast<double>(rule_.stay_mm)) {
            a.anchor_east = east;
            a.anchor_north = north;
            a.anchored = arrival.at;
            stays = false;
        }
        stays = stays && arrival.at - a.anchored >= rule_.stay_after;
        double speed = 0;
        if (joined) {
            speed = std::sqrt((east - a.east) * (east - a.east) + (north - a.north) * (north - a.north)) * 1000 /
                    static_cast<double>(arrival.at - a.at);
        }
        a.moving = joined && !stays && speed > static_cast<double>(rule_.moving_mm_s);
        a.known = true;
        a.at = arrival.at;
        a.east = east;
        a.north = north;
        a.speed = static_cast<std::int64_t>(speed);
        if (!a.moving) return;
        if (!was_moving) a.since = before;
        const Millis moved_before = a.moved;
        a.moved += arrival.at - before;
        std::vector<Companions> found;
        for (auto& [number, b] : states_) {
            if (number == arrival.subject || !b.moving || b.at <= before || b.at > arrival.at) continue;
            const double share = static_cast<double>(b.at - before) * (1 / static_cast<double>(arrival.at - before));
            const double de = east_before + (east - east_before) * share - b.east;
            const double dn = north_before + (north - north_before) * share - b.north;
            const auto within = static_cast<double>(rule_.within_mm);
            if (de * de + dn * dn > within * within) continue;
            const bool is_first = arrival.subject < number;
            const Millis moved = moved_before + b.at - before;
            const Millis moved_first = is_first ? moved : b.moved;
            const Millis moved_second = is_first ? b.moved : moved;
            const auto key = std::minmax(arrival.subject, number);
            auto [place, is_new] = pairs_.try_emplace({key.first, key.second});
            Pair& pair = place->second;
            const Millis limit = pair.said.together < rule_.passing ? rule_.passing_closed_after : rule_.closed_after;
            if (is_new || b.at - pair.said.last.ms > limit) {
                pair = {};
                pair.said.first = key.first;
                pair.said.second = key.second;
                pair.said.last = Instant{b.at};
                pair.moved_first = moved_first;
                pair.moved_second = moved_second;
                continue;
            }
            if (pair.said.last.ms >= before && pair.said.last.ms >= b.since) {
                pair.said.together += b.at - pair.said.last.ms;
                pair.said.path_mm += (b.at - pair.said.last.ms) * (a.speed + b.speed) / 2000;
            }
            pair.said.last = Instant{b.at};
            pair.said.moving = std::min(moved_first - pair.moved_first, moved_second - pair.moved_second);
            pair.said.share_ppm = share_of_time(pair.said);
            if (!pair.alerted && pair.said.together >= rule_.least_time && pair.said.path_mm >= rule_.least_path_mm &&
                pair.said.share_ppm >= rule_.share_ppm) {
                pair.alerted = true;
                found.push_back(pair.said);
            }
        }
        alerts.insert(alerts.end(), found.begin(), found.end());
    }

    static std::int64_t share_of_time(const Companions& said) {
        if (said.moving == 0) return 0;
        return std::min<std::int64_t>(1'000'000, said.together * 1'000'000 / said.moving);
    }
    Millis moved(std::uint64_t subject) const { return states_.at(subject).moved; }

    struct Pair {
        Companions said;
        Millis moved_first = 0, moved_second = 0;
        bool alerted = false;
    };
    const std::map<std::pair<std::uint64_t, std::uint64_t>, Pair>& pairs() const { return pairs_; }

private:
    struct State {
        bool known = false, moving = false;
        Millis at = 0, anchored = 0, since = 0, moved = 0;
        double east = 0, north = 0, anchor_east = 0, anchor_north = 0;
        std::int64_t speed = 0;
    };
    JoinRule rule_;
    geo::Plane plane_;
    std::map<std::uint64_t, State> states_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, Pair> pairs_;
};

// People who walk, ride and rest on a square, each reporting at a pace of their own; some carry the phone of the one
// before them too.
std::vector<Arrival> district(Random& random, int people, double side, int minutes_long, double carried) {
    std::vector<Arrival> arrivals;
    std::vector<Arrival> journey;
    for (int person = 0; person < people; ++person) {
        const auto step = static_cast<Millis>(random.between(1, 60)) * 1000 + static_cast<Millis>(random.below(999));
        const bool is_carried = !journey.empty() && random.chance(carried);
        std::vector<Arrival> own;
        if (is_carried) {
            // Along the same line at other times.
            std::size_t next = 1;
            for (Millis at = journey.front().at + 1; at < journey.back().at; at += step) {
                while (journey[next].at < at) ++next;
                const Arrival& a = journey[next - 1];
                const Arrival& b = journey[next];
                const double share = static_cast<double>(at - a.at) / static_cast<double>(b.at - a.at);
                own.push_back({0,
                               at,
                               {a.offset.east + (b.offset.east - a.offset.east) * share + random.unit() * 6,
                                a.offset.north + (b.offset.north - a.offset.north) * share + random.unit() * 6}});
            }
        } else {
            geo::Offset place{(random.unit() - 0.5) * side, (random.unit() - 0.5) * side};
            double east = 0, north = 0;
            for (Millis at = nine; at < nine + minutes_long * minutes_ms; at += step) {
                if (random.chance(0.05)) {
                    const double speed = random.chance(0.3) ? 0 : random.chance(0.2) ? 12 : 1.4;
                    east = (random.unit() * 2 - 1) * speed;
                    north = (random.unit() * 2 - 1) * speed;
                }
                place.east += east * static_cast<double>(step) / 1000;
                place.north += north * static_cast<double>(step) / 1000;
                if (std::fabs(place.east) > side / 2) east = -east;
                if (std::fabs(place.north) > side / 2) north = -north;
                own.push_back({0, at, {place.east + random.unit() * 4, place.north + random.unit() * 4}});
                if (random.chance(0.01)) at += 10 * minutes_ms;
            }
            journey = own;
        }
        for (Arrival& arrival : own) arrival.subject = 1000 + static_cast<std::uint64_t>(person) * 7;
        arrivals.insert(arrivals.end(), own.begin(), own.end());
    }
    std::stable_sort(arrivals.begin(), arrivals.end(), [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
    return arrivals;
}

TEST(company_join, pairs_times_and_alerts_are_those_of_comparing_everybody_with_everybody) {
    Random random(21);
    std::size_t alerted = 0;
    std::size_t open_pairs = 0;
    for (int run = 0; run < 40; ++run) {
        const auto people = static_cast<int>(random.between(2, 40));
        const std::vector<Arrival> arrivals = district(random, people, run % 2 == 0 ? 600 : 3000, 60, 0.2);
        JoinRule rule;
        if (run % 3 == 0) rule.passing = 0;
        CompanyJoin join(home, rule);
        Oracle oracle(rule);
        std::vector<Companions> alerts, expected;
        for (const Arrival& arrival : arrivals) {
            join.add(arrival.subject, Instant{arrival.at}, geo::Plane(home).place(arrival.offset), alerts);
            oracle.add(arrival, expected);
            const auto by_pair = [](const Companions& a, const Companions& b) {
                return std::pair(a.first, a.second) < std::pair(b.first, b.second);
            };
            // The order among those of one fix is the order of the cells.
            std::sort(alerts.begin() + static_cast<std::ptrdiff_t>(alerted), alerts.end(), by_pair);
            alerted = alerts.size();
        }
        alerted = 0;
        const auto whole = [](const Companions& a) { return std::tuple(a.last, a.first, a.second); };
        std::sort(alerts.begin(), alerts.end(), [&](const auto& a, const auto& b) { return whole(a) < whole(b); });
        std::sort(expected.begin(), expected.end(), [&](const auto& a, const auto& b) { return whole(a) < whole(b); });
        ASSERT_EQ(alerts, expected) << "run " << run;
        for (const auto& [key, pair] : oracle.pairs()) {
            const auto live = join.pair(key.first, key.second);
            if (!live) continue;
            Companions expected_now = pair.said;
            expected_now.moving =
                std::min(oracle.moved(key.first) - pair.moved_first, oracle.moved(key.second) - pair.moved_second);
            expected_now.share_ppm = Oracle::share_of_time(expected_now);
            ASSERT_EQ(*live, expected_now) << "run " << run;
            ++open_pairs;
        }
        EXPECT_EQ(join.counts().late, 0);
        EXPECT_EQ(join.counts().turned_away, 0);
        if (run % 2 == 0 && people > 20) {
            EXPECT_FALSE(expected.empty());
        }
    }
    EXPECT_GT(open_pairs, 100U);
}

TEST(company_join, a_pair_alerted_is_one_that_the_sealed_form_contradicts_and_times_differ_by_a_step_a_contact) {
    Random random(22);
    int carried = 0;
    for (int run = 0; run < 30; ++run) {
        const std::vector<Arrival> arrivals = district(random, 12, 4000, 45, 0.4);
        CompanyJoin join(home);
        std::vector<Companions> alerts;
        std::map<std::uint64_t, std::vector<Fix>> tracks;
        for (const Arrival& arrival : arrivals) {
            const Fix fix = fix_at(arrival.at, arrival.offset, 5000);
            join.add(arrival.subject, fix.at, fix.place, alerts);
            tracks[arrival.subject].push_back(fix);
        }
        for (auto& [number, track] : tracks) mark(track);
        for (const Companions& alert : alerts) {
            const Company sealed = company(tracks[alert.first], tracks[alert.second], 50, 0.8);
            EXPECT_GT(sealed.together_ms + 120'000, static_cast<double>(alert.together));
            EXPECT_GT(sealed.path_m, 400);
            ++carried;
        }
        for (const auto& [a, track_a] : tracks) {
            for (const auto& [b, track_b] : tracks) {
                if (a >= b) continue;
                const Company sealed = company(track_a, track_b, 50, 0.8);
                // Clearly one pocket: found live too.
                if (sealed.together_ms < 15 * minutes_ms || sealed.path_m < 3000 ||
                    sealed.together_ms < 0.9 * sealed.moving_ms) {
                    continue;
                }
                EXPECT_TRUE(std::any_of(
                    alerts.begin(), alerts.end(),
                    [one = a, two = b](const Companions& alert) { return alert.first == one && alert.second == two; }))
                    << run << " " << a << " " << b << " " << sealed.together_ms / 60000 << " " << sealed.path_m;
            }
        }
    }
    EXPECT_GT(carried, 20);
}

void feed(CompanyJoin& join, std::uint64_t subject, Millis at, geo::Offset offset, std::vector<Companions>& alerts) {
    join.add(subject, Instant{at}, geo::Plane(home).place(offset), alerts);
}

TEST(company_join, two_phones_on_one_bicycle_are_found_however_far_apart_their_fixes_fall) {
    std::vector<Companions> alerts;
    CompanyJoin join(home);
    for (int second = 0; second < 900; ++second) {
        // At 12 m/s each is 360 m further when the other reports.
        if (second % 60 == 0) feed(join, 1, nine + second * 1000, {12.0 * second, 0}, alerts);
        if (second % 60 == 30) feed(join, 2, nine + second * 1000, {12.0 * second, 4}, alerts);
    }
    ASSERT_EQ(alerts.size(), 1U);
    EXPECT_EQ(alerts[0].first, 1U);
    EXPECT_EQ(alerts[0].second, 2U);
    EXPECT_EQ(alerts[0].together, 5 * minutes_ms);
    EXPECT_NEAR(static_cast<double>(alerts[0].path_mm), 12 * 300'000, 1000);
    EXPECT_EQ(join.pair(2, 1)->share_ppm, 1'000'000);
}

TEST(company_join, two_who_sit_together_are_no_pair_however_their_fixes_jitter) {
    Random random(23);
    std::vector<Companions> alerts;
    CompanyJoin join(home);
    for (int second = 0; second < 7200; second += 5) {
        for (std::uint64_t subject = 1; subject <= 2; ++subject) {
            feed(join, subject, nine + second * 1000, {random.unit() * 30, random.unit() * 30}, alerts);
        }
    }
    EXPECT_TRUE(alerts.empty());
    // Only until it was known that they stay.
    EXPECT_LT(join.counts().moving, 2 * 60 + 2);
}

TEST(company_join, late_fixes_are_left_to_the_sealed_form) {
    std::vector<Companions> alerts;
    CompanyJoin join(home);
    for (int i = 0; i < 100; ++i) {
        feed(join, 1, nine + i * 10'000, {14.0 * i, 0}, alerts);
        if (i % 2 == 1) feed(join, 1, nine + (i - 1) * 10'000, {14.0 * i - 14, 0}, alerts);
    }
    EXPECT_EQ(join.counts().late, 50);
    EXPECT_EQ(join.counts().fixes, 150);
}

// A square full of people who walk about, and two who walk through it side by side.
TEST(company_join, in_a_crowd_strangers_raise_no_alert_and_a_pair_known_from_before_is_kept) {
    Random random(24);
    std::vector<Companions> alerts;
    CompanyJoin join(home);
    constexpr int strangers = 800;
    std::vector<geo::Offset> places(strangers), ways(strangers);
    std::size_t crowded = 0;
    for (int i = 0; i < strangers; ++i) {
        places[static_cast<std::size_t>(i)] = {random.unit() * 150, random.unit() * 150};
    }
    for (int second = 0; second < 900; second += 10) {
        const Millis at = nine + second * 1000;
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (second % 30 == 0) ways[i] = {random.unit() * 3 - 1.5, random.unit() * 3 - 1.5};
            places[i].east = std::clamp(places[i].east + ways[i].east * 10, 0.0, 150.0);
            places[i].north = std::clamp(places[i].north + ways[i].north * 10, 0.0, 150.0);
            feed(join, 100 + i, at, places[i], alerts);
        }
        if (second == 200) {
            for (std::uint64_t i = 0; i < 100; ++i) {
                for (std::uint64_t k = i + 1; k < 100; ++k) {
                    const auto met = join.pair(100 + i, 100 + k);
                    crowded += met && met->is_crowded;
                }
            }
        }
        // Ten minutes towards the crowd and into it, 20 m apart.
        feed(join, 1, at + 1, {-500 + second * 1.0, 60}, alerts);
        feed(join, 2, at + 2, {-500 + second * 1.0, 80}, alerts);
    }
    ASSERT_EQ(alerts.size(), 1U);
    EXPECT_EQ(std::pair(alerts[0].first, alerts[0].second), std::pair(std::uint64_t{1}, std::uint64_t{2}));
    const auto pair = join.pair(1, 2);
    ASSERT_TRUE(pair);
    EXPECT_FALSE(pair->is_crowded);
    EXPECT_GT(pair->together, 14 * minutes_ms);
    EXPECT_GT(crowded, 100U);
}

TEST(company_join, what_there_is_no_room_for_is_counted) {
    std::vector<Companions> alerts;
    CompanyJoin join(home, {.most_subjects = 10, .most_pairs = 5});
    for (int i = 0; i < 30; ++i) {
        for (std::uint64_t subject = 1; subject <= 20; ++subject) {
            feed(join, subject, nine + i * 10'000 + static_cast<Millis>(subject),
                 {i * 14.0, static_cast<double>(subject)}, alerts);
        }
    }
    EXPECT_GT(join.counts().turned_away, 300);
    // An hour later the ten who were there have made room.
    const std::int64_t before = join.counts().turned_away;
    for (std::uint64_t subject = 31; subject <= 40; ++subject) {
        feed(join, subject, nine + 2 * 60 * minutes_ms, {0, 0}, alerts);
    }
    EXPECT_EQ(join.counts().turned_away, before);
}

}  // namespace
}  // namespace ningyi::track
