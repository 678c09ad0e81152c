// SPDX-License-Identifier: Apache-2.0
#include "exchange/track_words.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "track/measure.h"

namespace ningyi::exchange {
namespace {

bool is_chinese(const std::string& text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0xE4; });
}

TEST(TrackWords, every_fact_of_every_measure_has_words_in_both_languages) {
    for (const track::MeasureDefinition& measure : track::measures()) {
        for (const track::FactDefinition& fact : measure.facts) {
            const model::Label words = fact_words(measure.name, fact.name);
            EXPECT_TRUE(is_chinese(words.zh)) << measure.name << " " << fact.name << ": " << words.zh;
            EXPECT_FALSE(is_chinese(words.en)) << measure.name << " " << fact.name << ": " << words.en;
        }
    }
}

TEST(TrackWords, durations_show_milliseconds_only_where_there_are_any) {
    const Zone zone = Zone::china();
    const auto text = [&](Millis ms) { return amount_words(track::FactKind::duration, ms, zone).zh; };
    EXPECT_EQ(text(0), "0 s");
    EXPECT_EQ(text(1000), "1 s");
    EXPECT_EQ(text(-1500), "-1.500 s");
    EXPECT_EQ(text(206'000), "0:03:26");
}

}  // namespace
}  // namespace ningyi::exchange
