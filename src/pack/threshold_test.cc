// SPDX-License-Identifier: Apache-2.0
// Which parameter the margin of a rule of ./packs is measured from: LOC-01 asks for no more than a radius, TIM-01 for
// no less than a time.
#include "casework/threshold.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "pack/pack.h"

namespace ningyi::pack {
namespace {

const rule::RuleSet& packs() {
    static const Loaded loaded = [] {
        Files files;
        for (const auto& entry : std::filesystem::recursive_directory_iterator("packs")) {
            if (!entry.is_regular_file()) continue;
            std::ifstream stream(entry.path());
            std::stringstream text;
            text << stream.rdbuf();
            files[entry.path().lexically_relative("packs").generic_string()] = text.str();
        }
        return load(files, {});
    }();
    return loaded.set;
}

engine::Finding hit(const std::string& type, const std::string& margin, std::vector<engine::UsedValue> values) {
    engine::Finding finding;
    finding.outcome = rule::Outcome::hit;
    finding.margin_type = type;
    finding.margin = margin;
    finding.values = std::move(values);
    return finding;
}

TEST(Threshold, a_ceiling_is_loosened_upwards) {
    const rule::Rule* rule = packs().rule("HC-LOC-01");
    ASSERT_NE(rule, nullptr);
    // Beside the radius, three lengths of the rule have nothing to do with its margin.
    const auto found = casework::threshold_of(packs(), *rule,
                                              hit("length", "250000",
                                                  {{"far", "length", "500000"},
                                                   {"max_acc", "length", "100000"},
                                                   {"order.checkin_dist", "length", "350000"},
                                                   {"radius", "length", "100000"},
                                                   {"very_far", "length", "2000000"}}),
                                              Zone::china());
    EXPECT_EQ(found.value, 100000);
    EXPECT_FALSE(found.is_floor);
    EXPECT_EQ(found.title.zh, packs().param("home_care.checkin_radius")->title.zh);
    EXPECT_EQ(found.room(), 1'900'000) << "the bounds of the parameter say 2,000 m at most";
}

TEST(Threshold, a_floor_is_loosened_downwards) {
    const rule::Rule* rule = packs().rule("HC-TIM-07");
    ASSERT_NE(rule, nullptr);
    const auto found = casework::threshold_of(packs(), *rule,
                                              hit("duration", "4000",
                                                  {{"high", "duration", "3606000"},
                                                   {"low", "duration", "3600000"},
                                                   {"order.served", "duration", "3602000"},
                                                   {"spread_limit", "duration", "10000"}}),
                                              Zone::china());
    EXPECT_EQ(found.value, 10'000);
    EXPECT_TRUE(found.is_floor);
    EXPECT_EQ(found.looser_by(3'000), 7'000);
}

TEST(Threshold, what_is_not_stored_gives_no_threshold) {
    const rule::Rule* rule = packs().rule("HC-LOC-01");
    const auto nothing = casework::threshold_of(
        packs(), *rule, hit("length", "250000", {{"radius", "length", "100000"}}), Zone::china());
    EXPECT_FALSE(nothing.value);
    const auto another = casework::threshold_of(
        packs(), *rule,
        hit("length", "9", {{"order.checkin_dist", "length", "350000"}, {"radius", "length", "100000"}}),
        Zone::china());
    EXPECT_FALSE(another.value) << "the margin does not come out of these values";
}

}  // namespace
}  // namespace ningyi::pack
