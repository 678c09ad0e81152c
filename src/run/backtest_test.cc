// SPDX-License-Identifier: Apache-2.0
#include "run/backtest.h"

#include <gtest/gtest.h>

#include "engine/test_world.h"
#include "store/sqlite/data_folder.h"

namespace ningyi::run {
namespace {

using engine::ClearEvent;
using engine::Finding;
using rule::Outcome;

const Zone& zone() {
    static const Zone china = Zone::china();
    return china;
}

Result<cbor::Value> open_plain(const log::Event& event) {
    return cbor::decode(event.body);
}

class MemoryKeeper final : public FactKeeper {
public:
    std::vector<std::string_view> kept() override {
        std::vector<std::string_view> all;
        for (const auto& one : tables) all.push_back(*one);
        return all;
    }
    void begin() override { open = std::make_unique<std::string>(); }
    void append(std::string_view bytes) override { *open += bytes; }
    std::string_view finish() override {
        tables.push_back(std::move(open));
        return *tables.back();
    }
    void abandon() override { open.reset(); }
    void forget(std::string_view bytes) override {
        std::erase_if(tables, [&](const auto& one) { return one->data() == bytes.data(); });
    }
    std::vector<std::unique_ptr<std::string>> tables;
    std::unique_ptr<std::string> open;
};

void append(store::DataFolder& folder, const std::vector<ClearEvent>& events) {
    std::set<Id> known;
    for (const ClearEvent& event : events) {
        if (!known.insert(event.id).second) continue;
        log::EventLog::Item item;
        item.event = {0,
                      event.id,
                      event.type,
                      event.subject,
                      event.happened_at,
                      event.recorded_at,
                      "tester",
                      cbor::encode(event.body)};
        item.content = trust::sha256(item.event.body);
        folder.log().append(std::span(&item, 1));
    }
}

struct District {
    store::DataFolder folder = store::DataFolder::in_memory();
    MemoryKeeper keeper;
    casework::Verdicts verdicts;

    explicit District(std::uint64_t seed, std::size_t most = 60) { append(folder, engine::random_events(seed, most)); }

    BacktestInput input(const rule::RuleSet& before, const rule::RuleSet& after) {
        return {.before = before,
                .after = after,
                .zone = zone(),
                .from = {},
                .to = {},
                .verdicts = verdicts,
                .log = folder.log(),
                .open = open_plain,
                .keeper = keeper,
                .go_on = {},
                .parts = 2};
    }
    Backtest run(const rule::RuleSet& before, const rule::RuleSet& after) {
        auto done = backtest(input(before, after));
        if (!done || !*done) throw std::runtime_error(done ? "stopped" : to_text(done.error()[0]));
        return std::move(**done);
    }
    Reaudit audit(const rule::RuleSet& set) {
        auto done = reaudit({folder.log(), open_plain, set, zone()}, {}, 1);
        if (!done) throw std::runtime_error(to_text(done.error()[0]));
        return std::move(*done);
    }
};

rule::RuleSet changed(const std::vector<std::array<std::string, 3>>& replacements) {
    pack::Files files = engine::reef_files();
    for (const auto& [file, from, to] : replacements) {
        std::string& text = files.at(file);
        if (text.find(from) == std::string::npos) throw std::runtime_error("not there: " + from);
        text = replaced(text, from, to);
    }
    return engine::reef_set(files);
}

using Key = std::tuple<std::string, std::string, std::string>;  // rule, subject, dedup

std::map<Key, Finding> hits_of(const Reaudit& audit) {
    std::map<Key, Finding> hits;
    for (std::size_t i = 0; i < audit.findings.size(); ++i) {
        const Finding finding = audit.findings.at(i);
        if (finding.outcome == Outcome::hit) hits[{finding.rule, finding.subject, finding.dedup}] = finding;
    }
    return hits;
}

// Two full re-audits compared must say what the backtest says.
void expect_as_two_reaudits(District& district, const rule::RuleSet& before, const rule::RuleSet& after,
                            const Backtest& result) {
    const Reaudit audits[2] = {district.audit(before), district.audit(after)};
    const std::map<Key, Finding> hits[2] = {hits_of(audits[0]), hits_of(audits[1])};
    std::map<Key, const Finding*> moved[2];  // caught, lost
    for (std::size_t side = 0; side < 2; ++side) {
        for (const auto& [key, finding] : hits[side]) {
            if (!hits[1 - side].contains(key)) moved[1 - side][key] = &finding;
        }
    }
    std::size_t told = 0;
    for (const RuleDifference& rule : result.rules) {
        for (std::size_t i = 0; i < 2; ++i) {
            const std::vector<Moved>& list = i == 0 ? rule.caught : rule.lost;
            std::int64_t fen = 0;
            for (const Moved& one : list) {
                ++told;
                const auto found = moved[i].find({rule.rule, one.subject, one.dedup});
                ASSERT_NE(found, moved[i].end()) << rule.rule << " " << one.subject << " " << one.dedup;
                EXPECT_EQ(one.date, found->second->date);
                EXPECT_EQ(one.agency, found->second->agency);
                EXPECT_EQ(one.at_risk_fen, found->second->at_risk_fen);
                fen += one.at_risk_fen;
                std::set<std::string> others;
                for (const auto& [key, finding] : hits[0]) {
                    if (std::get<1>(key) == one.subject && std::get<0>(key) != rule.rule &&
                        before.rule(std::get<0>(key))->subject == rule.subject)
                        others.insert(std::get<0>(key));
                }
                EXPECT_EQ(one.also_hit_by, std::vector<std::string>(others.begin(), others.end()));
            }
            EXPECT_EQ(fen, i == 0 ? rule.caught_fen : rule.lost_fen);
        }
        for (std::size_t side = 0; side < 2; ++side) {
            const rule::RuleSet& set = side == 0 ? before : after;
            const Tally& tally = side == 0 ? rule.before : rule.after;
            std::map<Outcome, std::int64_t> counts;
            for (const ledger::Count& count : audits[side].counts) {
                if (count.rule == rule.rule) counts[count.outcome] += count.count;
            }
            EXPECT_EQ(tally.hit, counts[Outcome::hit]) << rule.rule;
            EXPECT_EQ(tally.clear, counts[Outcome::clear]) << rule.rule;
            EXPECT_EQ(tally.exempt, counts[Outcome::exempt]) << rule.rule;
            EXPECT_EQ(tally.inconclusive, counts[Outcome::inconclusive]) << rule.rule;
            const rule::Rule* one = set.rule(rule.rule);
            if (one != nullptr && one->each.empty()) {
                EXPECT_EQ(tally.not_applicable, counts[Outcome::not_applicable]) << rule.rule;
            }
            for (const auto& [way, slices] : rule.by) {
                Tally sum;
                for (const Slice& slice : slices) {
                    const Tally& part = side == 0 ? slice.before : slice.after;
                    sum.hit += part.hit, sum.clear += part.clear, sum.at_risk_fen += part.at_risk_fen;
                }
                EXPECT_EQ(sum.hit, tally.hit) << way;
                EXPECT_EQ(sum.clear, tally.clear) << way;
                EXPECT_EQ(sum.at_risk_fen, tally.at_risk_fen) << way;
            }
            for (const ledger::Count& count : audits[side].counts) {
                if (count.rule != rule.rule || count.outcome != Outcome::hit) continue;
                const auto& agencies = rule.by.at("agency");
                const auto at = std::find_if(agencies.begin(), agencies.end(),
                                             [&](const Slice& slice) { return slice.key == count.agency; });
                ASSERT_NE(at, agencies.end());
                EXPECT_GE((side == 0 ? at->before : at->after).hit, count.count);
            }
        }
    }
    EXPECT_EQ(told, moved[0].size() + moved[1].size());
}

struct Change {
    const char* name;
    std::vector<std::array<std::string, 3>> replacements;
    std::set<std::string> rules;  // that differ
};

const std::vector<Change>& all_changes() {
    static const std::vector<Change> changes = {
        {"a parameter of a rule with rows", {{"reef/params/p.yaml", "value: 15min", "value: 25min"}}, {"RE-TIM-01"}},
        {"a parameter of one scope", {{"reef/params/p.yaml", "value: 5min", "value: 1min"}}, {"RE-TIM-01"}},
        {"a parameter from a later day", {{"reef/params/p.yaml", "value: 10min", "value: 45min"}}, {"RE-TIM-01"}},
        {"a parameter of many features", {{"reef/params/p.yaml", "value: 120yuan", "value: 60yuan"}}, {"RE-SUM-01"}},
        {"a parameter of measures", {{"reef/params/p.yaml", "value: 300m", "value: 30m"}}, {"RE-COM-01", "RE-LOC-01"}},
        {"a clause", {{"reef/rules/sum/RE-SUM-01.yaml", "n >= 2", "n >= 1"}}, {"RE-SUM-01"}},
        {"a clause of a rule that looks others up",
         {{"reef/rules/oth/RE-OTH-01.yaml", "lasted > dive.lasted", "lasted < dive.lasted"}},
         {"RE-OTH-01"}},
        {"an exception",
         {{"reef/rules/tim/RE-TIM-01.yaml", "who.grade == \"master\"", "who.grade == \"novice\""}},
         {"RE-TIM-01"}},
        {"the entries of a list",
         {{"reef/lists/guests.yaml",
           "entries:", "entries:\n  - {diver_id: P1, from: 2025-01-01, to: 2025-12-31, why: 客, by: a, approved: b}"}},
         {"RE-TIM-01"}},
        {"a feature of rows",
         {{"reef/features/f.yaml", "pair: later, reach: 12h, max: 3", "pair: later, reach: 1h, max: 1"}},
         {"RE-TIM-01"}},
        {"a window", {{"reef/features/f.yaml", "span: {last: 3d}", "span: {last: 1d}"}}, {"RE-NEW-01", "RE-DAY-01"}},
        {"a rule judged every day", {{"reef/rules/day/RE-DAY-01.yaml", "n >= 3", "n >= 1"}}, {"RE-DAY-01"}},
        {"what a rule applies to",
         {{"reef/rules/reg/RE-REG-01.yaml", "applies: 'dive.state == \"done\"'\n", ""}},
         {"RE-REG-01"}},
        {"the days of a rule",
         {{"reef/rules/sum/RE-SUM-01.yaml", "{from: 2024-01-01}", "{from: 2025-03-04}"}},
         {"RE-SUM-01"}},
        {"severity alone", {{"reef/rules/reg/RE-REG-01.yaml", "severity: '3'", "severity: '1'"}}, {"RE-REG-01"}},
    };
    return changes;
}

std::set<std::string> rules_of(const Backtest& result) {
    std::set<std::string> ids;
    for (const RuleDifference& rule : result.rules) ids.insert(rule.rule);
    return ids;
}

TEST(backtest, says_what_two_full_reaudits_say_whatever_was_changed) {
    const rule::RuleSet before = engine::reef_set();
    std::map<std::string, std::int64_t> moved;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        District district(seed, 90);
        for (const Change& change : all_changes()) {
            SCOPED_TRACE(format("{} (seed {})", change.name, seed));
            const rule::RuleSet after = changed(change.replacements);
            const Backtest result = district.run(before, after);
            EXPECT_EQ(rules_of(result), change.rules);
            for (const RuleDifference& rule : result.rules) {
                EXPECT_FALSE(rule.what_changed.empty());
                moved[change.name] += static_cast<std::int64_t>(rule.caught.size() + rule.lost.size());
            }
            expect_as_two_reaudits(district, before, after, result);
            if (HasFailure()) return;
        }
    }
    // The oracle is only worth something where something moves.
    std::set<std::string> still;
    for (const Change& change : all_changes()) {
        if (moved[change.name] == 0) still.insert(change.name);
    }
    EXPECT_LE(still.size(), all_changes().size() / 2) << testing::PrintToString(still);
}

TEST(backtest, a_new_rule_catches_all_it_hits_and_a_rule_gone_loses_all) {
    pack::Files files = engine::reef_files();
    files.erase("reef/rules/sum/RE-SUM-01.yaml");
    const rule::RuleSet with = engine::reef_set(), without = engine::reef_set(files);
    std::size_t hits = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        District district(seed);
        const Backtest gone = district.run(with, without), come = district.run(without, with);
        expect_as_two_reaudits(district, with, without, gone);
        expect_as_two_reaudits(district, without, with, come);
        ASSERT_EQ(gone.rules.size(), 1U);
        ASSERT_EQ(come.rules.size(), 1U);
        EXPECT_EQ(gone.rules[0].lost.size(), come.rules[0].caught.size());
        EXPECT_EQ(gone.rules[0].digest_after, "");
        EXPECT_EQ(come.rules[0].digest_before, "");
        hits += gone.rules[0].lost.size();
    }
    EXPECT_GT(hits, 0U);
}

TEST(backtest, nothing_changed_is_no_rule_at_all) {
    District district(3);
    EXPECT_TRUE(district.run(engine::reef_set(), engine::reef_set()).rules.empty());
}

TEST(backtest, facts_kept_give_the_same_bytes_as_facts_from_the_log) {
    const rule::RuleSet before = engine::reef_set();
    for (const Change& change : all_changes()) {
        SCOPED_TRACE(change.name);
        const rule::RuleSet after = changed(change.replacements);
        District district(5);
        const Backtest first = district.run(before, after);
        EXPECT_FALSE(first.from_cache);
        const Backtest second = district.run(before, after);
        EXPECT_TRUE(second.from_cache);
        EXPECT_EQ(canonical(first), canonical(second));
        EXPECT_EQ(first.digest, second.digest);
    }
}

TEST(backtest, a_changed_threshold_reads_no_log_once_facts_are_kept) {
    District district(5);
    const rule::RuleSet before = engine::reef_set();
    district.run(before, changed({{"reef/params/p.yaml", "value: 120yuan", "value: 60yuan"}}));
    const std::size_t tables = district.keeper.tables.size();
    EXPECT_TRUE(district.run(before, changed({{"reef/params/p.yaml", "value: 120yuan", "value: 50yuan"}})).from_cache);
    EXPECT_TRUE(district.run(before, changed({{"reef/params/p.yaml", "value: 15min", "value: 7min"}})).from_cache);
    EXPECT_EQ(district.keeper.tables.size(), tables);
}

TEST(backtest, new_events_make_kept_facts_stale) {
    District district(5);
    const rule::RuleSet before = engine::reef_set(),
                        after = changed({{"reef/params/p.yaml", "value: 120yuan", "value: 60yuan"}});
    district.run(before, after);
    std::vector<ClearEvent> more = engine::random_events(77, 30);
    for (std::size_t i = 0; i < more.size(); ++i)
        more[i].id = Id::from_bytes(trust::sha256("more" + std::to_string(i)));
    append(district.folder, more);
    const Backtest result = district.run(before, after);
    EXPECT_FALSE(result.from_cache);
    expect_as_two_reaudits(district, before, after, result);
}

TEST(backtest, damaged_facts_are_made_again) {
    const rule::RuleSet before = engine::reef_set(),
                        after = changed({{"reef/params/p.yaml", "value: 120yuan", "value: 60yuan"}});
    District district(5);
    const std::string good = canonical(district.run(before, after));
    std::size_t made_again = 0;
    for (std::size_t table = 0; table < district.keeper.tables.size(); ++table) {
        for (std::size_t step = 0; step < 7; ++step) {
            std::string& bytes = *district.keeper.tables[table];
            const std::size_t at = step * bytes.size() / 7;
            bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
            const Backtest result = district.run(before, after);
            EXPECT_EQ(canonical(result), good) << table << " " << at;
            made_again += result.from_cache ? 0 : 1;
        }
    }
    EXPECT_GT(made_again, 3U);
}

TEST(backtest, stopping_leaves_nothing_half_made) {
    const rule::RuleSet before = engine::reef_set(),
                        after = changed({{"reef/params/p.yaml", "value: 120yuan", "value: 60yuan"}});
    District whole(5);
    const std::string good = canonical(whole.run(before, after));
    for (int stop_at = 0; stop_at < 12; ++stop_at) {
        District district(5);
        BacktestInput input = district.input(before, after);
        int asked = 0;
        input.go_on = [&](double) { return asked++ < stop_at; };
        const auto stopped = backtest(input);
        ASSERT_TRUE(stopped.has_value());
        EXPECT_FALSE(stopped->has_value() && asked <= stop_at && stop_at == 0);
        EXPECT_EQ(district.keeper.open, nullptr);
        EXPECT_EQ(canonical(district.run(before, after)), good);
    }
}

TEST(backtest, any_number_of_threads_gives_the_same_bytes) {
    const rule::RuleSet before = engine::reef_set(),
                        after = changed({{"reef/rules/sum/RE-SUM-01.yaml", "n >= 2", "n >= 1"}});
    std::set<std::string> bytes;
    for (const std::size_t parts : {1U, 2U, 5U}) {
        District district(8);
        BacktestInput input = district.input(before, after);
        input.parts = parts;
        const auto result = backtest(input);
        ASSERT_TRUE(result && *result);
        bytes.insert(canonical(**result));
    }
    EXPECT_EQ(bytes.size(), 1U);
}

TEST(backtest, a_period_takes_the_subjects_of_its_days_only) {
    const rule::RuleSet before = engine::reef_set(),
                        after = changed({{"reef/rules/sum/RE-SUM-01.yaml", "n >= 2", "n >= 0"}});
    District district(4);
    const Backtest all = district.run(before, after);
    ASSERT_EQ(all.rules.size(), 1U);
    ASSERT_FALSE(all.rules[0].caught.empty());
    std::set<std::string> days;
    for (const Moved& moved : all.rules[0].caught) days.insert(moved.date);
    std::size_t sum = 0;
    for (const std::string& day : days) {
        if (day.empty()) continue;
        BacktestInput input = district.input(before, after);
        input.from = input.to = parse_date(day);
        const auto one = backtest(input);
        ASSERT_TRUE(one && *one);
        for (const Moved& moved : (**one).rules[0].caught) EXPECT_EQ(moved.date, day);
        sum += (**one).rules[0].caught.size();
    }
    EXPECT_EQ(sum, all.rules[0].caught.size() -
                       static_cast<std::size_t>(std::count_if(all.rules[0].caught.begin(), all.rules[0].caught.end(),
                                                              [](const Moved& moved) { return moved.date.empty(); })));
}

TEST(backtest, without_verdicts_there_is_no_rate) {
    District district(4);
    const Backtest result =
        district.run(engine::reef_set(), changed({{"reef/rules/sum/RE-SUM-01.yaml", "n >= 2", "n >= 0"}}));
    EXPECT_FALSE(result.has_verdicts);
    ASSERT_EQ(result.rules.size(), 1U);
    EXPECT_FALSE(result.rules[0].precision_after.interval_ppm.has_value());
    EXPECT_EQ(result.rules[0].precision_after.undecided, result.rules[0].after.hit);
}

TEST(backtest, what_changed_is_said_with_amounts_and_days) {
    const auto said = [](const Change& change) {
        const rule::RuleSet before = engine::reef_set(), after = changed(change.replacements);
        std::string all;
        for (const model::Label& one :
             changes_of(before, before.rule(*change.rules.begin()), after, after.rule(*change.rules.begin())))
            all += one.zh + "|" + one.en + "\n";
        return all;
    };
    const std::string parameter = said(all_changes()[1]);
    EXPECT_NE(parameter.find("water=deep"), std::string::npos) << parameter;
    EXPECT_NE(parameter.find("5"), std::string::npos) << parameter;
    EXPECT_NE(parameter.find("2024-01-01"), std::string::npos) << parameter;
    EXPECT_NE(said(all_changes()[5]).find("often"), std::string::npos);
    EXPECT_NE(said(all_changes()[9]).find("reach"), std::string::npos);
}

}  // namespace
}  // namespace ningyi::run
