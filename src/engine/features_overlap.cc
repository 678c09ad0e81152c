// SPDX-License-Identifier: Apache-2.0
// Overlaps: other records whose interval meets the own one. Those that count for certain are told, whatever others may
// do; when there is none and one may count or may not, everything is absent: nobody can say "none".
#include <algorithm>

#include "engine/features.h"

namespace ningyi::engine {

using cel::Value;

FeatureRows Features::overlap(const Compiled& c, Reader& a, Reads* reads) const {
    FeatureRows result;
    const std::vector<Entry>* entries = this->entries(c, a, reads);
    const Value start = a.read(c.own_start);
    const Value end = a.read(c.own_end);
    if (entries == nullptr || !start.is_known() || !end.is_known()) return result;
    const Change* entered = paths_->world().entered(a.subject(), c.from);
    const Id own_id = entered == nullptr ? Id{} : entered->id;
    const Interval own{Instant{start.ms()}, Instant{end.ms()}};
    struct Row {
        Millis lasts;
        std::string id;
        std::vector<Value> values;
    };
    std::vector<Row> rows;
    bool is_untold = false;
    const Instant earliest{own.from.ms - c.feature->reach};
    auto at = std::lower_bound(entries->begin(), entries->end(), earliest,
                               [](const Entry& e, Instant from) { return e.time < from; });
    const bool is_both = c.feature->both_ways;
    const Instant latest{is_both ? std::min(own.to.ms - 1, own.from.ms + c.feature->reach) : own.from.ms};
    for (; at != entries->end() && at->time <= latest; ++at) {
        if (at->record == a.subject()) continue;
        // Without `both` the pair is reported on the later of the two.
        if (!is_both && at->time == own.from && !(at->id < own_id)) continue;
        Reader b = Reader::indexed(*paths_, at->record, reads);
        const Value b_start = b.read(c.start);
        const Value b_end = b.read(c.end);
        if (!b_start.is_known() || !b_end.is_known()) continue;
        const Interval both{Instant{std::max(own.from.ms, b_start.ms())}, Instant{std::min(own.to.ms, b_end.ms())}};
        if (both.length() <= 0) continue;
        const Truth truth = counts(c, a, b);
        if (truth == Truth::unknown) is_untold = true;
        if (truth != Truth::yes) continue;
        Row row{both.length(), paths_->world().record(at->record).id, {}};
        for (const Path& out : c.out) row.values.push_back(b.read(out));
        rows.push_back(std::move(row));
    }
    std::sort(rows.begin(), rows.end(),
              [](const Row& x, const Row& y) { return x.lasts != y.lasts ? x.lasts > y.lasts : x.id < y.id; });
    const auto count = static_cast<std::int64_t>(rows.size());
    if (rows.size() > static_cast<std::size_t>(c.feature->rows_max))
        rows.resize(static_cast<std::size_t>(c.feature->rows_max));
    for (Row& row : rows) {
        std::vector<Value> values{Value::of_int(count), Value::of_duration_ms(row.lasts)};
        values.insert(values.end(), row.values.begin(), row.values.end());
        result.rows.push_back(std::move(values));
    }
    if (rows.empty() && !is_untold) result.rows.push_back({Value::of_int(0)});
    return result;
}

}  // namespace ningyi::engine
