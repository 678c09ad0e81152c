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
    // REQUIRES: `input` outlives this.
    explicit FindingFiles(const AuditInput& input);

    // A stretch whose first finding is number `first` (from 0) of those written.
    void begin(std::size_t first);
    void add(const FindingRow& row);

    std::string csv_header() const;
    // Of everything since begin().
    std::string& lines() { return lines_; }
    std::string& cells() { return cells_; }
    SheetPiece sheet() { return sheet_.piece(); }

private:
    void add_line(const FindingRow& row);
    void add_cells(const FindingRow& row);
    void add_sheet_row(const FindingRow& row);

    const AuditInput& input_;
    std::string date_column_;
    std::string line_, lines_, cells_;
    SheetRows sheet_;
};

}  // namespace ningyi::exchange
