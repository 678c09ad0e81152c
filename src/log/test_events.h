// SPDX-License-Identifier: Apache-2.0
// Events for tests of logs: number n always gives the same one.
#pragma once

#include <string>
#include <vector>

#include "log/event_log.h"
#include "trust/sha256.h"

namespace ningyi::log {

inline Id test_id(std::uint64_t number) {
    return Id::from_bytes(trust::sha256("event " + std::to_string(number)));
}

inline EventLog::Item test_item(std::uint64_t number) {
    EventLog::Item item;
    item.event.id = test_id(number);
    item.event.type = "test.reported";
    item.event.subject = "s" + std::to_string(number);
    item.event.happened_at = Instant{1'000'000 - static_cast<Millis>(number)};
    item.event.recorded_at = Instant{2'000'000 + static_cast<Millis>(number)};
    item.event.actor = "tester";
    item.event.body = std::string("\xA0\0\xFF", 3) + std::to_string(number);
    item.content = trust::sha256(item.event.body);
    return item;
}

inline std::vector<EventLog::Item> test_items(std::uint64_t from, std::uint64_t count) {
    std::vector<EventLog::Item> items;
    for (std::uint64_t i = 0; i < count; ++i) items.push_back(test_item(from + i));
    return items;
}

inline std::vector<Event> events_of(EventLog& log, std::uint64_t after = 0) {
    std::vector<Event> events;
    log.read(after, [&](const Event& event) {
        events.push_back(event);
        return true;
    });
    return events;
}

}  // namespace ningyi::log
