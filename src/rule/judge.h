// SPDX-License-Identifier: Apache-2.0
// Judging one subject by one rule: values in, one of five outcomes out, exactly as rules.md §4.6. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "rule/rule.h"

namespace ningyi::rule {

// What a rule may see of the world: the subject, what it points to, its track, its features (of the current row, for
// `each`) and other records. Parameters, lists, tables and `let` are not asked here: judge() chooses them itself.
class Facts {
public:
    virtual ~Facts() = default;
    // Value of a fact path by its slot in rule.names ("order.pay", "elder.area", "ov.count"); absent(slot) when not
    // known.
    virtual cel::Value read(std::uint16_t slot) = 0;
    // others.<entity>(id).<field>: the path of the slot is "others.<entity>.<field>".
    virtual cel::Value others(std::uint16_t slot, const cel::Value& id) = 0;
    // The day by which knowledge is chosen (the subject's `date`), and a value of a scope key ("area"), both may be
    // absent.
    virtual cel::Value date() = 0;
    virtual cel::Value scope(const std::string& key) = 0;
};

struct Judgement {
    Outcome outcome = Outcome::clear;
    std::string reason;                       // "", or: in_force applies missing error doubt-id exception-id
    std::vector<std::string> missing;         // paths, sorted
    std::string error;                        // message of the error that decided, with place
    std::string entry;                        // list entry or table row that made an exception true ("S-017")
    std::string clauses, doubts, exceptions;  // t f ? (or . when not asked) per clause
    std::string band;
    std::string bands;  // of a hit: t f ? of the condition of each band that was asked
    int severity = 0;
    std::string effect;                   // the rule's or its band's
    cel::Value margin, at_risk, payable;  // absent when there is none
    // Path and value of everything used and of every let, sorted by path; only for hit, exempt, inconclusive.
    std::vector<std::pair<std::string, cel::Value>> values;
    std::string params_digest;      // hex, over the dated values, rows and entries in reach
    std::vector<std::string> cite;  // clauses in force that day + citations of the chosen values ("EX-HC-2025#5.1")
};

// Outcomes clear and not_applicable come back with outcome, reason and bits only, unless `clear_too`: then a clear one
// carries its values as well, for tests and explanations.
enum class Detail : std::uint8_t { stored_only, clear_too };

// `set` gives the dated knowledge.
Judgement judge(const RuleSet& set, const Rule& rule, Facts& facts, const Zone& zone,
                Detail detail = Detail::stored_only);

}  // namespace ningyi::rule
