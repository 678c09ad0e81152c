// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

#include <algorithm>

#include "trust/sha256.h"

namespace ningyi::engine {
namespace {

// FNV-1a over the parts of a dependency; only ever compared for "may have changed", so a collision costs a judgement,
// never a wrong finding.
std::uint64_t dependency(char what, std::uint64_t number, std::string_view text) {
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    const auto mix = [&](unsigned char byte) { hash = (hash ^ byte) * 0x100000001B3ULL; };
    mix(static_cast<unsigned char>(what));
    for (unsigned i = 0; i < 64; i += 8) mix(static_cast<unsigned char>(number >> i));
    for (const char c : text) mix(static_cast<unsigned char>(c));
    return hash;
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::create(const rule::RuleSet& set, const Zone& zone) {
    auto engine = std::make_unique<Engine>();
    engine->set_ = &set;
    engine->zone_ = &zone;
    engine->world_ = std::make_unique<World>(set.dictionary);
    auto paths = Paths::compile(set, *engine->world_, zone);
    if (!paths) return failure(std::move(paths.error()));
    engine->paths_ = std::move(*paths);
    auto features = Features::compile(set, *engine->paths_);
    if (!features) return failure(std::move(features.error()));
    engine->features_ = std::move(*features);
    auto rules = compile_rules(set, *engine->paths_, *engine->features_);
    if (!rules) return failure(std::move(rules.error()));
    engine->rules_ = std::move(*rules);
    for (const CompiledRule& rule : engine->rules_) {
        if (rule.trigger == no_index) {
            engine->scheduled_.push_back(rule.number);
        } else {
            engine->by_trigger_[rule.trigger].push_back(rule.number);
        }
    }
    return engine;
}

// Notes what the judgement of a subject hangs on.
class Engine::Dependencies final : public Reads {
public:
    Dependencies(Engine& engine, RecordIndex subject) : engine_(engine), subject_(subject) {}
    void record(EntityIndex entity, std::string_view id) override {
        engine_.depend(subject_, dependency('r', entity, id));
    }
    void carrier(std::string_view id, Instant from, Instant to) override {
        engine_.depend_on_track(subject_, id, from, to);
    }
    void index(std::uint16_t index, std::string_view key) override {
        engine_.depend(subject_, dependency('i', index, key));
    }

private:
    Engine& engine_;
    RecordIndex subject_;
};

void Engine::depend(RecordIndex subject, std::uint64_t on) {
    if (subjects_[subject].dependencies.insert(on).second) dependants_[on].push_back(subject);
}

void Engine::depend_on_track(RecordIndex subject, std::string_view carrier, Instant from, Instant to) {
    const std::uint64_t on = dependency('t', 0, carrier);
    std::uint64_t span = dependency('s', static_cast<std::uint64_t>(from.ms), carrier);
    span = dependency('s', span ^ static_cast<std::uint64_t>(to.ms), carrier);
    if (subjects_[subject].dependencies.insert(span).second) track_dependants_[on].push_back({subject, from, to});
}

World::Touched Engine::take_in(const ClearEvent& event, bool at_once) {
    position_ = std::max(position_, event.seq);
    if (event.recorded_at > now_) now_ = event.recorded_at;
    if (event.recorded_at > last_recorded_) last_recorded_ = event.recorded_at;
    const World::Touched touched = world_->apply(event);
    moved_.clear();
    features_->forget(touched);
    if (touched.record == no_record || touched.fixes) return touched;
    if (at_once) {
        moved_ = features_->update(touched.record);
    } else {
        features_->update_later(touched.record);
    }
    return touched;
}

void Engine::load(const ClearEvent& event) {
    take_in(event, false);
}

void Engine::feed(const ClearEvent& event, const Sink& sink) {
    // What was due before this event was recorded is judged with what was known before it.
    if (event.recorded_at > now_) now_ = event.recorded_at;
    while (!due_.empty() && due_.top().at < event.recorded_at) {
        const Due due = due_.top();
        due_.pop();
        judge(due.record, {due.rule}, false, sink);
    }
    const bool is_first = position_ == 0;
    const World::Touched touched = take_in(event, true);
    const std::vector<RecordIndex> neighbours = features_->refresh();
    if (touched.record != no_record) judge_touched(touched, neighbours, event, sink);
    const EventIndex type = world_->event_index(event.type);
    const auto triggered = by_trigger_.find(type);
    if (type != no_index && triggered != by_trigger_.end() && touched.record != no_record && !touched.fixes) {
        Subject& subject = subjects_[touched.record];
        for (const std::uint16_t rule : triggered->second) {
            const bool is_asked = std::any_of(subject.asked.begin(), subject.asked.end(),
                                              [&](const Asked& asked) { return asked.rule == rule; });
            if (is_asked) continue;
            subject.asked.push_back({rule, event.recorded_at, false});
            due_.push({Instant{event.recorded_at.ms + rules_[rule].rule->on.wait}, orders_++, touched.record, rule});
        }
    }
    while (!due_.empty() && due_.top().at <= now_) {
        const Due due = due_.top();
        due_.pop();
        judge(due.record, {due.rule}, false, sink);
    }
    for (const std::uint16_t rule : scheduled_) {
        if (is_first)
            rules_[rule].last = scheduled(rules_[rule].rule->on, last_recorded_,
                                          *zone_);  // before the log began there was nothing to judge
    }
    judge_scheduled(sink);
}

void Engine::judge_scheduled(const Sink& sink) {
    for (const std::uint16_t rule : scheduled_) {
        const Instant at = scheduled(rules_[rule].rule->on, last_recorded_, *zone_);
        if (at <= rules_[rule].last) continue;
        rules_[rule].last = at;
        const std::vector<RecordIndex> records = world_->records(rules_[rule].subject);
        for (const RecordIndex record : records) judge(record, {rule}, false, sink);
    }
}

void Engine::judge_touched(const World::Touched& touched, const std::vector<RecordIndex>& neighbours,
                           const ClearEvent& event, const Sink& sink) {
    std::set<RecordIndex> again;
    for (const RecordIndex record : neighbours) {
        if (subjects_.contains(record)) again.insert(record);
    }
    const auto look = [&](std::uint64_t on, const std::function<bool(RecordIndex)>& reached) {
        const auto found = dependants_.find(on);
        if (found == dependants_.end()) return;
        for (const RecordIndex subject : found->second) {
            if (reached(subject)) again.insert(subject);
        }
    };
    const auto always = [](RecordIndex) { return true; };
    if (touched.fixes) {
        const auto found = track_dependants_.find(dependency('t', 0, world_->record(touched.record).id));
        if (found != track_dependants_.end()) {
            for (const TrackRead& read : found->second) {
                if (read.from <= touched.last && touched.first <= read.to) again.insert(read.subject);
            }
        }
    } else {
        look(dependency('r', touched.entity, world_->record(touched.record).id), always);
    }
    for (const Features::Moved& moved : moved_) {
        const Millis reach = features_->reach(moved.index);
        const Millis ahead = features_->ahead(moved.index);
        const auto within = [&](RecordIndex subject) {
            if (reach == 0) return true;
            Reader reader(*paths_, subject, nullptr);
            if (!reader.time()) return true;
            const auto near = [&](Instant time) {
                return reader.time()->ms >= time.ms - ahead && reader.time()->ms - time.ms <= reach;
            };
            return near(moved.old_time) || near(moved.new_time);
        };
        if (!moved.old_key.empty()) look(dependency('i', moved.index, moved.old_key), within);
        if (!moved.new_key.empty() && moved.new_key != moved.old_key) {
            look(dependency('i', moved.index, moved.new_key), within);
        }
    }
    bool is_late = false;
    for (const RecordIndex record : again) {
        std::vector<std::uint16_t> rules;
        for (const Asked& asked : subjects_[record].asked) {
            if (!asked.judged) continue;
            const CompiledRule& rule = rules_[asked.rule];
            if (rule.trigger != no_index && event.recorded_at.ms - asked.triggered.ms > rule.revise) {
                is_late = true;
            } else {
                rules.push_back(asked.rule);
            }
        }
        if (!rules.empty()) judge(record, rules, true, sink);
    }
    if (is_late) ++too_late_;
}

void Engine::judge(RecordIndex record, const std::vector<std::uint16_t>& rules, bool again, const Sink& sink) {
    if (watch_ != nullptr) watch_->begins(*this, record, rules.size(), again);
    settle_all(record, rules, findings_of(record, rules, false, *features_), sink);
    if (watch_ != nullptr) watch_->ends();
}

std::vector<std::vector<Finding>> Engine::findings_of(RecordIndex record, const std::vector<std::uint16_t>& rules,
                                                      bool known_now, Features& features) {
    Dependencies dependencies(*this, record);
    JudgeSubject judge(standing(), features, record, known_now ? nullptr : &dependencies);
    std::vector<std::vector<Finding>> all;
    for (const std::uint16_t number : rules) {
        const CompiledRule& rule = rules_[number];
        std::vector<Finding>& findings = all.emplace_back();
        const std::vector<Judged> judged = judge.run(rule);
        for (std::size_t row = 0; row < judged.size(); ++row) {
            const Outcome outcome = judged[row].judgement.outcome;
            if (outcome == Outcome::clear || outcome == Outcome::not_applicable) {
                Finding light;  // counted, not stored: only what counting and revising needs
                light.dedup = judged[row].dedup;
                light.outcome = outcome;
                light.date = judge.date_text();
                light.agency = judge.agency();
                const auto was_stored = [&](const Current& c) {
                    return c.rule == number && c.dedup == light.dedup && c.stored;
                };
                const auto known = subjects_.find(record);
                if (known != subjects_.end() &&
                    std::any_of(known->second.current.begin(), known->second.current.end(), was_stored))
                    light = judge.finding(rule, judged[row], row, known_now);
                findings.push_back(std::move(light));
            } else {
                findings.push_back(judge.finding(rule, judged[row], row, known_now));
            }
        }
    }
    return all;
}

std::vector<Finding> Engine::judge_one(const rule::Rule& rule, std::string_view subject, bool known_now) {
    std::vector<Finding> findings;
    for (const CompiledRule& compiled : rules_) {
        if (compiled.rule->id != rule.id) continue;
        const RecordIndex record = world_->find(compiled.subject, subject);
        if (record == no_record) return findings;
        JudgeSubject judge(standing(), *features_, record, nullptr);
        const std::vector<Judged> judged = judge.run(compiled);
        for (std::size_t row = 0; row < judged.size(); ++row) {
            findings.push_back(judge.finding(compiled, judged[row], row, known_now));
        }
    }
    return findings;
}

Finding Engine::gone(const CompiledRule& rule, RecordIndex record, std::string_view dedup) {
    JudgeSubject judge(standing(), *features_, record, nullptr);
    Finding finding = judge.frame(rule);
    finding.dedup = dedup;
    finding.outcome = Outcome::clear;
    finding.reason = "row_gone";
    if (rule.trigger != no_index) {
        if (const Change* entered = world_->entered(record, rule.trigger)) finding.evidence.push_back(entered->seq);
    }
    return finding;
}

std::optional<Finding> Engine::gone(const rule::Rule& rule, std::string_view subject, std::string_view dedup) {
    for (const CompiledRule& compiled : rules_) {
        if (compiled.rule->id != rule.id) continue;
        const RecordIndex record = world_->find(compiled.subject, subject);
        if (record != no_record) return gone(compiled, record, dedup);
    }
    return std::nullopt;
}

std::vector<Engine::Judged> Engine::explain(const rule::Rule& rule, std::string_view subject) {
    for (const CompiledRule& compiled : rules_) {
        if (compiled.rule->id != rule.id) continue;
        const RecordIndex record = world_->find(compiled.subject, subject);
        if (record == no_record) return {};
        JudgeSubject judge(standing(), *features_, record, nullptr);
        return judge.run(compiled, rule::Detail::clear_too);
    }
    return {};
}

}  // namespace ningyi::engine
