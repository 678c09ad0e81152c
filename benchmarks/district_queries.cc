// SPDX-License-Identifier: Apache-2.0
// The four queries over loaded columns. Fixes may come in any order: they are grouped first, unless they are already.
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "district_queries.h"

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

void near_and_jumps(const District& district, const ByOrder& grouped, Seconds& seconds, Answers& answers) {
    const std::vector<Home> homes = homes_of_elders(district);
    const auto span = [&](std::uint32_t order) {
        const std::size_t begin = grouped.first[order], count = grouped.first[order + 1] - begin;
        return OrderSpan{
            std::span(grouped.at_ms).subspan(begin, count), std::span(grouped.lat_e7).subspan(begin, count),
            std::span(grouped.lon_e7).subspan(begin, count), std::span(grouped.accuracy_mm).subspan(begin, count)};
    };
    const double start = processor_seconds();
    for (std::uint32_t row = 0; row < district.rows.order.size(); ++row)
        near(district.rows, row, homes[district.rows.elder[row]], span(district.rows.order[row]), answers);
    seconds.near = processor_seconds() - start;
    for (const std::uint32_t order : district.rows.order) jumps(span(order), answers);
    seconds.jumps = processor_seconds() - start - seconds.near;
}

}  // namespace

std::vector<Home> homes_of_elders(const District& district) {
    std::vector<Home> homes(district.elders.size());
    for (std::size_t i = 0; i < district.homes.elder.size(); ++i)
        homes[district.homes.elder[i]] = {district.homes.lat_e7[i], district.homes.lon_e7[i]};
    return homes;
}

void OrderFixes::clear() {
    at_ms.clear();
    lat_e7.clear();
    lon_e7.clear();
    accuracy_mm.clear();
}

void OrderFixes::add(std::int64_t at, std::int32_t lat, std::int32_t lon, std::int32_t accuracy) {
    at_ms.push_back(at);
    lat_e7.push_back(lat);
    lon_e7.push_back(lon);
    accuracy_mm.push_back(accuracy);
}

void OrderFixes::sort() {
    if (std::is_sorted(at_ms.begin(), at_ms.end())) return;
    std::vector<std::uint32_t> rows(at_ms.size());
    std::iota(rows.begin(), rows.end(), 0U);
    std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) { return at_ms[a] < at_ms[b]; });
    OrderFixes sorted;
    for (const std::uint32_t row : rows) sorted.add(at_ms[row], lat_e7[row], lon_e7[row], accuracy_mm[row]);
    *this = std::move(sorted);
}

void near(const Orders& rows, std::uint32_t row, Home home, const OrderSpan& fixes, Answers& answers) {
    const double home_north = home.lat_e7 * metres_north, home_east = home.lon_e7 * metres_east;
    const std::int32_t* const lats = fixes.lat_e7.data();
    const std::int32_t* const lons = fixes.lon_e7.data();
    const std::int64_t* const at = fixes.at_ms.data();
    const std::size_t count = fixes.at_ms.size();
    static thread_local std::vector<std::uint8_t> flags;
    flags.resize(count + 1);
    std::uint8_t* const is_near = flags.data();
    for (std::size_t i = 0; i < count; ++i) {
        const double north = lats[i] * metres_north - home_north, east = lons[i] * metres_east - home_east;
        is_near[i] = north * north + east * east <= 100.0 * 100.0;
    }
    // Fixes are in time order, so those inside the order are one stretch.
    const auto low = static_cast<std::size_t>(std::lower_bound(at, at + count, rows.start_ms[row]) - at);
    const auto high = static_cast<std::size_t>(std::upper_bound(at + low, at + count, rows.end_ms[row]) - at);
    std::int64_t near_ms = 0;
    for (std::size_t i = low + 1; i < high; ++i) {
        const std::int64_t step = at[i] - at[i - 1];
        const std::int64_t counts = is_near[i] & is_near[i - 1] & static_cast<std::uint8_t>(step <= 60'000);
        near_ms += step & -counts;
    }
    answers.near_s += static_cast<std::uint64_t>(near_ms / 1000);
    if (rows.billed_ms[row] > 0 && near_ms * 10 < rows.billed_ms[row] * 6) ++answers.short_orders;
}

void jumps(const OrderSpan& fixes, Answers& answers) {
    std::uint64_t found = 0;
    for (std::size_t i = 1; i < fixes.at_ms.size(); ++i) {
        const double north = (fixes.lat_e7[i] * metres_north) - (fixes.lat_e7[i - 1] * metres_north);
        const double east = (fixes.lon_e7[i] * metres_east) - (fixes.lon_e7[i - 1] * metres_east);
        const double square = north * north + east * east;
        const double fast = 0.040 * static_cast<double>(fixes.at_ms[i] - fixes.at_ms[i - 1]);
        const auto is_good = [&](std::int32_t accuracy) { return (accuracy != absent) & (accuracy <= 50'000); };
        found += static_cast<std::uint64_t>((square > 500.0 * 500.0) & (square > fast * fast)) &
                 static_cast<std::uint64_t>(is_good(fixes.accuracy_mm[i]) & is_good(fixes.accuracy_mm[i - 1]));
    }
    answers.jumps += found;
}

void overlaps(const Orders& rows, Answers& answers) {
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

void Together::add(std::vector<Point>& points) {
    if (points.empty()) return;
    const auto [least, most] =
        std::minmax_element(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.bin < b.bin; });
    const std::int64_t base = least->bin;
    const auto bins = static_cast<std::size_t>(most->bin - base + 1);
    first_.assign(bins + 1, 0);
    for (const Point& point : points) ++first_[static_cast<std::size_t>(point.bin - base) + 1];
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
    sorted_.resize(points.size());
    for (const Point& point : points) sorted_[next[static_cast<std::size_t>(point.bin - base)]++] = point;
    constexpr std::int32_t reach_lat = static_cast<std::int32_t>(30.0 / metres_north) + 1;
    for (std::size_t bin = 0; bin < bins; ++bin) {
        const auto from = sorted_.begin() + first_[bin], to = sorted_.begin() + first_[bin + 1];
        if (to - from < 2) continue;
        std::sort(from, to, [](const Point& a, const Point& b) { return a.lat < b.lat; });
        for (auto a = from; a != to; ++a) {
            for (auto b = a + 1; b != to && b->lat - a->lat <= reach_lat; ++b) {
                if (a->caregiver == b->caregiver) continue;
                const double north = (a->lat - b->lat) * metres_north, east = (a->lon - b->lon) * metres_east;
                if (north * north + east * east >= 30.0 * 30.0) continue;
                const auto [low, high] = std::minmax(a->order, b->order);
                const auto [found, is_new] =
                    pairs_.try_emplace(static_cast<std::uint64_t>(low) << 32U | high, a->bin, 1);
                if (is_new || found->second.first == a->bin) continue;
                found->second.first = a->bin;
                ++found->second.second;
            }
        }
    }
}

std::uint64_t Together::pairs() const {
    return static_cast<std::uint64_t>(
        std::count_if(pairs_.begin(), pairs_.end(), [](const auto& pair) { return pair.second.second >= 60; }));
}

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
    near_and_jumps(district, grouped, seconds, answers);
    lap();
    overlaps(district.rows, answers);
    seconds.overlaps = lap();
    const Fixes& fixes = district.fixes;
    std::vector<Point> points(fixes.size());
    for (std::size_t i = 0; i < fixes.size(); ++i)
        points[i] = {fixes.at_ms[i] / 10'000, fixes.lat_e7[i], fixes.lon_e7[i], fixes.caregiver[i], fixes.order[i]};
    Together together;
    together.add(points);
    answers.together = together.pairs();
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
