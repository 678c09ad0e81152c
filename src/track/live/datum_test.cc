// SPDX-License-Identifier: Apache-2.0
#include "track/live/datum.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "base/random.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

std::vector<Dwell> dwells_of(Random& random, int n) {
    std::vector<Dwell> dwells;
    const geo::Datum truth = random.chance(0.5) ? geo::Datum::gcj02 : geo::Datum::wgs84;
    for (int i = 0; i < n; ++i) {
        const auto which = random.below(5);
        const geo::Place anchor = geo::Plane(home).place({900.0 * static_cast<double>(which), 0});
        const geo::Offset off{random.unit() * 80 - 40, random.chance(0.1) ? 2000 : random.unit() * 80 - 40};
        dwells.push_back({geo::Plane(geo::from_wgs84(anchor, truth)).place(off), 15'000, anchor, which});
    }
    return dwells;
}

double middle_of(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

TEST(live_datum, after_every_dwell_it_is_the_sealed_form_of_those_so_far) {
    Random random(61);
    int decided = 0;
    for (int run = 0; run < 30; ++run) {
        const auto dwells = dwells_of(random, 12);
        const geo::Datum declared = random.chance(0.2) ? geo::Datum::unknown : geo::Datum::wgs84;
        LiveDatum live(declared);
        std::vector<double> east;
        std::set<std::uint64_t> anchors;
        for (std::size_t i = 0; i < dwells.size(); ++i) {
            live.add(dwells[i]);
            const DatumEvidence now = live.evidence();
            const DatumEvidence sealed = datum_evidence(std::span(dwells).first(i + 1), declared);
            ASSERT_EQ(now.log_likelihood, sealed.log_likelihood);
            ASSERT_EQ(now.best, sealed.best);
            ASSERT_EQ(now.verdict, sealed.verdict);
            ASSERT_EQ(now.best_over_declared, sealed.best_over_declared);
            ASSERT_EQ(now.declared_over_other, sealed.declared_over_other);
            ASSERT_EQ(now.east_m, sealed.east_m);
            ASSERT_EQ(now.north_m, sealed.north_m);
            // Counted and sorted by hand.
            anchors.insert(dwells[i].anchor_id);
            east.push_back(geo::Plane(dwells[i].anchor).offset(dwells[i].received).east);
            ASSERT_EQ(now.dwells, static_cast<std::int64_t>(i + 1));
            ASSERT_EQ(now.anchors, static_cast<std::int64_t>(anchors.size()));
            ASSERT_DOUBLE_EQ(*now.east_m, middle_of(east));
            decided += now.verdict != Verdict::insufficient ? 1 : 0;
        }
    }
    EXPECT_GT(decided, 50);
}

TEST(live_datum, with_little_room_the_sums_stay_and_the_median_is_that_of_the_last_dwells) {
    Random random(62);
    const auto dwells = dwells_of(random, 50);
    LiveDatum live(geo::Datum::wgs84, 8);
    for (const Dwell& dwell : dwells) {
        live.add(dwell);
        ASSERT_LE(live.kept(), 8U);
    }
    const DatumEvidence now = live.evidence();
    const DatumEvidence sealed = datum_evidence(dwells, geo::Datum::wgs84);
    EXPECT_EQ(now.log_likelihood, sealed.log_likelihood);
    EXPECT_EQ(now.dwells, sealed.dwells);
    EXPECT_EQ(now.verdict, sealed.verdict);
    const DatumEvidence last = datum_evidence(std::span(dwells).last(8), geo::Datum::wgs84);
    EXPECT_EQ(now.east_m, last.east_m);
    EXPECT_EQ(now.north_m, last.north_m);
}

}  // namespace
}  // namespace ningyi::track
