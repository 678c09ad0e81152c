// SPDX-License-Identifier: Apache-2.0
#include "track/compare/datum.h"

#include <vector>

#include <gtest/gtest.h>

#include "geo/plane.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

// Dwells at `anchors` flats in Tianning, reported in `truth` with honest noise.
std::vector<Dwell> dwells_in(geo::Datum truth, int visits, int anchors, std::uint64_t seed) {
    Random random(seed);
    std::vector<Dwell> dwells;
    for (int i = 0; i < visits; ++i) {
        const double which = i % anchors;
        const geo::Place anchor = geo::Plane(home).place({900 * which, 700 * which});
        const geo::Place there = geo::from_wgs84(anchor, truth);
        const geo::Place received = geo::Plane(there).place({random.unit() * 60 - 30, random.unit() * 60 - 30});
        dwells.push_back({received, 15'000, anchor, static_cast<std::uint64_t>(i % anchors)});
    }
    return dwells;
}

TEST(datum_evidence, coordinates_of_another_datum_than_declared_are_found_and_the_right_one_is_named) {
    const geo::Datum datums[] = {geo::Datum::wgs84, geo::Datum::gcj02, geo::Datum::bd09};
    for (const geo::Datum truth : datums) {
        for (const geo::Datum declared : datums) {
            const DatumEvidence evidence = datum_evidence(dwells_in(truth, 5, 3, 4), declared);
            EXPECT_EQ(evidence.verdict, truth == declared ? Verdict::supported : Verdict::contradicted);
            EXPECT_EQ(static_cast<int>(evidence.best), static_cast<int>(truth));
        }
    }
}

TEST(datum_evidence, a_datum_shifted_twice_is_named) {
    std::vector<Dwell> dwells = dwells_in(geo::Datum::wgs84, 4, 2, 1);
    for (Dwell& dwell : dwells) {
        for (int i = 0; i < 2; ++i) dwell.received = geo::from_wgs84(dwell.received, geo::Datum::gcj02);
    }
    EXPECT_EQ(datum_evidence(dwells, geo::Datum::wgs84).best, Reference::gcj02_twice);
}

TEST(datum_evidence, one_address_or_two_visits_cannot_decide) {
    EXPECT_EQ(datum_evidence(dwells_in(geo::Datum::gcj02, 20, 1, 2), geo::Datum::wgs84).verdict, Verdict::insufficient);
    EXPECT_EQ(datum_evidence(dwells_in(geo::Datum::gcj02, 2, 2, 2), geo::Datum::wgs84).verdict, Verdict::insufficient);
    EXPECT_EQ(datum_evidence({}, geo::Datum::wgs84).verdict, Verdict::insufficient);
    // A dwell gives about 10 nats at most.
    const DatumEvidence one = datum_evidence(dwells_in(geo::Datum::gcj02, 1, 1, 2), geo::Datum::wgs84);
    EXPECT_GT(one.best_over_declared, 8);
    EXPECT_LT(one.best_over_declared, 10.7);
}

TEST(datum_evidence, wrong_addresses_among_right_ones_do_not_accuse_the_source) {
    std::vector<Dwell> dwells = dwells_in(geo::Datum::wgs84, 6, 6, 8);
    for (int i = 0; i < 2; ++i) {
        Dwell& dwell = dwells[static_cast<std::size_t>(i)];
        dwell.anchor = geo::Plane(dwell.anchor).place({-700, 300});
    }
    EXPECT_EQ(datum_evidence(dwells, geo::Datum::wgs84).verdict, Verdict::supported);
}

TEST(datum_evidence, the_residual_says_how_far_it_is_off) {
    const DatumEvidence evidence = datum_evidence(dwells_in(geo::Datum::gcj02, 9, 3, 5), geo::Datum::wgs84);
    EXPECT_NEAR(*evidence.east_m, 448, 40);
    EXPECT_NEAR(*evidence.north_m, -227, 40);
}

TEST(datum_evidence, outside_china_all_datums_are_one_and_nothing_is_said) {
    const geo::Place zurich{473'773'352, 85'468'769};
    std::vector<Dwell> dwells;
    for (std::uint64_t i = 0; i < 6; ++i) dwells.push_back({zurich, 15'000, zurich, i});
    EXPECT_EQ(datum_evidence(dwells, geo::Datum::wgs84).verdict, Verdict::insufficient);
}

}  // namespace
}  // namespace ningyi::track
