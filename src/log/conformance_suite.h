// SPDX-License-Identifier: Apache-2.0
// What every store of log and keys must do, as GoogleTest cases. A store's test includes this in one file and
// instantiates EventLogConformance and KeysConformance with its stores.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/random.h"
#include "log/event_log.h"
#include "log/test_events.h"
#include "log/test_folder.h"
#include "trust/merkle.h"
#include "trust/sha256.h"

namespace ningyi::log {

// A kind of store under test. Opening the same folder again after closing gives the same content when it is durable.
struct LogStore {
    std::string name;
    bool durable = true;
    std::function<std::unique_ptr<EventLog>(const std::filesystem::path& folder)> open_log;
    std::function<std::unique_ptr<Keys>(const std::filesystem::path& folder)> open_keys;
};

inline void PrintTo(const LogStore& store, std::ostream* out) {
    *out << store.name;
}

inline std::vector<std::string> leaves_of(EventLog& log, std::uint64_t after = 0) {
    std::vector<std::string> leaves;
    log.read_leaves(after, [&](std::uint64_t seq, std::string_view leaf) {
        EXPECT_EQ(seq, after + leaves.size() + 1);
        leaves.emplace_back(leaf);
        return true;
    });
    return leaves;
}

class EventLogConformance : public testing::TestWithParam<LogStore> {
protected:
    void SetUp() override { reopen(); }
    void reopen() {
        log_.reset();
        log_ = GetParam().open_log(folder_.path());
    }
    EventLog& log() { return *log_; }

    TestFolder folder_;
    std::unique_ptr<EventLog> log_;
};

TEST_P(EventLogConformance, a_new_log_is_empty) {
    EXPECT_EQ(log().size(), 0U);
    EXPECT_TRUE(events_of(log()).empty());
    EXPECT_TRUE(leaves_of(log()).empty());
    EXPECT_TRUE(log().checkpoints().empty());
    EXPECT_EQ(log().find(test_id(1)), std::nullopt);
    EXPECT_EQ(log().property("origin"), std::nullopt);
    EXPECT_TRUE(log().append({}).empty());
}

TEST_P(EventLogConformance, events_come_back_as_they_were_appended_numbered_without_gaps) {
    auto items = test_items(1, 5);
    const auto results = log().append(items);
    ASSERT_EQ(results.size(), 5U);
    const auto events = events_of(log());
    ASSERT_EQ(events.size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) {
        Event expected = test_item(i + 1).event;
        expected.seq = i + 1;
        EXPECT_EQ(events[i], expected);
        EXPECT_EQ(items[i].event, expected) << "append completes the item";
        EXPECT_EQ(results[i].outcome, Appended::yes);
        EXPECT_EQ(results[i].seq, i + 1);
        EXPECT_EQ(log().find(expected.id), i + 1);
    }
    EXPECT_EQ(log().size(), 5U);
}

TEST_P(EventLogConformance, the_same_event_again_changes_nothing) {
    auto items = test_items(1, 3);
    const auto first = log().append(items);
    auto resent = test_items(0, 4);
    resent[1].event.body = "sealed differently";
    resent[1].event.recorded_at = Instant{9'000'000};
    const auto results = log().append(resent);
    EXPECT_EQ(results[0].outcome, Appended::yes);
    EXPECT_EQ(results[0].seq, 4U);
    for (std::size_t i = 1; i < 4; ++i) {
        EXPECT_EQ(results[i].outcome, Appended::again);
        EXPECT_EQ(results[i].seq, i);
        EXPECT_EQ(results[i].leaf, first[i - 1].leaf);
    }
    EXPECT_EQ(log().size(), 4U);
    EXPECT_EQ(events_of(log()).at(0).body, test_item(1).event.body);
}

TEST_P(EventLogConformance, the_same_event_twice_in_one_group_stands_once) {
    std::vector<EventLog::Item> items = {test_item(1), test_item(1), test_item(2)};
    const auto results = log().append(items);
    EXPECT_EQ(results[0].outcome, Appended::yes);
    EXPECT_EQ(results[1].outcome, Appended::again);
    EXPECT_EQ(results[1].seq, 1U);
    EXPECT_EQ(results[2].seq, 2U);
    EXPECT_EQ(log().size(), 2U);
}

TEST_P(EventLogConformance, the_same_id_with_anything_else_is_a_conflict_and_changes_nothing) {
    auto items = test_items(1, 2);
    log().append(items);
    const auto before = events_of(log());
    std::vector<EventLog::Item> others(5, test_item(2));
    others[0].event.type = "test.other";
    others[1].event.subject = "s9";
    others[2].event.happened_at.ms += 1;
    others[3].event.actor = "somebody";
    others[4].content = trust::sha256("other");
    for (const auto& result : log().append(others)) {
        EXPECT_EQ(result.outcome, Appended::conflict);
        EXPECT_EQ(result.seq, 2U);
    }
    EXPECT_EQ(events_of(log()), before);
}

TEST_P(EventLogConformance, recorded_at_never_falls) {
    auto items = test_items(1, 3);
    items[1].event.recorded_at = Instant{5};
    log().append(items);
    std::vector<EventLog::Item> later = {test_item(4)};
    later[0].event.recorded_at = Instant{6};
    log().append(later);
    const auto events = events_of(log());
    for (std::size_t i = 1; i < events.size(); ++i) EXPECT_GE(events[i].recorded_at, events[i - 1].recorded_at);
    EXPECT_EQ(events[3].recorded_at, events[2].recorded_at);
}

TEST_P(EventLogConformance, reading_starts_behind_any_position_and_stops_when_told) {
    auto items = test_items(1, 20);
    log().append(items);
    for (std::uint64_t after = 0; after <= 21; ++after) {
        const auto events = events_of(log(), after);
        ASSERT_EQ(events.size(), after > 20 ? 0 : 20 - after);
        if (!events.empty()) {
            EXPECT_EQ(events[0].seq, after + 1);
        }
        EXPECT_EQ(leaves_of(log(), after).size(), events.size());
    }
    std::uint64_t seen = 0;
    log().read(3, [&](const Event& event) {
        seen = event.seq;
        return event.seq < 7;
    });
    EXPECT_EQ(seen, 7U);
}

TEST_P(EventLogConformance, the_events_of_the_core_are_found_among_the_others) {
    auto items = test_items(1, 6);
    items[1].event.type = "core.text_adopted";
    items[2].event.type = "corea.reported";
    items[4].event.type = "core.verdict_given";
    log().append(items);
    std::vector<std::uint64_t> found;
    const auto note = [&](const Event& event) {
        found.push_back(event.seq);
        return true;
    };
    log().read_core(0, note);
    EXPECT_EQ(found, (std::vector<std::uint64_t>{2, 5}));
    found.clear();
    log().read_core(2, note);
    EXPECT_EQ(found, std::vector<std::uint64_t>{5});
    std::size_t seen = 0;
    log().read_core(0, [&](const Event&) { return ++seen < 1; });
    EXPECT_EQ(seen, 1U) << "a visitor that has enough is left alone";
}

TEST_P(EventLogConformance, a_reader_may_read_again_inside_a_reading) {
    auto items = test_items(1, 4);
    log().append(items);
    std::size_t pairs = 0;
    log().read(0, [&](const Event&) {
        log().read(0, [&](const Event&) { return ++pairs > 0; });
        return true;
    });
    EXPECT_EQ(pairs, 16U);
}

TEST_P(EventLogConformance, recorded_leaves_are_those_computed_from_the_events) {
    for (std::uint64_t group = 0; group < 5; ++group) {
        auto items = test_items(1 + group * 7, 8);  // each group repeats the last event of the one before
        log().append(items);
    }
    const auto events = events_of(log());
    const auto leaves = leaves_of(log());
    ASSERT_EQ(events.size(), 36U);
    ASSERT_EQ(leaves.size(), 36U);
    for (std::size_t i = 0; i < leaves.size(); ++i) EXPECT_EQ(leaves[i], trust::leaf_hash(leaf_data(events[i])));
}

TEST_P(EventLogConformance, properties_and_checkpoints_are_kept_in_order) {
    log().set_property("salt", std::string("\0\xFF", 2));
    log().set_property("salt", std::string("\0\xFE", 2));
    log().set_property("empty", "");
    EXPECT_EQ(log().property("salt"), std::string("\0\xFE", 2));
    EXPECT_EQ(log().property("empty"), "");
    log().add_checkpoint(3, "first\nnote\n");
    log().add_checkpoint(3, "second");
    log().add_checkpoint(9, "宁颐");
    const std::vector<std::pair<std::uint64_t, std::string>> expected = {
        {3, "first\nnote\n"}, {3, "second"}, {9, "宁颐"}};
    EXPECT_EQ(log().checkpoints(), expected);
}

TEST_P(EventLogConformance, any_bytes_come_back) {
    std::vector<EventLog::Item> items = test_items(1, 2);
    items[0].event.body = "";
    items[1].event.body.resize(100'000);
    Random random(7);
    for (char& c : items[1].event.body) c = static_cast<char>(random.next());
    items[1].event.subject = "王小明 '; --";
    const std::string body = items[1].event.body;
    log().append(items);
    const auto events = events_of(log());
    EXPECT_EQ(events[0].body, "");
    EXPECT_EQ(events[1].body, body);
    EXPECT_EQ(events[1].subject, "王小明 '; --");
}

TEST_P(EventLogConformance, a_log_opened_again_goes_on_where_it_was) {
    if (!GetParam().durable) GTEST_SKIP() << "this store lives in memory only";
    auto items = test_items(1, 3);
    log().append(items);
    log().set_property("origin", "here");
    log().add_checkpoint(3, "note");
    const auto before = events_of(log());
    reopen();
    EXPECT_EQ(log().size(), 3U);
    EXPECT_EQ(events_of(log()), before);
    EXPECT_EQ(log().property("origin"), "here");
    EXPECT_EQ(log().checkpoints().size(), 1U);
    auto more = test_items(3, 2);
    more[1].event.recorded_at = Instant{1};
    const auto results = log().append(more);
    EXPECT_EQ(results[0].outcome, Appended::again);
    EXPECT_EQ(results[1].seq, 4U);
    EXPECT_EQ(events_of(log()).at(3).recorded_at, before[2].recorded_at);
}

class KeysConformance : public testing::TestWithParam<LogStore> {
protected:
    void SetUp() override { reopen(); }
    void reopen() {
        keys_.reset();
        keys_ = GetParam().open_keys(folder_.path());
    }
    std::vector<std::string> obtain(const std::vector<std::string>& owners) { return keys_->obtain(owners); }

    TestFolder folder_;
    std::unique_ptr<Keys> keys_;
};

TEST_P(KeysConformance, a_key_is_made_once_and_found_again) {
    EXPECT_EQ(keys_->find("elder/e1"), std::nullopt);
    const auto made = obtain({"elder/e1", "elder/e2", "elder/e1"});
    ASSERT_EQ(made.size(), 3U);
    EXPECT_EQ(made[0].size(), 32U);
    EXPECT_EQ(made[0], made[2]);
    EXPECT_NE(made[0], made[1]);
    EXPECT_EQ(obtain({"elder/e2", "elder/e3"})[0], made[1]);
    EXPECT_EQ(keys_->find("elder/e1"), made[0]);
    EXPECT_TRUE(obtain({}).empty());
}

TEST_P(KeysConformance, a_destroyed_key_is_gone_and_a_later_one_is_another) {
    const auto made = obtain({"elder/e1", "elder/e2"});
    keys_->destroy("elder/e1");
    keys_->destroy("elder/never");
    EXPECT_EQ(keys_->find("elder/e1"), std::nullopt);
    EXPECT_EQ(keys_->find("elder/e2"), made[1]);
    EXPECT_NE(obtain({"elder/e1"})[0], made[0]);
}

TEST_P(KeysConformance, keys_and_destructions_outlive_closing) {
    if (!GetParam().durable) GTEST_SKIP() << "this store lives in memory only";
    const auto made = obtain({"elder/e1", "elder/e2"});
    keys_->destroy("elder/e1");
    reopen();
    EXPECT_EQ(keys_->find("elder/e1"), std::nullopt);
    EXPECT_EQ(keys_->find("elder/e2"), made[1]);
}

}  // namespace ningyi::log
