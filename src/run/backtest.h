// SPDX-License-Identifier: Apache-2.0
// What would have been: rules as they run beside rules as proposed, over the orders already in the log. The answer is
// two lists (newly caught, newly lost) and what hangs on them; never a rate that no verdict supports.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "casework/verdicts.h"
#include "rule/outcome.h"
#include "rule/rule.h"
#include "run/kept_facts.h"

namespace ningyi::run {

// Judgements by outcome. A subject to which a rule does not apply counts once, however many rows its feature has.
struct Tally {
    std::int64_t hit = 0, clear = 0, exempt = 0, inconclusive = 0, not_applicable = 0;
    std::int64_t at_risk_fen = 0;  // of hits
    std::int64_t judged() const { return hit + clear + exempt + inconclusive + not_applicable; }
    bool operator==(const Tally&) const = default;
};

// A hit that only one of the two has. The outcome of the other one is not_applicable where that has no such row.
struct Moved {
    std::string subject, dedup, date, agency;
    std::map<std::string, std::string> scope;  // scope key -> value
    std::int64_t at_risk_fen = 0, margin = 0;
    rule::Outcome before = rule::Outcome::not_applicable, after = rule::Outcome::not_applicable;
    std::vector<std::string> also_hit_by;      // other rules, as they run, that hit the same subject; sorted
    std::optional<casework::Verdict> verdict;  // what people decided, where they did
};

// Sums of one value of a way to break down: an agency, a street, a month. "" stands for what is not known.
struct Slice {
    std::string key;
    Tally before, after;
    std::int64_t caught = 0, lost = 0, caught_fen = 0, lost_fen = 0;
};

// Confirmed and unfounded among the decided hits of one side; the interval is Wilson's at 95 %. Nothing where no
// verdict was given.
struct KnownPrecision {
    std::int64_t confirmed = 0, unfounded = 0, undecided = 0;  // undecided: hits without a decided verdict
    std::optional<std::pair<std::int64_t, std::int64_t>> interval_ppm;
};

struct RuleDifference {
    std::string rule, subject;                // subject: the entity it is about
    std::string digest_before, digest_after;  // "" where the rule is new or gone
    std::vector<model::Label> what_changed;   // sentences
    Tally before, after;
    std::vector<Moved> caught, lost;  // hits of after alone, of before alone; by (date, subject, dedup)
    std::int64_t caught_fen = 0, lost_fen = 0;
    std::int64_t caught_alone = 0, lost_alone = 0;  // that no other rule hits
    std::map<std::string, std::vector<Slice>> by;   // "agency", "month" and every scope key -> slices sorted by key
    std::map<std::string, std::int64_t> overlap;    // other rule -> newly caught subjects it hits already
    KnownPrecision precision_before, precision_after;
};

struct Backtest {
    std::optional<Date> from, to;       // as asked for, both included
    std::uint64_t position = 0;         // log position it was computed at
    std::int64_t subjects = 0;          // subjects of these rules in the period
    std::string set_before, set_after;  // digests of the two sets
    std::vector<RuleDifference> rules;  // those that differ in text or knowledge, by id; unchanged ones are left out
    bool has_verdicts = false;          // some hit of some rule here was decided
    std::map<std::string, std::string> texts;  // as in the input: what was tested
    std::string found;                         // hex SHA-256 of canonical()
    std::string digest;                        // covers found and texts: what an approval refers to
    bool from_cache = false;                   // the log was not read: facts were kept from an earlier run
    double seconds = 0;                        // told by the caller, not part of the digest
};

struct BacktestInput {
    const rule::RuleSet& before;
    const rule::RuleSet& after;
    const Zone& zone;
    std::optional<Date> from,
        to;  // days of the subjects, both included; subjects without a day count only without these
    const casework::Verdicts& verdicts;
    log::EventLog& log;
    Open open;
    FactKeeper& keeper;
    std::function<bool(double)> go_on;  // gets the share done; false stops it
    std::size_t parts = 0;              // pieces done at the same time; 0: as many as the machine has cores
    // Path -> hex SHA-256 of each text as proposed that differs from the one that runs; "" where there is none any
    // more.
    std::map<std::string, std::string> texts = {};
};

// Nothing when it was stopped; then nothing half-made stays behind.
Result<std::optional<Backtest>> backtest(const BacktestInput& input);

// Canonical bytes of everything but texts, digests, cache and seconds.
std::string canonical(const Backtest& backtest);
// The digest of a backtest of these texts that found what `found` is the digest of: whoever holds a report can tell
// which texts it is of, and that nobody put others in.
std::string backtest_digest(const std::map<std::string, std::string>& texts, std::string_view found);

// What was changed from one rule to the other and in the knowledge it uses, sentence by sentence. Either may be null.
std::vector<model::Label> changes_of(const rule::RuleSet& before_set, const rule::Rule* before,
                                     const rule::RuleSet& after_set, const rule::Rule* after);

}  // namespace ningyi::run
