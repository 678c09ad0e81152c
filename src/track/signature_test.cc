// SPDX-License-Identifier: Apache-2.0
#include "track/signature.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "track/forgeries_test.h"
#include "track/real_tracks_test.h"

namespace ningyi::track {
namespace {

bool is_found(const std::vector<Signed>& a, const std::vector<Signed>& b, const BandRule& rule) {
    for (const Signed& part : a) {
        const auto keys = band_keys(part.signature, rule);
        for (const Signed& other : b) {
            const auto others = band_keys(other.signature, rule);
            bool is_candidate = false;
            for (std::size_t i = 0; i < keys.size(); ++i) is_candidate |= keys[i] == others[i];
            if (is_candidate && is_worth_comparing(part.cells, other.cells)) return true;
        }
    }
    return false;
}

struct Forgery {
    const char* name;
    std::vector<Fix> (*make)(const std::vector<Fix>&);
    double least;        // share found with 16 bands of 4
    double least_audit;  // with 32 of 2
};

const Forgery forgeries[] = {
    {"5 m white", [](const std::vector<Fix>& t) { return with_white_noise(t, 5, 3); }, 0.99, 0.99},
    {"10 m correlated", [](const std::vector<Fix>& t) { return with_wandering_noise(t, 10, 4); }, 0.98, 0.99},
    {"half the points", [](const std::vector<Fix>& t) { return every_second_fix(t); }, 0.99, 0.99},
    {"reversed", [](const std::vector<Fix>& t) { return backwards(t); }, 0.99, 0.99},
    {"1e-4 degrees", [](const std::vector<Fix>& t) { return rounded_to_e4(t); }, 0.97, 0.99},
    {"middle half", [](const std::vector<Fix>& t) { return middle_half(t); }, 0.55, 0.95},
};

TEST(signature, copies_are_found_and_few_others_let_through) {
    Random random(2026);
    std::vector<std::vector<Fix>> rides;
    for (std::uint64_t i = 0; i < 250; ++i) rides.push_back(ride(way(random, 16 + static_cast<int>(i % 30)), i));
    std::vector<std::vector<Signed>> parts;
    for (const auto& one : rides) parts.push_back(signed_parts(one));
    constexpr BandRule daily{16, 4};
    constexpr BandRule audit{32, 2};
    for (const Forgery& forgery : forgeries) {
        double found = 0, found_audit = 0;
        for (std::size_t i = 0; i < rides.size(); ++i) {
            const auto copy = signed_parts(forgery.make(rides[i]));
            found += is_found(parts[i], copy, daily) ? 1 : 0;
            found_audit += is_found(parts[i], copy, audit) ? 1 : 0;
        }
        found /= static_cast<double>(rides.size());
        found_audit /= static_cast<double>(rides.size());
        EXPECT_GE(found, forgery.least) << forgery.name;
        EXPECT_GE(found_audit, forgery.least_audit) << forgery.name;
    }
    double through = 0, through_audit = 0, pairs = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j, ++pairs) {
            through += is_found(parts[i], parts[j], daily) ? 1 : 0;
            through_audit += is_found(parts[i], parts[j], audit) ? 1 : 0;
        }
    }
    EXPECT_LE(through / pairs, 0.001);
    EXPECT_LE(through_audit / pairs, 0.002);
}

TEST(signature, copies_of_real_drives_are_found) {
    std::vector<std::vector<Fix>> drives = {car_by_span(), car_by_ublox(), bus(), drive_each_second()};
    if (drives.front().empty()) GTEST_SKIP() << "the real tracks are not beside the project";
    for (auto& drive : drives) mark(drive);
    for (const Forgery& forgery : forgeries) {
        for (const auto& drive : drives) {
            const bool is_excerpt = forgery.least < 0.9;
            EXPECT_TRUE(is_found(signed_parts(drive), signed_parts(forgery.make(drive)),
                                 is_excerpt ? BandRule{32, 2} : BandRule{}))
                << forgery.name;
        }
    }
    EXPECT_TRUE(is_found(signed_parts(drives[0]), signed_parts(drives[1]), {}));
    EXPECT_FALSE(is_found(signed_parts(drives[0]), signed_parts(drives[2]), {32, 2}));
    EXPECT_TRUE(is_found(signed_parts(drives[3]), signed_parts([] {
                             auto sparse = drive_each_quarter_minute();
                             mark(sparse);
                             return sparse;
                         }()),
                         {}));
}

// By definition: walk the line in centimetres and look which cell holds each point.
TEST(signature, without_hysteresis_the_cells_are_those_the_line_crosses) {
    Random random(6);
    for (std::uint64_t i = 0; i < 20; ++i) {
        const auto track = ride(way(random, 20), i);
        const auto cells = visited_cells(track, {100'000, 0});
        std::set<std::uint64_t> walked;
        for (std::size_t k = 0; k < track.size(); ++k) {
            const geo::Place from = track[k == 0 ? 0 : k - 1].place;
            const geo::Place to = track[k].place;
            for (int part = 0; part <= 200; ++part) {
                // The grid by its definition: rows of 8993 units, columns widened by the cosine of the band's middle.
                const double lat = (900'000'000.0 + from.lat_e7) + (to.lat_e7 - from.lat_e7) * (part / 200.0);
                const double lon = (1'800'000'000.0 + from.lon_e7) + (to.lon_e7 - from.lon_e7) * (part / 200.0);
                const auto row = static_cast<std::uint64_t>(lat / 8993);
                const std::uint64_t middle_row = (row / 64) * 64 + 32;
                const double middle = (static_cast<double>(middle_row) * 8993 - 900'000'000) * 1e-7;
                const double width = std::floor(8993 * 1e6 / std::round(std::cos(middle * 0.017453292519943295) * 1e6));
                walked.insert((row << 32U) | static_cast<std::uint64_t>(lon / width));
            }
        }
        // Looking four times a cell may miss a corner that the line only just cuts.
        EXPECT_TRUE(std::includes(walked.begin(), walked.end(), cells.begin(), cells.end()));
        EXPECT_GE(static_cast<double>(cells.size()), 0.9 * static_cast<double>(walked.size()));
        // With hysteresis fewer, and none that the line did not reach.
        const auto kept = visited_cells(track);
        EXPECT_TRUE(std::includes(walked.begin(), walked.end(), kept.begin(), kept.end()));
        EXPECT_LE(kept.size(), cells.size());
    }
}

TEST(signature, a_phone_that_jitters_on_the_edge_of_a_cell_visits_few) {
    std::vector<Fix> track;
    for (int i = 0; i < 300; ++i) track.push_back(fix_at(nine + i * 10 * seconds_ms, {}));
    EXPECT_LE(visited_cells(with_wandering_noise(track, 8)).size(), 3U);
    EXPECT_TRUE(signed_parts(with_wandering_noise(track, 8)).empty());
}

TEST(signature, cells_are_about_as_wide_as_high_everywhere_and_wrap_at_the_date_line) {
    for (const double lat : {-80.0, -33.0, 0.0, 31.7, 60.0}) {
        std::vector<Fix> track;
        for (int i = 0; i < 100; ++i) {
            const geo::Place start = geo::place_of_degrees(lat, 120);
            Fix fix = fix_received(Instant{nine + i * 10 * seconds_ms}, geo::Plane(start).place({100.0 * i, 0}),
                                   Datum::wgs84);
            fix.accuracy_mm = 5000;
            fix.provider = Provider::gnss;
            track.push_back(fix);
        }
        mark(track);
        EXPECT_NEAR(static_cast<double>(visited_cells(track).size()), 100, 3) << lat;
    }
    std::vector<Fix> crossing;
    for (const std::int32_t lon : {1'799'950'000, -1'799'950'000}) {
        Fix fix = fix_received(Instant{nine + (lon < 0 ? 60 : 0) * seconds_ms}, {0, lon}, Datum::wgs84);
        fix.provider = Provider::gnss;
        fix.accuracy_mm = 5000;
        crossing.push_back(fix);
    }
    mark(crossing);
    EXPECT_LE(visited_cells(crossing).size(), 14U);
    EXPECT_GE(visited_cells(crossing).size(), 10U);
}

TEST(signature, a_line_nobody_can_have_travelled_is_not_filled) {
    std::vector<Fix> track = {fix_at(nine, {}), fix_at(nine + 10 * seconds_ms, {50'000, 0})};
    EXPECT_EQ(visited_cells(track).size(), 2U);
}

TEST(signature, shares_of_cells_are_those_of_sets) {
    Random random(12);
    for (int round = 0; round < 300; ++round) {
        std::set<std::uint64_t> a, b, common;
        for (std::uint64_t i = random.below(30); i > 0; --i) a.insert(random.below(40));
        for (std::uint64_t i = random.below(30); i > 0; --i) b.insert(random.below(40));
        for (const auto cell : a) {
            if (b.contains(cell)) common.insert(cell);
        }
        const std::vector<std::uint64_t> of_a(a.begin(), a.end()), of_b(b.begin(), b.end());
        const std::size_t all = a.size() + b.size() - common.size();
        const std::size_t least = std::min(a.size(), b.size());
        EXPECT_EQ(jaccard_ppm(of_a, of_b), all == 0 ? 0 : static_cast<std::int64_t>(common.size() * 1'000'000 / all));
        EXPECT_EQ(containment_ppm(of_a, of_b),
                  least == 0 ? 0 : static_cast<std::int64_t>(common.size() * 1'000'000 / least));
        EXPECT_EQ(is_worth_comparing(of_a, of_b),
                  jaccard_ppm(of_a, of_b) > 300'000 || containment_ppm(of_a, of_b) > 600'000);
    }
}

// The share of equal bins estimates the Jaccard share of the sets.
TEST(signature, equal_bins_estimate_the_common_share) {
    Random random(13);
    for (const double share : {0.2, 0.5, 0.8}) {
        double equal = 0;
        constexpr int rounds = 300;
        for (int round = 0; round < rounds; ++round) {
            std::vector<std::uint64_t> a, b;
            for (int i = 0; i < 40; ++i) {
                const std::uint64_t cell = random.next();
                // n common of 40 each: n / (80 − n) = share.
                const bool is_common = i < 80 * share / (1 + share);
                a.push_back(cell);
                b.push_back(is_common ? cell : random.next());
            }
            const Signature of_a = *signature_of(a), of_b = *signature_of(b);
            for (std::size_t i = 0; i < signature_bins; ++i) equal += of_a.bins[i] == of_b.bins[i] ? 1 : 0;
        }
        EXPECT_NEAR(equal / (rounds * signature_bins), share, 0.04) << share;
    }
}

TEST(signature, few_cells_are_not_signed) {
    EXPECT_FALSE(signature_of(std::vector<std::uint64_t>{1, 2, 3}));
    EXPECT_TRUE(signature_of(std::vector<std::uint64_t>{1, 2, 3, 4}));
    EXPECT_TRUE(signed_parts({}).empty());
    EXPECT_TRUE(visited_cells({}).empty());
}

// Written down once: another compiler or machine must find the same.
TEST(signature, is_the_same_everywhere) {
    Random random(1);
    std::vector<Fix> track = {fix_at(nine, {})};
    for (int i = 0; i < 500; ++i) {
        track.push_back(track.back());
        track.back().at.ms += 10 * seconds_ms;
        track.back().place.lat_e7 += static_cast<std::int32_t>(random.between(-2000, 6000));
        track.back().place.lon_e7 += static_cast<std::int32_t>(random.between(-3000, 5000));
    }
    const auto parts = signed_parts(track);
    ASSERT_FALSE(parts.empty());
    std::uint64_t sum = 0;
    for (const Signed& part : parts) {
        for (const std::uint64_t key : band_keys(part.signature)) sum = sum * 31 + key;
        for (const std::uint64_t cell : part.cells) sum = sum * 31 + cell;
    }
    EXPECT_EQ(sum, 890417354785512249U);
}

TEST(signature, a_day_is_signed_as_a_whole_and_by_the_trips_between_its_stays) {
    Random random(9);
    std::vector<Fix> day = ride(way(random, 20), 1);
    const std::size_t first_trip = day.size();
    const Fix arrived = day.back();
    for (int i = 1; i <= 360; ++i) {
        day.push_back(arrived);
        day.back().at.ms += i * 10 * seconds_ms;
    }
    for (const Fix& fix : ride(way(random, 20), 2, day.back().at.ms + 5 * seconds_ms)) day.push_back(fix);
    mark(day);
    const std::vector<Trip> found = trips(day);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].begin, 0U);
    EXPECT_LE(found[0].end, first_trip + 1);
    EXPECT_GE(found[0].end + 40, first_trip);
    EXPECT_GE(found[1].begin, first_trip + 300);
    EXPECT_EQ(found[1].end, day.size());
    EXPECT_EQ(signed_parts(day).size(), 3U);
}

}  // namespace
}  // namespace ningyi::track
