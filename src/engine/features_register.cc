// SPDX-License-Identifier: Apache-2.0
// Registers: a record as it stood on a day.
#include <algorithm>

#include "engine/features.h"

namespace ningyi::engine {

using cel::Kind;
using cel::Value;

FeatureRows Features::look_up(const Compiled& c, Reader& a, Reads* reads) const {
    FeatureRows result;
    const Value id = evaluate(c.id, a, nullptr);
    if (id.kind() != Kind::string) return result;
    std::optional<Instant> at = a.time();
    if (c.at.kind != Path::Kind::none) {
        const Value time = a.read(c.at);
        if (time.kind() != Kind::timestamp) return result;
        at = Instant{time.ms()};
    }
    const World& world = paths_->world();
    if (reads != nullptr) reads->record(c.register_entity, id.text());
    const RecordIndex record = world.find(c.register_entity, id.text());
    bool found = false;
    if (record != no_record) {
        for (const Change& change : world.record(record).changes) found = found || !at || change.at <= *at;
    }
    std::vector<Value> row{Value::of_bool(found)};
    if (found) {
        Reader b = Reader::as_of(*paths_, record, at, reads);
        for (const Path& out : c.out) row.push_back(b.read(out));
    }
    result.rows.push_back(std::move(row));
    return result;
}

}  // namespace ningyi::engine
