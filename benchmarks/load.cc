// SPDX-License-Identifier: Apache-2.0
// load FOLDER [queries]: reads a district's fixes (and orders and homes) with the library's own reader, every column
// validated and every bad row reported, then answers the queries. One line of JSON.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>

#include "base/text.h"
#include "district_table.h"
#include "exchange/columns.h"
#include "exchange/csv.h"
#include "exchange/rejects.h"

namespace {

using namespace ningyi;
using namespace ningyi::exchange;
using bench::absent;

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

void load_fixes(const std::string& folder, bench::District& district, Rejects& rejects) {
    bench::Fixes& fixes = district.fixes;
    const std::vector<std::string> levels = {"unknown", "p39", "p50", "p68", "p95"};
    const std::vector<std::string> providers = {"unknown", "gnss",    "network",  "wifi",  "cell",
                                                "fused",   "passive", "wearable", "manual"};
    const std::vector<std::string> mocks = {"yes", "no", "unknown"};
    fixes.rejected = read_table(
        folder, "fixes.csv",
        {{.name = "device_id", .type = ColumnType::text, .required = true, .max_size = 100},
         {.name = "caregiver_id", .type = ColumnType::text, .max_size = 64},
         {.name = "order_id", .type = ColumnType::text, .max_size = 64},
         {.name = "at_ms", .type = ColumnType::epoch_ms, .required = true, .min = first_time_ms, .max = last_time_ms},
         {.name = "lat", .type = ColumnType::latitude, .required = true, .min = -900'000'000, .max = 900'000'000},
         {.name = "lon", .type = ColumnType::longitude, .required = true, .min = -1'800'000'000, .max = 1'800'000'000},
         {.name = "acc_m", .type = ColumnType::metres, .min = 0, .max = 1'000'000'000},
         {.name = "level", .type = ColumnType::word, .words = levels},
         {.name = "provider", .type = ColumnType::word, .words = providers},
         {.name = "mock", .type = ColumnType::word, .words = mocks},
         {.name = "speed_mps", .type = ColumnType::metres_per_second, .min = 0, .max = 1'000'000},
         {.name = "recorded_at_ms", .type = ColumnType::epoch_ms, .min = first_time_ms, .max = last_time_ms}},
        rejects, [&](const Rows& rows, const Columns& columns, const std::vector<std::uint32_t>& right) {
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

void load_orders(const std::string& folder, bench::District& district, Rejects& rejects) {
    const auto time = [](const char* name) {
        return ColumnPlan{
            .name = name, .type = ColumnType::time, .required = true, .min = first_time_ms, .max = last_time_ms};
    };
    read_table(folder, "orders.csv",
               {{.name = "order_id", .required = true},
                {.name = "caregiver_id", .required = true},
                {.name = "elder_id", .required = true},
                time("service_start"),
                time("service_end"),
                {.name = "billed_minutes", .type = ColumnType::minutes}},
               rejects, [&](const Rows& rows, const Columns& columns, const std::vector<std::uint32_t>& right) {
                   for (const std::uint32_t row : right) {
                       const auto cell = [&](std::size_t plan) { return rows.cell(row, columns.plans()[plan].column); };
                       district.rows.order.push_back(district.orders.number(cell(0)));
                       district.rows.caregiver.push_back(district.caregivers.number(cell(1)));
                       district.rows.elder.push_back(district.elders.number(cell(2)));
                       district.rows.start_ms.push_back(columns.values(3).numbers[row]);
                       district.rows.end_ms.push_back(columns.values(4).numbers[row]);
                       district.rows.billed_ms.push_back(
                           columns.values(5).states[row] == CellState::present ? columns.values(5).numbers[row] : 0);
                   }
               });
    read_table(
        folder, "elders.csv",
        {{.name = "elder_id", .required = true},
         {.name = "lat", .type = ColumnType::latitude},
         {.name = "lon", .type = ColumnType::longitude}},
        rejects, [&](const Rows& rows, const Columns& columns, const std::vector<std::uint32_t>& right) {
            for (const std::uint32_t row : right) {
                if (columns.values(1).states[row] != CellState::present ||
                    columns.values(2).states[row] != CellState::present)
                    continue;
                district.homes.elder.push_back(district.elders.number(rows.cell(row, columns.plans()[0].column)));
                district.homes.lat_e7.push_back(static_cast<std::int32_t>(columns.values(1).numbers[row]));
                district.homes.lon_e7.push_back(static_cast<std::int32_t>(columns.values(2).numbers[row]));
            }
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
        load_orders(folder, district, none);
        seconds = bench::queries(district, answers);
    }
    const double end = bench::processor_seconds();
    bench::sums_of_loading(district.fixes, answers);
    bench::print("ningyi", loaded - start, end - start, seconds, answers);
    return 0;
}
