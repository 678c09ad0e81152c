// SPDX-License-Identifier: Apache-2.0
// The owners' keys in one SQLite file (keys.db), each wrapped with the root key, which lies in a file of its own
// (root.key, readable by its owner only). Destroying a key overwrites it. Backups of log and keys are kept apart.
#pragma once

#include <string>
#include <unordered_map>

#include "log/event_log.h"
#include "store/sqlite/session.h"

namespace ningyi::store {

class SqliteKeys : public log::Keys {
public:
    // REQUIRES: a root key of 32 bytes. Throws MachineError when the file was made with another root key.
    SqliteKeys(const std::filesystem::path& file, std::string root_key,
               Session::Access access = Session::Access::create);
    ~SqliteKeys() override;

    std::vector<std::string> obtain(std::span<const std::string> owners) override;
    std::optional<std::string> find(const std::string& owner) override;
    void destroy(const std::string& owner) override;

private:
    std::string wrapped(const std::string& owner, const std::string& key) const;
    std::string unwrapped(const std::string& owner, std::string_view wrapped) const;

    Session session_;
    std::string root_key_;
    std::unordered_map<std::string, std::string> open_;  // keys in clear, by owner
};

// The root key of this file, made and synced when there is none and `may_create` says so. A fault when it is missing or
// not a key.
Result<std::string> root_key_of(const std::filesystem::path& file, bool may_create);

}  // namespace ningyi::store
