// SPDX-License-Identifier: Apache-2.0
// The four queries over loaded columns. Fixes may come in any order: they are grouped first, unless they are already.
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "district_table.h"

namespace ningyi::bench {
namespace {

// The rows of each order, by time: fixes [first[o], first[o + 1]) of what is sorted here once.
struct ByOrder {
    std::vector<std::uint32_t> first;
    std::vector<std::int64_t> at_ms;
    std::vector<std::int32_t> lat_e7, lon_e7, accuracy_mm;
};

ByOrder by_order(const District& district) {
    const Fixes& fixes = district.fixes;
    ByOrder grouped;
    grouped.first.assign(district.orders.size() + 1, 0);
    for (const std::uint32_t order : fixes.order) ++grouped.first[order + 1];
    std::partial_sum(grouped.first.begin(), grouped.first.end(), grouped.first.begin());
    const auto is_in_order = [&] {
        for (std::size_t i = 1; i < fixes.size(); ++i) {
            if (fixes.order[i] < fixes.order[i - 1]) return false;
            if (fixes.order[i] == fixes.order[i - 1] && fixes.at_ms[i] < fixes.at_ms[i - 1]) return false;
        }
        return true;
    };
    if (is_in_order()) {
        grouped.at_ms = fixes.at_ms;
        grouped.lat_e7 = fixes.lat_e7;
        grouped.lon_e7 = fixes.lon_e7;
        grouped.accuracy_mm = fixes.accuracy_mm;
        return grouped;
    }
    std::vector<std::uint32_t> next(grouped.first.begin(), grouped.first.end() - 1);
    std::vector<std::uint32_t> rows(fixes.size());
    for (std::uint32_t i = 0; i < fixes.size(); ++i) rows[next[fixes.order[i]]++] = i;
    for (std::size_t order = 0; order + 1 < grouped.first.size(); ++order) {
        const auto from = rows.begin() + grouped.first[order], to = rows.begin() + grouped.first[order + 1];
        const auto earlier = [&](std::uint32_t a, std::uint32_t b) { return fixes.at_ms[a] < fixes.at_ms[b]; };
        if (!std::is_sorted(from, to, earlier)) std::stable_sort(from, to, earlier);
    }
    const auto sorted = [&](const auto& column) {
        std::decay_t<decltype(column)> out(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) out[i] = column[rows[i]];
        return out;
    };
    grouped.at_ms = sorted(fixes.at_ms);
    grouped.lat_e7 = sorted(fixes.lat_e7);
    grouped.lon_e7 = sorted(fixes.lon_e7);
    grouped.accuracy_mm = sorted(fixes.accuracy_mm);
    return grouped;
}

// Q2: time with both ends of a step of at most a minute near the elder and inside the order.
void near(const District& district, const ByOrder& grouped, Answers& answers) {
    const Orders& rows = district.rows;
    std::vector<std::int32_t> lat(district.elders.size(), absent), lon(district.elders.size(), absent);
    for (std::size_t i = 0; i < district.homes.elder.size(); ++i) {
        lat[district.homes.elder[i]] = district.homes.lat_e7[i];
        lon[district.homes.elder[i]] = district.homes.lon_e7[i];
    }
    std::vector<std::uint8_t> flags;
    for (std::size_t row = 0; row < rows.order.size(); ++row) {
        const std::uint32_t begin = grouped.first[rows.order[row]], count = grouped.first[rows.order[row] + 1] - begin;
        const double home_north = lat[rows.elder[row]] * metres_north, home_east = lon[rows.elder[row]] * metres_east;
        const std::int32_t* const lats = grouped.lat_e7.data() + begin;
        const std::int32_t* const lons = grouped.lon_e7.data() + begin;
        const std::int64_t* const at = grouped.at_ms.data() + begin;
        const std::int64_t from = rows.start_ms[row], to = rows.end_ms[row];
        flags.resize(count + 1);
        std::uint8_t* const is_near = flags.data();
        for (std::uint32_t i = 0; i < count; ++i) {
            const double north = lats[i] * metres_north - home_north, east = lons[i] * metres_east - home_east;
            is_near[i] = north * north + east * east <= 100.0 * 100.0;
        }
        // Fixes are in time order, so those inside the order are one stretch.
        const std::uint32_t low = static_cast<std::uint32_t>(std::lower_bound(at, at + count, from) - at);
        const std::uint32_t high = static_cast<std::uint32_t>(std::upper_bound(at + low, at + count, to) - at);
        std::int64_t near_ms = 0;
        for (std::uint32_t i = low + 1; i < high; ++i) {
            const std::int64_t step = at[i] - at[i - 1];
            const std::int64_t counts = is_near[i] & is_near[i - 1] & static_cast<std::uint8_t>(step <= 60'000);
            near_ms += step & -counts;
        }
        answers.near_s += static_cast<std::uint64_t>(near_ms / 1000);
        if (rows.billed_ms[row] > 0 && near_ms * 10 < rows.billed_ms[row] * 6) ++answers.short_orders;
    }
}

// Q3: steps further than 500 m and faster than 40 m/s between two precise fixes of an order.
void jumps(const District& district, const ByOrder& grouped, Answers& answers) {
    for (const std::uint32_t order : district.rows.order) {
        const std::uint32_t begin = grouped.first[order], end = grouped.first[order + 1];
        std::uint64_t found = 0;
        for (std::uint32_t i = begin + 1; i < end; ++i) {
            const double north = (grouped.lat_e7[i] * metres_north) - (grouped.lat_e7[i - 1] * metres_north);
            const double east = (grouped.lon_e7[i] * metres_east) - (grouped.lon_e7[i - 1] * metres_east);
            const double square = north * north + east * east;
            const double fast = 0.040 * static_cast<double>(grouped.at_ms[i] - grouped.at_ms[i - 1]);
            const auto is_good = [&](std::int32_t accuracy) { return (accuracy != absent) & (accuracy <= 50'000); };
            found += static_cast<std::uint64_t>((square > 500.0 * 500.0) & (square > fast * fast)) &
                     static_cast<std::uint64_t>(is_good(grouped.accuracy_mm[i]) & is_good(grouped.accuracy_mm[i - 1]));
        }
        answers.jumps += found;
    }
}

void overlaps(const District& district, Answers& answers) {
    const Orders& rows = district.rows;
    std::vector<std::uint32_t> sorted(rows.order.size());
    std::iota(sorted.begin(), sorted.end(), 0U);
    std::sort(sorted.begin(), sorted.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::pair(rows.caregiver[a], rows.start_ms[a]) < std::pair(rows.caregiver[b], rows.start_ms[b]);
    });
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        for (std::size_t j = i + 1; j < sorted.size() && rows.caregiver[sorted[j]] == rows.caregiver[sorted[i]] &&
                                    rows.start_ms[sorted[j]] < rows.end_ms[sorted[i]];
             ++j) {
            if (rows.end_ms[sorted[j]] > rows.start_ms[sorted[i]]) ++answers.overlaps;
        }
    }
}

// Pairs of orders of two caregivers with at least 60 bins of 10 s in which they were less than 30 m apart.
void together(const District& district, Answers& answers) {
    const Fixes& fixes = district.fixes;
    if (fixes.size() == 0) return;
    const auto [least, most] = std::minmax_element(fixes.at_ms.begin(), fixes.at_ms.end());
    const std::int64_t base = *least / 10'000;
    const auto bins = static_cast<std::size_t>(*most / 10'000 - base + 1);
    // A counting sort by bin keeps only what the join needs.
    struct Point {
        std::int32_t lat, lon;
        std::uint32_t caregiver, order;
    };
    std::vector<std::uint32_t> first(bins + 1, 0);
    for (const std::int64_t at : fixes.at_ms) ++first[static_cast<std::size_t>(at / 10'000 - base) + 1];
    std::partial_sum(first.begin(), first.end(), first.begin());
    std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
    std::vector<Point> points(fixes.size());
    for (std::size_t i = 0; i < fixes.size(); ++i) {
        points[next[static_cast<std::size_t>(fixes.at_ms[i] / 10'000 - base)]++] = {fixes.lat_e7[i], fixes.lon_e7[i],
                                                                                    fixes.caregiver[i], fixes.order[i]};
    }
    constexpr std::int32_t reach_lat = static_cast<std::int32_t>(30.0 / metres_north) + 1;
    std::unordered_map<std::uint64_t, std::pair<std::uint32_t, std::uint32_t>> pairs;  // last bin + 1, bins
    for (std::size_t bin = 0; bin < bins; ++bin) {
        const auto from = points.begin() + first[bin], to = points.begin() + first[bin + 1];
        if (to - from < 2) continue;
        std::sort(from, to, [](const Point& a, const Point& b) { return a.lat < b.lat; });
        for (auto a = from; a != to; ++a) {
            for (auto b = a + 1; b != to && b->lat - a->lat <= reach_lat; ++b) {
                if (a->caregiver == b->caregiver) continue;
                const double north = (a->lat - b->lat) * metres_north, east = (a->lon - b->lon) * metres_east;
                if (north * north + east * east >= 30.0 * 30.0) continue;
                const auto [low, high] = std::minmax(a->order, b->order);
                auto& [last, count] = pairs[static_cast<std::uint64_t>(low) << 32U | high];
                if (last == bin + 1) continue;
                last = static_cast<std::uint32_t>(bin + 1);
                ++count;
            }
        }
    }
    for (const auto& [pair, seen] : pairs) answers.together += seen.second >= 60 ? 1 : 0;
}

}  // namespace

void sums_of_loading(const Fixes& fixes, Answers& answers) {
    answers.fixes = fixes.size();
    answers.rejected = fixes.rejected;
    for (const std::int64_t at : fixes.at_ms) answers.sum_at_s += static_cast<std::uint64_t>(at / 1000);
    for (std::size_t i = 0; i < fixes.size(); ++i)
        answers.sum_place_e6 += static_cast<std::uint64_t>((fixes.lat_e7[i] + fixes.lon_e7[i]) / 10);
}

Seconds queries(const District& district, Answers& answers) {
    Seconds seconds;
    double before = processor_seconds();
    const auto lap = [&] {
        const double now = processor_seconds(), took = now - before;
        before = now;
        return took;
    };
    const ByOrder grouped = by_order(district);
    seconds.group = lap();
    near(district, grouped, answers);
    seconds.near = lap();
    jumps(district, grouped, answers);
    seconds.jumps = lap();
    overlaps(district, answers);
    seconds.overlaps = lap();
    together(district, answers);
    seconds.together = lap();
    return seconds;
}

double processor_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void print(const char* program, double load_s, double total_s, const Seconds& seconds, const Answers& answers) {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf(
        "{\"program\":\"%s\",\"load_s\":%.4f,\"group_s\":%.4f,\"q2_s\":%.4f,\"q3_s\":%.4f,\"q4_s\":%.4f,\"q5_s\":%.4f,"
        "\"total_s\":%.4f,\"peak_mb\":%ld,\"answers\":{\"fixes\":%llu,\"rejected\":%llu,\"sum_at_s\":%llu,"
        "\"sum_place_e6\":%llu,\"q2_short\":%llu,\"q2_near_s\":%llu,\"q3\":%llu,\"q4\":%llu,\"q5\":%llu}}\n",
        program, load_s, seconds.group, seconds.near, seconds.jumps, seconds.overlaps, seconds.together, total_s,
        usage.ru_maxrss / 1024, number(answers.fixes), number(answers.rejected), number(answers.sum_at_s),
        number(answers.sum_place_e6), number(answers.short_orders), number(answers.near_s), number(answers.jumps),
        number(answers.overlaps), number(answers.together));
}

}  // namespace ningyi::bench
