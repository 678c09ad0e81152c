// SPDX-License-Identifier: Apache-2.0
// Tables of the same rows read together, and batches of them judged: each column from whichever table has it, decoded
// when it is asked for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/fact_plan.h"
#include "engine/fact_table.h"
#include "rule/batch.h"

namespace ningyi::engine {

// Tables about the same rows. Keeps pointers.
class FactShelf {
public:
    struct Place {
        const FactTable* table = nullptr;
        std::size_t column = 0;
    };
    // False, and nothing added, when the rows are others than those of the tables before it.
    bool add(const FactTable& table);
    std::optional<Place> find(const FactColumn& column) const;
    bool is_empty() const { return tables_.empty(); }
    std::uint64_t rows() const { return tables_.empty() ? 0 : tables_.front()->rows(); }
    std::size_t groups() const { return tables_.empty() ? 0 : tables_.front()->groups(); }
    std::size_t rows_in(std::size_t group) const { return tables_.front()->rows_in(group); }

private:
    std::vector<const FactTable*> tables_;
};

// What one rule says of every row.
struct RowOutcomes {
    static constexpr std::uint8_t not_asked = 255;
    struct Hit {
        std::uint32_t row = 0;
        std::int64_t margin = 0, at_risk_fen = 0;
    };
    std::vector<std::uint8_t> outcomes;  // by row; rule::Outcome, or not_asked
    std::vector<Hit> hits;               // by row
};

// The outcomes of a rule that were kept, or nothing when they were not.
Result<std::optional<RowOutcomes>> kept_outcomes(const FactShelf& shelf, const PlannedRule& rule);

// Whether everything that decides the rule is on the shelf.
bool can_judge(const FactShelf& shelf, const FactPlan& plan, const PlannedRule& rule);

// Judges the rows of groups [first, last) by these rules of the plan (by number); one for each rule comes back, with
// the rows of those groups only, counted from the first. `go_on` is asked now and then; nothing comes back when it says
// no. REQUIRES: can_judge() for each.
Result<std::optional<std::vector<RowOutcomes>>> judged_outcomes(const rule::RuleSet& set, const Zone& zone,
                                                                const FactShelf& shelf, const FactPlan& plan,
                                                                const std::vector<std::size_t>& rules,
                                                                std::size_t first, std::size_t last,
                                                                const std::function<bool()>& go_on);

}  // namespace ningyi::engine
