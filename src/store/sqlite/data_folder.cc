// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "trust/cipher.h"

namespace ningyi::store {
namespace {

constexpr const char* log_name = "log.db";
constexpr const char* ledger_name = "ledger.db";
constexpr const char* keys_name = "keys.db";
constexpr const char* root_name = "root.key";
constexpr const char* lock_name = "lock";

Fault fault(const std::filesystem::path& where, const char* code, std::string zh, std::string en) {
    return {.file = where.string(), .code = code, .zh = std::move(zh), .en = std::move(en)};
}

// Who holds the lock, as written into it.
std::string holder(int descriptor) {
    std::array<char, 32> text{};
    const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
    return std::string(trimmed(std::string_view(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0)));
}

Result<std::unique_ptr<DataFolder::Lock>> locked(const std::filesystem::path& folder) {
    const std::filesystem::path file = folder / lock_name;
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) {
        const std::string reason = std::strerror(errno);
        return failure(fault(file, "E641", format("锁文件打不开：{}", reason),
                             format("the lock file cannot be opened: {}", reason)));
    }
    auto lock = std::make_unique<DataFolder::Lock>(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        const std::string process = holder(descriptor);  // empty when it has not said so yet
        return failure(
            fault(folder, "E640",
                  format("数据文件夹正被另一个程序使用{}；请等它结束，或换一个文件夹",
                         process.empty() ? "" : "（进程 " + process + "）"),
                  format("the data folder is in use by another program{}; wait until it ends, or choose another folder",
                         process.empty() ? "" : " (process " + process + ")")));
    }
    const std::string process = format("{}\n", ::getpid());
    // Only a hint for whoever finds the folder locked: a full disk must not keep us out.
    if (::ftruncate(descriptor, 0) == 0 && ::pwrite(descriptor, process.data(), process.size(), 0) < 0) {
        return lock;
    }
    return lock;
}

}  // namespace

DataFolder::Lock::~Lock() {
    ::close(descriptor_);
}

Result<DataFolder> DataFolder::open(const std::filesystem::path& folder, Opening opening) {
    const std::filesystem::path log_file = folder / log_name;
    std::error_code error;
    if (opening == Opening::existing && !std::filesystem::exists(log_file, error)) {
        return failure(
            fault(folder, "E643", "这里没有数据文件夹（缺少 log.db）", "no data folder here (log.db is missing)"));
    }
    const bool is_new = std::filesystem::create_directories(folder, error);
    if (error) {
        return failure(fault(folder, "E644", format("文件夹建不成：{}", error.message()),
                             format("the folder cannot be made: {}", error.message())));
    }
    // The log and the keys are for the account that made them; a folder that was there keeps the rights it was given.
    if (is_new) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    if (is_new) sync_folder(std::filesystem::absolute(folder).parent_path());
    auto lock = locked(folder);
    if (!lock) return failure(lock.error());
    // A new root key beside old keys would lock everyone out of them.
    const bool has_keys = std::filesystem::exists(folder / keys_name, error);
    if (!has_keys && std::filesystem::exists(log_file, error)) {
        return failure(fault(folder / keys_name, "E642", "密钥库不见了，而日志还在；请从密钥备份恢复",
                             "the keys are gone while the log is there; restore them from the backup of keys"));
    }
    auto root = root_key_of(folder / root_name, !has_keys);
    if (!root) return failure(root.error());

    DataFolder out;
    out.path_ = folder;
    out.lock_ = std::move(*lock);
    out.keys_ = std::make_unique<SqliteKeys>(folder / keys_name, std::move(*root));
    out.log_ = std::make_unique<SqliteEventLog>(log_file);
    out.ledger_ = std::make_unique<SqliteLedger>(folder / ledger_name);
    sync_folder(folder);
    return out;
}

DataFolder DataFolder::in_memory() {
    DataFolder out;
    out.log_ = std::make_unique<SqliteEventLog>("");
    out.keys_ = std::make_unique<SqliteKeys>("", trust::random_bytes(trust::key_size));
    out.ledger_ = std::make_unique<SqliteLedger>("");
    return out;
}

}  // namespace ningyi::store
