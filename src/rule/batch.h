// SPDX-License-Identifier: Apache-2.0
// Judging many subjects by many rules at once: columns in, one outcome a row and rule out, exactly those of judge()
// (rules.md §4.6). All rules share one vector program: what two of them ask is computed once. Live a batch has one row,
// in a backtest up to 2,048; a row's outcome does not depend on its batch. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cel/column.h"
#include "rule/judge.h"

namespace ningyi::rule {

constexpr std::size_t batch_max = 2048;
constexpr std::uint8_t no_band = 255;

// Something a rule reads of the world, named alike in all rules: "order.pay", "elder.area", "@caregiver_day" (the one
// value of a feature), "@order_address.verdict"; never a parameter, `let`, list or table.
struct Fact {
    std::string name;
    cel::Type type;
};

// Gives the columns of one batch. Asked only for rows that matter; a fact no row needs is never asked for, so what is
// dear to compute may be computed when asked.
class FactColumns {
public:
    virtual ~FactColumns() = default;
    // The values of a fact (by its number in BatchJudge::facts()). Rows where `wanted` is 0 may hold anything. The view
    // stays valid until the batch is done; the same fact may be asked again with other rows wanted.
    virtual cel::ColumnView fact(std::size_t number, const std::uint8_t* wanted) = 0;
    // others.<entity>(id).<field> of one row; `field` is its number in BatchJudge::others().
    virtual cel::Value other(std::size_t field, std::size_t row, const cel::Value& id) = 0;
    virtual cel::ColumnView date() = 0;                         // Facts::date of each row
    virtual cel::ColumnView scope(const std::string& key) = 0;  // Facts::scope of each row
};

// By rule and row: outcome_of(rule, row).
struct BatchOutcomes {
    std::size_t rows = 0;
    std::vector<Outcome> outcomes;          // rule-major: [rule * rows + row]
    std::vector<std::uint32_t> stored;      // cells of outcomes that are hit, exempt or inconclusive, rising
    std::vector<std::uint8_t> severities;   // of hits, else 0; same order
    std::vector<std::uint8_t> bands;        // index of the band of a hit, 255: none
    std::vector<std::int64_t> margins;      // of hits, base units; 0 where there is none
    std::vector<std::int64_t> at_risk_fen;  // of hits; 0 where there is none
};

// What to fill besides the outcome.
enum class Fill : std::uint8_t { outcomes, amounts_of_hits };

class BatchJudge {
public:
    // REQUIRES: all rules are of `set`, about one subject entity, and either none has `each` or all have the same
    // feature there (their rows are then the rows of that feature). Keeps pointers to `set` and `rules`.
    BatchJudge(const RuleSet& set, std::vector<const Rule*> rules, const Zone& zone);
    ~BatchJudge();
    BatchJudge(BatchJudge&&) noexcept;

    const std::vector<const Rule*>& rules() const;
    const std::vector<Fact>& facts() const;                     // every fact some rule reads
    const std::vector<std::string>& others() const;             // "others.elder.household_id" …
    std::vector<std::size_t> facts_of(std::size_t rule) const;  // numbers of the facts that decide this rule

    // Says that all rows of a fact cost no more than a few (a column that is there already): it is then asked for
    // whole, which saves looking at what is wanted. At first no fact is at hand.
    void set_at_hand(std::size_t fact, bool at_hand);

    // Judges `rows` (1 to batch_max) rows. `asked`, when not empty, says by rule and row (rule-major, 0 or 1) which
    // judgements are wanted; the others come back not_applicable and cost nothing. `vocabulary` is that of all columns,
    // and the same object in every call: what is remembered of its texts is forgotten with another. Margins and
    // at_risk_fen are filled for amounts_of_hits only, else empty.
    void judge(FactColumns& columns, std::size_t rows, cel::Vocabulary& vocabulary, Fill fill, BatchOutcomes& into,
               std::span<const std::uint8_t> asked = {});

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace ningyi::rule
