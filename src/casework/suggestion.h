// SPDX-License-Identifier: Apache-2.0
// What the margins of decided findings say about a threshold: which value, so many hits fewer, so many of them
// confirmed, so much money. Loosening is read from hits; tightening only from a copy on trial, because of what was
// never hit nobody decided anything.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "casework/threshold.h"
#include "casework/verdicts.h"
#include "casework/wilson.h"
#include "engine/finding.h"
#include "model/dictionary.h"

namespace ningyi::casework {

struct Suggestion {
    enum class Kind : std::uint8_t {
        costs_nothing,  // looser by as much as loses no confirmed finding
        reaches_floor,  // looser by as little as lifts the share of the rest over the floor
        tighter         // what the copy on trial hits besides
    };
    Kind kind = Kind::costs_nothing;
    std::string rule;
    std::int64_t version = 0;
    std::int64_t by = 0;                                                          // base units; 0 of `tighter`
    std::int64_t hits = 0, confirmed = 0, unfounded = 0, undecided = 0, fen = 0;  // that go, or come
    std::string zh, en;
};

// `hits`: every present hit of one rule and version, with margins. Nothing when too little is decided (fewer than
// `least` verdicts), when no margin separates the unfounded ones, or when the parameter may not go so far.
std::vector<Suggestion> looser(const std::vector<engine::Finding>& hits, const Verdicts& verdicts,
                               const Threshold& threshold, std::int64_t floor_ppm, std::int64_t least = 10);

// `copy`: hits of the copy on trial; `running`: those of the version that runs. Without verdicts on what the copy hits
// besides, the sentence says only how many there are.
std::optional<Suggestion> tighter(const std::vector<engine::Finding>& running, const std::vector<engine::Finding>& copy,
                                  const Verdicts& verdicts);

// A quantity of base units as people write it: "400 米", "1.5 小时".
model::Label quantity_words(const std::string& type, std::int64_t base_units);

}  // namespace ningyi::casework
