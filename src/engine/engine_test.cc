// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "engine/naive_oracle.h"
#include "engine/test_world.h"

namespace ningyi::engine {
namespace {

const Zone& zone() {
    static const Zone china = Zone::china();
    return china;
}

const rule::RuleSet& set() {
    static const rule::RuleSet loaded = reef_set();
    return loaded;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NINGYI_SANITIZED
#endif
#endif

// NINGYI_LONG=1 asks for the long run. The sanitizers look at memory, not at rare histories: a quarter does for them.
std::uint64_t seeds(std::uint64_t usual) {
    if (std::getenv("NINGYI_LONG") != nullptr) return usual * 10;
#ifdef NINGYI_SANITIZED
    return std::max<std::uint64_t>(1, usual / 4);
#else
    return usual;
#endif
}

using Key = std::tuple<std::string, std::string, std::string>;
Key key_of(const Finding& finding) {
    return {finding.rule, finding.subject, finding.dedup};
}

struct Ran {
    std::unique_ptr<Engine> engine;
    std::vector<Finding> findings;  // every revision

    // What holds at the end: the bytes of each finding that says something, without position.
    std::map<Key, std::string> final() const {
        std::map<Key, std::string> all;
        for (const Finding& finding : findings) {
            const bool says = finding.outcome != Outcome::clear && finding.outcome != Outcome::not_applicable;
            all[key_of(finding)] = says ? canonical(finding, false) : "";
        }
        std::erase_if(all, [](const auto& one) { return one.second.empty(); });
        return all;
    }
    std::vector<const Finding*> of(const std::string& rule, const std::string& subject) const {
        std::vector<const Finding*> found;
        for (const Finding& finding : findings) {
            if (finding.rule == rule && finding.subject == subject) found.push_back(&finding);
        }
        return found;
    }
};

std::unique_ptr<Engine> new_engine(const rule::RuleSet& rules) {
    auto engine = Engine::create(rules, zone());
    if (!engine) {
        for (const Fault& fault : engine.error()) ADD_FAILURE() << to_text(fault);
        std::abort();
    }
    return std::move(*engine);
}

Ran live(const std::vector<ClearEvent>& events, const rule::RuleSet& rules = set()) {
    Ran run{new_engine(rules), {}};
    for (const ClearEvent& event : events) {
        run.engine->feed(event, [&](Finding finding) { run.findings.push_back(std::move(finding)); });
    }
    return run;
}

Ran reaudit(const std::vector<ClearEvent>& events, const rule::RuleSet& rules = set()) {
    Ran run{new_engine(rules), {}};
    for (const ClearEvent& event : events) run.engine->load(event);
    run.engine->judge_all([&](Finding finding) { run.findings.push_back(std::move(finding)); });
    return run;
}

// Every event makes everything be judged again, with nothing kept.
Ran live_the_slow_way(const std::vector<ClearEvent>& events) {
    Ran run{new_engine(set()), {}};
    run.engine->judge_everything();
    for (const ClearEvent& event : events) {
        run.engine->feed(event, [&](Finding finding) { run.findings.push_back(std::move(finding)); });
    }
    return run;
}

std::string words(const std::map<Key, std::string>& all, const std::map<Key, std::string>& other) {
    std::string text;
    for (const auto& [key, bytes] : all) {
        const auto found = other.find(key);
        if (found != other.end() && found->second == bytes) continue;
        text += std::get<0>(key) + " " + std::get<1>(key) + " " + std::get<2>(key) +
                (found == other.end() ? " only here; " : " differs; ");
    }
    return text;
}

void expect_same(const std::map<Key, std::string>& one, const std::map<Key, std::string>& other) {
    EXPECT_EQ(words(one, other), "");
    EXPECT_EQ(words(other, one), "");
}

std::string all_bytes(const std::vector<Finding>& findings) {
    std::string bytes;
    for (const Finding& finding : findings) bytes += finding.id + canonical(finding, true);
    return bytes;
}

ClearEvent dive(const std::string& id, const std::string& diver, Millis start_min, Millis minutes,
                Millis late_min = 0) {
    const Instant start{reef_monday.ms + start_min * minutes_ms};
    const Instant end{start.ms + minutes * minutes_ms};
    ClearEvent event = reef_event("reef.dive_logged", id, end, Instant{end.ms + late_min * minutes_ms});
    event.body.set("dive_id", cbor::Value::of_text(id));
    event.body.set("diver_id", cbor::Value::of_text(diver));
    event.body.set("reef_id", cbor::Value::of_text("R0"));
    event.body.set("club_id", cbor::Value::of_text("K0"));
    event.body.set("start", cbor::Value::of(start.ms));
    event.body.set("end", cbor::Value::of(end.ms));
    event.body.set("depth", cbor::Value::of(10000));
    event.body.set("fee", cbor::Value::of(1000));
    event.body.set("state", cbor::Value::of_text("done"));
    return event;
}

ClearEvent reef(Instant recorded) {
    ClearEvent event = reef_event("reef.reef_charted", "R0", Instant{0}, recorded);
    event.body.set("reef_id", cbor::Value::of_text("R0"));
    event.body.set("water", cbor::Value::of_text("shallow"));
    event.body.set("spot", place_value(200000000, 1100000000));
    return event;
}

TEST(engine, the_random_histories_reach_every_rule_and_every_stored_outcome) {
    std::map<std::pair<std::string, Outcome>, int> seen;
    int revisions = 0;
    int gone = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        for (const Finding& finding : live(random_events(seed, 5 + seed % 56)).findings) {
            ++seen[{finding.rule, finding.outcome}];
            revisions += finding.revision > 0 ? 1 : 0;
            gone += finding.reason == "row_gone" ? 1 : 0;
        }
    }
    EXPECT_GT(revisions, 50);
    EXPECT_GT(gone, 5);
    for (const rule::Rule& rule : set().rules) EXPECT_GT((seen[{rule.id, Outcome::hit}]), 0) << rule.id;
    EXPECT_GT((seen[{"RE-TIM-01", Outcome::exempt}]), 0);
    EXPECT_GT((seen[{"RE-LOC-01", Outcome::inconclusive}]), 0);
}

TEST(engine, a_live_run_ends_in_what_a_reaudit_finds_with_equal_counts) {
    for (std::uint64_t seed = 0; seed < seeds(300); ++seed) {
        SCOPED_TRACE(seed);
        const std::vector<ClearEvent> events = random_events(seed, 5 + seed % 56);
        const Ran first = live(events);
        const Ran again = reaudit(events);
        expect_same(first.final(), again.final());
        EXPECT_EQ(first.engine->counts(), again.engine->counts());
        EXPECT_EQ(first.engine->too_late(), 0U);
        if (testing::Test::HasFailure()) return;
    }
}

// Events come in the order given, at the times at which events came before, but all so late that none comes before it
// happened: a fix from the future is another claim.
std::vector<ClearEvent> arriving(const std::vector<ClearEvent>& events, const std::vector<std::size_t>& order) {
    constexpr Millis late = 6 * days_ms;
    std::vector<ClearEvent> arrived;
    for (std::size_t i = 0; i < events.size(); ++i) {
        ClearEvent event = events[i < order.size() ? order[i] : i];  // the ticks stay at the end
        event.seq = i + 1;
        event.recorded_at = Instant{events[i].recorded_at.ms + late};
        arrived.push_back(std::move(event));
    }
    return arrived;
}

TEST(engine, every_order_of_arrival_of_a_few_events_ends_in_the_same_findings) {
    for (std::uint64_t seed = 0; seed < seeds(12); ++seed) {
        SCOPED_TRACE(seed);
        std::vector<ClearEvent> events = random_events(1000 + seed, 30);
        std::vector<ClearEvent> few;  // the last ones: most dives, some corrections and tracks
        for (std::size_t i = events.size() - 2; i > 0 && few.size() < 5; --i) few.push_back(events[i - 1]);
        events = recorded_in_order(std::move(few));
        std::vector<std::size_t> order(events.size() - 2);
        std::iota(order.begin(), order.end(), 0U);
        const auto expected = live(arriving(events, order)).final();
        while (std::next_permutation(order.begin(), order.end())) {
            expect_same(live(arriving(events, order)).final(), expected);
            if (testing::Test::HasFailure()) return;
        }
    }
}

TEST(engine, judging_again_only_what_changed_says_at_every_event_what_judging_everything_says) {
    const std::uint64_t histories = seeds(120);
    for (std::uint64_t seed = 0; seed < histories; ++seed) {
        std::vector<ClearEvent> events = random_events(5000 + seed, 5 + seed % 56);
        if (seed % 2 == 1) {
            Random random(seed);
            std::vector<std::size_t> order(events.size() - 2);
            std::iota(order.begin(), order.end(), 0U);
            for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
            events = arriving(events, order);
        }
        const auto told = [](const Ran& run) {
            std::map<Key, std::string> all;  // every revision with the position it was said at
            for (const Finding& finding : run.findings) all[key_of(finding)] += finding.id + canonical(finding, true);
            return all;
        };
        const Ran fast = live(events);
        const Ran slow = live_the_slow_way(events);
        expect_same(told(fast), told(slow));
        EXPECT_EQ(fast.engine->counts(), slow.engine->counts());
        expect_same(fast.final(), reaudit(events).final());
        if (HasFailure()) FAIL() << "history " << seed;
    }
}

TEST(engine, shuffled_arrival_of_many_events_ends_in_the_same_findings) {
    for (std::uint64_t seed = 0; seed < seeds(50); ++seed) {
        SCOPED_TRACE(seed);
        const std::vector<ClearEvent> events = random_events(2000 + seed, 10 + seed % 50);
        const auto expected = live(arriving(events, {})).final();
        Random random(seed);
        for (int times = 0; times < 2; ++times) {
            std::vector<std::size_t> order(events.size() - 2);
            std::iota(order.begin(), order.end(), 0U);
            for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
            expect_same(live(arriving(events, order)).final(), expected);
            if (testing::Test::HasFailure()) return;
        }
    }
}

std::string fact_text(const cel::Value& value) {
    return value.is_known() ? base_text(value) : value.is_error() ? "!" : "?";
}

TEST(features, are_what_the_slow_oracle_says_at_every_position) {
    std::size_t compared = 0;
    std::size_t known = 0;
    std::map<std::string, std::set<std::string>> seen;  // values of each fact, a few of them
    for (std::uint64_t seed = 0; seed < seeds(60); ++seed) {
        SCOPED_TRACE(seed);
        const std::vector<ClearEvent> events = random_events(3000 + seed, 8 + seed % 70);
        World world(set().dictionary);
        const auto paths = Paths::compile(set(), world, zone());
        ASSERT_TRUE(paths);
        const auto compiled = Features::compile(set(), **paths);
        ASSERT_TRUE(compiled);
        Features& features = **compiled;
        std::vector<ClearEvent> taken;
        Random random(seed);
        for (const ClearEvent& event : events) {
            taken.push_back(event);
            const World::Touched touched = world.apply(event);
            features.forget(touched);
            if (touched.record != no_record && !touched.fixes) features.update(touched.record);
            // The first seeds at every position, the others here and there and at the end.
            if (seed >= 6 && taken.size() != events.size() && !random.chance(0.06)) continue;
            const NaiveOracle oracle(set(), zone(), taken);
            for (std::uint16_t f = 0; f < set().features.size(); ++f) {
                const rule::Feature& feature = set().features[f];
                const EntityIndex entity = world.entity_index(feature.entity);
                for (const RecordIndex record : world.records(entity)) {
                    const std::string& subject = world.record(record).id;
                    AsOf as_of{event.recorded_at, {}};
                    if (!world.entity(entity).time.empty()) as_of.time = oracle.time(feature.entity, subject);
                    const ClearEvent* entered = feature.from.empty() ? nullptr : oracle.entered(feature.from, subject);
                    const bool is_same_kind =
                        !feature.from.empty() && set().dictionary.event(feature.from)->subject == feature.entity;
                    if (is_same_kind && entered != nullptr) as_of.id = entered->id;
                    Reader reader(**paths, record, nullptr);
                    const FeatureRows got = features.compute(f, reader, as_of, nullptr);
                    std::vector<NaiveOracle::Row> wanted = oracle.rows(feature, subject, as_of.time, as_of.id);
                    if (wanted.empty()) wanted.emplace_back();
                    ASSERT_EQ(got.rows.size(), wanted.size())
                        << feature.name << " of " << subject << " at " << event.seq;
                    const std::vector<std::string>& facts = features.facts(f);
                    for (std::size_t row = 0; row < wanted.size(); ++row) {
                        for (std::size_t i = 0; i < facts.size(); ++i) {
                            const cel::Value value =
                                wanted[row].contains(facts[i]) ? wanted[row].at(facts[i]) : cel::Value();
                            ASSERT_EQ(fact_text(got.rows[row][i]), fact_text(value))
                                << feature.name << "." << facts[i] << " of " << subject << " row " << row << " at "
                                << event.seq;
                            ++compared;
                            known += value.is_known() ? 1 : 0;
                            std::set<std::string>& few = seen[feature.name + "." + facts[i]];
                            if (few.size() < 8) few.insert(fact_text(value));
                        }
                    }
                }
            }
        }
    }
    EXPECT_GT(known, compared / 3);
    for (const auto& [fact, values] : seen) EXPECT_FALSE(values.contains("!")) << fact << " was an error";
    if (seeds(60) < 60) return;  // a quarter of the histories does not reach every rare case
    const auto has_seen = [&](const std::string& fact, const std::string& value) {
        EXPECT_TRUE(seen[fact].contains(value)) << fact << " was never " << value;
    };
    for (const std::string feature : {"twin", "twin_of_any"}) {
        for (const std::string found : {"true", "false", "?"}) has_seen(feature + ".found", found);
        for (const std::string verdict : {"contradicted", "insufficient"}) has_seen(feature + ".verdict", verdict);
    }
    has_seen("twin_of_any.limits", "crowded");
    for (const std::string count : {"?", "0", "1"}) has_seen("moving_with.count", count);
    for (const std::string count : {"?", "0", "1", "2"}) has_seen("near_anybody.count", count);
    has_seen("moving_with.verdict", "contradicted");
    has_seen("few.", "?");
    has_seen("outside.", "?");
    for (const std::string feature : {"usual_fee", "usual_mean", "usual_length"}) {
        EXPECT_GT(seen[feature + ".z"].size(), 2U) << feature;
        EXPECT_GT(seen[feature + ".value"].size(), 3U) << feature;
    }
    EXPECT_GT(seen["usual_spread.value"].size(), 2U);
    for (const std::string fact : {"usual_of_reefs.usual", "usual_of_reefs.z", "usual_of_divers.keys"})
        EXPECT_GT(seen[fact].size(), 2U) << fact;
    for (const std::string fact : {"reef_around.", "around_fee."}) EXPECT_GT(seen[fact].size(), 3U) << fact;
    has_seen("around_diver.", "?");
    has_seen("two_devices.verdict", "contradicted");
}

TEST(engine, every_stored_finding_is_computed_again_byte_for_byte_from_the_log_up_to_its_position) {
    for (std::uint64_t seed = 0; seed < seeds(60); ++seed) {
        SCOPED_TRACE(seed);
        const std::vector<ClearEvent> events = random_events(4000 + seed, 5 + seed % 40);
        std::vector<Finding> stored = live(events).findings;
        for (Finding& finding : reaudit(events).findings) stored.push_back(std::move(finding));
        for (const Finding& finding : stored) {
            const std::unique_ptr<Engine> engine = new_engine(set());
            for (const ClearEvent& event : events) {
                if (event.seq <= finding.position) engine->load(event);
            }
            const rule::Rule& rule = *set().rule(finding.rule);
            std::optional<Finding> again;
            for (Finding& one : engine->judge_one(rule, finding.subject, finding.known_now)) {
                if (one.dedup == finding.dedup) again = std::move(one);
            }
            if (!again) again = engine->gone(rule, finding.subject, finding.dedup);
            ASSERT_TRUE(again);
            again->revision = finding.revision;
            ASSERT_EQ(finding_id(*again), finding.id)
                << finding.rule << " " << finding.subject << " " << finding.dedup << " "
                << rule::to_word(finding.outcome) << " " << finding.reason << " known_now " << finding.known_now
                << " at " << finding.position << "; again " << rule::to_word(again->outcome) << " " << again->reason;
        }
    }
}

TEST(engine, the_same_events_give_the_same_bytes_and_every_id_is_the_digest_of_its_finding) {
    for (std::uint64_t seed = 0; seed < seeds(20); ++seed) {
        SCOPED_TRACE(seed);
        const std::vector<ClearEvent> events = random_events(5000 + seed, 50);
        const Ran first = live(events);
        ASSERT_EQ(all_bytes(first.findings), all_bytes(live(events).findings));
        ASSERT_EQ(all_bytes(reaudit(events).findings), all_bytes(reaudit(events).findings));
        for (const Finding& finding : first.findings) {
            EXPECT_EQ(finding.id, finding_id(finding));
            EXPECT_LE(finding.position, events.size());
            for (const std::uint64_t seq : finding.evidence)
                EXPECT_LE(seq, finding.position) << "evidence from the future";
        }
    }
}

TEST(engine, revisions_of_a_finding_rise_one_by_one_and_never_repeat_what_was_said) {
    for (std::uint64_t seed = 0; seed < seeds(40); ++seed) {
        SCOPED_TRACE(seed);
        std::map<Key, const Finding*> last;
        const Ran run = live(random_events(6000 + seed, 50));
        for (const Finding& finding : run.findings) {
            const Finding*& before = last[key_of(finding)];
            if (before != nullptr) {
                ASSERT_EQ(finding.revision, before->revision + 1);
                ASSERT_GE(finding.position, before->position);
                ASSERT_NE(canonical(finding, false), canonical(*before, false))
                    << finding.rule << " " << finding.subject;
            }
            before = &finding;
        }
    }
}

TEST(engine, what_a_live_run_said_by_a_position_does_not_depend_on_what_came_later) {
    for (std::uint64_t seed = 0; seed < seeds(30); ++seed) {
        SCOPED_TRACE(seed);
        const std::vector<ClearEvent> events = random_events(7000 + seed, 40);
        const std::size_t half = events.size() / 2;
        const Ran whole = live(events);
        const Ran part = live({events.begin(), events.begin() + static_cast<std::ptrdiff_t>(half)});
        ASSERT_LE(part.findings.size(), whole.findings.size());
        for (std::size_t i = 0; i < part.findings.size(); ++i) ASSERT_EQ(part.findings[i].id, whole.findings[i].id);
    }
}

TEST(engine, events_sent_again_change_nothing) {
    for (std::uint64_t seed = 0; seed < seeds(10); ++seed) {
        SCOPED_TRACE(seed);
        std::vector<ClearEvent> events = random_events(8000 + seed, 40);
        const auto expected = live(events).final();
        const auto counts = live(events).engine->counts();
        std::vector<ClearEvent> twice;
        for (const ClearEvent& event : events) {
            twice.push_back(event);
            twice.push_back(event);
        }
        for (std::size_t i = 0; i < twice.size(); ++i) twice[i].seq = i + 1;
        const Ran again = live(twice);
        expect_same(again.final(), expected);
        EXPECT_EQ(again.engine->counts(), counts);
        EXPECT_EQ(again.findings.size(), live(events).findings.size());
    }
}

TEST(engine, a_value_dated_from_a_later_day_changes_nothing_before_that_day) {
    pack::Files files = reef_files();
    std::string& params = files["reef/params/p.yaml"];
    const std::string known = "{from: 2024-01-01, value: 120yuan, cite: ['D1#1']}\n";
    params.insert(params.find(known) + known.size(), "    - {from: 2025-03-05, value: 1yuan, cite: ['D1#1']}\n");
    const rule::RuleSet changed = reef_set(files);
    int before = 0;
    int after = 0;
    for (std::uint64_t seed = 0; seed < seeds(20); ++seed) {
        SCOPED_TRACE(seed);
        const std::vector<ClearEvent> events = random_events(9000 + seed, 50);
        const auto old_findings = reaudit(events).findings;
        const auto new_findings = reaudit(events, changed).findings;
        std::map<Key, std::string> old_ones;
        std::map<Key, std::string> old_digests;
        for (const Finding& finding : old_findings) {
            old_ones[key_of(finding)] = canonical(finding, false);
            old_digests[key_of(finding)] = finding.params_digest;
        }
        for (const Finding& finding : new_findings) {
            if (finding.rule != "RE-SUM-01") continue;
            const auto found = old_ones.find(key_of(finding));
            if (finding.date < "2025-03-05") {
                ASSERT_NE(found, old_ones.end());
                Finding without = finding;
                EXPECT_EQ(found->second, canonical(without, false)) << finding.subject << " " << finding.date;
                ++before;
            } else if (found == old_ones.end() || found->second != canonical(finding, false)) {
                ++after;
                if (found != old_ones.end()) {
                    EXPECT_NE(old_digests.at(key_of(finding)), finding.params_digest);
                }
            }
        }
    }
    const int histories = static_cast<int>(seeds(20));  // each shows the change at least about once
    EXPECT_GT(before, histories);
    EXPECT_GT(after, histories);
}

std::int64_t count_of(const Ran& run, const std::string& rule, Outcome outcome) {
    std::int64_t all = 0;
    for (const auto& [key, count] : run.engine->counts()) {
        if (set().rules[key.rule].id == rule && key.outcome == outcome) all += count;
    }
    return all;
}

TEST(engine, a_late_register_entry_turns_a_clear_case_into_a_hit_and_the_clear_one_was_true_when_it_was_judged) {
    std::vector<ClearEvent> events{dive("D1", "P0", 600, 60)};
    ClearEvent retired = reef_event("reef.diver_registered", "P0", Instant{0}, Instant{reef_monday.ms + 10 * days_ms});
    retired.body.set("diver_id", cbor::Value::of_text("P0"));
    retired.body.set("retired", cbor::Value::of(20149));  // 2025-03-02, the day before
    events.push_back(reef_tick(Instant{reef_monday.ms + 3 * days_ms}));
    events.push_back(retired);
    events = recorded_in_order(std::move(events));
    const Ran early = live({events.begin(), events.begin() + 2});
    EXPECT_TRUE(early.of("RE-REG-01", "D1").empty());
    EXPECT_EQ(count_of(early, "RE-REG-01", Outcome::clear), 1);
    EXPECT_EQ(count_of(live(events), "RE-REG-01", Outcome::clear), 0);
    EXPECT_EQ(count_of(live(events), "RE-REG-01", Outcome::hit), 1);
    const Ran run = live(events);
    const auto found = run.of("RE-REG-01", "D1");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0]->outcome, Outcome::hit);
    EXPECT_EQ(found[0]->revision, 1);
    EXPECT_EQ(found[0]->position, 3U);
    EXPECT_FALSE(found[0]->known_now);
}

TEST(engine, late_evidence_gives_a_new_revision_and_keeps_the_old_one) {
    std::vector<ClearEvent> events{reef(reef_monday), dive("D1", "P0", 600, 60), dive("D2", "P0", 630, 60)};
    ClearEvent corrected = reef_event("reef.dive_amended", "D1", Instant{reef_monday.ms + 15 * hours_ms},
                                      Instant{reef_monday.ms + 2 * days_ms});
    corrected.body.set("dive_id", cbor::Value::of_text("D1"));
    corrected.body.set("end", cbor::Value::of(reef_monday.ms + 635 * minutes_ms));
    events.push_back(corrected);
    const Ran run = live(recorded_in_order(events));
    const auto found = run.of("RE-TIM-01", "D2");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0]->outcome, Outcome::hit);
    EXPECT_EQ(found[0]->margin, std::to_string(15 * minutes_ms));
    EXPECT_EQ(found[0]->revision, 0);
    EXPECT_EQ(found[1]->outcome, Outcome::clear);
    EXPECT_EQ(found[1]->revision, 1);
    EXPECT_EQ(found[1]->dedup, found[0]->dedup);
    EXPECT_TRUE(run.of("RE-TIM-01", "D1").empty()) << "a pair is reported on the later of the two";
}

TEST(engine, a_pair_that_is_no_pair_any_more_is_revised_to_clear_because_its_row_is_gone) {
    std::vector<ClearEvent> events{reef(reef_monday), dive("D1", "P0", 600, 60), dive("D2", "P0", 630, 60)};
    ClearEvent corrected = reef_event("reef.dive_amended", "D1", Instant{reef_monday.ms + 15 * hours_ms},
                                      Instant{reef_monday.ms + 2 * days_ms});
    corrected.body.set("dive_id", cbor::Value::of_text("D1"));
    corrected.body.set("diver_id", cbor::Value::of_text("P1"));
    events.push_back(corrected);
    const Ran run = live(recorded_in_order(events));
    const auto found = run.of("RE-TIM-01", "D2");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0]->dedup, "D2|D1");
    EXPECT_EQ(found[1]->outcome, Outcome::clear);
    EXPECT_EQ(found[1]->reason, "row_gone");
    EXPECT_EQ(found[1]->revision, 1);
    EXPECT_EQ(run.engine->counts(), reaudit(recorded_in_order(events)).engine->counts());
}

TEST(engine, evidence_later_than_revise_is_counted_as_too_late_and_seen_only_by_the_reaudit) {
    std::vector<ClearEvent> late{reef(reef_monday), dive("D1", "P0", 600, 60), dive("D0", "P0", 570, 60, 45 * 1440)};
    const std::vector<ClearEvent> told_late = recorded_in_order(late);
    const Ran missed = live(told_late);
    EXPECT_EQ(missed.engine->too_late(), 1U);
    EXPECT_TRUE(missed.of("RE-TIM-01", "D1").empty());
    EXPECT_EQ(reaudit(told_late).of("RE-TIM-01", "D1").size(), 1U);
}

TEST(engine, a_daily_rule_is_judged_as_of_the_hour_it_names) {
    std::vector<ClearEvent> events{dive("D1", "P0", 600, 30), dive("D2", "P0", 700, 30), dive("D3", "P0", 800, 30)};
    events.push_back(reef_tick(Instant{reef_monday.ms + 24 * hours_ms + 29 * minutes_ms}));
    events.push_back(reef_tick(Instant{reef_monday.ms + 24 * hours_ms + 31 * minutes_ms}));
    events.push_back(reef_tick(Instant{reef_monday.ms + 6 * days_ms}));
    for (std::size_t i = 0; i < events.size(); ++i) events[i].seq = i + 1;
    EXPECT_TRUE(live({events.begin(), events.begin() + 4}).of("RE-DAY-01", "P0").empty());
    const Ran next_morning = live({events.begin(), events.begin() + 5});
    ASSERT_EQ(next_morning.of("RE-DAY-01", "P0").size(), 1U);
    EXPECT_EQ(next_morning.of("RE-DAY-01", "P0")[0]->position, 5U);
    const Ran a_week_on = live(events);  // three days later there is nothing recent
    ASSERT_EQ(a_week_on.of("RE-DAY-01", "P0").size(), 2U);
    EXPECT_EQ(a_week_on.of("RE-DAY-01", "P0")[1]->outcome, Outcome::clear);
}

TEST(engine, what_one_rule_looked_at_does_not_colour_the_digest_of_another) {
    const std::vector<ClearEvent> events =
        recorded_in_order({reef(reef_monday), dive("D1", "P0", 600, 60), dive("D2", "P0", 630, 60)});
    const Ran all = reaudit(events);
    for (const rule::Rule& rule : set().rules) {
        rule::RuleSet alone = set();
        std::erase_if(alone.rules, [&](const rule::Rule& other) { return other.id != rule.id; });
        for (const Finding& finding : reaudit(events, alone).findings) {
            const auto together = all.of(finding.rule, finding.subject);
            const auto same = std::find_if(together.begin(), together.end(),
                                           [&](const Finding* one) { return one->id == finding.id; });
            EXPECT_NE(same, together.end()) << rule.id << " " << finding.subject;
        }
    }
}

// Two rules of one feature, which looks at a parameter. The second is for dives that were done, row by row; the first
// is asked before it and of every dive, so that the rows are there when the second does not ask for them.
rule::RuleSet two_rules_of_one_feature() {
    pack::Files files = reef_files();
    const auto add = [&](const std::string& id, const std::string& area, const std::string& own) {
        files["reef/rules/" + area + "/" + id + ".yaml"] = "rule: " + id + R"(
title: {zh: 规则, en: Rule}
version: 1
status: live
result: suspicious
effect: hold
stage: [post]
subject: dive
on: {event: reef.dive_logged, wait: 20min}
in_force: {from: 2024-01-01}
cite: ['D1#1']
params: {}
features: {n: near_anybody}
)" + own + R"(when:
  all:
    - {id: near, zh: '{n.count}', en: '{n.count}', if: 'n.count >= 0'}
finding: {severity: '1', dedup: [dive.dive_id]}
explain: {zh: '{n.count}', en: '{n.count}'}
misses: {zh: 无, en: none}
do: {zh: 查, en: look}
)";
    };
    add("RE-AAA-01", "aaa", "");
    add("RE-AAB-01", "aab", "applies: 'dive.state == \"done\"'\neach: n\n");
    rule::RuleSet both = reef_set(files);
    std::erase_if(both.rules, [](const rule::Rule& rule) { return rule.id != "RE-AAA-01" && rule.id != "RE-AAB-01"; });
    return both;
}

TEST(engine, rows_that_another_rule_asked_for_are_no_evidence_of_a_rule_that_applies_no_more) {
    const rule::RuleSet both = two_rules_of_one_feature();
    ASSERT_EQ(both.rules.front().id, "RE-AAA-01");
    rule::RuleSet alone = both;
    alone.rules.erase(alone.rules.begin());
    const Instant begun{reef_monday.ms + 600 * minutes_ms};
    // The buddies of P0 and P1 swim together: the feature has somebody to compare with.
    std::vector<ClearEvent> events{reef(reef_monday)};
    for (const auto& [diver, buddy] : {std::pair("P0", "C0"), std::pair("P1", "C1")}) {
        ClearEvent registered = reef_event("reef.diver_registered", diver, Instant{0}, reef_monday);
        registered.body.set("diver_id", cbor::Value::of_text(diver));
        registered.body.set("buddy", cbor::Value::of_text(buddy));
        events.push_back(registered);
        events.push_back(swim_event(buddy, begun, 0, 0, Instant{begun.ms + 20 * minutes_ms}));
    }
    events.push_back(dive("D1", "P0", 600, 60));
    events.push_back(dive("D2", "P1", 601, 60));
    ClearEvent voided = reef_event("reef.dive_amended", "D2", Instant{reef_monday.ms + 15 * hours_ms},
                                   Instant{reef_monday.ms + 2 * days_ms});
    voided.body.set("dive_id", cbor::Value::of_text("D2"));
    voided.body.set("state", cbor::Value::of_text("void"));
    events.push_back(voided);
    events = recorded_in_order(std::move(events));
    const Ran together = live(events, both), by_itself = live(events, alone);
    const auto seen = together.of("RE-AAB-01", "D2"), expected = by_itself.of("RE-AAB-01", "D2");
    ASSERT_EQ(seen.size(), 2U);
    ASSERT_EQ(expected.size(), 2U);
    EXPECT_EQ(seen[0]->outcome, Outcome::hit);
    EXPECT_EQ(seen[1]->outcome, Outcome::not_applicable);
    EXPECT_LT(seen[1]->evidence.size(), seen[0]->evidence.size());
    EXPECT_EQ(seen[1]->evidence, expected[1]->evidence);
    EXPECT_EQ(seen[1]->params_digest, expected[1]->params_digest);
    EXPECT_EQ(canonical(*seen[1], true), canonical(*expected[1], true));
}

}  // namespace
}  // namespace ningyi::engine
