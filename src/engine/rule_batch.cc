// SPDX-License-Identifier: Apache-2.0
#include "engine/rule_batch.h"

#include <algorithm>

#include "base/check.h"

namespace ningyi::engine {
namespace {

using cel::Value;

// Texts that are remembered for comparing before they are forgotten together.
constexpr std::size_t texts_max = 65'536;

}  // namespace

// What the rules read of the rows of one subject, read when an outcome hangs on it.
class RuleBatch::Columns final : public rule::FactColumns {
public:
    Columns(const rule::BatchJudge& judge, const CompiledRule& any, const Paths& paths, const Features& features)
        : each_(any.each), facts_(judge.facts()) {
        for (const rule::Fact& fact : facts_) sources_.push_back(fact_source(paths, features, any.subject, fact.name));
        for (const std::string& other : judge.others())
            others_.push_back(fact_source(paths, features, any.subject, other));
        columns_.resize(facts_.size() + paths.common(any.subject).scope_keys.size() + 1);
        are_read_.resize(facts_.size());
        scope_keys_ = paths.common(any.subject).scope_keys;
    }

    void stand_at(JudgeSubject& subject, std::size_t rows) {
        subject_ = &subject;
        rows_ = rows;
        for (std::vector<std::uint8_t>& read : are_read_) read.clear();
        if (vocabulary_->size() > texts_max) {
            // The old one goes last: the new one must not lie where it lay.
            auto fresh = std::make_unique<cel::Vocabulary>();
            std::swap(fresh, vocabulary_);
        }
    }

    cel::Vocabulary& vocabulary() { return *vocabulary_; }

    cel::ColumnView fact(std::size_t number, const std::uint8_t* wanted) override {
        cel::Column& column = columns_[number];
        std::vector<std::uint8_t>& is_read = are_read_[number];
        const cel::Kind kind = facts_[number].type.kind;
        if (is_read.empty()) {
            column.resize(kind, rows_);
            is_read.assign(rows_, 0);
        }
        for (std::size_t row = 0; row < rows_; ++row) {
            if (wanted[row] == 0 || is_read[row] != 0) continue;
            is_read[row] = 1;
            subject_->choose_row(each_, row);
            const Value value = subject_->value(sources_[number], 0);
            if (!value.is_known() || value.kind() == kind) column.set(row, value, *vocabulary_);
        }
        return column.view();
    }

    Value other(std::size_t field, std::size_t, const Value& id) override {
        return subject_->other(others_[field], id);
    }

    cel::ColumnView date() override { return same(facts_.size(), cel::Kind::date, subject_->date()); }

    cel::ColumnView scope(const std::string& key) override {
        const auto found = std::find(scope_keys_.begin(), scope_keys_.end(), key);
        const auto number = static_cast<std::size_t>(found - scope_keys_.begin());
        if (number == scope_keys_.size()) return {};
        return same(facts_.size() + 1 + number, cel::Kind::string, subject_->scope(key));
    }

private:
    // A column of a value that all rows have.
    cel::ColumnView same(std::size_t number, cel::Kind kind, const Value& value) {
        cel::Column& column = columns_[number];
        column.resize(kind, rows_);
        for (std::size_t row = 0; row < rows_ && value.kind() == kind; ++row) column.set(row, value, *vocabulary_);
        return column.view();
    }

    std::uint16_t each_;
    const std::vector<rule::Fact>& facts_;
    std::vector<FactSource> sources_, others_;
    std::vector<std::string> scope_keys_;
    JudgeSubject* subject_ = nullptr;
    std::size_t rows_ = 0;
    std::vector<cel::Column> columns_;                 // of the facts, the date, the scope keys
    std::vector<std::vector<std::uint8_t>> are_read_;  // by fact and row; empty: none yet
    std::unique_ptr<cel::Vocabulary> vocabulary_ = std::make_unique<cel::Vocabulary>();
};

namespace {

std::vector<const rule::Rule*> texts_of(const std::vector<const CompiledRule*>& rules) {
    std::vector<const rule::Rule*> texts;
    for (const CompiledRule* rule : rules) texts.push_back(rule->rule);
    return texts;
}

}  // namespace

RuleBatch::RuleBatch(const Standing& standing, const Features& features, std::vector<const CompiledRule*> rules)
    : rules_(std::move(rules)),
      judge_(standing.set, texts_of(rules_), standing.zone),
      columns_(std::make_unique<Columns>(judge_, *rules_.front(), standing.paths, features)) {}
RuleBatch::~RuleBatch() = default;
RuleBatch::RuleBatch(RuleBatch&&) noexcept = default;

void RuleBatch::decide(JudgeSubject& subject, std::span<const std::uint8_t> asked) {
    CHECK(asked.size() == rules_.size());
    rows_.assign(rules_.size(), 0);
    std::size_t most = 1;
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
        if (asked[rule] == 0) continue;
        const std::size_t rows = subject.rows_in(*rules_[rule]);
        if (rows > rule::batch_max) continue;
        rows_[rule] = rows;
        most = std::max(most, rows);
    }
    wanted_.assign(rules_.size() * most, 0);
    for (std::size_t rule = 0; rule < rules_.size(); ++rule)
        std::fill_n(wanted_.begin() + static_cast<std::ptrdiff_t>(rule * most), rows_[rule], std::uint8_t{1});
    columns_->stand_at(subject, most);
    judge_.judge(*columns_, most, columns_->vocabulary(), rule::Fill::outcomes, outcomes_, wanted_);
}

std::vector<Outcome> RuleBatch::outcomes_of(std::size_t rule) const {
    const auto first = outcomes_.outcomes.begin() + static_cast<std::ptrdiff_t>(rule * outcomes_.rows);
    return {first, first + static_cast<std::ptrdiff_t>(rows_[rule])};
}

bool stand_at_the_same_time(const CompiledRule& one, const CompiledRule& other, const Paths& paths) {
    if (one.subject != other.subject) return false;
    if (one.trigger != no_index && other.trigger != no_index)
        return one.trigger == other.trigger || !paths.common(one.subject).time.is_none();
    return one.trigger == other.trigger && one.rule->on.every == other.rule->on.every &&
           one.rule->on.at == other.rule->on.at;
}

bool stand_alike(const CompiledRule& one, const CompiledRule& other, const Paths& paths) {
    return one.each == other.each && stand_at_the_same_time(one, other, paths);
}

std::vector<RuleBatch> batches_of(const std::vector<CompiledRule>& rules, const Standing& standing,
                                  const Features& features) {
    std::vector<std::vector<const CompiledRule*>> grouped;
    for (const CompiledRule& rule : rules) {
        const auto found = std::find_if(grouped.begin(), grouped.end(), [&](const auto& group) {
            return stand_alike(*group.front(), rule, standing.paths);
        });
        (found == grouped.end() ? grouped.emplace_back() : *found).push_back(&rule);
    }
    std::vector<RuleBatch> batches;
    batches.reserve(grouped.size());
    for (std::vector<const CompiledRule*>& group : grouped) batches.emplace_back(standing, features, std::move(group));
    return batches;
}

}  // namespace ningyi::engine
