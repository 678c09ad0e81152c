// SPDX-License-Identifier: Apache-2.0
#include "engine/table_columns.h"

#include <algorithm>

#include "base/check.h"

namespace ningyi::engine {
namespace {

using cel::Kind;
using cel::Known;

// The columns of one group as a batch judge asks for them.
class TableColumns final : public rule::FactColumns {
public:
    TableColumns(const FactShelf& shelf, const FactPlan& plan, const std::vector<rule::Fact>& facts)
        : shelf_(shelf), plan_(plan), read_(plan.columns.size()) {
        for (const rule::Fact& fact : facts) columns_.push_back(plan.column(fact.name));
        date_ = plan.column(date_column);
        for (const std::string& key : plan.scope_keys) scopes_.push_back(plan.column(std::string(scope_column) + key));
    }

    void stand_at(std::size_t group, std::size_t from) { group_ = group, from_ = from; }

    cel::ColumnView fact(std::size_t number, const std::uint8_t*) override { return column(columns_[number]); }
    cel::Value other(std::size_t, std::size_t, const cel::Value&) override { return {}; }  // no such rule is kept
    cel::ColumnView date() override { return column(date_); }
    cel::ColumnView scope(const std::string& key) override {
        for (std::size_t i = 0; i < plan_.scope_keys.size(); ++i) {
            if (plan_.scope_keys[i] == key) return column(scopes_[i]);
        }
        return absent(Kind::string);
    }

    // A column of the plan in the present rows.
    cel::ColumnView column(std::size_t number) {
        if (number == SIZE_MAX) return absent(Kind::string);
        Read& read = read_[number];
        if (read.group != group_) load(number, read);
        cel::ColumnView view = read.chunk.column.view();
        view.known += from_;
        if (view.truths != nullptr) view.truths += from_;
        if (view.numbers != nullptr) view.numbers += from_;
        if (view.codes != nullptr) view.codes += from_;
        if (view.boxed != nullptr) view.boxed += from_;
        return view;
    }

    cel::Vocabulary& vocabulary() { return vocabulary_; }
    const Faults& faults() const { return faults_; }

private:
    struct Read {
        std::size_t group = SIZE_MAX;
        FactChunk chunk;
        std::vector<std::uint32_t> codes;  // of the table's words, in the vocabulary
        bool has_words = false;
    };

    void load(std::size_t number, Read& read) {
        const auto place = shelf_.find(plan_.columns[number]);
        CHECK(place.has_value());
        read.group = group_;
        auto done = place->table->read(place->column, group_, read.chunk);
        if (done && plan_.columns[number].kind == Kind::string && !read.has_words) {
            const auto words = place->table->words(place->column);
            if (words) {
                for (const std::string_view word : *words) read.codes.push_back(vocabulary_.code(word));
                read.has_words = true;
            } else {
                done = failure(words.error());
            }
        }
        if (!done) {
            faults_.insert(faults_.end(), done.error().begin(), done.error().end());
            read.chunk.column.resize(plan_.columns[number].kind, shelf_.rows_in(group_));
            return;
        }
        if (!read.has_words) return;
        cel::Column& column = read.chunk.column;
        for (std::size_t row = 0; row < column.codes.size(); ++row) {
            if (column.known[row] == static_cast<std::uint8_t>(Known::known))
                column.codes[row] = read.codes[column.codes[row]];
        }
    }

    cel::ColumnView absent(Kind kind) {
        nothing_.resize(kind, rule::batch_max);
        return nothing_.view();
    }

    const FactShelf& shelf_;
    const FactPlan& plan_;
    std::vector<std::size_t> columns_, scopes_;
    std::size_t date_ = SIZE_MAX, group_ = 0, from_ = 0;
    std::vector<Read> read_;
    cel::Vocabulary vocabulary_;
    cel::Column nothing_;
    Faults faults_;
};

}  // namespace

bool FactShelf::add(const FactTable& table) {
    if (!tables_.empty() &&
        (tables_.front()->about().digest != table.about().digest || tables_.front()->rows() != table.rows() ||
         tables_.front()->about().position != table.about().position))
        return false;
    tables_.push_back(&table);
    return true;
}

std::optional<FactShelf::Place> FactShelf::find(const FactColumn& column) const {
    for (const FactTable* table : tables_) {
        const auto found = table->find(column.name, column.digest);
        if (found && table->columns()[*found].kind == column.kind) return Place{table, *found};
    }
    return std::nullopt;
}

Result<std::optional<RowOutcomes>> kept_outcomes(const FactShelf& shelf, const PlannedRule& rule) {
    const auto outcome = shelf.find(rule.outcome), margin = shelf.find(rule.margin), at_risk = shelf.find(rule.at_risk);
    if (!outcome || !margin || !at_risk) return std::optional<RowOutcomes>();
    RowOutcomes all;
    all.outcomes.reserve(shelf.rows());
    FactChunk outcomes, margins, amounts;
    for (std::size_t group = 0; group < shelf.groups(); ++group) {
        if (auto done = outcome->table->read(outcome->column, group, outcomes); !done) return failure(done.error());
        if (auto done = margin->table->read(margin->column, group, margins); !done) return failure(done.error());
        if (auto done = at_risk->table->read(at_risk->column, group, amounts); !done) return failure(done.error());
        for (std::size_t row = 0; row < shelf.rows_in(group); ++row) {
            const bool is_known = outcomes.column.known[row] != 0;
            const std::int64_t code = is_known ? outcomes.column.numbers[row] : RowOutcomes::not_asked;
            all.outcomes.push_back(static_cast<std::uint8_t>(code));
            if (code != static_cast<std::int64_t>(rule::Outcome::hit)) continue;
            all.hits.push_back({static_cast<std::uint32_t>(group * fact_group_rows + row),
                                margins.column.known[row] != 0 ? margins.column.numbers[row] : 0,
                                amounts.column.known[row] != 0 ? amounts.column.numbers[row] : 0});
        }
    }
    return std::optional(std::move(all));
}

bool can_judge(const FactShelf& shelf, const FactPlan& plan, const PlannedRule& rule) {
    if (!rule.is_kept) return false;
    const auto has = [&](std::size_t column) {
        return column == SIZE_MAX || shelf.find(plan.columns[column]).has_value();
    };
    return std::all_of(rule.facts.begin(), rule.facts.end(), has) && has(rule.entered) &&
           has(plan.column(date_column)) &&
           std::all_of(plan.scope_keys.begin(), plan.scope_keys.end(),
                       [&](const std::string& key) { return has(plan.column(std::string(scope_column) + key)); });
}

Result<std::optional<std::vector<RowOutcomes>>> judged_outcomes(const rule::RuleSet& set, const Zone& zone,
                                                                const FactShelf& shelf, const FactPlan& plan,
                                                                const std::vector<std::size_t>& rules,
                                                                std::size_t first, std::size_t last,
                                                                const std::function<bool()>& go_on) {
    std::vector<const rule::Rule*> judged;
    for (const std::size_t rule : rules) judged.push_back(plan.rules[rule].rule);
    rule::BatchJudge judge(set, judged, zone);
    TableColumns columns(shelf, plan, judge.facts());
    std::vector<RowOutcomes> all(rules.size());
    rule::BatchOutcomes outcomes;
    std::vector<std::uint8_t> asked;
    for (std::size_t group = first; group < last; ++group) {
        if (go_on && !go_on()) return std::optional<std::vector<RowOutcomes>>();
        for (std::size_t from = 0; from < shelf.rows_in(group); from += rule::batch_max) {
            const std::size_t rows = std::min(rule::batch_max, shelf.rows_in(group) - from);
            columns.stand_at(group, from);
            asked.assign(rules.size() * rows, 1);
            for (std::size_t i = 0; i < rules.size(); ++i) {
                const std::size_t entered = plan.rules[rules[i]].entered;
                if (entered == SIZE_MAX) continue;
                const cel::ColumnView view = columns.column(entered);
                for (std::size_t row = 0; row < rows; ++row)
                    asked[i * rows + row] = view.known[row] != 0 && view.truths[row] != 0 ? 1 : 0;
            }
            judge.judge(columns, rows, columns.vocabulary(), rule::Fill::amounts_of_hits, outcomes, asked);
            const std::size_t start = (group - first) * fact_group_rows + from;
            for (std::size_t i = 0; i < rules.size(); ++i) {
                RowOutcomes& into = all[i];
                for (std::size_t row = 0; row < rows; ++row) {
                    const std::size_t at = i * rows + row;
                    into.outcomes.push_back(asked[at] == 0 ? RowOutcomes::not_asked
                                                           : static_cast<std::uint8_t>(outcomes.outcomes[at]));
                    if (asked[at] != 0 && outcomes.outcomes[at] == rule::Outcome::hit)
                        into.hits.push_back(
                            {static_cast<std::uint32_t>(start + row), outcomes.margins[at], outcomes.at_risk_fen[at]});
                }
            }
        }
        if (!columns.faults().empty()) return failure(columns.faults());
    }
    return std::optional(std::move(all));
}

}  // namespace ningyi::engine
