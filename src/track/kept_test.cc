// SPDX-License-Identifier: Apache-2.0
#include "track/kept.h"

#include <gtest/gtest.h>

#include "track/clean.h"
#include "track/measure.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

TEST(kept, measures_answer_the_same_with_what_is_kept_and_without) {
    Random random(12);
    for (int round = 0; round < 40; ++round) {
        std::vector<Fix> a = errand(random, 8, nine);
        std::vector<Fix> b = errand(random, 8, nine + static_cast<Millis>(random.below(3)) * hours_ms);
        if (round % 4 == 0) {
            b = a;
            for (Fix& fix : b) fix.at.ms += 7 * days_ms;
        }
        mark(a);
        mark(b);
        Kept of_a, of_b;
        for (const Interval interval : {minutes(0, 60), minutes(10, 30)}) {
            for (const MeasureDefinition& definition : measures()) {
                std::vector<Argument> arguments(definition.parameters.size());
                for (std::size_t i = 0; i < arguments.size(); ++i) {
                    const ParameterDefinition& parameter = definition.parameters[i];
                    arguments[i].present = parameter.required || parameter.kind == ArgumentKind::interval;
                    arguments[i].track = parameter.name == "other" ? b : a;
                    arguments[i].place = home;
                    arguments[i].interval = interval;
                    arguments[i].number = 300'000;
                }
                const Measurement without = definition.run(arguments);
                if (definition.verdict_only != nullptr) {
                    const Measurement brief = definition.verdict_only(arguments);
                    EXPECT_EQ(brief.verdict, without.verdict) << definition.name;
                    EXPECT_EQ(brief.strength_mnat, without.strength_mnat) << definition.name;
                    EXPECT_EQ(brief.limits, without.limits) << definition.name;
                }
                for (std::size_t i = 0; i < arguments.size(); ++i)
                    arguments[i].kept = definition.parameters[i].name == "other" ? &of_b : &of_a;
                for (int again = 0; again < 2; ++again) {
                    const Measurement with = definition.run(arguments);
                    EXPECT_EQ(with.verdict, without.verdict) << definition.name;
                    EXPECT_EQ(with.strength_mnat, without.strength_mnat) << definition.name;
                    EXPECT_EQ(with.limits, without.limits) << definition.name;
                    EXPECT_EQ(with.facts, without.facts) << definition.name;
                }
            }
        }
    }
}

}  // namespace
}  // namespace ningyi::track
