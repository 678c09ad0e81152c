// SPDX-License-Identifier: Apache-2.0
// The numbers of an audit: one row a finding, one row a subject, and sums by outcome, rule and party. Every output is
// written from these, so that they agree. No text formats here.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exchange/audit_output.h"

namespace ningyi::exchange {

constexpr std::size_t outcomes = 5;
using ByOutcome = std::array<std::int64_t, outcomes>;  // by engine::Outcome

struct FindingRow {
    engine::Finding finding;
    const rule::Rule* rule = nullptr;
    engine::RecordIndex record = engine::no_record;
    std::size_t subject = SIZE_MAX;    // row of the subject, when it is one of the page's or points to one
    std::string concerns;              // the id of that row, or ""
    std::string other;                 // the other subject of a pair, or ""
    std::vector<std::string> parties;  // ids, in the order of the page; "" where not known
    bool live = true;                  // false: the rule is only watched, its findings move no money
    std::string zh, en;                // the sentence
};

struct SubjectRow {
    std::string id;
    engine::RecordIndex record = engine::no_record;
    std::vector<std::string> parties;
    std::string date;
    std::size_t level = SIZE_MAX;  // of the page's levels
    std::int64_t hits = 0, inconclusive = 0, exempt = 0;
    std::optional<std::int64_t> claimed_fen;
    std::int64_t at_risk_fen = 0;  // the largest of its hits: rules overlap, so they are never added up
    // What no lead stands against: substantiated where the rules that prove it could judge, else not verified.
    std::optional<std::int64_t> substantiated_fen;
    std::int64_t unverified_fen = 0;
    bool is_unproven = false;
    std::vector<std::string> rules;  // hit, sorted, once each
};

struct RuleTotals {
    const rule::Rule* rule = nullptr;
    ByOutcome count{};
    std::int64_t at_risk_fen = 0;  // sum over its hits
};

struct PartyTotals {
    std::string id;
    std::string name;  // as the reader may see it
    std::int64_t subjects = 0, subjects_hit = 0, hits = 0, inconclusive = 0;
    std::int64_t claimed_fen = 0, at_risk_fen = 0, substantiated_fen = 0, unverified_fen = 0;
    std::map<std::string, std::int64_t> rules;  // hits by rule
};

// Why something could not be judged.
struct ReasonTotals {
    std::string id;  // "missing:<path>", the id of a doubt or exception, "applies", "other"
    std::string zh, en;
    std::int64_t count = 0;
    std::vector<std::string> rules;
};

struct AuditTables {
    std::vector<FindingRow> findings;  // hit, exempt, inconclusive; in the order of the input
    std::vector<SubjectRow> subjects;  // by id
    std::vector<RuleTotals> rules;     // every rule of the set that judges anything, in the order of the set
    std::vector<std::vector<PartyTotals>> parties;  // of each party of the page, by money at risk, then hits, then id
    std::vector<ReasonTotals> reasons;              // most frequent first
    ByOutcome count{};
    std::int64_t claimed_fen = 0, at_risk_fen = 0, substantiated_fen = 0, unverified_fen = 0;
    std::int64_t subjects_hit = 0;
    AuditNotes notes;
    std::vector<std::size_t> ranked;   // hits of live rules, gravest first: rows of `findings`
    std::vector<std::size_t> watched;  // the same of rules on trial
};

AuditTables audit_tables(const AuditInput& input);

// The explanation of a finding, names masked for the reader.
rule::Explanation explanation_of(const AuditInput& input, const FindingRow& row, rule::Language language);

// A value that a finding stores, by its path; absent when it has none.
cel::Value stored_value(const engine::Finding& finding, std::string_view path);

// The name of the record `id` of that party, as the reader may see it; "" when it has none.
std::string party_name(const AuditInput& input, const AuditParty& party, const std::string& id);

}  // namespace ningyi::exchange
