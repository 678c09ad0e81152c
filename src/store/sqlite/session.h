// SPDX-License-Identifier: Apache-2.0
// A thin layer over one SQLite connection: statements cached by text, parameters $1…$n, rows handed to a visitor,
// transactions. No object mapper. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace ningyi::store {

// The database refused: the message says what, where and what now. `code` is SQLite's extended code.
class StoreError : public MachineError {
public:
    StoreError(const std::string& message, int extended_code) : MachineError(message), code(extended_code) {}
    int code;
};

// No room: nothing of the last group was accepted, and nothing accepted before is lost.
class DiskFull : public StoreError {
public:
    using StoreError::StoreError;
};

// The disk could not promise durability. What it holds now is not known: the program must end with `exit_code`, never
// retry, and verify when it starts again. The session refuses everything after it.
class SyncFailed : public StoreError {
public:
    using StoreError::StoreError;
    static constexpr int exit_code = 74;
};

// A parameter of a statement. Text and bytes are only looked at while the statement runs.
struct Parameter {
    enum class Kind : std::uint8_t { null, integer, real, text, bytes };
    Kind kind = Kind::null;
    std::int64_t integer = 0;
    double real = 0;
    std::string_view text;

    static Parameter null() { return {}; }
    static Parameter of(std::int64_t value) { return {.kind = Kind::integer, .integer = value}; }
    static Parameter of(std::uint64_t value) { return of(static_cast<std::int64_t>(value)); }
    static Parameter of(int value) { return of(std::int64_t{value}); }
    static Parameter of_real(double value) { return {.kind = Kind::real, .real = value}; }
    static Parameter of_text(std::string_view value) { return {.kind = Kind::text, .text = value}; }
    static Parameter of_bytes(std::string_view value) { return {.kind = Kind::bytes, .text = value}; }
};

// The row a visitor is looking at. Views end with the visit.
class Row {
public:
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
    double real(int column) const;
    std::string_view text(int column) const;  // text or bytes

private:
    sqlite3_stmt* statement_;
};

class Session {
public:
    enum class Access : std::uint8_t { create, existing };
    struct Options {
        Access access = Access::create;
        bool secure_delete = false;  // deleted content is overwritten with zeros
        int page_bytes = 4096;       // of a new file
    };

    // An empty path is a database in memory. Throws StoreError when it cannot be opened.
    Session(const std::filesystem::path& file, Options options);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    using Parameters = std::initializer_list<Parameter>;

    // Runs several statements without parameters.
    void script(const std::string& sql);

    // Runs one statement; the number of rows it changed.
    std::int64_t execute(std::string_view sql, Parameters parameters = {});

    // Visits the rows until there are no more or `visit` says false. `visit` takes a const Row& and gives a bool; it
    // may use the session.
    template <class Visit>
    void query(std::string_view sql, Parameters parameters, Visit&& visit) {
        Use use(*this, sql, parameters);
        while (use.step()) {
            if (!visit(Row(use.statement()))) return;
        }
    }

    // Inside one immediate transaction: committed when `work` returns, rolled back when it throws.
    template <class Work>
    void transaction(Work&& work) {
        execute("BEGIN IMMEDIATE");
        try {
            work();
            execute("COMMIT");
        } catch (...) {
            roll_back();
            throw;
        }
    }

    // Writes the whole write-ahead log into the database and cuts it to nothing, so that no old page stays behind.
    void truncate_wal();

    const std::filesystem::path& file() const { return file_; }

private:
    struct Statement {
        sqlite3_stmt* handle = nullptr;
        std::vector<int> index_of;  // SQLite numbers names by first appearance: $n stands at index_of[n - 1]
        bool busy = false;
    };

    // One use of a cached statement (or of a fresh one while the cached one is busy), reset at its end.
    class Use {
    public:
        Use(Session& session, std::string_view sql, Parameters parameters);
        ~Use();
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        bool step();
        sqlite3_stmt* statement() const { return statement_->handle; }

    private:
        Session& session_;
        std::string_view sql_;
        Statement* statement_ = nullptr;
        std::unique_ptr<Statement> own_;
    };

    Statement prepared(std::string_view sql);
    [[noreturn]] void fail(int code, std::string_view doing);
    void roll_back() noexcept;

    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };

    std::filesystem::path file_;
    sqlite3* database_ = nullptr;
    std::unordered_map<std::string, Statement, TextHash, std::equal_to<>> statements_;
    bool broken_ = false;
};

// Syncs a folder, so that files made in it are found after a power loss. Throws SyncFailed.
void sync_folder(const std::filesystem::path& folder);

}  // namespace ningyi::store
