// SPDX-License-Identifier: Apache-2.0
// Baselines: what was usual for a key in the last closed month, and how far that lies from its peers, or from its own
// past.  (rules.md §5.2.6, §5.2.10)
#include <algorithm>
#include <map>

#include "engine/features.h"

namespace ningyi::engine {

using cel::Value;

namespace {

constexpr int past_months = 12;         // of the same key, when there are no peers
constexpr std::int64_t least_keys = 3;  // other keys without which nothing is usual

// Nearest rank: the ⌈q·n⌉-th smallest. REQUIRES: not empty.
std::int64_t quantile_of(std::vector<std::int64_t> numbers, std::int64_t q_permille) {
    const auto n = static_cast<std::int64_t>(numbers.size());
    const std::int64_t rank = std::max<std::int64_t>(1, (q_permille * n + 999) / 1000);
    const auto at = numbers.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::nth_element(numbers.begin(), at, numbers.end());
    return *at;
}

std::int64_t distance(std::int64_t a, std::int64_t b) {
    const Wide far = a > b ? static_cast<Wide>(a) - b : static_cast<Wide>(b) - a;
    return far > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(far);
}

std::int64_t mad_of(const std::vector<std::int64_t>& numbers, std::int64_t median) {
    std::vector<std::int64_t> distances;
    distances.reserve(numbers.size());
    for (const std::int64_t number : numbers) distances.push_back(distance(number, median));
    return quantile_of(std::move(distances), 500);
}

// The middle of the bucket it lies in, half down; below the first edge and from the last on, that edge.
std::int64_t middle(std::int64_t number, const std::vector<std::int64_t>& edges) {
    if (edges.empty()) return number;
    const auto above = std::upper_bound(edges.begin(), edges.end(), number);
    if (above == edges.begin()) return edges.front();
    if (above == edges.end()) return edges.back();
    const Wide sum = static_cast<Wide>(*(above - 1)) + *above;
    return static_cast<std::int64_t>(sum >= 0 ? sum / 2 : (sum - 1) / 2);
}

// What is told of a key: its numbers, and the sum of what they were before they were sorted into buckets.
struct Numbers {
    std::vector<std::int64_t> values;
    Wide sum = 0;
};

// REQUIRES: not empty.
std::int64_t statistic_of(const rule::Feature& f, Numbers numbers) {
    switch (f.stat) {
        case rule::Statistic::mean:
            return rounded_division(numbers.sum, static_cast<std::int64_t>(numbers.values.size()));
        case rule::Statistic::median: return quantile_of(std::move(numbers.values), 500);
        case rule::Statistic::quantile: return quantile_of(std::move(numbers.values), f.q_permille);
        case rule::Statistic::mad: {
            const std::int64_t median = quantile_of(numbers.values, 500);
            return mad_of(numbers.values, median);
        }
    }
    return 0;
}

Date first_of_month(Date day) {
    return Date{day.days - (calendar_of(day).day - 1)};
}

}  // namespace

FeatureRows Features::baseline(const Compiled& c, Reader& a, AsOf as_of, Reads* reads) const {
    FeatureRows result;
    const rule::Feature& f = *c.feature;
    std::string key;
    const std::vector<Entry>* own_entries = entries(c, a, reads, &key);
    if (own_entries == nullptr || !as_of.time) return result;
    std::string peer_key;
    const std::vector<Entry>* peer_entries = nullptr;
    if (c.peer_index != no_index) {
        peer_key = key_of(c.a_peers, a);
        peer_entries = entries(c.peer_index, peer_key, reads);
        if (peer_entries == nullptr) return result;
    }
    // The last month that is closed as of the subject's time.
    const Zone& zone = paths_->zone();
    Date end = first_of_month(zone.date(*as_of.time));
    while (zone.midnight(end).ms > as_of.time->ms - f.close_after) end = first_of_month(Date{end.days - 1});
    const Date start = first_of_month(Date{end.days - 1});
    const Instant from = zone.midnight(start);
    const Instant to = zone.midnight(end);

    const std::string same = std::to_string(&c - compiled_.data()) + key + peer_key + std::to_string(start.days);
    if (const auto known = baselines_.find(same); known != baselines_.end()) {
        result.rows.push_back(known->second);
        return result;
    }
    // The numbers of a column between two instants but for one group; false when it cannot be told which rows count.
    std::map<std::uint32_t, Numbers> of_keys;  // of the others, with `by_keys`
    std::optional<std::uint32_t> nobody;       // the group of records without a key
    const auto numbers_of = [&](const Column& column, Instant low, Instant high, std::optional<std::uint32_t> but,
                                std::vector<std::int64_t>& into, Wide* sum) {
        const auto is_before = [](const Column::Row& row, Instant at) { return row.time < at; };
        const auto first = std::lower_bound(column.rows.begin(), column.rows.end(), low, is_before);
        const auto last = std::lower_bound(first, column.rows.end(), high, is_before);
        for (auto row = first; row != last; ++row) {
            if (but && row->group == *but) continue;
            if (row->counts == Truth::unknown) return false;
            if (!row->is_known) continue;
            into.push_back(middle(row->number, f.edges));
            if (sum != nullptr) *sum += row->number;
            if (!f.by_keys || !but) continue;
            Numbers& of_key = of_keys[row->group];
            of_key.values.push_back(into.back());
            of_key.sum += row->number;
        }
        return true;
    };
    const Column& own_column = column(c.column, key, *own_entries);
    std::vector<std::int64_t> own;
    std::vector<std::int64_t> others;
    Wide sum = 0;
    bool is_told = numbers_of(own_column, from, to, std::nullopt, own, &sum);
    if (peer_entries != nullptr) {
        const Column& peers = column(c.peer_column, peer_key, *peer_entries);
        const auto mine = peers.groups.find(key);
        // A key without a record of its own is none of the groups.
        const std::uint32_t but = mine == peers.groups.end() ? UINT32_MAX : mine->second;
        is_told = is_told && numbers_of(peers, from, to, but, others, nullptr);
        if (const auto keyless = peers.groups.find(""); keyless != peers.groups.end()) nobody = keyless->second;
    } else {
        Date past = start;
        for (int month = 0; month < past_months; ++month) past = first_of_month(Date{past.days - 1});
        is_told = is_told && numbers_of(own_column, zone.midnight(past), from, std::nullopt, others, nullptr);
    }
    std::vector<Value> row(f.by_keys ? 5 : 3);
    if (is_told) {
        const auto n = static_cast<std::int64_t>(own.size());
        row[1] = Value::of_int(n);
        if (n >= f.min_n) {
            const std::int64_t value = statistic_of(f, {std::move(own), sum});
            row[0] = of_number(c.of.expression.type().kind, value);
            if (f.by_keys) {
                others.clear();
                for (auto& [group, numbers] : of_keys) {
                    if (group != nobody && static_cast<std::int64_t>(numbers.values.size()) >= f.min_n)
                        others.push_back(statistic_of(f, std::move(numbers)));
                }
                row[4] = Value::of_int(static_cast<std::int64_t>(others.size()));
            }
            if (static_cast<std::int64_t>(others.size()) >= (f.by_keys ? least_keys : f.min_n)) {
                const std::int64_t median = quantile_of(others, 500);
                if (f.by_keys) row[3] = of_number(c.of.expression.type().kind, median);
                const std::int64_t mad = mad_of(others, median);
                const Wide z =
                    mad == 0 ? 0 : (static_cast<Wide>(value) - median) * 10'000'000 / (static_cast<Wide>(mad) * 14'826);
                if (mad > 0 && z <= INT64_MAX && z >= INT64_MIN) row[2] = Value::of_int(static_cast<std::int64_t>(z));
            }
        }
    }
    if (baselines_.size() > 100'000) baselines_.clear();
    baselines_.emplace(same, row);
    result.rows.push_back(std::move(row));
    return result;
}

}  // namespace ningyi::engine
