// SPDX-License-Identifier: Apache-2.0
#include "geo/datum.h"

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "geo/plane.h"

namespace ningyi::geo {
namespace {

const std::string vectors = "../shared/data/tracks/vectors/";

// The numbers of each line but the first; text columns end a line.
std::vector<std::vector<double>> numbers_of(const std::string& path) {
    std::vector<std::vector<double>> rows;
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::vector<double> row;
        std::stringstream cells(line);
        std::string cell;
        while (std::getline(cells, cell, ',') && cell.find_first_of("0123456789") == 0) row.push_back(std::stod(cell));
        rows.push_back(row);
    }
    return rows;
}

double metres_between(Degrees a, Degrees b) {
    const double north = (b.lat - a.lat) * 1e7 * metres_per_e7;
    const double east = (b.lon - a.lon) * 1e7 * metres_per_e7 * std::cos((a.lat + b.lat) / 2 * M_PI / 180);
    return std::sqrt(north * north + east * east);
}

TEST(datum, ten_places_agree_with_outside_vectors_to_a_tenth_of_a_millimetre) {
    const auto rows = numbers_of(vectors + "gcj_bd_prcoords.csv");
    if (rows.empty()) GTEST_SKIP() << "the outside vectors are not beside the project";
    ASSERT_EQ(rows.size(), 10U);
    for (const auto& row : rows) {
        ASSERT_EQ(row.size(), 6U);
        const Degrees wgs84{row[0], row[1]};
        const Degrees gcj02{row[2], row[3]};
        const Degrees bd09{row[4], row[5]};
        EXPECT_LT(metres_between(gcj02_of_wgs84(wgs84), gcj02), 1e-4);
        EXPECT_LT(metres_between(bd09_of_gcj02(gcj02), bd09), 1e-4);
        EXPECT_LT(metres_between(wgs84_of_gcj02(gcj02), wgs84), 1e-4);
        EXPECT_LT(metres_between(gcj02_of_bd09(bd09), gcj02), 1e-3);
    }
}

TEST(datum, three_places_agree_with_their_stated_tolerance) {
    const auto rows = numbers_of(vectors + "gcj02_vectors.csv");
    if (rows.empty()) GTEST_SKIP() << "the outside vectors are not beside the project";
    ASSERT_EQ(rows.size(), 3U);
    for (const auto& row : rows) {
        ASSERT_GE(row.size(), 4U);
        EXPECT_LT(metres_between(gcj02_of_wgs84({row[0], row[1]}), {row[2], row[3]}), 0.011);
    }
}

TEST(datum, four_steps_undo_gcj02_to_two_micrometres_and_two_steps_undo_bd09_to_a_millimetre) {
    double worst_gcj = 0;
    double worst_bd = 0;
    for (double lat = 18.5; lat < 53; lat += 0.37) {
        for (double lon = 74.2; lon < 134.2; lon += 0.41) {
            const Degrees wgs84{lat, lon};
            const Degrees gcj02 = gcj02_of_wgs84(wgs84);
            worst_gcj = std::max(worst_gcj, metres_between(wgs84_of_gcj02(gcj02), wgs84));
            worst_bd = std::max(worst_bd, metres_between(gcj02_of_bd09(bd09_of_gcj02(gcj02)), gcj02));
        }
    }
    EXPECT_LT(worst_gcj, 2e-6);
    EXPECT_LT(worst_bd, 1e-3);
}

TEST(datum, a_wrong_declaration_moves_a_flat_in_tianning_by_half_a_kilometre) {
    const Degrees flat{31.77, 119.97};
    EXPECT_NEAR(metres_between(flat, gcj02_of_wgs84(flat)), 502, 1);
    EXPECT_NEAR(metres_between(flat, bd09_of_gcj02(gcj02_of_wgs84(flat))), 1150, 5);
}

TEST(datum, outside_china_nothing_is_moved) {
    const Place zurich{473773352, 85468769};
    for (const Datum datum : {Datum::wgs84, Datum::gcj02, Datum::bd09, Datum::unknown}) {
        EXPECT_EQ(to_wgs84(zurich, datum), zurich);
        EXPECT_EQ(from_wgs84(zurich, datum), zurich);
    }
}

RC_GTEST_PROP(datum, converted_there_and_back_a_place_moves_by_one_unit_at_most, ()) {
    const Place place{*rc::gen::inRange(190000000, 530000000), *rc::gen::inRange(745000000, 1340000000)};
    for (const Datum datum : {Datum::gcj02, Datum::bd09}) {
        const Place back = to_wgs84(from_wgs84(place, datum), datum);
        RC_ASSERT(std::abs(back.lat_e7 - place.lat_e7) <= 1);
        RC_ASSERT(std::abs(back.lon_e7 - place.lon_e7) <= 1);
    }
}

}  // namespace
}  // namespace ningyi::geo
