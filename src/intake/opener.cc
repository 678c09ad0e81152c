// SPDX-License-Identifier: Apache-2.0
#include "intake/opener.h"

#include "base/text.h"
#include "log/verify.h"
#include "trust/seal.h"

namespace ningyi::intake {
namespace {

// Says which event, before what is wrong with it.
Faults at_event(const log::Event& event, Faults faults) {
    for (Fault& fault : faults) {
        fault.zh = format("第 {} 号事件：{}", event.seq, fault.zh);
        fault.en = format("event {}: {}", event.seq, fault.en);
    }
    return faults;
}

Fault not_an_envelope(std::string_view field) {
    return {.code = "E672",
            .zh = format("字段 {} 不是本版本能打开的密封内容", field),
            .en = format("field {} is not a sealed value that this version can open", field)};
}

}  // namespace

Opener::Opener(log::Keys& keys, std::string partition) : keys_(keys), partition_(std::move(partition)) {}

Result<Opened> Opener::open(const log::Event& event) {
    Result<cbor::Value> body = cbor::decode(event.body);
    if (!body) return failure(at_event(event, body.error()));
    if (body->kind != cbor::Kind::map) return failure(at_event(event, {not_an_envelope("body")}));
    Opened opened;
    opened.body = cbor::Value::map();
    opened.body.pairs.reserve(body->pairs.size());
    // Order is kept: the stored body is canonical, and dropping fields leaves it so.
    for (auto& [name, value] : body->pairs) {
        if (value.kind != cbor::Kind::bytes) {
            opened.body.pairs.emplace_back(std::move(name), std::move(value));
            continue;
        }
        const auto id = trust::key_id_of(value.text);
        if (!id) return failure(at_event(event, {not_an_envelope(name)}));
        const std::optional<std::string> key = keys_.find(std::string(id->owner));
        // A later key of the same owner does not bring back what was sealed with the destroyed one.
        if (!key || trust::key_check(*key) != id->check) {
            opened.erased.push_back(std::move(name));
            continue;
        }
        const Result<std::string> clear = trust::open(*key, {partition_, event.id, event.type, name}, value.text);
        if (!clear) return failure(at_event(event, clear.error()));
        Result<cbor::Value> content = cbor::decode(*clear);
        if (!content) return failure(at_event(event, content.error()));
        opened.body.pairs.emplace_back(std::move(name), std::move(*content));
    }
    return opened;
}

std::string partition_of(log::EventLog& log) {
    return log.property(log::origin_property).value_or("");
}

}  // namespace ningyi::intake
