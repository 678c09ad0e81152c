// SPDX-License-Identifier: Apache-2.0
// The seam of the derived store: what was computed from the log. It can be deleted; running the log again gives the
// same bytes. Only the runner writes it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/finding_book.h"
#include "model/scope.h"

namespace ningyi::ledger {

// Counts of outcomes that are not stored one by one (clear, not_applicable), per rule, version, day and agency.
struct Count {
    std::string rule;
    std::int64_t version = 0;
    std::string date;
    std::string agency;
    engine::Outcome outcome = engine::Outcome::clear;
    std::int64_t count = 0;
    auto operator<=>(const Count&) const = default;
};

struct Query {
    std::string rule;     // empty: all
    std::string subject;  // empty: all
    std::string agency;   // empty: all
    std::optional<engine::Outcome> outcome;
    bool current_only = true;  // the last revision of each (rule, version, subject, dedup)
    std::size_t limit = SIZE_MAX;
};

class Ledger {
public:
    virtual ~Ledger() = default;

    // One transaction: the findings, the whole table of counts as it stands now (replacing the last), and the position.
    virtual void record(std::uint64_t position, const engine::FindingBook& findings, std::span<const Count> counts) = 0;
    virtual std::uint64_t position() = 0;  // 0: nothing judged yet

    // Findings inside the scope, ordered by (rule, subject, dedup, revision).
    virtual void find(const model::Scope& scope, const Query& query,
                      const std::function<bool(const engine::Finding&)>& visit) = 0;
    // By id or by a prefix of at least 8 digits of it; nothing when none or several match.
    virtual std::optional<engine::Finding> find_one(const model::Scope& scope, const std::string& id) = 0;
    virtual std::vector<Count> counts(const model::Scope& scope) = 0;

    // Rows about orders and the like that settlement and screens read (canonical CBOR), by (kind, key); replaced whole.
    virtual void set_property(const std::string& name, std::string_view value) = 0;
    virtual std::optional<std::string> property(const std::string& name) = 0;

    virtual void clear() = 0;  // forget everything: it can be computed again
};

}  // namespace ningyi::ledger
