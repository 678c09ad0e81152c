// SPDX-License-Identifier: Apache-2.0
#include "track/measure.h"

#include <set>

#include <gtest/gtest.h>

#include "track/clean.h"
#include "track/walks_test.h"

namespace ningyi::track {
namespace {

TEST(measure, every_measure_is_found_by_its_name_and_names_its_facts_once) {
    EXPECT_EQ(find_measure("track.nothing"), nullptr);
    std::set<std::string_view> names;
    for (const MeasureDefinition& definition : measures()) {
        EXPECT_EQ(find_measure(definition.name), &definition);
        EXPECT_TRUE(names.insert(definition.name).second);
        EXPECT_TRUE(definition.name.starts_with("track."));
        EXPECT_GE(definition.version, 1);
        std::set<std::string_view> facts;
        for (const FactDefinition& fact : definition.facts) EXPECT_TRUE(facts.insert(fact.name).second);
        std::set<std::string_view> parameters;
        for (const ParameterDefinition& one : definition.parameters) EXPECT_TRUE(parameters.insert(one.name).second);
    }
}

TEST(measure, without_its_arguments_a_measure_is_insufficient_and_has_no_facts) {
    for (const MeasureDefinition& definition : measures()) {
        const std::vector<Argument> empty(definition.parameters.size());
        for (const std::span<const Argument> arguments :
             {std::span<const Argument>{}, std::span<const Argument>(empty)}) {
            const Measurement measurement = definition.run(arguments);
            EXPECT_EQ(measurement.verdict, Verdict::insufficient);
            ASSERT_EQ(measurement.facts.size(), definition.facts.size());
            for (const auto& fact : measurement.facts) EXPECT_FALSE(fact);
        }
    }
}

TEST(measure, an_empty_track_and_absurd_numbers_accuse_nobody) {
    for (const MeasureDefinition& definition : measures()) {
        for (const std::int64_t number : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, INT64_MAX}) {
            std::vector<Argument> arguments(definition.parameters.size());
            for (std::size_t i = 0; i < arguments.size(); ++i) {
                arguments[i].present = true;
                arguments[i].interval = minutes(0, 60);
                arguments[i].fix.marks = mark_invalid;
                arguments[i].number = number;
            }
            EXPECT_NE(definition.run(arguments).verdict, Verdict::contradicted) << definition.name;
        }
    }
}

TEST(measure, limits_have_names_in_their_order) {
    EXPECT_EQ(limit_names(0), "");
    EXPECT_EQ(limit_names(limit_low_coverage | limit_few_fixes), "few_fixes,low_coverage");
    EXPECT_EQ(limit_names(limit_retained), "retained");
    EXPECT_EQ(name_of(Verdict::contradicted), "contradicted");
}

// Numbers that any compiler, optimiser and C library must reproduce.
TEST(measure, the_facts_of_a_walk_are_the_same_everywhere) {
    Random random(2026);
    std::vector<Fix> a = random_walk(random, 400, 20'000, 20, 120'000);
    std::vector<Fix> b = random_walk(random, 300, 27'000, 20, 120'000);
    mark(a);
    mark(b);
    std::uint64_t digest = 0;
    for (const MeasureDefinition& definition : measures()) {
        std::vector<Argument> arguments(definition.parameters.size());
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            const ParameterDefinition& parameter = definition.parameters[i];
            arguments[i].present = parameter.required || parameter.kind == ArgumentKind::interval;
            arguments[i].track = parameter.name == "other" ? b : a;
            arguments[i].fix = a[17];
            arguments[i].place = home;
            arguments[i].interval = minutes(10, 100);
            arguments[i].number = 300'000;
        }
        const Measurement measurement = definition.run(arguments);
        const auto add = [&digest](std::int64_t value) {
            digest = digest * 0x100000001B3U ^ static_cast<std::uint64_t>(value);
        };
        for (const auto& fact : measurement.facts) add(fact.value_or(-1));
        add(measurement.strength_mnat);
        add(static_cast<std::int64_t>(measurement.verdict));
        add(measurement.limits);
    }
    EXPECT_EQ(digest, 9942712967401300906U);
}

}  // namespace
}  // namespace ningyi::track
