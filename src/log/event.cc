// SPDX-License-Identifier: Apache-2.0
#include "log/event.h"

#include "trust/sha256.h"

namespace ningyi::log {

std::string leaf_data(const Event& event) {
    using cbor::Value;
    std::vector<Value> parts;
    parts.reserve(8);
    parts.push_back(Value::of(static_cast<std::int64_t>(event.seq)));
    parts.push_back(Value::of_bytes(event.id.view()));
    parts.push_back(Value::of_text(event.type));
    parts.push_back(Value::of_text(event.subject));
    parts.push_back(Value::of(event.happened_at.ms));
    parts.push_back(Value::of(event.recorded_at.ms));
    parts.push_back(Value::of_text(event.actor));
    parts.push_back(Value::of_bytes(trust::sha256(event.body)));
    return cbor::encode(Value::of_array(std::move(parts)));
}

}  // namespace ningyi::log
