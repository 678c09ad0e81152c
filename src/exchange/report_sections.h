// SPDX-License-Identifier: Apache-2.0
// The sections of the report, each as HTML. audit_report.cc puts them in order.
#pragma once

#include <set>
#include <string>

#include "exchange/audit_tables.h"

namespace ningyi::exchange {

struct ReportContents {
    const AuditInput& input;
    const AuditTables& tables;
    const FindingRows& rows;
    std::size_t cards = 0;  // leads shown one by one: the first of `tables.ranked`
    std::string subject_zh() const { return input.page.subject_label.zh; }
    std::string subject_en() const;  // in lower case
};

// Where to look, outcomes, rules, parties.
std::string totals_sections(const ReportContents& report);

// Every lead with its drawings, then the list of the rest. The clauses cited are added to `cites`. Drawings end when
// the section reaches its bound; the cards after that say so.
std::string lead_sections(const ReportContents& report, std::set<std::string>& cites);

// The clauses cited; the files read, and what of them was not used.
std::string source_sections(const ReportContents& report, const std::set<std::string>& cites);

}  // namespace ningyi::exchange
