// SPDX-License-Identifier: Apache-2.0
// shapes FOLDER COUNT|pairs [limit]: the shapes of orders of one caregiver at one elder. COUNT: exact discrete Fréchet
// and DTW of the first COUNT pairs. pairs: how many of all pairs have a discrete Fréchet distance below 5 m. `limit`:
// the same by code written by hand for this machine's instructions. One line of JSON.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "district_queries.h"
#include "district_reading.h"
#include "shapes_limit.h"
#include "track/compare/shape.h"

namespace {

using namespace ningyi;
using namespace ningyi::exchange;
using bench::absent;

// Lines of all orders, in the order of orders.csv, in planar metres.
std::vector<std::vector<geo::Offset>> lines_of(const std::string& folder, bench::District& district) {
    Rejects none("");
    bench::load_orders(folder, district, none);
    std::vector<std::uint32_t> row_of(district.orders.size());
    for (std::uint32_t row = 0; row < district.rows.order.size(); ++row) row_of[district.rows.order[row]] = row;
    std::vector<bench::OrderFixes> fixes(district.rows.order.size());
    bench::read_table(folder, "fixes.csv", bench::fix_columns(), none,
                      [&](const Rows& rows, const Columns& columns, const std::vector<std::uint32_t>& right) {
                          for (const std::uint32_t row : right) {
                              const std::uint32_t order =
                                  district.orders.number(rows.cell(row, columns.plans()[2].column));
                              if (order >= row_of.size()) continue;
                              fixes[row_of[order]].add(columns.values(3).numbers[row],
                                                       static_cast<std::int32_t>(columns.values(4).numbers[row]),
                                                       static_cast<std::int32_t>(columns.values(5).numbers[row]), 0);
                          }
                      });
    std::vector<std::vector<geo::Offset>> lines;
    // Lines are metres on a map of the district, not of the earth.
    const geo::Offset origin{district.homes.lon_e7.front() * bench::metres_east,
                             district.homes.lat_e7.front() * bench::metres_north};
    for (bench::OrderFixes& order : fixes) {
        order.sort();
        std::vector<geo::Offset>& line = lines.emplace_back();
        for (std::size_t i = 0; i < order.at_ms.size(); ++i)
            line.push_back({order.lon_e7[i] * bench::metres_east - origin.east,
                            order.lat_e7[i] * bench::metres_north - origin.north});
    }
    return lines;
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs_of(const bench::District& district,
                                                              const std::vector<std::vector<geo::Offset>>& lines) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> numbers;
    std::vector<std::vector<std::uint32_t>> groups;  // in the order of their first order
    for (std::uint32_t row = 0; row < district.rows.order.size(); ++row) {
        if (lines[row].size() < 2) continue;  // a point is no line to all programs
        const auto [found, is_new] =
            numbers.try_emplace({district.rows.caregiver[row], district.rows.elder[row]}, groups.size());
        if (is_new) groups.emplace_back();
        groups[found->second].push_back(row);
    }
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (const std::vector<std::uint32_t>& members : groups) {
        for (std::size_t i = 0; i < members.size(); ++i)
            for (std::size_t j = i + 1; j < members.size(); ++j) pairs.emplace_back(members[i], members[j]);
    }
    return pairs;
}

long peak_mb() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::fprintf(stderr, "usage: %s FOLDER COUNT|pairs [limit]\n", arguments[0]);
        return 2;
    }
    const bool is_limit = count > 3 && std::strcmp(arguments[3], "limit") == 0;
    bench::District district;
    const std::vector<std::vector<geo::Offset>> lines = lines_of(arguments[1], district);
    auto pairs = pairs_of(district, lines);
    const char* const program = is_limit ? "limit" : "ningyi";
    if (std::strcmp(arguments[2], "pairs") == 0) {
        const double start = bench::processor_seconds();
        std::size_t close = 0;
        for (const auto& [a, b] : pairs) {
            close += (is_limit ? bench::limit_is_within(lines[a], lines[b], 5)
                               : track::is_within_discrete_frechet(lines[a], lines[b], 5))
                         ? 1
                         : 0;
        }
        const double end = bench::processor_seconds();
        std::printf("{\"program\":\"%s\",\"pairs_s\":%.5f,\"peak_mb\":%ld,\"answers\":{\"pairs\":%zu,\"close\":%zu}}\n",
                    program, end - start, peak_mb(), pairs.size(), close);
        return 0;
    }
    pairs.resize(std::min<std::size_t>(pairs.size(), std::strtoul(arguments[2], nullptr, 10)));
    double frechet_m = 0, dtw_m = 0;
    const double start = bench::processor_seconds();
    for (const auto& [a, b] : pairs)
        frechet_m +=
            is_limit ? bench::limit_frechet(lines[a], lines[b]) : track::discrete_frechet_m(lines[a], lines[b]);
    const double middle = bench::processor_seconds();
    for (const auto& [a, b] : pairs)
        dtw_m += is_limit ? bench::limit_dtw(lines[a], lines[b]) : track::dtw_m(lines[a], lines[b]);
    const double end = bench::processor_seconds();
    std::printf(
        "{\"program\":\"%s\",\"frechet_s\":%.5f,\"dtw_s\":%.5f,\"peak_mb\":%ld,\"answers\":{\"pairs\":%zu,"
        "\"about_frechet_m\":%.3f,\"about_dtw_m\":%.3f}}\n",
        program, middle - start, end - middle, peak_mb(), pairs.size(), frechet_m, dtw_m);
    return 0;
}
