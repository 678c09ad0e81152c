// SPDX-License-Identifier: Apache-2.0
// One subject as rules see it: its facts (its own fields, what it points to, its features), each read once for all
// rules, and the full judgement of each. Live, re-audit, replay, explanation and fact tables all look through it.
#pragma once

#include <forward_list>
#include <optional>
#include <string>
#include <vector>

#include "engine/compiled_rule.h"
#include "engine/finding.h"
#include "rule/judge.h"

namespace ningyi::engine {

// What a judgement stands on besides the world: how far the log was known.
struct Standing {
    const rule::RuleSet& set;
    const Zone& zone;
    const Paths& paths;
    std::uint64_t position = 0;
    Instant last_recorded;  // of the last event taken in: what `position` stands for
};

// The last time at or before `now` that an `every` trigger names.
Instant scheduled(const rule::Trigger& on, Instant now, const Zone& zone);

// The judgement of one row, whatever the outcome.
struct JudgedRow {
    rule::Judgement judgement;
    std::string dedup;                // of several rows with the same key the later ones end in #2, #3 …
    std::vector<std::uint16_t> used;  // features that this row looked at
};

// Keeps the rows of features from one judgement of a subject to the next.
class RowsKeeper {
public:
    virtual ~RowsKeeper() = default;
    // What Features::compute says; it stays where it is until the same feature is asked as of another time.
    virtual const FeatureRows& rows(std::uint16_t feature, Reader& subject, const AsOf& as_of) = 0;
};

class JudgeSubject final : public rule::Facts {
public:
    // `reads` is told everything that is looked at, and `keeper` asked for rows; both may be null. Keeps references.
    JudgeSubject(Standing standing, Features& features, RecordIndex record, Reads* reads, RowsKeeper* keeper = nullptr);

    // Looks at the subject as the rule does.
    void begin(const CompiledRule& rule);

    // All judgements of a rule: one, or one a row of its `each` feature.
    // clear_too: a clear one carries its values as well.
    std::vector<JudgedRow> run(const CompiledRule& rule, rule::Detail detail = rule::Detail::stored_only);
    Finding finding(const CompiledRule& rule, const JudgedRow& judged, std::size_t row, bool known_now);
    // What every finding of the rule on this subject says. No row is asked.
    Finding frame(const CompiledRule& rule);

    std::string date_text();  // the subject's own day, "" when it has none
    std::string agency() { return reader_.agency(); }

    // As of when the subject is looked at: its own time and place among its like; for a kind without a time that of the
    // event `trigger`, and for `every` (no_index) the last time `on` named.
    void stand(EventIndex trigger, const rule::Trigger& on);
    // Rows of a feature there and now; value() reads from the present row of `each` (no_index: none), else from the
    // first.
    const FeatureRows& rows_of(std::uint16_t feature);
    void choose_row(std::uint16_t each, std::size_t row) { each_ = each, row_ = row; }
    cel::Value value(const FactSource& source, std::uint16_t slot);
    // A field of another record, read as of the subject's time.
    cel::Value other(const FactSource& source, const cel::Value& id);
    // The key of each row of a rule, told apart as in run().
    std::vector<std::string> keys(const CompiledRule& rule, std::size_t rows);
    // The key of the present row: the values of these paths joined, without a number for repeated ones.
    std::string dedup_of(const std::vector<FactSource>& paths);
    // How many rows a rule has on this subject.
    std::size_t rows_in(const CompiledRule& rule);

    // rule::Facts, of the rule under way
    cel::Value read(std::uint16_t slot) override { return value(rule_->slots[slot], slot); }
    cel::Value others(std::uint16_t slot, const cel::Value& id) override;
    cel::Value date() override { return reader_.date(); }
    cel::Value scope(const std::string& key) override { return reader_.scope(key); }

private:
    void use(std::uint16_t feature);
    bool applies(const CompiledRule& rule);
    void add_evidence(const CompiledRule::Evidence& evidence, std::vector<std::uint64_t>& seqs);

    const Standing standing_;
    const World& world_;
    Features& features_;
    RecordIndex record_;
    Reads* reads_;
    Reader reader_;
    AsOf as_of_;
    bool own_time_ = false;            // as_of_ is the subject's own time
    std::vector<std::uint16_t> used_;  // features the present row looked at
    const CompiledRule* rule_ = nullptr;
    std::uint16_t each_ = no_index;
    std::size_t row_ = 0;
    bool is_by_row_ = false;  // the rule applies and is judged row by row
    RowsKeeper* keeper_;
    std::vector<const FeatureRows*> feature_rows_;  // null: not asked yet
    std::forward_list<FeatureRows> computed_;       // without a keeper
};

}  // namespace ningyi::engine
