// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/ledger.h"

#include <algorithm>

namespace ningyi::store {
namespace {

// A finding is kept as its shape and its own bytes (engine/finding_book.h), beside the columns it is searched by. Of
// its id only the beginning is kept for searching: the id is computed again from what is read, which shows damage too.
constexpr const char* schema = R"(
CREATE TABLE IF NOT EXISTS shape (
    number INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL UNIQUE
) STRICT;
CREATE TABLE IF NOT EXISTS finding (
    number INTEGER PRIMARY KEY,
    id_head INTEGER NOT NULL,
    rule TEXT NOT NULL,
    version INTEGER NOT NULL,
    subject TEXT NOT NULL,
    dedup TEXT NOT NULL,
    revision INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    agency TEXT NOT NULL,
    shape INTEGER NOT NULL,
    own BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS outcome_count (
    rule TEXT NOT NULL,
    version INTEGER NOT NULL,
    date TEXT NOT NULL,
    agency TEXT NOT NULL,
    outcome INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (rule, version, date, agency, outcome)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS judged (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    position INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS property (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
)";

constexpr const char* indexes = R"(
CREATE INDEX IF NOT EXISTS finding_by_id ON finding (id_head);
CREATE UNIQUE INDEX IF NOT EXISTS finding_by_row ON finding (rule, subject, dedup, version, revision);
CREATE INDEX IF NOT EXISTS finding_by_subject ON finding (subject);
)";
constexpr const char* no_indexes = R"(
DROP INDEX finding_by_id;
DROP INDEX finding_by_row;
DROP INDEX finding_by_subject;
)";
// From so many findings on, an empty table is filled first and its indexes are made after.
constexpr std::size_t many = 1000;

constexpr std::size_t head_digits = 16;

// The first 64 bits of an id, of which `digits` may be only the beginning; the rest is filled up with `fill`.
std::int64_t head_of(std::string_view digits, char fill) {
    std::string head(digits.substr(0, head_digits));
    head.resize(head_digits, fill);
    std::uint64_t number = 0;
    for (const char c : head) number = number << 4U | static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    return static_cast<std::int64_t>(number);
}

constexpr std::size_t shortest_prefix = 8;

// Where a text may be left open: empty means all.
constexpr const char* found = R"(
SELECT shape, own FROM finding AS f
WHERE ($1 = '' OR rule = $1) AND ($2 = '' OR subject = $2) AND ($3 = '' OR agency = $3) AND ($4 < 0 OR outcome = $4)
ORDER BY rule, subject, dedup, revision, version)";
constexpr const char* found_current = R"(
SELECT shape, own FROM finding AS f
WHERE ($1 = '' OR rule = $1) AND ($2 = '' OR subject = $2) AND ($3 = '' OR agency = $3) AND ($4 < 0 OR outcome = $4)
  AND NOT EXISTS (SELECT 1 FROM finding AS later WHERE later.rule = f.rule AND later.subject = f.subject
                  AND later.dedup = f.dedup AND later.version = f.version AND later.revision > f.revision)
ORDER BY rule, subject, dedup, revision, version)";
constexpr const char* found_current_of_subject = R"(
SELECT shape, own FROM finding AS f
WHERE ($1 = '' OR rule = $1) AND subject = $2 AND ($3 = '' OR agency = $3) AND ($4 < 0 OR outcome = $4)
  AND NOT EXISTS (SELECT 1 FROM finding AS later WHERE later.rule = f.rule AND later.subject = f.subject
                  AND later.dedup = f.dedup AND later.version = f.version AND later.revision > f.revision)
ORDER BY rule, subject, dedup, revision, version)";

}  // namespace

SqliteLedger::SqliteLedger(const std::filesystem::path& file, Session::Access access)
    : session_(file, {.access = access}) {
    session_.transaction([&] {
        const engine::FindingBook before = take_old_findings();
        session_.script(schema);
        session_.script(indexes);
        if (!before.empty()) add(before);
    });
}

engine::FindingBook SqliteLedger::take_old_findings() {
    engine::FindingBook old;
    bool is_old = false;
    session_.query("SELECT 1 FROM pragma_table_info('finding') WHERE name = 'bytes'", {}, [&](const Row&) {
        is_old = true;
        return false;
    });
    if (!is_old) return old;
    session_.query("SELECT bytes FROM finding ORDER BY number", {}, [&](const Row& row) {
        const Result<engine::Finding> finding = engine::finding_of(row.text(0));
        if (!finding) damaged();
        old.add(*finding);
        return true;
    });
    session_.script("DROP TABLE finding");
    return old;
}

std::vector<std::int64_t> SqliteLedger::numbers_of_shapes(const engine::FindingBook& findings) {
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 0; i < findings.shapes(); ++i) {
        const std::string bytes = engine::canonical(findings.shape(i), true);
        session_.execute("INSERT INTO shape (bytes) VALUES ($1) ON CONFLICT DO NOTHING", {Parameter::of_bytes(bytes)});
        session_.query("SELECT number FROM shape WHERE bytes = $1", {Parameter::of_bytes(bytes)}, [&](const Row& row) {
            numbers.push_back(row.integer(0));
            return false;
        });
    }
    return numbers;
}

void SqliteLedger::add(const engine::FindingBook& findings) {
    const std::vector<std::int64_t> shapes = numbers_of_shapes(findings);
    bool is_filled = findings.size() >= many;
    session_.query("SELECT 1 FROM finding LIMIT 1", {}, [&](const Row&) { return is_filled = false; });
    if (is_filled) session_.script(no_indexes);
    engine::Finding finding;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        findings.read(i, finding);
        session_.execute(
            "INSERT INTO finding (id_head, rule, version, subject, dedup, revision, outcome, agency, shape, own) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            {Parameter::of(head_of(finding.id, '0')), Parameter::of_text(finding.rule), Parameter::of(finding.version),
             Parameter::of_text(finding.subject), Parameter::of_text(finding.dedup), Parameter::of(finding.revision),
             Parameter::of(static_cast<int>(finding.outcome)), Parameter::of_text(finding.agency),
             Parameter::of(shapes[findings.shape_of(i)]), Parameter::of_bytes(findings.own_bytes(i))});
    }
    if (is_filled) session_.script(indexes);
}

void SqliteLedger::record(std::uint64_t position, const engine::FindingBook& findings,
                          std::span<const ledger::Count> counts) {
    session_.transaction([&] {
        add(findings);
        session_.execute("DELETE FROM outcome_count");
        for (const ledger::Count& count : counts) {
            session_.execute(
                "INSERT INTO outcome_count (rule, version, date, agency, outcome, count) VALUES ($1, $2, $3, $4, $5, "
                "$6)",
                {Parameter::of_text(count.rule), Parameter::of(count.version), Parameter::of_text(count.date),
                 Parameter::of_text(count.agency), Parameter::of(static_cast<int>(count.outcome)),
                 Parameter::of(count.count)});
        }
        session_.execute(
            "INSERT INTO judged (one, position) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET position = "
            "excluded.position",
            {Parameter::of(position)});
    });
}

std::uint64_t SqliteLedger::position() {
    std::uint64_t position = 0;
    session_.query("SELECT position FROM judged", {}, [&](const Row& row) {
        position = row.number(0);
        return false;
    });
    return position;
}

void SqliteLedger::damaged() const {
    throw StoreError(session_.file().string() +
                         ": 结论已损坏，请删去台账后重新运行 | a finding is damaged, delete the ledger and run again",
                     0);
}

const engine::Finding& SqliteLedger::shape(std::int64_t number) {
    const auto known = shapes_.find(number);
    if (known != shapes_.end()) return known->second;
    std::optional<engine::Finding> read;
    session_.query("SELECT bytes FROM shape WHERE number = $1", {Parameter::of(number)}, [&](const Row& row) {
        if (auto finding = engine::finding_of(row.text(0))) read = std::move(*finding);
        return false;
    });
    if (!read) damaged();
    return shapes_.emplace(number, std::move(*read)).first->second;
}

engine::Finding SqliteLedger::finding_in(const Row& row) {
    engine::Finding finding;
    const bool fits = engine::FindingBook::put_together(shape(row.integer(0)), row.text(1), finding);
    if (!fits || finding.id != engine::finding_id(finding)) damaged();
    return finding;
}

void SqliteLedger::find(const model::Scope& scope, const ledger::Query& query,
                        const std::function<bool(const engine::Finding&)>& visit) {
    const char* const sql = !query.current_only     ? found
                            : query.subject.empty() ? found_current
                                                    : found_current_of_subject;
    std::size_t visited = 0;
    if (query.limit == 0) return;
    session_.query(sql,
                   {Parameter::of_text(query.rule), Parameter::of_text(query.subject), Parameter::of_text(query.agency),
                    Parameter::of(query.outcome ? static_cast<int>(*query.outcome) : -1)},
                   [&](const Row& row) {
                       const engine::Finding finding = finding_in(row);
                       if (!scope.sees_agency(finding.agency)) return true;
                       return visit(finding) && ++visited < query.limit;
                   });
}

std::optional<engine::Finding> SqliteLedger::find_one(const model::Scope& scope, const std::string& id) {
    const bool is_hex =
        std::all_of(id.begin(), id.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (!is_hex || id.size() < shortest_prefix) return std::nullopt;
    std::vector<engine::Finding> matches;
    session_.query("SELECT shape, own FROM finding WHERE id_head BETWEEN $1 AND $2 ORDER BY id_head",
                   {Parameter::of(head_of(id, '0')), Parameter::of(head_of(id, 'f'))}, [&](const Row& row) {
                       engine::Finding finding = finding_in(row);
                       if (finding.id.starts_with(id) && scope.sees_agency(finding.agency))
                           matches.push_back(std::move(finding));
                       return matches.size() < 2;
                   });
    if (matches.size() != 1) return std::nullopt;
    return std::move(matches.front());
}

std::vector<ledger::Count> SqliteLedger::counts(const model::Scope& scope) {
    std::vector<ledger::Count> out;
    session_.query(
        "SELECT rule, version, date, agency, outcome, count FROM outcome_count "
        "ORDER BY rule, version, date, agency, outcome",
        {}, [&](const Row& row) {
            ledger::Count count{.rule = std::string(row.text(0)),
                                .version = row.integer(1),
                                .date = std::string(row.text(2)),
                                .agency = std::string(row.text(3)),
                                .outcome = static_cast<engine::Outcome>(row.integer(4)),
                                .count = row.integer(5)};
            if (scope.sees_agency(count.agency)) out.push_back(std::move(count));
            return true;
        });
    return out;
}

void SqliteLedger::set_property(const std::string& name, std::string_view value) {
    session_.execute(
        "INSERT INTO property (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        {Parameter::of_text(name), Parameter::of_bytes(value)});
}

std::optional<std::string> SqliteLedger::property(const std::string& name) {
    std::optional<std::string> value;
    session_.query("SELECT value FROM property WHERE name = $1", {Parameter::of_text(name)}, [&](const Row& row) {
        value = row.text(0);
        return false;
    });
    return value;
}

void SqliteLedger::clear() {
    session_.transaction([&] {
        shapes_.clear();
        for (const char* const table : {"finding", "shape", "outcome_count", "judged", "property"}) {
            session_.execute(std::string("DELETE FROM ") + table);
        }
    });
}

}  // namespace ningyi::store
