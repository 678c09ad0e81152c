// SPDX-License-Identifier: Apache-2.0
// How often rules are right (精准率), from what people decided: never without an interval, weighted by the probability
// with which each finding came to review. What nobody decided says nothing here.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "casework/verdicts.h"
#include "casework/wilson.h"

namespace ningyi::casework {

struct Estimate {
    std::int64_t violation = 0, error = 0, unfounded = 0, unverifiable = 0;
    std::int64_t random = 0;  // of the decided ones, drawn at random
    WeightedShare strict, actionable;
    std::int64_t decided() const { return violation + error + unfounded; }
    std::int64_t confirmed() const { return violation + error; }
    // Unweighted, for gates.
    Interval gate() const { return wilson(confirmed(), decided()); }
    void add(const Decided& one);
};

// An innocent reason that people chose; above 10 % of a rule's unfounded verdicts it is a candidate for an exception.
struct InnocentCount {
    std::string id;
    std::int64_t count = 0;
    bool is_candidate = false;
};

struct RulePrecision {
    std::string rule;
    std::int64_t version = 0;
    Estimate all;
    std::map<std::string, Estimate> by_agency, by_month;  // "2026-10"
    std::vector<InnocentCount> innocent;                  // most frequent first
    std::int64_t only_it = 0;  // confirmed subjects on which no other rule was confirmed: its marginal value
};

// What a look at one more finding of a rule is worth: the chance that it is confirmed, (1 + confirmed) / (2 + decided),
// times the money at risk. Without verdicts the chance is one half. The queue is ordered by this.
std::int64_t queue_value(const Estimate* rule, std::int64_t at_risk_fen);

// One a rule and version, by (rule, version); verdicts on clean subjects are left out.
std::vector<RulePrecision> precision(const Verdicts& verdicts);

// Of the violations there are, the share that a live rule hit: those confirmed among hits against those found in draws
// of clean subjects, each weighted. Without a single verdict on a clean subject nothing can be said.
struct Recall {
    std::int64_t found = 0;           // confirmed violations among hits, one a subject
    std::int64_t clean_reviewed = 0;  // decided clean subjects, drawn at random
    std::int64_t missed = 0;          // violations among them
    WeightedShare share;              // yes: hit
    bool is_known() const { return clean_reviewed > 0; }
};
Recall recall(const Verdicts& verdicts);

}  // namespace ningyi::casework
