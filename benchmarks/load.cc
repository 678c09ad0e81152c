// SPDX-License-Identifier: Apache-2.0
// load FOLDER [queries]: reads a district's fixes (and orders and homes) with the library's own reader, every column
// validated and every bad row reported, then answers the queries. One line of JSON.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>

#include "district_reading.h"

namespace {

using namespace ningyi;
using namespace ningyi::exchange;
using bench::absent;

void load_fixes(const std::string& folder, bench::District& district, Rejects& rejects) {
    bench::Fixes& fixes = district.fixes;
    fixes.rejected = bench::read_table(
        folder, "fixes.csv", bench::fix_columns(), rejects,
        [&](const Rows& rows, const Columns& columns, const std::vector<std::uint32_t>& right) {
            if (fixes.at_ms.capacity() == 0) {
                const std::size_t row_bytes = rows.cells[11 * rows_in_group + rows.count - 1].at / rows.count;
                const std::size_t room =
                    std::filesystem::file_size(folder + "/fixes.csv") / std::max<std::size_t>(row_bytes, 1) * 11 / 10;
                for (auto* column : {&fixes.at_ms, &fixes.recorded_ms}) column->reserve(room);
                for (auto* column : {&fixes.lat_e7, &fixes.lon_e7, &fixes.accuracy_mm, &fixes.speed_mm_s})
                    column->reserve(room);
                for (auto* column : {&fixes.device, &fixes.caregiver, &fixes.order}) column->reserve(room);
                for (auto* column : {&fixes.level, &fixes.provider, &fixes.mock}) column->reserve(room);
            }
            const auto copy = [&](auto& to, std::size_t plan, auto otherwise) {
                const Values& from = columns.values(plan);
                using Number = std::decay_t<decltype(to[0])>;
                std::size_t at = to.size();
                to.resize(at + right.size());
                Number* const out = to.data();
                for (const std::uint32_t row : right) {
                    out[at++] = from.states[row] == CellState::present ? static_cast<Number>(from.numbers[row])
                                                                       : static_cast<Number>(otherwise);
                }
            };
            const auto name = [&](std::vector<std::uint32_t>& to, bench::Names& names, std::size_t plan) {
                for (const std::uint32_t row : right)
                    to.push_back(names.number(rows.cell(row, columns.plans()[plan].column)));
            };
            name(fixes.device, district.devices, 0);
            name(fixes.caregiver, district.caregivers, 1);
            name(fixes.order, district.orders, 2);
            copy(fixes.at_ms, 3, 0);
            copy(fixes.lat_e7, 4, 0);
            copy(fixes.lon_e7, 5, 0);
            copy(fixes.accuracy_mm, 6, absent);
            copy(fixes.level, 7, 0);
            copy(fixes.provider, 8, 0);
            copy(fixes.mock, 9, 2);
            copy(fixes.speed_mm_s, 10, absent);
            copy(fixes.recorded_ms, 11, 0);
        });
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        std::fprintf(stderr, "usage: %s FOLDER [queries]\n", arguments[0]);
        return 2;
    }
    const std::string folder = arguments[1];
    const bool with_queries = count > 2 && std::strcmp(arguments[2], "queries") == 0;
    const double start = bench::processor_seconds();
    bench::District district;
    Rejects rejects(folder + "/rejected.csv");
    load_fixes(folder, district, rejects);
    rejects.finish();
    const double loaded = bench::processor_seconds();
    bench::Answers answers;
    bench::Seconds seconds;
    if (with_queries) {
        Rejects none("");
        bench::load_orders(folder, district, none);
        seconds = bench::queries(district, answers);
    }
    const double end = bench::processor_seconds();
    bench::sums_of_loading(district.fixes, answers);
    bench::print("ningyi", loaded - start, end - start, seconds, answers);
    return 0;
}
