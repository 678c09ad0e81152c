// SPDX-License-Identifier: Apache-2.0
#include "track/compare/shape.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "track/call_test.h"
#include "track/forgeries_test.h"
#include "track/real_tracks_test.h"

namespace ningyi::track {
namespace {

using Points = std::vector<geo::Offset>;

double distance(geo::Offset a, geo::Offset b) {
    return std::hypot(a.east - b.east, a.north - b.north);
}

Points wander(Random& random, std::size_t n, double reach_m) {
    Points points{{reach_m * random.unit(), reach_m * random.unit()}};
    while (points.size() < n) {
        const geo::Offset last = points.back();
        points.push_back({std::round((last.east + reach_m * (random.unit() - 0.45)) * 1000) / 1000,
                          std::round((last.north + reach_m * (random.unit() - 0.5)) * 1000) / 1000});
    }
    points.front() = {std::round(points.front().east * 1000) / 1000, std::round(points.front().north * 1000) / 1000};
    return points;
}

// The definitions, by the whole table.
struct Slow {
    double frechet = 0;
    double dtw = 0;
};
Slow slow(const Points& a, const Points& b) {
    std::vector<std::vector<double>> most(a.size(), std::vector<double>(b.size()));
    auto sum = most;
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (std::size_t j = 0; j < b.size(); ++j) {
            const double d = distance(a[i], b[j]);
            double least_most = 1e300, least_sum = 1e300;
            for (const auto& [p, q] : {std::pair(i - 1, j), std::pair(i, j - 1), std::pair(i - 1, j - 1)}) {
                if (p >= a.size() || q >= b.size()) continue;
                least_most = std::min(least_most, most[p][q]);
                least_sum = std::min(least_sum, sum[p][q]);
            }
            const bool is_first = i == 0 && j == 0;
            most[i][j] = is_first ? d : std::max(d, least_most);
            sum[i][j] = is_first ? d : d + least_sum;
        }
    }
    return {most.back().back(), sum.back().back()};
}

TEST(shape, the_fast_kernels_are_the_definitions_and_the_same_in_every_register_width) {
    Random random(41);
    for (int round = 0; round < 150; ++round) {
        const Points a = wander(random, 1 + random.below(70), 40);
        const Points b = wander(random, 1 + random.below(70), 40);
        const Slow expected = slow(a, b);
        EXPECT_NEAR(discrete_frechet_m(a, b), expected.frechet, 1e-6 * expected.frechet + 1e-9);
        EXPECT_NEAR(dtw_m(a, b), expected.dtw, 1e-6 * expected.dtw + 1e-9);
        EXPECT_EQ(discrete_frechet_m(a, b), discrete_frechet_m(a, b, Kernel::plain));
        EXPECT_EQ(dtw_m(a, b), dtw_m(a, b, Kernel::plain));
        EXPECT_EQ(discrete_frechet_m(a, b), discrete_frechet_m(b, a));
        for (const double part : {0.0, 0.5, 0.9, 0.99, 1.01, 1.1, 3.0}) {
            for (const Kernel kernel : {Kernel::widest, Kernel::plain}) {
                EXPECT_EQ(
                    is_within_discrete_frechet(a, b, part * expected.frechet + (part > 1 ? 0.001 : -0.001), kernel),
                    part > 1)
                    << part;
            }
        }
    }
}

// A walk along both lines at points so dense that the lines between hide nothing.
Points dense(const Points& line, double step) {
    Points result{line.front()};
    for (std::size_t i = 1; i < line.size(); ++i) {
        const int parts = std::max(1, static_cast<int>(std::ceil(distance(line[i - 1], line[i]) / step)));
        for (int k = 1; k <= parts; ++k) {
            const double share = static_cast<double>(k) / parts;
            result.push_back({line[i - 1].east + share * (line[i].east - line[i - 1].east),
                              line[i - 1].north + share * (line[i].north - line[i - 1].north)});
        }
    }
    return result;
}

TEST(shape, the_distance_along_the_lines_is_that_of_very_dense_points) {
    Random random(42);
    for (int round = 0; round < 60; ++round) {
        const Points a = wander(random, 1 + random.below(9), 10);
        const Points b = wander(random, 1 + random.below(9), 10);
        const double found = static_cast<double>(frechet_mm(a, b)) / 1000;
        const double bound = slow(dense(a, 0.1), dense(b, 0.1)).frechet;
        EXPECT_LE(found, bound + 0.0011);
        EXPECT_GE(found, bound - 0.1);
        EXPECT_TRUE(is_within_frechet(a, b, found + 1e-6));
        EXPECT_FALSE(found > 0 && is_within_frechet(a, b, found - 0.001));
        EXPECT_EQ(frechet_mm(b, a), frechet_mm(a, b));
    }
}

TEST(shape, sampling_one_line_otherwise_does_not_change_the_distance_along_it) {
    Random random(43);
    const Points a = wander(random, 30, 50);
    Points b = a;
    for (geo::Offset& point : b) point.north += 7;
    EXPECT_EQ(frechet_mm(a, dense(b, 3)), 7000);
    EXPECT_EQ(frechet_mm(dense(a, 11), b), 7000);
    EXPECT_EQ(frechet_mm(a, a), 0);
}

TEST(shape, edits_and_gaps_are_those_of_trying_everything) {
    Random random(44);
    for (int round = 0; round < 60; ++round) {
        const Points a = wander(random, 1 + random.below(6), 8);
        const Points b = wander(random, 1 + random.below(6), 8);
        struct Best {
            std::int64_t common = 0;
            double edits = 0, erp = 0;
        };
        // By definition, recursively.
        const auto best = [&](const auto& self, std::size_t i, std::size_t j) -> Best {
            Best result;
            if (i == a.size() || j == b.size()) {
                for (std::size_t k = i; k < a.size(); ++k) result.erp += distance(a[k], {0, 0});
                for (std::size_t k = j; k < b.size(); ++k) result.erp += distance(b[k], {0, 0});
                result.edits = static_cast<double>(a.size() - i + b.size() - j);
                return result;
            }
            const bool is_match = distance(a[i], b[j]) < 5;
            const Best both = self(self, i + 1, j + 1), without_a = self(self, i + 1, j),
                       without_b = self(self, i, j + 1);
            result.common = std::max({both.common + (is_match ? 1 : 0), without_a.common, without_b.common});
            result.edits = std::min({both.edits + (is_match ? 0 : 1), without_a.edits + 1, without_b.edits + 1});
            result.erp = std::min({both.erp + distance(a[i], b[j]), without_a.erp + distance(a[i], {0, 0}),
                                   without_b.erp + distance(b[j], {0, 0})});
            return result;
        };
        const Best expected = best(best, 0, 0);
        EXPECT_EQ(lcss_length(a, b, 5), expected.common);
        EXPECT_DOUBLE_EQ(edr(a, b, 5), expected.edits / static_cast<double>(std::max(a.size(), b.size())));
        EXPECT_NEAR(erp_m(a, b, {0, 0}), expected.erp, 1e-9);
    }
}

Points points_of(const std::string& path) {
    Points points;
    std::ifstream file(path);
    geo::Offset point;
    while (file >> point.east >> point.north) points.push_back(point);
    return points;
}

// traj-dist fills the border of its tables in its own way: points left out before the first pair cost nothing in EDR,
// and the whole of both lines in ERP. With the border of the definitions these must be our values, with its border its.
enum class Border { defined, of_traj_dist };

double slow_edr(const Points& a, const Points& b, double within, Border border) {
    std::vector<std::vector<double>> edits(a.size() + 1, std::vector<double>(b.size() + 1, 0));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                edits[i][j] = border == Border::defined ? static_cast<double>(i + j) : 0;
                continue;
            }
            edits[i][j] = std::min({edits[i - 1][j - 1] + (distance(a[i - 1], b[j - 1]) < within ? 0 : 1),
                                    edits[i - 1][j] + 1, edits[i][j - 1] + 1});
        }
    }
    return edits.back().back() / static_cast<double>(std::max(a.size(), b.size()));
}

double slow_erp(const Points& a, const Points& b, Border border) {
    std::vector<std::vector<double>> sums(a.size() + 1, std::vector<double>(b.size() + 1, 0));
    const auto length = [&](const Points& line, std::size_t n) {
        double sum = 0;
        for (std::size_t i = 0; i < (border == Border::defined ? n : line.size()); ++i)
            sum += distance(line[i], {0, 0});
        return sum;
    };
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                sums[i][j] = i > 0 ? length(a, i) : j > 0 ? length(b, j) : 0;
                continue;
            }
            sums[i][j] =
                std::min({sums[i - 1][j - 1] + distance(a[i - 1], b[j - 1]),
                          sums[i - 1][j] + distance(a[i - 1], {0, 0}), sums[i][j - 1] + distance(b[j - 1], {0, 0})});
        }
    }
    return sums.back().back();
}

TEST(shape, other_libraries_compute_the_same) {
    const std::string folder = "../shared/data/tracks/vectors/";
    std::ifstream file(folder + "similarity_reference.csv");
    if (!file) GTEST_SKIP() << "the reference values are not beside the project";
    std::string line;
    std::getline(file, line);
    int compared = 0;
    while (std::getline(file, line)) {
        std::vector<std::string> cells;
        std::stringstream text(line);
        for (std::string cell; std::getline(text, cell, ',');) cells.push_back(cell);
        const Points a = points_of(folder + "ref_xy/" + cells[0] + ".A.xy");
        const Points b = points_of(folder + "ref_xy/" + cells[0] + ".B.xy");
        ASSERT_EQ(a.size(), std::stoul(cells[1]));
        ASSERT_EQ(b.size(), std::stoul(cells[2]));
        const std::string& measure = cells[3];
        const double within = cells[4].starts_with("eps=") ? std::stod(cells[4].substr(4)) : 0;
        double found = -1;
        if (measure == "discrete_frechet") found = discrete_frechet_m(a, b);
        if (measure == "directed_hausdorff_points_AB") found = directed_hausdorff_points_m(a, b);
        if (measure == "directed_hausdorff_points_BA") found = directed_hausdorff_points_m(b, a);
        if (measure == "dtw_sum") found = dtw_m(a, b);
        if (measure == "hausdorff_segment") found = hausdorff_segments_m(a, b);
        if (measure == "sspd") found = sspd_m(a, b);
        if (measure.starts_with("lcss")) found = lcss_distance(a, b, within);
        if (measure.starts_with("edr")) {
            found = slow_edr(a, b, within, Border::of_traj_dist);
            EXPECT_NEAR(edr(a, b, within), slow_edr(a, b, within, Border::defined), 1e-12);
        }
        if (measure == "erp") {
            found = slow_erp(a, b, Border::of_traj_dist);
            EXPECT_NEAR(erp_m(a, b, {0, 0}), slow_erp(a, b, Border::defined), 1e-9 * found);
        }
        const double expected = std::stod(cells[5]);
        EXPECT_NEAR(found, expected, 1e-6 * std::max(1.0, expected)) << line;
        ++compared;
    }
    EXPECT_EQ(compared, 70);
}

// The pair of the MobilityDB manual, five numbers (CC BY-SA 3.0).
TEST(shape, the_pair_of_a_manual_gives_its_five_numbers) {
    const Points a = {{1, 1}, {3, 3}, {1, 1}};
    const Points b = {{1.1, 1.1}, {2.5, 2.5}, {4, 4}, {3, 3}, {1.5, 2}};
    EXPECT_NEAR(hausdorff_points_m(a, b), 1.414214, 1e-6);
    EXPECT_NEAR(discrete_frechet_m(a, b), 1.414214, 1e-6);
    EXPECT_NEAR(dtw_m(a, b), 3.380776, 1e-6);
    EXPECT_NEAR(average_hausdorff_m(a, b), 0.385218, 1e-6);
    EXPECT_EQ(lcss_length(a, b, 1), 2);
}

TEST(shape, two_receivers_in_one_car_differ_by_half_a_metre_at_the_same_time) {
    std::vector<Fix> a = car_by_ublox();
    std::vector<Fix> b = car_by_span();
    if (a.empty() || b.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
    mark(a);
    mark(b);
    const Call car = Call("track.shape").with_track("track", a).with_track("other", b);
    EXPECT_EQ(car.run().verdict, Verdict::insufficient);
    EXPECT_EQ(car.run().limits, 0U);
    EXPECT_NEAR(static_cast<double>(*car.fact("sync_p50")), 500, 60);
    EXPECT_LE(*car.fact("sync_p90"), 1000);
    EXPECT_LE(*car.fact("sspd"), 2500);
    EXPECT_LE(*car.fact("frechet"), *car.fact("frechet_points"));
    EXPECT_LE(*car.fact("hausdorff_line"), *car.fact("frechet"));
}

TEST(shape, is_no_verdict_and_says_nothing_of_an_empty_track) {
    Random random(3);
    std::vector<Fix> track = ride(way(random, 10), 1);
    const std::vector<Fix> none;
    const Measurement empty = Call("track.shape").with_track("track", track).with_track("other", none).run();
    EXPECT_EQ(empty.verdict, Verdict::insufficient);
    EXPECT_EQ(limit_names(empty.limits), "no_track");
    const Call same = Call("track.shape").with_track("track", track).with_track("other", track);
    EXPECT_EQ(same.run().verdict, Verdict::insufficient);
    for (const char* name : {"sync_max", "sspd", "hausdorff", "hausdorff_line", "hausdorff_mean", "dtw", "frechet",
                             "frechet_points", "erp", "lcss", "edr"}) {
        EXPECT_EQ(same.fact(name), 0) << name;
    }
    std::vector<Fix> shuffled = track;
    shuffle(shuffled, random);
    mark(shuffled);
    EXPECT_EQ(Call("track.shape").with_track("track", shuffled).with_track("other", track).run().facts,
              same.run().facts);
}

TEST(shape, lines_far_from_the_origin_of_the_map_are_measured_like_lines_near_it) {
    Random random(9);
    const Points a = wander(random, 40, 20), b = wander(random, 30, 20);
    const auto far = [](Points points) {
        for (geo::Offset& point : points) point = {point.east + 1'134'000, point.north + 3'532'000};
        return points;
    };
    EXPECT_NEAR(discrete_frechet_m(far(a), far(b)), discrete_frechet_m(a, b), 0.003);
    EXPECT_NEAR(dtw_m(far(a), far(b)), dtw_m(a, b), 0.003 * 70);
    EXPECT_TRUE(is_within_discrete_frechet(far(a), far(b), discrete_frechet_m(a, b) + 0.003));
    EXPECT_FALSE(is_within_discrete_frechet(far(a), far(b), discrete_frechet_m(a, b) - 0.003));
}

}  // namespace
}  // namespace ningyi::track
