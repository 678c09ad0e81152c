// SPDX-License-Identifier: Apache-2.0
// The ledger in one SQLite file (ledger.db) or, with an empty path, in memory. Findings are stored as a book holds
// them (engine/finding_book.h), beside the columns they are searched by. A ledger of the first format, with a finding's
// canonical bytes in each row, is taken over when it is opened.
#pragma once

#include <unordered_map>

#include "ledger/ledger.h"
#include "store/sqlite/session.h"

namespace ningyi::store {

class SqliteLedger : public ledger::Ledger {
public:
    explicit SqliteLedger(const std::filesystem::path& file, Session::Access access = Session::Access::create);

    void record(std::uint64_t position, const engine::FindingBook& findings,
                std::span<const ledger::Count> counts) override;
    std::uint64_t position() override;
    void find(const model::Scope& scope, const ledger::Query& query,
              const std::function<bool(const engine::Finding&)>& visit) override;
    std::optional<engine::Finding> find_one(const model::Scope& scope, const std::string& id) override;
    std::vector<ledger::Count> counts(const model::Scope& scope) override;
    void set_property(const std::string& name, std::string_view value) override;
    std::optional<std::string> property(const std::string& name) override;
    void clear() override;

private:
    // Findings of a ledger of the first format, taken out of it.
    engine::FindingBook take_old_findings();
    void add(const engine::FindingBook& findings);
    std::vector<std::int64_t> numbers_of_shapes(const engine::FindingBook& findings);
    const engine::Finding& shape(std::int64_t number);
    engine::Finding finding_in(const Row& row);  // of columns shape, own
    [[noreturn]] void damaged() const;

    Session session_;
    std::unordered_map<std::int64_t, engine::Finding> shapes_;  // read before, by number
};

}  // namespace ningyi::store
