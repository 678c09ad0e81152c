// SPDX-License-Identifier: Apache-2.0
// What measures of tracks say, in words: verdicts, limits, facts with their units, marks of cleaning. Generic: a
// measure new in the table shows up by its names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/zone.h"
#include "model/dictionary.h"
#include "track/measure.h"

namespace ningyi::exchange {

model::Label verdict_words(track::Verdict verdict);
model::Label limit_words(std::uint32_t limits);        // "few fixes, low coverage"; empty for none
model::Label measure_words(std::string_view measure);  // "track.replay" -> "是否复制"; its name when unknown
model::Label fact_words(std::string_view measure, std::string_view fact);                // its name when unknown
model::Label amount_words(track::FactKind kind, std::int64_t amount, const Zone& zone);  // with the unit
std::string_view unit_of(track::FactKind kind);  // of the integer: "mm", "ms", "ppm", "", "mnat"
std::string strength_text(std::int64_t mnat);    // "12.3"

struct MarkCount {
    model::Label label;
    std::string_view name;  // "repeat"
    std::int64_t count = 0;
};
// Marks that some fix has, and how many have it.
std::vector<MarkCount> mark_counts(const std::vector<track::Fix>& fixes);

}  // namespace ningyi::exchange
