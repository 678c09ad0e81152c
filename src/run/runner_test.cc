// SPDX-License-Identifier: Apache-2.0
#include "run/runner.h"

#include <gtest/gtest.h>

#include "engine/test_world.h"
#include "store/sqlite/data_folder.h"

namespace ningyi::run {
namespace {

using engine::ClearEvent;
using engine::Finding;

const rule::RuleSet& set() {
    static const rule::RuleSet loaded = engine::reef_set();
    return loaded;
}

const Zone& zone() {
    static const Zone china = Zone::china();
    return china;
}

Result<cbor::Value> open_plain(const log::Event& event) {
    return cbor::decode(event.body);
}

// A data folder in memory whose log gets its events in clear; what is sealed is the door's business, not the runner's.
struct District {
    store::DataFolder folder = store::DataFolder::in_memory();

    void append(const std::vector<ClearEvent>& events, std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < to; ++i) {
            log::EventLog::Item item;
            item.event = {0,
                          events[i].id,
                          events[i].type,
                          events[i].subject,
                          events[i].happened_at,
                          events[i].recorded_at,
                          "tester",
                          cbor::encode(events[i].body)};
            item.content = trust::sha256(item.event.body);
            folder.log().append(std::span(&item, 1));
        }
    }
    Source source(Open open = open_plain) { return {folder.log(), std::move(open), set(), zone()}; }

    // Every revision in the ledger, with the table of counts and the position.
    std::string ledger_bytes() {
        const model::Scope scope = model::Scope::of_file_holder("tester", 4);
        std::string bytes = std::to_string(folder.ledger().position()) + "\n";
        for (const Finding& finding : findings()) bytes += engine::canonical(finding, true);
        for (const ledger::Count& count : folder.ledger().counts(scope)) {
            bytes += format("{} {} {} {} {}\n", count.rule, count.date, count.agency, static_cast<int>(count.outcome),
                            count.count);
        }
        return bytes;
    }
    std::vector<Finding> findings() {
        std::vector<Finding> all;
        folder.ledger().find(model::Scope::of_file_holder("tester", 4), {.current_only = false},
                             [&](const Finding& finding) {
                                 all.push_back(finding);
                                 return true;
                             });
        return all;
    }
};

// Distinct events only: a log holds each id once.
std::vector<ClearEvent> history(std::uint64_t seed) {
    std::vector<ClearEvent> events;
    for (ClearEvent& event : engine::random_events(seed, 45)) {
        const bool is_known =
            std::any_of(events.begin(), events.end(), [&](const ClearEvent& e) { return e.id == event.id; });
        if (!is_known) events.push_back(std::move(event));
    }
    return events;
}

TEST(runner, a_live_run_that_stops_anywhere_goes_on_exactly_once) {
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
        SCOPED_TRACE(seed);
        const std::vector<ClearEvent> events = history(seed);
        District whole;
        whole.append(events, 0, events.size());
        ASSERT_TRUE(run_live(whole.source(), whole.folder.ledger(), {}));
        const std::string expected = whole.ledger_bytes();
        EXPECT_GT(whole.findings().size(), 3U);
        EXPECT_EQ(whole.folder.ledger().position(), events.size());

        District stopping;
        for (std::size_t had = 0; had < events.size();) {
            const std::size_t next = std::min(events.size(), had + 1 + (had * 7 + seed) % 11);
            stopping.append(events, had, next);
            ASSERT_TRUE(run_live(stopping.source(), stopping.folder.ledger(), {}));
            ASSERT_TRUE(run_live(stopping.source(), stopping.folder.ledger(), {})) << "a second run with nothing new";
            had = next;
        }
        EXPECT_EQ(stopping.ledger_bytes(), expected);

        stopping.folder.ledger().clear();
        ASSERT_TRUE(run_live(stopping.source(), stopping.folder.ledger(), {}));
        EXPECT_EQ(stopping.ledger_bytes(), expected) << "the ledger can be deleted";
    }
}

TEST(runner, a_reaudit_is_recorded_whole_and_gives_the_same_bytes_again) {
    District district;
    const std::vector<ClearEvent> events = history(11);
    district.append(events, 0, events.size());
    double last = 0;
    auto first = reaudit(district.source(), [&](double share) {
        EXPECT_GE(share, last);
        last = share;
    });
    ASSERT_TRUE(first);
    EXPECT_EQ(last, 1.0);
    record(district.folder.ledger(), *first);
    const std::string bytes = district.ledger_bytes();
    EXPECT_EQ(district.findings().size(), first->findings.size());
    EXPECT_GT(first->findings.size(), 3U);
    auto again = reaudit(district.source(), {});
    ASSERT_TRUE(again);
    record(district.folder.ledger(), *again);
    EXPECT_EQ(district.ledger_bytes(), bytes);
}

TEST(runner, any_number_of_threads_gives_the_same_bytes) {
    for (std::uint64_t seed = 30; seed < 34; ++seed) {
        District district;
        const std::vector<ClearEvent> events = history(seed);
        district.append(events, 0, events.size());
        std::string expected;
        for (const std::size_t threads : {1, 2, 3, 7}) {
            const auto audited = reaudit(district.source(), {}, threads);
            ASSERT_TRUE(audited);
            record(district.folder.ledger(), *audited);
            if (threads == 1) expected = district.ledger_bytes();
            EXPECT_EQ(district.ledger_bytes(), expected) << threads << " threads, seed " << seed;
        }
    }
}

TEST(runner, every_finding_of_the_ledger_replays_to_the_same_bytes) {
    std::size_t gone = 0;
    for (std::uint64_t seed = 20; seed < 26; ++seed) {
        SCOPED_TRACE(seed);
        District district;
        const std::vector<ClearEvent> events = history(seed);
        district.append(events, 0, events.size());
        ASSERT_TRUE(run_live(district.source(), district.folder.ledger(), {}));
        std::vector<Finding> stored = district.findings();
        auto audited = reaudit(district.source(), {});
        ASSERT_TRUE(audited);
        for (std::size_t i = 0; i < audited->findings.size(); ++i) stored.push_back(audited->findings.at(i));
        for (const Finding& finding : stored) {
            const auto replayed = replay(district.source(), finding);
            ASSERT_TRUE(replayed) << finding.rule << " " << finding.subject;
            EXPECT_TRUE(replayed->same) << finding.rule << " " << finding.subject << " " << finding.reason;
            EXPECT_EQ(replayed->finding.id, finding.id);
            gone += finding.reason == "row_gone" ? 1 : 0;
        }
    }
    EXPECT_GT(gone, 0U);
}

TEST(runner, a_finding_that_was_tampered_with_does_not_replay) {
    District district;
    const std::vector<ClearEvent> events = history(20);
    district.append(events, 0, events.size());
    auto audited = reaudit(district.source(), {});
    ASSERT_TRUE(audited);
    Finding forged = audited->findings.at(0);
    forged.at_risk_fen += 1;
    const auto replayed = replay(district.source(), forged);
    ASSERT_TRUE(replayed);
    EXPECT_FALSE(replayed->same);
    forged.rule_digest = "00";
    const auto changed = replay(district.source(), forged);
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().front().code, "E702");
    forged.rule = "RE-NON-01";
    const auto unknown = replay(district.source(), forged);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().front().code, "E701");
}

TEST(runner, an_event_that_does_not_open_is_a_fault_with_its_number) {
    District district;
    const std::vector<ClearEvent> events = history(30);
    district.append(events, 0, events.size());
    const auto broken = [](const log::Event& event) -> Result<cbor::Value> {
        if (event.seq == 7) return failure({.code = "E631", .zh = "坏了", .en = "broken"});
        return open_plain(event);
    };
    const auto audited = reaudit(district.source(broken), {});
    ASSERT_FALSE(audited);
    EXPECT_NE(audited.error().front().en.find("event 7"), std::string::npos);
    ASSERT_FALSE(run_live(district.source(broken), district.folder.ledger(), {}));
    EXPECT_EQ(district.folder.ledger().position(), 6U) << "what came before it is judged and recorded";
}

}  // namespace
}  // namespace ningyi::run
