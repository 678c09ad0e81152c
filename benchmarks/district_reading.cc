// SPDX-License-Identifier: Apache-2.0
#include "district_reading.h"

namespace ningyi::bench {

std::vector<ColumnPlan> fix_columns() {
    const std::vector<std::string> levels = {"unknown", "p39", "p50", "p68", "p95"};
    const std::vector<std::string> providers = {"unknown", "gnss",    "network",  "wifi",  "cell",
                                                "fused",   "passive", "wearable", "manual"};
    const std::vector<std::string> mocks = {"yes", "no", "unknown"};
    return {
        {.name = "device_id", .type = ColumnType::text, .required = true, .max_size = 100},
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
        {.name = "recorded_at_ms", .type = ColumnType::epoch_ms, .min = first_time_ms, .max = last_time_ms}};
}

void load_orders(const std::string& folder, District& district, Rejects& rejects) {
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

}  // namespace ningyi::bench
