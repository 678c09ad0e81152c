// SPDX-License-Identifier: Apache-2.0
// Reading a district's files with the library's own reader, every column validated and every bad row reported, for the
// benchmarks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.h"
#include "district_table.h"
#include "exchange/columns.h"
#include "exchange/csv.h"
#include "exchange/rejects.h"

namespace ningyi::bench {

using namespace exchange;

// Reads a whole file by plans; `take` sees each group with the rows that are right.
template <class Take>
std::uint64_t read_table(const std::string& folder, const std::string& file, std::vector<ColumnPlan> plans,
                         Rejects& rejects, Take take) {
    auto source = open_file(folder + "/" + file, file);
    auto reader = source ? CsvReader::open(std::move(*source), file)
                         : Result<std::unique_ptr<CsvReader>>(tl::unexpected(source.error()));
    if (!reader) {
        for (const Fault& fault : reader.error()) std::fprintf(stderr, "%s\n", to_text(fault).c_str());
        std::exit(2);
    }
    const auto& header = (*reader)->header();
    for (ColumnPlan& plan : plans)
        plan.column = static_cast<std::size_t>(std::find(header.begin(), header.end(), plan.name) - header.begin());
    Columns columns(std::move(plans));
    Rows rows;
    std::uint64_t rejected = 0;
    std::vector<std::uint32_t> right;
    for (;;) {
        const auto more = (*reader)->next(rows);
        if (!more || !*more) break;
        for (const Fault& fault : rows.faults) {
            rejects.add(fault);
            ++rejected;
        }
        columns.read(rows);
        std::size_t bad = 0;
        right.clear();
        for (std::uint32_t row = 0; row < rows.count; ++row) {
            bool is_bad = false;
            for (; bad < columns.bad().size() && columns.bad()[bad].row == row; ++bad) {
                const ColumnPlan& plan = columns.plans()[columns.bad()[bad].plan];
                const std::string_view value = rows.cell(row, plan.column);
                const Expected expected = expected_of(plan, value);
                rejects.add(Reject{.file = file,
                                   .line = rows.lines[row],
                                   .column = plan.name,
                                   .value = std::string(value),
                                   .zh = expected.zh,
                                   .en = expected.en});
                is_bad = true;
            }
            rejected += is_bad ? 1 : 0;
            if (!is_bad) right.push_back(row);
        }
        take(rows, columns, right);
    }
    return rejected;
}

// The columns of fixes.csv, in the order of its documentation.
std::vector<ColumnPlan> fix_columns();

void load_orders(const std::string& folder, District& district, Rejects& rejects);

}  // namespace ningyi::bench
