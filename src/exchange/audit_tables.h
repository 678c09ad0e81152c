// SPDX-License-Identifier: Apache-2.0
// The numbers of an audit: one row a subject, and sums by outcome, rule and party. Counted while the findings go by, so
// that every output agrees and none is kept in memory. No text formats here.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exchange/audit_output.h"
#include "exchange/finding_row.h"

namespace ningyi::exchange {

constexpr std::size_t outcomes = 5;
using ByOutcome = std::array<std::int64_t, outcomes>;  // by engine::Outcome

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
    std::vector<SubjectRow> subjects;  // by id
    std::vector<RuleTotals> rules;     // every rule of the set that judges anything, in the order of the set
    std::vector<std::vector<PartyTotals>> parties;  // of each party of the page, by money at risk, then hits, then id
    std::vector<ReasonTotals> reasons;              // most frequent first
    ByOutcome count{};
    std::int64_t claimed_fen = 0, at_risk_fen = 0, substantiated_fen = 0, unverified_fen = 0;
    std::int64_t subjects_hit = 0;
    AuditNotes notes;
    std::vector<std::size_t> ranked;   // hits of live rules, gravest first: their places among the findings
    std::vector<std::size_t> watched;  // the same of rules on trial
};

// Counts findings one by one.
class TableBuilder {
public:
    // Reads the subjects. REQUIRES: the page's subject is an entity; `input` outlives this.
    explicit TableBuilder(const AuditInput& input);
    ~TableBuilder();
    TableBuilder(const TableBuilder&) = delete;
    TableBuilder& operator=(const TableBuilder&) = delete;

    const std::vector<SubjectRow>& subjects() const { return tables_->subjects; }
    // REQUIRES: every finding that is written, once, in the order of the input.
    void add(std::size_t place, const FindingRow& row);
    // Everything added up; the rows of subjects stand where they were. Called once.
    const AuditTables& finish();

private:
    struct Counting;
    std::unique_ptr<AuditTables> tables_;
    std::unique_ptr<Counting> counting_;
};

}  // namespace ningyi::exchange
