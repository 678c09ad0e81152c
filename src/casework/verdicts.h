// SPDX-License-Identifier: Apache-2.0
// What people decided about findings, folded from core events. A pure fold: the same events in any order of arrival give
// the same state. Which events there are is core_events.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/event.h"

namespace ningyi::casework {

enum class Verdict : std::uint8_t { violation, error, unfounded, unverifiable };  // 属实违规 属实差错 不属实 无法核实
enum class Appeal : std::uint8_t { none, filed, granted, dismissed };

// One finding is known here by rule, subject and dedup: revisions and versions come and go, what was decided stays.
struct Decided {
    std::string rule;
    std::int64_t version = 0;  // of the finding the verdict saw
    std::string subject, dedup;
    std::string finding;  // its id
    Verdict verdict = Verdict::unverifiable;
    Appeal appeal = Appeal::none;
    std::string innocent;  // id of the innocent reason chosen with `unfounded`, or ""
    std::string reviewer;
    Instant at;
    std::string agency, date;         // of the finding
    std::int64_t selection_ppm = 1000000;  // probability that this finding was drawn for review (rules.md §9.3)
    bool random_share = false;             // drawn at random, not from the top of the queue
    std::int64_t margin = 0;
    bool has_margin = false;
    std::int64_t at_risk_fen = 0;
    // An appeal granted counts as unfounded; unverifiable is not decided.
    Verdict effective() const { return appeal == Appeal::granted ? Verdict::unfounded : verdict; }
};

class Verdicts {
public:
    // Takes in one event; events of other types are passed over.
    void apply(const engine::ClearEvent& event);
    const Decided* find(const std::string& rule, const std::string& subject, const std::string& dedup) const;
    std::vector<const Decided*> all() const;  // ordered by (rule, subject, dedup)

private:
    struct Said;
    std::map<std::string, Decided> decided_;  // by rule, subject, dedup joined with \x1f
    std::map<std::string, std::pair<Instant, Id>> at_;  // event order of the verdict that counts
};

}  // namespace ningyi::casework
