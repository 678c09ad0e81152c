// SPDX-License-Identifier: Apache-2.0
// One data folder: log.db, ledger.db, keys.db, root.key and a lock file, held by one process. With an empty path the
// same stores in memory, for tests and oracles.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "store/sqlite/event_log.h"
#include "store/sqlite/keys.h"
#include "store/sqlite/ledger.h"

namespace ningyi::store {

class DataFolder {
public:
    enum class Opening : std::uint8_t {
        create,   // made when it is not there
        existing  // it must be there: replay, verify. It is locked all the same
    };

    // A fault when another process holds the folder, when it is not there or not one, or when its keys are missing.
    // Throws MachineError when the disk fails.
    static Result<DataFolder> open(const std::filesystem::path& folder, Opening opening);
    static DataFolder in_memory();

    log::EventLog& log() { return *log_; }
    log::Keys& keys() { return *keys_; }
    ledger::Ledger& ledger() { return *ledger_; }
    const std::filesystem::path& path() const { return path_; }  // empty: in memory

    // An open lock file; unlocked when it goes.
    class Lock {
    public:
        explicit Lock(int descriptor) : descriptor_(descriptor) {}
        ~Lock();
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;

    private:
        int descriptor_;
    };

private:
    DataFolder() = default;

    std::filesystem::path path_;
    std::unique_ptr<Lock> lock_;  // first, so that it goes last
    std::unique_ptr<SqliteEventLog> log_;
    std::unique_ptr<SqliteKeys> keys_;
    std::unique_ptr<SqliteLedger> ledger_;
};

}  // namespace ningyi::store
