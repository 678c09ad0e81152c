// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

#include <algorithm>

namespace ningyi::engine {
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
    engine->mixed_.resize(engine->features_->outlooks().size());
    for (const CompiledRule& one : engine->rules_) {
        for (const CompiledRule& other : engine->rules_) {
            if (one.subject != other.subject) continue;
            const bool has_time = !engine->paths_->common(one.subject).time.is_none();
            const bool both_at_own_time = has_time && one.trigger != no_index && other.trigger != no_index;
            const bool is_same_hour = one.trigger == other.trigger && one.rule->on.every == other.rule->on.every &&
                                      one.rule->on.at == other.rule->on.at;
            if (both_at_own_time || is_same_hour) continue;
            for (const std::uint16_t feature : one.features) {
                if (std::find(other.features.begin(), other.features.end(), feature) != other.features.end())
                    engine->mixed_[feature] = true;
            }
        }
    }
    for (const model::Entity& entity : set.dictionary.entities) {
        auto& names = engine->field_names_.emplace_back();
        for (std::size_t i = 0; i < entity.fields.size(); ++i)
            names.emplace(entity.fields[i].name, static_cast<FieldIndex>(i));
    }
    for (const CompiledRule& rule : engine->rules_) {
        if (rule.trigger == no_index) {
            engine->scheduled_.push_back(rule.number);
        } else {
            engine->by_trigger_[rule.trigger].push_back(rule.number);
        }
    }
    return engine;
}

Said Engine::said_by(const ClearEvent& event) const {
    Said said;
    said.type = world_->event_index(event.type);
    if (said.type == no_index) return said;
    said.entity = world_->entity_index(set_->dictionary.events[said.type].subject);
    if (said.entity == no_index) return said;
    const auto& names = field_names_[said.entity];
    for (const auto& [name, value] : event.body.pairs) {
        if (const auto field = names.find(name); field != names.end()) said.fields.push_back(field->second);
    }
    return said;
}

World::Touched Engine::take_in(const ClearEvent& event, const Said* said) {
    position_ = std::max(position_, event.seq);
    if (event.recorded_at > now_) now_ = event.recorded_at;
    if (event.recorded_at > last_recorded_) last_recorded_ = event.recorded_at;
    const World::Touched touched = world_->apply(event);
    moved_.clear();
    features_->forget(touched, said);
    if (touched.record == no_record || touched.fixes) return touched;
    if (said != nullptr) {
        moved_ = features_->update(touched.record, said);
    } else {
        features_->update_later(touched.record);
    }
    return touched;
}

void Engine::load(const ClearEvent& event) {
    take_in(event, nullptr);
}

void Engine::judge_due(const Sink& sink) {
    const Due due = due_.top();
    std::vector<std::uint16_t> rules;
    while (!due_.empty() && due_.top().at == due.at && due_.top().record == due.record) {
        rules.push_back(due_.top().rule);
        due_.pop();
    }
    judge(due.record, rules, sink);
}

void Engine::feed(const ClearEvent& event, const Sink& sink) {
    // What was due before this event was recorded is judged with what was known before it.
    if (event.recorded_at > now_) now_ = event.recorded_at;
    while (!due_.empty() && due_.top().at < event.recorded_at) judge_due(sink);
    const bool is_first = position_ == 0;
    News news;
    news.said = said_by(event);
    news.recorded_at = event.recorded_at;
    const World::Touched touched = news.touched = take_in(event, &news.said);
    const EventIndex type = news.said.type;
    news.neighbours = features_->refresh();
    news.changes = features_->refresh_measures();
    if (touched.record != no_record) judge_touched(std::move(news), sink);
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
    while (!due_.empty() && due_.top().at <= now_) judge_due(sink);
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
        for (const RecordIndex record : records) judge(record, {rule}, sink);
    }
}

void Engine::judge(RecordIndex record, const std::vector<std::uint16_t>& rules, const Sink& sink) {
    if (watch_ != nullptr) watch_->begins(*this, record, false);
    if (is_everything_judged_) {
        settle_all(record, rules, findings_of(record, rules, false, *features_), sink);
    } else {
        Keeping keeping(record, *features_, dependants_, kept_of(record));
        JudgeSubject judge(standing(), *features_, record, &keeping, &keeping);
        settle_all(record, rules, findings_of(judge, record, rules, false), sink);
    }
    if (watch_ != nullptr) watch_->ends(rules.size());
}

std::vector<std::vector<Finding>> Engine::findings_of(RecordIndex record, const std::vector<std::uint16_t>& rules,
                                                      bool known_now, Features& features) {
    JudgeSubject judge(standing(), features, record, nullptr);
    return findings_of(judge, record, rules, known_now);
}

std::vector<std::vector<Finding>> Engine::findings_of(JudgeSubject& judge, RecordIndex record,
                                                      const std::vector<std::uint16_t>& rules, bool known_now) {
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
