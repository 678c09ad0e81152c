// SPDX-License-Identifier: Apache-2.0
// A finding: what one rule says of one subject, with everything needed to defend it. Unreviewed: a lead, never a
// verdict.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "rule/outcome.h"

namespace ningyi::engine {

using rule::Outcome;  // to_word(Outcome) is in rule/outcome.h

// A value the rule used, as stored: only privacy levels 1 and 2 (higher ones stand as event numbers in `evidence`).
struct UsedValue {
    std::string path;  // "order.checkin_dist", "over", "radius"
    std::string type;  // "length", "duration", "string" …
    std::string text;  // base units as an integer, or the text; empty with `absent`
    bool absent = false;
    bool operator==(const UsedValue&) const = default;
};

struct Finding {
    std::string id;    // hex digest of everything below, with mode, position and revision
    std::string rule;  // HC-LOC-01
    std::int64_t version = 0;
    std::string rule_digest;    // hex
    std::string params_digest;  // hex, over the values and rows in reach
    std::string subject_entity;
    std::string subject;
    std::string dedup;  // key beside rule and subject, "" when there is none
    Outcome outcome = Outcome::clear;
    std::string reason;                // id of the doubt or exception, "missing", "error", "applies"; "" for a hit
    std::vector<std::string> missing;  // paths
    std::string entry;                 // list entry or table row that made an exception true
    std::string clauses;               // one of t f ? per clause, in order; same for doubts and exceptions
    std::string doubts;
    std::string exceptions;
    std::string band;
    int severity = 0;               // 1..3 of a hit
    std::string result;             // violation suspicious notice
    std::string effect;             // block partial hold sample note task
    std::vector<UsedValue> values;  // sorted by path
    std::string margin;             // base units, "" when none
    std::string margin_type;
    std::int64_t at_risk_fen = 0;
    std::string payable;  // base units of what is still paid (effect partial), "" when none
    std::string payable_type;
    std::string date;                     // the subject's day, 2025-08-01, or ""
    std::string agency;                   // the subject's agency mark, or ""
    std::string group;                    // findings with equal group are proposed as one case
    std::vector<std::uint64_t> evidence;  // event numbers, sorted
    bool known_now = false;               // mode: known_then when false
    std::uint64_t position = 0;           // log position of the judgement
    int revision = 0;                     // 0 first, then 1, 2 …
};

// Canonical bytes of a finding (CBOR). `with_position` false leaves out id, evidence, mode, position and revision: what
// must be equal between a live run, a re-audit and any order of arrival.
std::string canonical(const Finding& finding, bool with_position);
// The same at the end of `out`.
void append_canonical(std::string& out, const Finding& finding, bool with_position);

// The id: SHA-256 (hex) of the canonical bytes with position.
std::string finding_id(const Finding& finding);

// The finding of canonical bytes with position; a fault when they are not one.
Result<Finding> finding_of(std::string_view canonical_bytes);

}  // namespace ningyi::engine
