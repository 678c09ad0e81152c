// SPDX-License-Identifier: Apache-2.0
// What would have been: rules as they run beside rules as proposed, over the orders already in the log. The answer is
// two lists (newly caught, newly lost) and what hangs on them; never a rate that no verdict supports.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "casework/verdicts.h"
#include "rule/outcome.h"
#include "rule/rule.h"

namespace ningyi::run {

struct Tally {
    std::int64_t judged = 0, hit = 0, clear = 0, exempt = 0, inconclusive = 0, not_applicable = 0;
    std::int64_t at_risk_fen = 0;  // of hits
};

// A hit that only one of the two has.
struct Moved {
    std::string subject, dedup, date, agency;
    std::int64_t at_risk_fen = 0, margin = 0;
    rule::Outcome before = rule::Outcome::clear, after = rule::Outcome::clear;
    std::vector<std::string> also_hit_by;               // other rules, as they run, that hit the same subject
    std::optional<casework::Verdict> verdict;            // what people decided, where they did
};

// Sums of one value of a way to break down: an agency, a street, a month.
struct Slice {
    std::string key;
    Tally before, after;
    std::int64_t caught = 0, lost = 0, caught_fen = 0, lost_fen = 0;
};

// Confirmed and unfounded among the decided hits of one side; the interval is Wilson's at 95 %, in ppm. Nothing where no
// verdict was given.
struct KnownPrecision {
    std::int64_t confirmed = 0, unfounded = 0, undecided = 0;  // undecided: hits without a decided verdict
    std::optional<std::pair<std::int64_t, std::int64_t>> interval_ppm;
};

struct RuleDifference {
    std::string rule;
    std::string digest_before, digest_after;  // "" where the rule is new or gone
    std::vector<std::string> what_changed;    // "param home_care.checkin_radius 2026-10-01 100m → 150m", "clause far: …"
    Tally before, after;
    std::vector<Moved> caught, lost;          // hits of after alone, of before alone; by (date, subject, dedup)
    std::map<std::string, std::vector<Slice>> by;  // "agency", "month" and every scope key -> slices sorted by key
    KnownPrecision precision_before, precision_after;
};

struct Backtest {
    Date from, to;
    std::uint64_t position = 0;          // log position it was computed at
    std::int64_t subjects = 0;           // subjects looked at
    std::vector<RuleDifference> rules;   // those that differ in text or knowledge, by id; unchanged ones are left out
    std::string digest;                  // hex SHA-256 of the report's canonical bytes: what an approval refers to
    bool from_cache = false;             // facts were read from columns kept from an earlier run
    double seconds = 0;                  // told by the caller, not part of the digest
};

}  // namespace ningyi::run
