// SPDX-License-Identifier: Apache-2.0
// What an audit hands over, written to a folder: findings (JSON lines, CSV, workbook), one row an order, a summary and
// the report. The same input gives the same bytes. Personal values are masked as the reader's scope demands; nothing is
// judged.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/zone.h"
#include "engine/engine.h"
#include "engine/finding_book.h"
#include "exchange/audit_page.h"
#include "ledger/ledger.h"
#include "model/scope.h"
#include "rule/explain.h"
#include "rule/rule.h"

namespace ningyi::exchange {

struct FileSummary {
    std::string name;  // orders.csv
    std::uint64_t rows = 0, used = 0, rejected = 0;
    std::vector<model::Label> notices;  // whole sentences
};

struct AuditInput {
    const rule::RuleSet& set;
    const AuditPage& page;
    const engine::Engine& engine;              // its world and paths give fields and tracks
    const engine::FindingBook& findings;       // current ones, sorted by (rule, subject, dedup)
    const std::vector<ledger::Count>& counts;  // of the outcomes that are not stored one by one
    const Zone& zone;
    const model::Scope& scope;
    rule::Language language = rule::Language::zh;  // the one the report opens in
    std::string district_name, period, as_of;      // as bundle.yaml has them; may be empty
    std::optional<Date> period_from, period_to;    // both ends count
    std::optional<Instant> taken_at;               // when the files were taken: nothing later can be in them
    std::vector<FileSummary> files;
    std::string log_root;  // hex
    std::uint64_t log_size = 0;
    // A workbook with more rows is no use to whoever opens it: it then lists hits and exemptions only, and the other
    // files what could not be judged.
    std::size_t most_workbook_rows = 100'000;
    std::function<void(double)> progress;  // share done, 0 to 1; may be empty
};

// What whoever runs an audit should be told beside the outcomes. Nothing of it keeps a record from being judged.
struct AuditNotes {
    std::int64_t outside_period = 0;   // subjects whose day lies outside the period
    std::int64_t after_as_of = 0;      // subjects whose time lies after the files were taken
    std::int64_t not_in_workbook = 0;  // findings that the workbook leaves out (AuditInput::most_workbook_rows)
};

// Writes findings.jsonl, findings.csv, findings.xlsx, orders.csv, summary.json and report.html into `folder`, which
// exists. A fault when the packs and the page do not fit together; throws MachineError when the disk fails.
Result<AuditNotes> write_audit(const AuditInput& input, const std::string& folder);

}  // namespace ningyi::exchange
