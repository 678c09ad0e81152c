// SPDX-License-Identifier: Apache-2.0
// A stretch of findings as it stands in each of the files that list them all: JSON lines, CSV, workbook.
#pragma once

#include <string>
#include <vector>

#include "exchange/finding_row.h"
#include "exchange/xlsx_out.h"

namespace ningyi::exchange {

// Name of the column with the subject's day.
std::string date_column(const AuditInput& input);

std::vector<SheetColumn> finding_columns(const AuditInput& input);

class FindingFiles {
public:
    // `decided_only`: the workbook leaves out what could not be judged. REQUIRES: `input` outlives this.
    FindingFiles(const AuditInput& input, bool decided_only);

    void begin();  // a stretch
    void add(const FindingRow& row);

    std::string csv_header() const;
    // Of everything since begin().
    std::string& lines() { return lines_; }
    std::string& cells() { return cells_; }
    const SheetRows& sheet() const { return sheet_; }

private:
    void add_line(const FindingRow& row);
    void add_cells(const FindingRow& row);
    void add_sheet_row(const FindingRow& row);

    const AuditInput& input_;
    std::string date_column_;
    bool decided_only_;
    std::string line_, lines_, cells_;
    SheetRows sheet_;
};

}  // namespace ningyi::exchange
