// SPDX-License-Identifier: Apache-2.0
// Facts of every subject for a set of rules: what earlier runs kept is read, what is missing is computed from the log
// once and kept. What was kept is never truth: stale or damaged tables are thrown away and made again.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/gather.h"
#include "engine/table_columns.h"
#include "run/runner.h"

namespace ningyi::run {

// Where tables are kept between runs: files of the program, memory of a test.
class FactKeeper {
public:
    virtual ~FactKeeper() = default;
    virtual std::vector<std::string_view> kept() = 0;  // the bytes of each; they stay where they are
    virtual void begin() = 0;                          // a new table
    virtual void append(std::string_view bytes) = 0;   // to it
    virtual std::string_view finish() = 0;             // it is kept from here on; its bytes
    virtual void abandon() = 0;                        // the one begun
    virtual void forget(std::string_view kept) = 0;    // REQUIRES: not read any more
};

// The plans of one set of rules, each with the tables that answer it.
struct PlannedFacts {
    std::vector<engine::FactPlan> plans;
    std::vector<engine::FactShelf> shelves;
    struct Place {
        std::size_t plan = 0, rule = 0;
    };
    std::optional<Place> find(std::string_view rule) const;
};

class KeptFacts {
public:
    // `go_on` is asked with the share done and may stop everything. Keeps references.
    KeptFacts(log::EventLog& log, Open open, const Zone& zone, FactKeeper& keeper, std::function<bool(double)> go_on,
              std::size_t parts);

    // Everything that gives the outcomes of these rules of the set: kept outcomes, or the facts that decide them, or,
    // where those are personal, outcomes judged from the log. `broadly`: when the log has to be read anyway, all facts
    // of the set's rules are kept for later. Nothing when it was stopped.
    Result<std::optional<PlannedFacts>> prepare(const rule::RuleSet& set, const std::set<std::string>& rules,
                                                bool broadly);

    bool has_read_log() const { return has_read_log_; }
    // Throws everything away: what was read turned out to be damaged.
    void forget_all();

private:
    struct Kept {
        std::string_view bytes;
        engine::FactTable table;
    };
    void open_kept();
    void drop_stale(const rule::RuleSet& set, const std::vector<engine::FactPlan>& plans);
    void fill_shelves(PlannedFacts& facts) const;
    Result<bool> compute(const rule::RuleSet& set, PlannedFacts& facts, const std::vector<engine::FactWish>& wishes);

    log::EventLog& log_;
    Open open_;
    const Zone& zone_;
    FactKeeper& keeper_;
    std::function<bool(double)> go_on_;
    std::size_t parts_;
    bool has_read_log_ = false, is_opened_ = false;
    std::vector<std::unique_ptr<Kept>> kept_;  // shelves point into them
};

}  // namespace ningyi::run
