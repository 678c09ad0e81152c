// SPDX-License-Identifier: Apache-2.0
#include "track/compare/dwell.h"

#include <vector>

#include <gtest/gtest.h>

#include "track/clean.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

std::optional<std::int64_t> fact(std::string_view measure, const Measurement& measurement, std::string_view name) {
    const MeasureDefinition& definition = *find_measure(measure);
    for (std::size_t i = 0; i < definition.facts.size(); ++i) {
        if (definition.facts[i].name == name) return measurement.facts[i];
    }
    throw std::invalid_argument("no such fact");
}

// A visit of half an hour `offset` metres from home, as a source reports it that sends `truth` and declares `declared`.
std::vector<Fix> visit(geo::Offset offset, geo::Datum truth, geo::Datum declared) {
    std::vector<Fix> track;
    for (int i = 0; i <= 30; ++i) {
        const Fix real = fix_at(nine + i * minutes_ms, {offset.east + i % 4, offset.north + i % 3});
        Fix fix = fix_received(real.at, geo::from_wgs84(real.place, truth), declared);
        fix.accuracy_mm = 15'000;
        fix.provider = Provider::gnss;
        track.push_back(fix);
    }
    mark(track);
    return track;
}

Measurement dwell_at(const std::vector<Fix>& track, geo::Offset registered, std::int64_t who) {
    std::vector<Argument> arguments(4);
    arguments[0].present = true;
    arguments[0].track = track;
    arguments[2].present = true;
    arguments[2].place = geo::Plane(home).place(registered);
    arguments[3].present = true;
    arguments[3].number = who;
    return find_measure("track.dwell")->run(arguments);
}

// Six visits at three addresses, each where its address is registered.
std::vector<Gathered> source(geo::Datum truth, geo::Datum declared) {
    std::vector<Gathered> dwells;
    for (int i = 0; i < 6; ++i) {
        const geo::Offset flat{900.0 * (i % 3), 500.0 * (i % 3)};
        dwells.push_back(*dwell_of(dwell_at(visit(flat, truth, declared), flat, i)));
    }
    return dwells;
}

Measurement run_over(std::string_view measure, const std::vector<Gathered>& dwells, geo::Offset registered = {0, 0}) {
    std::vector<Argument> arguments(2);
    arguments[0].present = true;
    arguments[0].dwells = dwells;
    if (measure == "track.address") {
        arguments[1].present = true;
        arguments[1].place = geo::Plane(home).place(registered);
    }
    return find_measure(measure)->run(arguments);
}

TEST(dwell, the_longest_stay_of_a_visit_is_its_dwell) {
    const Measurement measurement = dwell_at(visit({0, 0}, geo::Datum::wgs84, geo::Datum::wgs84), {10, 0}, 7);
    const auto dwell = dwell_of(measurement);
    ASSERT_TRUE(dwell);
    EXPECT_LT(geo::distance_m(dwell->place, home), 3);
    EXPECT_EQ(dwell->place, dwell->received);
    EXPECT_EQ(dwell->lasts, 30 * minutes_ms);
    EXPECT_EQ(dwell->subject, 7U);
    EXPECT_NEAR(dwell->sigma_mm, 9936, 2);
    EXPECT_FALSE(dwell_of(dwell_at({}, {0, 0}, 7)));
}

TEST(dwell, a_source_is_judged_by_the_datum_it_declares) {
    for (const geo::Datum declared : {geo::Datum::wgs84, geo::Datum::gcj02, geo::Datum::bd09}) {
        EXPECT_EQ(run_over("track.datum", source(declared, declared)).verdict, Verdict::supported);
    }
    const Measurement wrong = run_over("track.datum", source(geo::Datum::gcj02, geo::Datum::wgs84));
    EXPECT_EQ(wrong.verdict, Verdict::contradicted);
    EXPECT_EQ(fact("track.datum", wrong, "best"), static_cast<std::int64_t>(Reference::gcj02));
    EXPECT_NEAR(static_cast<double>(*fact("track.datum", wrong, "offset")), 502'000, 20'000);
    EXPECT_GT(wrong.strength_mnat, 10'000);
    EXPECT_EQ(run_over("track.datum", source(geo::Datum::wgs84, geo::Datum::gcj02)).verdict, Verdict::contradicted);
    EXPECT_EQ(run_over("track.datum", source(geo::Datum::wgs84, geo::Datum::unknown)).verdict, Verdict::insufficient);
}

TEST(dwell, an_address_whose_visits_meet_elsewhere_is_contradicted_once_they_are_enough) {
    std::vector<Gathered> dwells;
    for (int i = 0; i < 6; ++i) {
        dwells.push_back(
            *dwell_of(dwell_at(visit({400, 5.0 * i}, geo::Datum::wgs84, geo::Datum::wgs84), {0, 0}, 1 + i % 2)));
    }
    const Measurement measurement = run_over("track.address", dwells);
    EXPECT_EQ(measurement.verdict, Verdict::contradicted);
    EXPECT_NEAR(static_cast<double>(*fact("track.address", measurement, "distance")), 401'500, 3000);
    EXPECT_EQ(fact("track.address", measurement, "visits"), 6);
    EXPECT_EQ(fact("track.address", measurement, "subjects"), 2);
    EXPECT_EQ(run_over("track.address", dwells, {400, 0}).verdict, Verdict::supported);
    for (Gathered& dwell : dwells) dwell.subject = 1;
    EXPECT_EQ(run_over("track.address", dwells).verdict, Verdict::insufficient);
    dwells.resize(2);
    EXPECT_EQ(run_over("track.address", dwells).verdict, Verdict::insufficient);
    EXPECT_EQ(run_over("track.address", {}).verdict, Verdict::insufficient);
}

}  // namespace
}  // namespace ningyi::track
