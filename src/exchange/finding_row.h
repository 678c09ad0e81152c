// SPDX-License-Identifier: Apache-2.0
// A finding with what stands beside it in the files and the report: whom it concerns, the other subject of a pair, its
// sentence. Rows are made one at a time from the findings of an audit and not kept.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "exchange/audit_output.h"

namespace ningyi::exchange {

struct SubjectRow;

struct FindingRow {
    engine::Finding finding;
    const rule::Rule* rule = nullptr;
    std::size_t rule_number = 0;  // in the set
    engine::RecordIndex record = engine::no_record;
    std::size_t subject = SIZE_MAX;    // row of the subject, when it is one of the page's or points to one
    std::string concerns;              // the id of that row, or ""
    std::string other;                 // the other subject of a pair, or ""
    std::vector<std::string> parties;  // ids, in the order of the page; "" where not known
    bool live = true;                  // false: the rule is only watched, its findings move no money
    std::string zh, en;                // the sentence
};

class FindingRows {
public:
    // REQUIRES: the page's subject is an entity; `input` and `subjects` outlive this.
    FindingRows(const AuditInput& input, const std::vector<SubjectRow>& subjects);

    // Findings that are written: hits, exemptions and those that could not be judged, of rules of the set.
    const std::vector<std::uint32_t>& places() const { return places_; }
    // The row of the finding at `place`, one of places(), written over `into`. Several threads may ask at once.
    void read(std::size_t place, FindingRow& into) const;
    FindingRow at(std::size_t place) const;

private:
    struct OfRule {
        std::size_t number = 0;
        bool live = true;
        std::vector<std::string> others;  // stored paths that may hold the id of another subject
    };
    struct OfEntity {
        engine::EntityIndex index = engine::no_index;
        engine::Path pointer;  // to the page's subject; none when nothing points there
    };
    void add_rule(const rule::Rule& rule);
    void add_entity(const model::Entity& entity);
    std::size_t subject_row(const OfEntity& entity, engine::RecordIndex record) const;

    const AuditInput& input_;
    const std::vector<SubjectRow>& subjects_;
    engine::EntityIndex subject_ = engine::no_index;
    std::unordered_map<engine::RecordIndex, std::size_t> rows_;
    std::unordered_map<std::string_view, OfRule> rules_;
    std::unordered_map<std::string_view, OfEntity> entities_;
    std::vector<std::uint32_t> places_;
};

// The explanation of a finding, names masked for the reader.
rule::Explanation explanation_of(const AuditInput& input, const FindingRow& row, rule::Language language);

// A value that a finding stores, by its path; absent when it has none.
cel::Value stored_value(const engine::Finding& finding, std::string_view path);

// The name of the record `id` of that party, as the reader may see it; "" when it has none.
std::string party_name(const AuditInput& input, const AuditParty& party, const std::string& id);

}  // namespace ningyi::exchange
