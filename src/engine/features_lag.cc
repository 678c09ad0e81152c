// SPDX-License-Identifier: Apache-2.0
// Lags: the n-th record before. Which one that is cannot be told, and everything is absent, when a nearer one may count
// or may not.
#include <algorithm>

#include "engine/features.h"

namespace ningyi::engine {

using cel::Value;

FeatureRows Features::lag(const Compiled& c, Reader& a, AsOf as_of, Reads* reads) const {
    FeatureRows result;
    const std::vector<Entry>* entries = this->entries(c, a, reads);
    if (entries == nullptr || !as_of.time) return result;
    auto at = std::lower_bound(entries->begin(), entries->end(), as_of, [](const Entry& e, const AsOf& now) {
        return e.time != *now.time ? e.time < *now.time : e.id < now.id;
    });
    int left = c.feature->n;
    std::vector<Value> row{Value::of_bool(false)};
    while (at != entries->begin()) {
        --at;
        if (c.feature->reach > 0 && at->time.ms < as_of.time->ms - c.feature->reach) break;
        if (at->record == a.subject()) continue;
        Reader b = Reader::indexed(*paths_, at->record, reads);
        const Truth truth = counts(c, a, b);
        if (truth == Truth::unknown) return result;
        if (truth == Truth::no) continue;
        if (--left > 0) continue;
        row[0] = Value::of_bool(true);
        for (const Path& out : c.out) row.push_back(b.read(out));
        break;
    }
    result.rows.push_back(std::move(row));
    return result;
}

}  // namespace ningyi::engine
