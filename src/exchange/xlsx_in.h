// SPDX-License-Identifier: Apache-2.0
// Reads the first sheet of an .xlsx workbook as rows of text, so that it goes the same way as CSV: the first row that
// is not empty is the header. Dates come out as RFC 3339 text by the workbook's date system and the given zone;
// formulas are never run, their saved result is taken. Streamed; shared strings are bounded.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/zone.h"
#include "exchange/bytes.h"
#include "exchange/rows.h"

namespace ningyi::exchange {

// The workbook in the file at `path`; `shown` names it in faults.
Result<std::unique_ptr<RowSource>> open_workbook(const std::string& path, const std::string& shown, const Zone& zone);

// The workbook in `bytes`, which it takes (an entry of an archive, at most 64 MiB).
Result<std::unique_ptr<RowSource>> open_workbook_bytes(std::string bytes, const std::string& shown, const Zone& zone);

// A spreadsheet's serial date as text: "2025-08-01" or "2025-08-01T09:00:00+08:00"; nothing when it is no date of the
// years 1900 to 9999. `since_1904`: the other date system.
std::string serial_date_text(double serial, bool since_1904, bool with_time, const Zone& zone);

// True if a number format shows a date ("yyyy/m/d", "m月d日 h:mm"); `with_time` says whether it shows a time of day
// too.
bool is_date_format(std::string_view format, bool& with_time);

}  // namespace ningyi::exchange
