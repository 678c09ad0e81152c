// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/session.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/text.h"

namespace ningyi::store {
namespace {

constexpr const char* settings =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA trusted_schema=OFF;"
    "PRAGMA case_sensitive_like=ON;"
    "PRAGMA journal_size_limit=67108864;"
    "PRAGMA cache_size=-65536;";

// At this size the write-ahead log is moved into the database: several of intake's groups.
constexpr int wal_bytes = 64 << 20;

bool is_sync_failure(int code) {
    return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC || code == SQLITE_IOERR_CLOSE;
}

bool is_no_room(int code, int system_error) {
    if (code == SQLITE_FULL) return true;
    const bool input_output = (code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN;
    return input_output && (system_error == ENOSPC || system_error == EFBIG || system_error == EDQUOT);
}

std::string free_space(const std::filesystem::path& file) {
    std::error_code error;
    const auto space = std::filesystem::space(file.has_parent_path() ? file.parent_path() : ".", error);
    if (error) return "?";
    return format("{:.1f} MiB", static_cast<double>(space.available) / (1024.0 * 1024.0));
}

}  // namespace

bool Row::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}
std::int64_t Row::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}
double Row::real(int column) const {
    return sqlite3_column_double(statement_, column);
}
std::string_view Row::text(int column) const {
    const void* const bytes = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return bytes == nullptr ? std::string_view()
                            : std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

Session::Session(const std::filesystem::path& file, Options options) : file_(file) {
    const std::string name = file.empty() ? ":memory:" : file.string();
    const int create = options.access == Access::create ? SQLITE_OPEN_CREATE : 0;
    const int result =
        sqlite3_open_v2(name.c_str(), &database_,
                        SQLITE_OPEN_READWRITE | create | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    try {
        if (result != SQLITE_OK) fail(result, "open");
        script(format("PRAGMA page_size={}", options.page_bytes));
        script(settings);
        script(format("PRAGMA wal_autocheckpoint={}", wal_bytes / options.page_bytes));
        if (options.secure_delete) script("PRAGMA secure_delete=ON");
    } catch (...) {
        sqlite3_close_v2(database_);
        throw;
    }
}

Session::~Session() {
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement.handle);
    sqlite3_close_v2(database_);
}

void Session::script(const std::string& sql) {
    if (broken_) fail(SQLITE_IOERR_FSYNC, "script");
    const int result = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) fail(result, "script");
}

std::int64_t Session::execute(std::string_view sql, Parameters parameters) {
    Use use(*this, sql, parameters);
    while (use.step()) {
    }
    return sqlite3_changes64(database_);
}

void Session::truncate_wal() {
    if (file_.empty()) return;
    query("PRAGMA wal_checkpoint(TRUNCATE)", {}, [&](const Row& row) {
        if (row.integer(0) != 0) fail(SQLITE_BUSY, "wal_checkpoint");
        return true;
    });
}

Session::Statement Session::prepared(std::string_view sql) {
    Statement statement;
    const int result = sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &statement.handle, nullptr);
    if (result != SQLITE_OK) fail(result, sql);
    const int count = sqlite3_bind_parameter_count(statement.handle);
    for (int number = 1; number <= count; ++number) {
        const std::string name = format("${}", number);
        statement.index_of.push_back(sqlite3_bind_parameter_index(statement.handle, name.c_str()));
    }
    return statement;
}

void Session::fail(int code, std::string_view doing) {
    // SQLite forgets the system's error when a COMMIT fails; step() leaves it in errno.
    const int last_error = errno;
    const int kept_error = database_ == nullptr ? 0 : sqlite3_system_errno(database_);
    const int system_error = kept_error != 0 ? kept_error : last_error;
    const std::string where = file_.empty() ? "(memory)" : file_.string();
    const std::string reason = database_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database_);
    if (broken_ || is_sync_failure(code)) {
        broken_ = true;
        throw SyncFailed(
            format("磁盘未能确认写入，程序必须停止：{}（{}）。重新启动后请先校验日志；未收到回执的内容请重新上报 | "
                   "the disk could not confirm a write, the program must stop: {} ({}). Verify the log after "
                   "starting again; send again what got no receipt",
                   where, reason, where, reason),
            code);
    }
    if (is_no_room(code, system_error)) {
        const std::string left = free_space(file_);
        throw DiskFull(
            format("磁盘空间不足，写不进 {}（该盘可用 "
                   "{}）。这一批未被接收；此前已接收的内容没有丢失。腾出空间后请重新上报 | "
                   "no room to write {} ({} free there). This group was not accepted; nothing accepted before is "
                   "lost. Make room, then send it again",
                   where, left, where, left),
            code);
    }
    throw StoreError(format("数据库 {} 出错：{}（代码 {}，系统错误 {}，操作 {}） | "
                            "database {} failed: {} (code {}, system error {}, doing {})",
                            where, reason, code, system_error, doing, where, reason, code, system_error, doing),
                     code);
}

void Session::roll_back() noexcept {
    // SQLite rolls back by itself after some errors; then there is nothing left to do.
    if (sqlite3_get_autocommit(database_) == 0) sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
}

Session::Use::Use(Session& session, std::string_view sql, Parameters parameters) : session_(session), sql_(sql) {
    if (session.broken_) session.fail(SQLITE_IOERR_FSYNC, sql);
    auto at = session.statements_.find(sql);
    if (at == session.statements_.end()) {
        at = session.statements_.emplace(std::string(sql), session.prepared(sql)).first;
    }
    if (at->second.busy) {
        own_ = std::make_unique<Statement>(session.prepared(sql));
        statement_ = own_.get();
    } else {
        statement_ = &at->second;
    }
    CHECK(parameters.size() == statement_->index_of.size());
    statement_->busy = true;
    std::size_t number = 0;
    for (const Parameter& parameter : parameters) {
        const int index = statement_->index_of[number++];
        CHECK(index > 0);
        int result = SQLITE_OK;
        // Never a null pointer: SQLite would take an empty text for NULL.
        const char* const text = parameter.text.data() == nullptr ? "" : parameter.text.data();
        switch (parameter.kind) {
            case Parameter::Kind::null: result = sqlite3_bind_null(statement(), index); break;
            case Parameter::Kind::integer: result = sqlite3_bind_int64(statement(), index, parameter.integer); break;
            case Parameter::Kind::real: result = sqlite3_bind_double(statement(), index, parameter.real); break;
            case Parameter::Kind::text:
                result =
                    sqlite3_bind_text64(statement(), index, text, parameter.text.size(), SQLITE_STATIC, SQLITE_UTF8);
                break;
            case Parameter::Kind::bytes:
                result = sqlite3_bind_blob64(statement(), index, text, parameter.text.size(), SQLITE_STATIC);
                break;
        }
        CHECK(result == SQLITE_OK || result == SQLITE_NOMEM || result == SQLITE_TOOBIG);
        if (result != SQLITE_OK) {
            statement_->busy = false;
            session.fail(result, sql);
        }
    }
}

Session::Use::~Use() {
    sqlite3_reset(statement());
    statement_->busy = false;
    if (own_) sqlite3_finalize(own_->handle);
}

bool Session::Use::step() {
    errno = 0;
    const int result = sqlite3_step(statement());
    if (result == SQLITE_ROW) return true;
    if (result != SQLITE_DONE) session_.fail(result, sql_);
    return false;
}

void sync_folder(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    const std::string reason = std::strerror(errno);
    if (descriptor >= 0) ::close(descriptor);
    if (!synced) {
        throw SyncFailed(
            format("磁盘未能确认写入文件夹 {}：{} | the disk could not confirm a write to the folder {}: {}",
                   folder.string(), reason, folder.string(), reason),
            0);
    }
}

}  // namespace ningyi::store
