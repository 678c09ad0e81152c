// SPDX-License-Identifier: Apache-2.0
// The event log in one SQLite file (log.db) or, with an empty path, in memory. Numbers, the last time and the leaf of
// each event are given here, inside the transaction that makes the event durable.
#pragma once

#include "log/event_log.h"
#include "store/sqlite/session.h"

namespace ningyi::store {

class SqliteEventLog : public log::EventLog {
public:
    explicit SqliteEventLog(const std::filesystem::path& file, Session::Access access = Session::Access::create);

    std::vector<log::AppendResult> append(std::span<Item> items) override;
    void read(std::uint64_t after, const std::function<bool(const log::Event&)>& visit) override;
    void read_core(std::uint64_t after, const std::function<bool(const log::Event&)>& visit) override;
    std::uint64_t size() override { return size_; }
    std::optional<std::uint64_t> find(const Id& id) override;
    void read_leaves(std::uint64_t after, const std::function<bool(std::uint64_t, std::string_view)>& visit) override;
    void add_checkpoint(std::uint64_t size, std::string_view note) override;
    std::vector<std::pair<std::uint64_t, std::string>> checkpoints() override;
    void set_property(const std::string& name, std::string_view value) override;
    std::optional<std::string> property(const std::string& name) override;

private:
    void read_rows(const char* statement, std::uint64_t after, const std::function<bool(const log::Event&)>& visit);
    log::AppendResult present(const Item& item);
    void read_last();

    Session session_;
    std::uint64_t size_ = 0;
    Instant last_recorded_{INT64_MIN};
};

}  // namespace ningyi::store
