// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/event_log.h"

#include "base/check.h"
#include "trust/merkle.h"

namespace ningyi::store {
namespace {

// Blocks of fixes have about 1.3 kB: pages of 4 KiB waste a quarter of the room and took 1.7 times as long to append.
constexpr int page_bytes = 16384;

// The leaf stands before the body, so that reading leaves does not read bodies that lie on further pages.
constexpr const char* schema = R"(
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    leaf BLOB NOT NULL,
    content BLOB NOT NULL,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    happened_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS core_event ON event (seq) WHERE type >= 'core.' AND type < 'core/';
CREATE TABLE IF NOT EXISTS checkpoint (
    number INTEGER PRIMARY KEY,
    size INTEGER NOT NULL,
    note TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS property (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
)";

}  // namespace

SqliteEventLog::SqliteEventLog(const std::filesystem::path& file, Session::Access access)
    : session_(file, {.access = access, .page_bytes = page_bytes}) {
    session_.script(schema);
    read_last();
}

void SqliteEventLog::read_last() {
    size_ = 0;
    last_recorded_ = Instant{INT64_MIN};
    session_.query("SELECT seq, recorded_at FROM event ORDER BY seq DESC LIMIT 1", {}, [&](const Row& row) {
        size_ = row.number(0);
        last_recorded_ = Instant{row.integer(1)};
        return false;
    });
}

std::vector<log::AppendResult> SqliteEventLog::append(std::span<Item> items) {
    std::vector<log::AppendResult> results;
    results.reserve(items.size());
    if (items.empty()) return results;
    try {
        session_.transaction([&] {
            for (Item& item : items) {
                log::Event& event = item.event;
                event.seq = size_ + 1;
                event.recorded_at = std::max(event.recorded_at, last_recorded_);
                std::string leaf = trust::leaf_hash(log::leaf_data(event));
                const std::int64_t added = session_.execute(
                    "INSERT INTO event (seq, id, leaf, content, type, subject, happened_at, recorded_at, actor, body) "
                    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING",
                    {Parameter::of(event.seq), Parameter::of_bytes(event.id.view()), Parameter::of_bytes(leaf),
                     Parameter::of_bytes(item.content), Parameter::of_text(event.type),
                     Parameter::of_text(event.subject), Parameter::of(event.happened_at.ms),
                     Parameter::of(event.recorded_at.ms), Parameter::of_text(event.actor),
                     Parameter::of_bytes(event.body)});
                if (added == 0) {
                    results.push_back(present(item));
                    continue;
                }
                size_ = event.seq;
                last_recorded_ = event.recorded_at;
                results.push_back({log::Appended::yes, event.seq, std::move(leaf)});
            }
        });
    } catch (...) {
        try {
            read_last();
        } catch (const MachineError&) {
            // The first failure is the one to report. The number stays too high or too low: the next append fails on
            // it.
            size_ = 0;
        }
        throw;
    }
    return results;
}

// What append answers for an item whose id is in the log.
log::AppendResult SqliteEventLog::present(const Item& item) {
    log::AppendResult result{log::Appended::conflict, 0, {}};
    const log::Event& event = item.event;
    session_.query("SELECT seq, leaf, content, type, subject, happened_at, actor FROM event WHERE id = $1",
                   {Parameter::of_bytes(event.id.view())}, [&](const Row& row) {
                       result.seq = row.number(0);
                       result.leaf = row.text(1);
                       const bool same = row.text(2) == item.content && row.text(3) == event.type &&
                                         row.text(4) == event.subject && row.integer(5) == event.happened_at.ms &&
                                         row.text(6) == event.actor;
                       result.outcome = same ? log::Appended::again : log::Appended::conflict;
                       return false;
                   });
    CHECK(result.seq > 0);
    return result;
}

void SqliteEventLog::read(std::uint64_t after, const std::function<bool(const log::Event&)>& visit) {
    read_rows(
        "SELECT seq, id, type, subject, happened_at, recorded_at, actor, body FROM event WHERE seq > $1 ORDER BY seq",
        after, visit);
}

void SqliteEventLog::read_core(std::uint64_t after, const std::function<bool(const log::Event&)>& visit) {
    read_rows(
        "SELECT seq, id, type, subject, happened_at, recorded_at, actor, body FROM event INDEXED BY core_event "
        "WHERE type >= 'core.' AND type < 'core/' AND seq > $1 ORDER BY seq",
        after, visit);
}

void SqliteEventLog::read_rows(const char* statement, std::uint64_t after,
                               const std::function<bool(const log::Event&)>& visit) {
    log::Event event;
    session_.query(statement, {Parameter::of(after)}, [&](const Row& row) {
        const std::string_view id = row.text(1);
        if (id.size() != event.id.bytes.size()) {
            throw StoreError(session_.file().string() + ": 事件编号已损坏 | the id of an event is damaged, seq " +
                                 std::to_string(row.integer(0)),
                             0);
        }
        event.seq = row.number(0);
        event.id = Id::from_bytes(id);
        event.type = row.text(2);
        event.subject = row.text(3);
        event.happened_at = Instant{row.integer(4)};
        event.recorded_at = Instant{row.integer(5)};
        event.actor = row.text(6);
        event.body = row.text(7);
        return visit(event);
    });
}

std::optional<std::uint64_t> SqliteEventLog::find(const Id& id) {
    std::optional<std::uint64_t> seq;
    session_.query("SELECT seq FROM event WHERE id = $1", {Parameter::of_bytes(id.view())}, [&](const Row& row) {
        seq = row.number(0);
        return false;
    });
    return seq;
}

void SqliteEventLog::read_leaves(std::uint64_t after,
                                 const std::function<bool(std::uint64_t, std::string_view)>& visit) {
    session_.query("SELECT seq, leaf FROM event WHERE seq > $1 ORDER BY seq", {Parameter::of(after)},
                   [&](const Row& row) { return visit(row.number(0), row.text(1)); });
}

void SqliteEventLog::add_checkpoint(std::uint64_t size, std::string_view note) {
    session_.execute("INSERT INTO checkpoint (size, note) VALUES ($1, $2)",
                     {Parameter::of(size), Parameter::of_text(note)});
}

std::vector<std::pair<std::uint64_t, std::string>> SqliteEventLog::checkpoints() {
    std::vector<std::pair<std::uint64_t, std::string>> out;
    session_.query("SELECT size, note FROM checkpoint ORDER BY number", {}, [&](const Row& row) {
        out.emplace_back(row.number(0), row.text(1));
        return true;
    });
    return out;
}

void SqliteEventLog::set_property(const std::string& name, std::string_view value) {
    session_.execute(
        "INSERT INTO property (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        {Parameter::of_text(name), Parameter::of_bytes(value)});
}

std::optional<std::string> SqliteEventLog::property(const std::string& name) {
    std::optional<std::string> value;
    session_.query("SELECT value FROM property WHERE name = $1", {Parameter::of_text(name)}, [&](const Row& row) {
        value = row.text(0);
        return false;
    });
    return value;
}

}  // namespace ningyi::store
