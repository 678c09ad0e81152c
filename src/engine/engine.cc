// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

#include <algorithm>
#include <numeric>

namespace ningyi::engine {
namespace {

// A rule that waits as long is prepared in the last quarter of its wait: nearly everything it looks at is there by
// then, and is computed while nobody waits for the judgement.
constexpr Millis least_wait = 4 * minutes_ms;

// Fewer rules are judged faster one by one than by the program of all of them.
constexpr std::ptrdiff_t least_for_batch = 4;

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
    engine->batches_ = batches_of(engine->rules_, engine->standing(), *engine->features_);
    engine->places_.resize(engine->rules_.size());
    for (std::size_t batch = 0; batch < engine->batches_.size(); ++batch) {
        const std::vector<const CompiledRule*>& of_batch = engine->batches_[batch].rules();
        for (std::size_t rule = 0; rule < of_batch.size(); ++rule)
            engine->places_[of_batch[rule]->number] = {batch, rule};
    }
    engine->mixed_.resize(engine->features_->outlooks().size());
    for (const CompiledRule& one : engine->rules_) {
        for (const CompiledRule& other : engine->rules_) {
            if (one.subject != other.subject) continue;
            if (stand_at_the_same_time(one, other, *engine->paths_)) continue;
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
        Millis longest = 0;
        for (const std::uint16_t rule : triggered->second) {
            const bool is_asked = std::any_of(subject.asked.begin(), subject.asked.end(),
                                              [&](const Asked& asked) { return asked.rule == rule; });
            if (is_asked) continue;
            subject.asked.push_back({rule, event.recorded_at, false});
            const Millis wait = rules_[rule].rule->on.wait;
            due_.push({Instant{event.recorded_at.ms + wait}, orders_++, touched.record, rule});
            if (wait < least_wait || wait == longest || is_everything_judged_) continue;
            longest = wait;
            ahead_.push({Instant{event.recorded_at.ms + wait - wait / 4}, orders_, touched.record, no_index});
        }
    }
    while (!due_.empty() && due_.top().at <= now_) judge_due(sink);
    for (; !ahead_.empty() && ahead_.top().at <= now_; ahead_.pop()) prepare(ahead_.top().record);
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

void Engine::prepare(RecordIndex record) {
    const auto known = subjects_.find(record);
    if (known == subjects_.end()) return;
    std::vector<std::vector<std::uint8_t>> asked(batches_.size());
    for (const Asked& one : known->second.asked) {
        if (one.judged) continue;
        const Place& place = places_[one.rule];
        asked[place.batch].resize(batches_[place.batch].rules().size());
        asked[place.batch][place.rule] = 1;
    }
    Keeping keeping(record, *features_, dependants_, kept_of(record));
    JudgeSubject judge(standing(), *features_, record, &keeping, &keeping);
    for (std::size_t batch = 0; batch < batches_.size(); ++batch) {
        if (!asked[batch].empty()) batches_[batch].decide(judge, asked[batch]);
    }
}

void Engine::judge(RecordIndex record, const std::vector<std::uint16_t>& rules, const Sink& sink) {
    if (watch_ != nullptr) watch_->begins(*this, record, false);
    if (is_everything_judged_) {
        settle_all(record, rules, findings_of(record, rules, false, *features_, nullptr), sink);
    } else {
        Keeping keeping(record, *features_, dependants_, kept_of(record));
        JudgeSubject judge(standing(), *features_, record, &keeping, &keeping);
        settle_all(record, rules, findings_of(judge, record, rules, false, &batches_), sink);
    }
    if (watch_ != nullptr) watch_->ends(rules.size());
}

std::vector<std::vector<Finding>> Engine::findings_of(RecordIndex record, const std::vector<std::uint16_t>& rules,
                                                      bool known_now, Features& features,
                                                      std::vector<RuleBatch>* batches) {
    JudgeSubject judge(standing(), features, record, nullptr);
    return findings_of(judge, record, rules, known_now, batches);
}

std::vector<Finding> Engine::findings_of(JudgeSubject& judge, const Subject* subject, const CompiledRule& rule,
                                         const std::vector<Outcome>& outcomes, bool known_now,
                                         std::optional<Counted>& counted) {
    std::vector<Finding> findings;
    const auto was_stored = [&](const std::string* dedup) {
        return subject != nullptr &&
               std::any_of(subject->current.begin(), subject->current.end(), [&](const Current& current) {
                   return current.rule == rule.number && current.stored &&
                          (dedup == nullptr || current.dedup == *dedup);
               });
    };
    const auto is_light = [](Outcome outcome) {
        return outcome == Outcome::clear || outcome == Outcome::not_applicable;
    };
    const auto add_light = [&](std::string dedup, Outcome outcome) {
        Finding& light = findings.emplace_back();  // counted, not stored: only what counting and revising needs
        light.dedup = std::move(dedup);
        light.outcome = outcome;
        if (!counted) counted = Counted{judge.date_text(), judge.agency()};
        light.date = counted->date;
        light.agency = counted->agency;
    };
    if (!outcomes.empty() && std::all_of(outcomes.begin(), outcomes.end(), is_light) && !was_stored(nullptr)) {
        std::vector<std::string> keys = judge.keys(rule, outcomes.size());
        for (std::size_t row = 0; row < keys.size(); ++row) add_light(std::move(keys[row]), outcomes[row]);
        return findings;
    }
    const std::vector<Judged> judged = judge.run(rule);
    for (std::size_t row = 0; row < judged.size(); ++row) {
        const Outcome outcome = judged[row].judgement.outcome;
        if (is_light(outcome) && !was_stored(&judged[row].dedup)) {
            add_light(judged[row].dedup, outcome);
        } else {
            findings.push_back(judge.finding(rule, judged[row], row, known_now));
        }
    }
    return findings;
}

std::vector<std::vector<Finding>> Engine::findings_of(JudgeSubject& judge, RecordIndex record,
                                                      const std::vector<std::uint16_t>& rules, bool known_now,
                                                      std::vector<RuleBatch>* batches) {
    const auto known = subjects_.find(record);
    const Subject* subject = known == subjects_.end() ? nullptr : &known->second;
    std::vector<std::vector<Finding>> all(rules.size());
    std::vector<std::size_t> left(rules.size());
    std::iota(left.begin(), left.end(), std::size_t{0});
    while (!left.empty()) {
        const std::size_t number = places_[rules[left.front()]].batch;
        const auto rest = std::stable_partition(left.begin(), left.end(),
                                                [&](std::size_t i) { return places_[rules[i]].batch == number; });
        const bool is_batch = batches != nullptr && rest - left.begin() >= least_for_batch;
        RuleBatch* const batch = is_batch ? &(*batches)[number] : nullptr;
        if (is_batch) {
            std::vector<std::uint8_t> asked(batch->rules().size());
            std::for_each(left.begin(), rest, [&](std::size_t i) { asked[places_[rules[i]].rule] = 1; });
            batch->decide(judge, asked);
        }
        std::optional<Counted> counted;
        std::for_each(left.begin(), rest, [&](std::size_t i) {
            all[i] = findings_of(judge, subject, rules_[rules[i]],
                                 is_batch ? batch->outcomes_of(places_[rules[i]].rule) : std::vector<Outcome>(),
                                 known_now, counted);
        });
        left.erase(left.begin(), rest);
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
