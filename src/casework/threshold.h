// SPDX-License-Identifier: Apache-2.0
// The one parameter that a rule's margin is measured from, and which way it moves to hit less. Found by trying: the
// margin of a stored hit is computed again with the parameter one unit higher.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/zone.h"
#include "engine/finding.h"
#include "model/dictionary.h"
#include "rule/rule.h"

namespace ningyi::casework {

struct Threshold {
    model::Label title;  // of the parameter; empty when there is no single one
    std::string type;    // of the margin: length, duration, money, speed, ratio, int
    std::optional<std::int64_t> value;
    bool is_floor = false;                    // a lower value hits less: what is asked is at least so much
    std::optional<std::int64_t> least, most;  // what the parameter may be
    // The value after loosening by so many base units. REQUIRES: value.
    std::int64_t looser_by(std::int64_t by) const { return is_floor ? *value - by : *value + by; }
    // By how much it may be loosened; nothing when there is no bound.
    std::optional<std::int64_t> room() const;
};

// The threshold behind a hit of `rule`. Without a value when the margin does not move one for one with exactly one
// parameter, or rests on what findings do not store.
Threshold threshold_of(const rule::RuleSet& set, const rule::Rule& rule, const engine::Finding& hit, const Zone& zone);

}  // namespace ningyi::casework
