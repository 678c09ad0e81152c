// SPDX-License-Identifier: Apache-2.0
// A small dictionary and drafts for tests of the door: a person with sealed fields, and a carrier whose fixes are
// sealed by month.
#pragma once

#include <string>

#include "log/event.h"
#include "log/test_events.h"
#include "model/dictionary.h"

namespace ningyi::intake {

inline model::Dictionary test_dictionary() {
    using model::FieldType;
    const auto field = [](std::string name, FieldType type, int level) {
        model::Field out;
        out.name = std::move(name);
        out.type = type;
        out.level = level;
        return out;
    };
    model::Entity person{.name = "person"};
    person.fields = {field("name", FieldType::string, 3), field("number", FieldType::string, 4),
                     field("street", FieldType::string, 2), field("home", FieldType::place, 4)};
    model::Entity carrier{.name = "carrier"};
    carrier.fields = {field("owner", FieldType::string, 2), field("block", FieldType::fixes, 1),
                      field("count", FieldType::integer, 2)};
    carrier.fields[0].ref = "worker";

    model::EventType came{.name = "test.came", .subject = "person"};
    came.body = {"name", "number", "street", "home"};
    came.required = {"street"};
    model::EventType sent{.name = "test.sent", .subject = "carrier"};
    sent.body = {"owner", "block", "count"};
    sent.key_of = "owner";
    sent.key_by_month = true;
    model::EventType wrong{.name = "test.wrong", .subject = "person"};
    wrong.body = {"name", "street"};
    wrong.key_of = "name";

    model::Dictionary dictionary;
    dictionary.entities = {person, carrier};
    dictionary.events = {came, sent, wrong};
    return dictionary;
}

inline log::Draft came(std::uint64_t number) {
    log::Draft draft{.id = log::test_id(number), .type = "test.came", .subject = "p" + std::to_string(number)};
    draft.happened_at = Instant{1'754'000'000'000};
    draft.actor = "tester";
    draft.body = cbor::Value::map();
    draft.body.set("name", cbor::Value::of_text("王小明" + std::to_string(number)));
    draft.body.set("street", cbor::Value::of_text("S-" + std::to_string(number % 3)));
    return draft;
}

inline log::Draft sent(std::uint64_t number, const std::string& owner, Instant happened_at) {
    log::Draft draft{.id = log::test_id(number), .type = "test.sent", .subject = "device-1"};
    draft.happened_at = happened_at;
    draft.actor = "tester";
    draft.body = cbor::Value::map();
    draft.body.set("owner", cbor::Value::of_text(owner));
    draft.body.set("block", cbor::Value::of_bytes("secret way of " + owner));
    return draft;
}

}  // namespace ningyi::intake
