// SPDX-License-Identifier: Apache-2.0
// The ledger in one SQLite file (ledger.db) or, with an empty path, in memory. Findings are stored as their canonical
// bytes, beside the columns they are searched by.
#pragma once

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
    engine::Finding finding_in(const Row& row, int column) const;

    Session session_;
};

}  // namespace ningyi::store
