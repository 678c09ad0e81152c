// SPDX-License-Identifier: Apache-2.0
// Windows, lags and overlaps where a story says it plainer than a random history: what packs may not say, and what
// nobody can tell.
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "engine/test_world.h"

namespace ningyi::engine {
namespace {

const Zone& zone() {
    static const Zone china = Zone::china();
    return china;
}

// Dives of one diver at an hour of the first day; without a state when it is "".
ClearEvent dive(const std::string& id, std::int64_t hour, const std::string& state, std::int64_t lasts_h = 1) {
    const Instant start{reef_monday.ms + hour * hours_ms};
    ClearEvent event = reef_event("reef.dive_logged", id, start, start);
    const auto text = [](const char* value) { return cbor::Value::of_text(value); };
    event.body.set("dive_id", cbor::Value::of_text(id));
    event.body.set("diver_id", text("P0"));
    event.body.set("reef_id", text("R0"));
    event.body.set("club_id", text("K0"));
    event.body.set("start", cbor::Value::of(start.ms));
    event.body.set("end", cbor::Value::of(start.ms + lasts_h * hours_ms));
    event.body.set("fee", cbor::Value::of(100));
    if (!state.empty()) event.body.set("state", cbor::Value::of_text(state));
    return event;
}

// The first row of a feature for a dive, all dives known.
std::map<std::string, std::string> facts_of(const std::string& feature, const std::string& subject,
                                            const std::vector<ClearEvent>& dives,
                                            const std::function<void(rule::Feature&)>& change = {}) {
    rule::RuleSet set = reef_set();
    for (rule::Feature& one : set.features) {
        if (one.name == feature && change) change(one);
    }
    auto engine = Engine::create(set, zone());
    if (!engine) throw std::invalid_argument(to_text(engine.error().front()));
    std::uint64_t seq = 0;
    for (ClearEvent event : dives) {
        event.seq = ++seq;
        (*engine)->load(event);
    }
    const World& world = (*engine)->world();
    Features& features = (*engine)->features();
    const std::uint16_t index = features.index_of(feature);
    std::map<std::string, std::string> facts;
    for (const RecordIndex record : world.records(world.entity_index("dive"))) {
        if (world.record(record).id != subject) continue;
        Reader reader((*engine)->paths(), record, nullptr);
        const Change* entered = world.entered(record, world.event_index("reef.dive_logged"));
        const FeatureRows rows = features.compute(index, reader, {reader.time(), entered->id}, nullptr);
        for (std::size_t i = 0; i < features.facts(index).size(); ++i) {
            const cel::Value& value = rows.rows.front()[i];
            if (value.kind() == cel::Kind::string) facts[features.facts(index)[i]] = value.text();
            if (value.kind() == cel::Kind::integer || value.kind() == cel::Kind::boolean)
                facts[features.facts(index)[i]] = std::to_string(value.number());
        }
    }
    return facts;
}

using Facts = std::map<std::string, std::string>;

TEST(windows, a_pack_cannot_count_the_record_judged_or_leave_out_those_of_the_same_time) {
    const std::string written = "agg: count, revise: 30d}";
    for (const std::string word : {"self: include", "ties: exclude", "counts_itself: true", "without_ties: true"}) {
        pack::Files files = reef_files();
        std::string& text = files.at("reef/features/f.yaml");
        const std::size_t at = text.find(written);
        ASSERT_NE(at, std::string::npos);
        text.insert(at, word + ", ");
        const pack::Loaded loaded = pack::load(files, pack::measure_shapes());
        ASSERT_FALSE(loaded.faults.empty()) << word;
        EXPECT_EQ(loaded.faults.front().line, 1) << to_text(loaded.faults.front());
        EXPECT_NE(to_text(loaded.faults.front()).find(word.substr(0, word.find(':'))), std::string::npos)
            << to_text(loaded.faults.front());
    }
}

TEST(windows, the_record_judged_is_not_in_its_own_window_unless_a_comparison_asks_for_it) {
    const std::vector<ClearEvent> dives{dive("D0", 8, "done"), dive("D1", 10, "done"), dive("D2", 10, "done"),
                                        dive("D3", 10, "done"), dive("D4", 11, "done")};
    EXPECT_EQ(facts_of("before", "D4", dives), (Facts{{"", "4"}}));
    EXPECT_EQ(facts_of("before", "D4", dives, [](rule::Feature& f) { f.counts_itself = true; }), (Facts{{"", "5"}}));
    // Of three at ten o'clock each sees those with a smaller id, and only the one at eight when none of them counts.
    std::vector<std::string> seen;
    for (const char* id : {"D1", "D2", "D3"}) seen.push_back(facts_of("before", id, dives).at(""));
    EXPECT_THAT(seen, testing::UnorderedElementsAre("1", "2", "3"));
    for (const char* id : {"D1", "D2", "D3"}) {
        EXPECT_EQ(facts_of("before", id, dives, [](rule::Feature& f) { f.without_ties = true; }), (Facts{{"", "1"}}));
    }
}

// `second` is the second dive before, done and in the same reef, within a day.
TEST(lags, are_unknown_when_a_nearer_record_may_count_or_may_not) {
    const Facts found{{"found", "1"}, {"dive_id", "D0"}};
    EXPECT_EQ(facts_of("second", "D2", {dive("D0", 8, "done"), dive("D1", 9, "done"), dive("D2", 12, "done")}), found);
    EXPECT_EQ(facts_of("second", "D3",
                       {dive("D0", 8, "done"), dive("D1", 9, "done"), dive("D2", 10, "void"), dive("D3", 12, "done")}),
              found);
    EXPECT_EQ(facts_of("second", "D3",
                       {dive("D0", 8, "done"), dive("D1", 9, "done"), dive("D2", 10, ""), dive("D3", 12, "done")}),
              Facts{})
        << "it may be D1";
    EXPECT_EQ(facts_of("second", "D2", {dive("D0", 8, ""), dive("D1", 9, "done"), dive("D2", 12, "done")}), Facts{})
        << "nobody can say that there is none";
    EXPECT_EQ(facts_of("second", "D3",
                       {dive("D0", 7, ""), dive("D1", 8, "done"), dive("D2", 9, "done"), dive("D3", 12, "done")}),
              (Facts{{"found", "1"}, {"dive_id", "D1"}}))
        << "one further back than that is not asked";
    EXPECT_EQ(facts_of("second", "D2", {dive("D0", 0, ""), dive("D1", 26, "done"), dive("D2", 30, "done")}),
              (Facts{{"found", "0"}}))
        << "nor is one out of reach";
}

// `shared` are dives that were done at the same time.
TEST(overlaps, are_unknown_when_nothing_is_certain_and_something_may_be) {
    const ClearEvent judged = dive("D9", 10, "done", 2);
    const auto shared = [&](std::vector<ClearEvent> others) {
        others.push_back(judged);
        return facts_of("shared", "D9", others);
    };
    EXPECT_EQ(shared({dive("D0", 9, "void", 2)}), (Facts{{"count", "0"}}));
    EXPECT_EQ(shared({dive("D0", 9, "", 2)}), Facts{});
    EXPECT_EQ(shared({dive("D0", 5, "", 2)}), (Facts{{"count", "0"}})) << "it was over";
    EXPECT_EQ(shared({dive("D0", 9, "", 3), dive("D1", 8, "done", 3)}), (Facts{{"count", "1"}, {"other_id", "D1"}}))
        << "what is certain stays certain";
}

}  // namespace
}  // namespace ningyi::engine
