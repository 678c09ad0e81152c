// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/keys.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/check.h"
#include "base/text.h"
#include "trust/cipher.h"

namespace ningyi::store {
namespace {

constexpr const char* schema =
    "CREATE TABLE IF NOT EXISTS owner_key (owner TEXT PRIMARY KEY, wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID;";

// Wrapped like a key under a name no owner has: tells at once whether the root key is the right one.
const std::string root_check = "root check";
constexpr std::size_t most_open = 1'000'000;

std::string associated_data(const std::string& owner) {
    return "ningyi key of " + owner;
}

// Written beside its place and then moved there: a program killed in between leaves no half key.
std::string new_root_key(const std::filesystem::path& file) {
    std::filesystem::path draft = file;
    draft += ".new";
    std::string key = trust::random_bytes(trust::key_size);
    const int descriptor =
        ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    const bool written =
        descriptor >= 0 && ::write(descriptor, key.data(), key.size()) == static_cast<ssize_t>(key.size());
    const bool kept = written && ::fsync(descriptor) == 0 && ::rename(draft.c_str(), file.c_str()) == 0;
    const std::string reason = std::strerror(errno);
    if (descriptor >= 0) ::close(descriptor);
    if (!kept) {
        throw StoreError(format("根密钥写不进 {}：{} | the root key cannot be written to {}: {}", file.string(), reason,
                                file.string(), reason),
                         0);
    }
    sync_folder(file.has_parent_path() ? file.parent_path() : ".");
    return key;
}

Fault root_fault(const std::filesystem::path& file, std::string_view zh, std::string_view en) {
    return {.file = file.string(), .code = "E642", .zh = std::string(zh), .en = std::string(en)};
}

}  // namespace

SqliteKeys::SqliteKeys(const std::filesystem::path& file, std::string root_key, Session::Access access)
    : session_(file, {.access = access, .secure_delete = true}), root_key_(std::move(root_key)) {
    CHECK(root_key_.size() == trust::key_size);
    session_.script(schema);
    const std::string owners[] = {root_check};
    obtain(owners);
}

SqliteKeys::~SqliteKeys() {
    trust::wipe(root_key_);
    for (auto& [owner, key] : open_) trust::wipe(key);
}

std::string SqliteKeys::wrapped(const std::string& owner, const std::string& key) const {
    const std::string iv = trust::random_bytes(trust::iv_size);
    return iv + trust::aes_gcm_encrypt(root_key_, iv, associated_data(owner), key);
}

std::string SqliteKeys::unwrapped(const std::string& owner, std::string_view wrapped) const {
    std::optional<std::string> key;
    if (wrapped.size() > trust::iv_size) {
        key = trust::aes_gcm_decrypt(root_key_, wrapped.substr(0, trust::iv_size), associated_data(owner),
                                     wrapped.substr(trust::iv_size));
    }
    if (!key) {
        const std::string file = session_.file().string();
        throw StoreError(
            format("{} 中的密钥 {} 打不开：root.key 不是与它配套的那一个，或文件已损坏 | the key {} in {} does not "
                   "open: root.key is not the one that belongs to it, or the file is damaged",
                   file, owner, owner, file),
            0);
    }
    return std::move(*key);
}

std::vector<std::string> SqliteKeys::obtain(std::span<const std::string> owners) {
    std::vector<std::string> missing;
    std::vector<std::string> keys;
    keys.reserve(owners.size());
    for (const std::string& owner : owners) {
        std::optional<std::string> key = find(owner);
        if (!key) missing.push_back(owner);
        keys.push_back(key ? std::move(*key) : std::string());
    }
    if (missing.empty()) return keys;
    std::unordered_map<std::string, std::string> made;
    session_.transaction([&] {
        for (const std::string& owner : missing) {
            const auto [at, is_new] = made.try_emplace(owner);
            if (!is_new) continue;
            at->second = trust::random_bytes(trust::key_size);
            session_.execute("INSERT INTO owner_key (owner, wrapped) VALUES ($1, $2)",
                             {Parameter::of_text(owner), Parameter::of_bytes(wrapped(owner, at->second))});
        }
    });
    for (std::size_t i = 0; i < owners.size(); ++i) {
        if (keys[i].empty()) keys[i] = made.at(owners[i]);
    }
    open_.merge(made);
    return keys;
}

std::optional<std::string> SqliteKeys::find(const std::string& owner) {
    if (const auto at = open_.find(owner); at != open_.end()) return at->second;
    std::optional<std::string> key;
    session_.query("SELECT wrapped FROM owner_key WHERE owner = $1", {Parameter::of_text(owner)}, [&](const Row& row) {
        key = unwrapped(owner, row.text(0));
        return false;
    });
    if (key) {
        if (open_.size() >= most_open) open_.clear();
        open_.emplace(owner, *key);
    }
    return key;
}

void SqliteKeys::destroy(const std::string& owner) {
    CHECK(owner != root_check);
    if (const auto at = open_.find(owner); at != open_.end()) {
        trust::wipe(at->second);
        open_.erase(at);
    }
    session_.execute("DELETE FROM owner_key WHERE owner = $1", {Parameter::of_text(owner)});
    session_.truncate_wal();
}

Result<std::string> root_key_of(const std::filesystem::path& file, bool may_create) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0 && errno == ENOENT && may_create) return new_root_key(file);
    if (descriptor < 0) {
        const std::string reason = std::strerror(errno);
        return failure(
            root_fault(file, format("根密钥读不出（{}）。没有它，密封的个人信息打不开；请从密钥备份恢复", reason),
                       format("the root key cannot be read ({}). Sealed personal fields do not open without it; "
                              "restore it from the backup of keys",
                              reason)));
    }
    // Whoever copied the folder may have widened who can read it.
    ::fchmod(descriptor, S_IRUSR | S_IWUSR);
    std::string key(trust::key_size + 1, '\0');
    const ssize_t size = ::read(descriptor, key.data(), key.size());
    ::close(descriptor);
    if (size != static_cast<ssize_t>(trust::key_size)) {
        return failure(root_fault(file, format("根密钥应为 {} 字节", trust::key_size),
                                  format("a root key should have {} bytes", trust::key_size)));
    }
    key.resize(trust::key_size);
    return key;
}

}  // namespace ningyi::store
