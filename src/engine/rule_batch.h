// SPDX-License-Identifier: Apache-2.0
// Rules about one kind of subject that look at it alike (as of the same time, row by row of the same feature), as one
// vector program: what comes of a subject is decided here, each fact read once and only where an outcome hangs on it;
// what is worth storing is then said in full by JudgeSubject. Live and re-audit judge through it.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/judge_subject.h"
#include "rule/batch.h"

namespace ningyi::engine {

class RuleBatch {
public:
    // REQUIRES: the rules are about one entity and stand_alike(). Keeps the pointers and what `standing` refers to.
    RuleBatch(const Standing& standing, const Features& features, std::vector<const CompiledRule*> rules);

    const std::vector<const CompiledRule*>& rules() const { return rules_; }

    // What JudgeSubject::run would say of the subject by those rules for which `asked`, in the order of rules(), is 1.
    void decide(JudgeSubject& subject, std::span<const std::uint8_t> asked);
    // Of the last decide(): by row. Empty for a rule that was not asked, or has more rows than fit.
    std::vector<Outcome> outcomes_of(std::size_t rule) const;

private:
    class Columns;

    std::vector<const CompiledRule*> rules_;
    rule::BatchJudge judge_;
    std::unique_ptr<Columns> columns_;
    rule::BatchOutcomes outcomes_;
    std::vector<std::size_t> rows_;  // by rule: how many it has on the subject; 0: not decided
    std::vector<std::uint8_t> wanted_;

public:
    ~RuleBatch();
    RuleBatch(RuleBatch&&) noexcept;
};

// Whether two rules look at a subject as of the same time.
bool stand_at_the_same_time(const CompiledRule& one, const CompiledRule& other, const Paths& paths);
// Whether two rules look at a subject as of the same time and by the same rows.
bool stand_alike(const CompiledRule& one, const CompiledRule& other, const Paths& paths);

// Every rule in one batch, in a fixed order.
std::vector<RuleBatch> batches_of(const std::vector<CompiledRule>& rules, const Standing& standing,
                                  const Features& features);

}  // namespace ningyi::engine
