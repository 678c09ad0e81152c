// SPDX-License-Identifier: Apache-2.0
// A value approved for a day to come changes nothing of the days before it, and what it should from that day on.
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "engine/test_world.h"

namespace ningyi::engine {
namespace {

constexpr const char* first_day = "2025-03-05";

// The reef's packs with other values of each of its parameters from `first_day` on.
rule::RuleSet set_with_future_values() {
    pack::Files files = reef_files();
    std::string& text = files.at("reef/params/p.yaml");
    const auto add = [&](const std::string& param, const std::string& value) {
        const std::size_t at = text.find("- param: " + param);
        const std::size_t next = text.find("\n- param: ", at);
        text.insert(next == std::string::npos ? text.size() : next + 1,
                    format("    - {{from: {}, value: {}, cite: ['D1#1']}}\n", first_day, value));
    };
    add("reef.slack", "1min");
    add("reef.near", "20m");
    add("reef.most", "1yuan");
    return reef_set(files);
}

struct Said {
    std::map<std::string, std::string> before;  // id -> bytes, with position and evidence
    std::map<std::string, std::string> after;
};

Said run(const rule::RuleSet& set, const std::vector<ClearEvent>& events, bool live) {
    static const Zone zone = Zone::china();
    auto engine = Engine::create(set, zone);
    if (!engine) throw std::invalid_argument(to_text(engine.error().front()));
    Said said;
    const auto take = [&](const Finding& finding) {
        (finding.date < first_day ? said.before : said.after).emplace(finding.id, canonical(finding, true));
    };
    for (const ClearEvent& event : events) {
        if (live)
            (*engine)->feed(event, take);
        else
            (*engine)->load(event);
    }
    if (!live) (*engine)->judge_all(take);
    return said;
}

TEST(future_value, a_value_for_days_to_come_leaves_every_earlier_finding_as_it_was_byte_for_byte) {
    const rule::RuleSet now = reef_set();
    const rule::RuleSet later = set_with_future_values();
    ASSERT_EQ(now.rules.size(), later.rules.size());
    for (std::size_t i = 0; i < now.rules.size(); ++i) EXPECT_EQ(now.rules[i].digest, later.rules[i].digest);
    std::size_t before = 0;
    std::size_t changed = 0;
    for (std::uint64_t seed = 0; seed < 15; ++seed) {
        SCOPED_TRACE(seed);
        const std::vector<ClearEvent> events = random_events(7000 + seed, 60);
        for (const bool live : {false, true}) {
            const Said with_old = run(now, events, live);
            const Said with_new = run(later, events, live);
            EXPECT_EQ(with_old.before, with_new.before);
            before += with_old.before.size();
            changed += with_old.after != with_new.after ? 1 : 0;
            if (testing::Test::HasFailure()) return;
        }
    }
    EXPECT_GT(before, 100U) << "too few findings before the day to mean anything";
    EXPECT_GT(changed, 12U) << "the value changed nothing from its day on";
}

}  // namespace
}  // namespace ningyi::engine
