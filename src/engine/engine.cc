// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "engine/body_value.h"
#include "trust/sha256.h"

namespace ningyi::engine {
namespace {

using cel::Kind;
using cel::Value;

constexpr Millis revise_by_default = 30 * days_ms;

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

// Judges one subject by a list of rules. Features and paths are read once for all of them.
class Engine::Judge final : public rule::Facts, public Reads {
public:
    Judge(Engine& engine, Features& features, RecordIndex record, bool live)
        : engine_(engine),
          features_(features),
          record_(record),
          live_(live),
          reader_(*engine.paths_, record, live ? this : nullptr) {
        feature_rows_.resize(engine.set_->features.size());
    }

    // All judgements of a rule: one, or one a row of its `each` feature.
    std::vector<Judged> run(const CompiledRule& rule) {
        begin(rule);
        std::vector<Judged> all;
        std::size_t rows = 1;
        if (rule.each != no_index && applies(rule))
            rows = std::max<std::size_t>(1, rows_of(rule.features[rule.each]).rows.size());
        for (row_ = 0; row_ < rows; ++row_) {
            used_.clear();
            if (rule.each != no_index && rows_are_known(rule.features[rule.each])) use(rule.features[rule.each]);
            Judged one;
            one.judgement = rule::judge(*engine_.set_, *rule.rule, *this, *engine_.zone_);
            for (std::size_t i = 0; i < rule.dedup.size(); ++i) {
                if (i > 0) one.dedup += '|';
                one.dedup += base_text(value(rule.dedup[i], 0));
            }
            const auto same = std::count_if(all.begin(), all.end(), [&](const Judged& other) {
                return other.dedup.substr(0, other.dedup.rfind('#')) == one.dedup;
            });
            if (same > 0) one.dedup += "#" + std::to_string(same + 1);
            one.used = used_;
            all.push_back(std::move(one));
        }
        return all;
    }

    // What every finding of the rule on this subject says. `row_` is not asked.
    Finding frame(const CompiledRule& rule) {
        const rule::Rule& r = *rule.rule;
        Finding f;
        f.rule = r.id;
        f.version = r.version;
        f.rule_digest = r.digest;
        f.subject_entity = r.subject;
        f.subject = engine_.world_->record(record_).id;
        f.result = r.result;
        f.effect = r.effect;
        f.date = date_text();
        f.agency = reader_.agency();
        f.position = engine_.position_;
        return f;
    }

    // The subject's own day as text, "" when it has none.
    std::string date_text() {
        if (engine_.paths_->common(reader_.entity()).date.is_none()) return "";
        const Value date = reader_.date();
        return date.kind() == Kind::date ? to_text(Date{static_cast<std::int32_t>(date.number())}) : "";
    }
    std::string agency() { return reader_.agency(); }

    Finding finding(const CompiledRule& rule, const Judged& judged, std::size_t row, bool known_now) {
        begin(rule);
        row_ = row;
        used_ = judged.used;
        const rule::Judgement& j = judged.judgement;
        const World& world = *engine_.world_;
        Finding f = frame(rule);
        f.dedup = judged.dedup;
        f.outcome = j.outcome;
        f.reason = j.reason;
        f.missing = j.missing;
        f.entry = j.entry;
        f.clauses = j.clauses;
        f.doubts = j.doubts;
        f.exceptions = j.exceptions;
        f.band = j.band;
        f.severity = j.outcome == Outcome::hit ? j.severity : 0;
        if (!j.effect.empty()) f.effect = j.effect;
        f.values.reserve(j.values.size());
        for (const auto& [path, value] : j.values) {
            if (value.kind() == Kind::place || value.kind() == Kind::fix) continue;
            UsedValue used;
            used.path = path;
            used.absent = !value.is_known();
            if (value.is_known()) {
                used.type = kind_word(value.kind());
                used.text = base_text(value);
            }
            f.values.push_back(std::move(used));
        }
        std::sort(f.values.begin(), f.values.end(),
                  [](const UsedValue& a, const UsedValue& b) { return a.path < b.path; });
        if (j.outcome == Outcome::hit) {
            if (j.margin.is_known()) f.margin = base_text(j.margin), f.margin_type = kind_word(j.margin.kind());
            if (j.payable.is_known()) f.payable = base_text(j.payable), f.payable_type = kind_word(j.payable.kind());
        }
        if (j.at_risk.kind() == Kind::money) f.at_risk_fen = j.at_risk.number();
        for (const Source& source : rule.group) f.group += (f.group.empty() ? "" : "|") + base_text(value(source, 0));
        std::string params = j.params_digest;
        std::vector<std::uint64_t> seqs;
        std::sort(used_.begin(), used_.end());
        for (const std::uint16_t feature : used_) {
            const FeatureRows& rows = *feature_rows_[feature];
            params += rows.params;
            seqs.insert(seqs.end(), rows.evidence.begin(), rows.evidence.end());
            const bool is_each = rule.each != no_index && rule.features[rule.each] == feature;
            const std::size_t looked_at = is_each ? row : 0;
            if (looked_at >= rows.row_evidence.size()) continue;
            seqs.insert(seqs.end(), rows.row_evidence[looked_at].begin(), rows.row_evidence[looked_at].end());
        }
        f.params_digest = to_hex(trust::sha256(params));
        if (rule.trigger != no_index) {
            if (const Change* entered = world.entered(record_, rule.trigger)) seqs.push_back(entered->seq);
        }
        for (const CompiledRule::Evidence& evidence : rule.evidence) add_evidence(evidence, seqs);
        std::sort(seqs.begin(), seqs.end());
        seqs.erase(std::unique(seqs.begin(), seqs.end()), seqs.end());
        if (!seqs.empty() && seqs.front() == 0) seqs.erase(seqs.begin());
        f.evidence = std::move(seqs);
        f.known_now = known_now;
        return f;
    }

    // rule::Facts
    Value read(std::uint16_t slot) override { return value(rule_->slots[slot], slot); }
    Value others(std::uint16_t slot, const Value& id) override {
        const Source& source = rule_->slots[slot];
        if (source.kind != Source::Kind::others || id.kind() != Kind::string) return Value::absent(slot);
        if (live_) record(source.entity, id.text());
        const RecordIndex other = engine_.world_->find(source.entity, id.text());
        if (other == no_record) return Value::absent(slot);
        const Value value =
            Reader::as_of(*engine_.paths_, other, reader_.time_for(source.entity), live_ ? this : nullptr)
                .read(source.path);
        return value.is_known() ? value : Value::absent(slot);
    }
    Value date() override { return reader_.date(); }
    Value scope(const std::string& key) override { return reader_.scope(key); }

    // Reads
    void record(EntityIndex entity, std::string_view id) override {
        engine_.depend(record_, dependency('r', entity, id));
    }
    void carrier(std::string_view id, Instant from, Instant to) override {
        engine_.depend_on_track(record_, id, from, to);
    }
    void index(std::uint16_t index, std::string_view key) override {
        engine_.depend(record_, dependency('i', index, key));
    }

private:
    // As of when the rule looks at the subject: its own time and place among its like; for a kind without a time that
    // of the event that asked, and for `every` the last time it named.
    void begin(const CompiledRule& rule) {
        rule_ = &rule;
        row_ = 0;
        AsOf as_of;
        const Change* asked = rule.trigger == no_index ? nullptr : engine_.world_->entered(record_, rule.trigger);
        const bool has_time = !engine_.paths_->common(reader_.entity()).time.is_none();
        own_time_ = rule.trigger != no_index && has_time;
        if (own_time_) {
            as_of.time = reader_.time();
        } else if (asked != nullptr) {
            as_of = {asked->at, asked->id};
        } else if (rule.trigger == no_index) {
            as_of.time = engine_.scheduled(rule);
        }
        if (as_of != as_of_) std::fill(feature_rows_.begin(), feature_rows_.end(), std::nullopt);
        as_of_ = as_of;
        reader_.judged_on(as_of.time ? std::optional(engine_.zone_->date(*as_of.time)) : std::nullopt);
    }

    void use(std::uint16_t feature) {
        if (std::find(used_.begin(), used_.end(), feature) == used_.end()) used_.push_back(feature);
    }
    bool rows_are_known(std::uint16_t feature) const { return feature_rows_[feature].has_value(); }

    bool applies(const CompiledRule& rule) {
        if (rule.rule->applies.is_empty()) return true;
        // Rows are only worth computing when the rule may apply; judge() asks again and decides.
        class Only final : public cel::Host {
        public:
            explicit Only(Judge& judge) : judge_(judge) {}
            Value read(std::uint16_t slot) override { return judge_.read(slot); }
            Value look_up(std::uint16_t slot, std::span<const Value>) override { return Value::absent(slot); }
            Value contains(std::uint16_t slot, std::span<const Value>) override { return Value::absent(slot); }

        private:
            Judge& judge_;
        } host(*this);
        return !rule.rule->applies.evaluate(host, *engine_.zone_).is_false();
    }

    const FeatureRows& rows_of(std::uint16_t feature) {
        use(feature);
        if (!feature_rows_[feature]) {
            AsOf as_of = as_of_;
            if (own_time_) {
                const rule::Feature& declared = engine_.set_->features[feature];
                const EventIndex from = declared.from.empty() ? no_index : engine_.world_->event_index(declared.from);
                const Change* entered = from == no_index ? nullptr : engine_.world_->entered(record_, from);
                if (entered != nullptr) as_of.id = entered->id;
            }
            feature_rows_[feature] = features_.compute(feature, reader_, as_of, live_ ? this : nullptr);
        }
        return *feature_rows_[feature];
    }

    Value value(const Source& source, std::uint16_t slot) {
        Value value;
        if (source.kind == Source::Kind::path) value = reader_.read(source.path);
        if (source.kind == Source::Kind::feature) {
            const FeatureRows& rows = rows_of(rule_->features[source.alias]);
            const std::size_t row = source.alias == rule_->each ? std::min(row_, rows.rows.size() - 1) : 0;
            value = rows.rows[row][source.fact];
        }
        return value.is_absent() ? Value::absent(slot) : value;
    }

    void add_evidence(const CompiledRule::Evidence& evidence, std::vector<std::uint64_t>& seqs) {
        const auto add_track = [&](Reader& reader) {
            const ReadTrack* track = reader.track(evidence.path);
            if (track != nullptr) seqs.insert(seqs.end(), track->seqs.begin(), track->seqs.end());
        };
        if (evidence.others == no_index) {
            if (evidence.track) {
                add_track(reader_);
            } else {
                seqs.push_back(reader_.seq(evidence.path));
            }
            return;
        }
        const Value id = value(evidence.id, 0);
        if (id.kind() != Kind::string) return;
        const RecordIndex other = engine_.world_->find(evidence.others, id.text());
        if (other == no_record) return;
        Reader reader = Reader::as_of(*engine_.paths_, other, reader_.time_for(evidence.others), nullptr);
        if (evidence.track) {
            add_track(reader);
        } else {
            seqs.push_back(reader.seq(evidence.path));
        }
    }

    Engine& engine_;
    Features& features_;
    RecordIndex record_;
    bool live_;
    Reader reader_;
    AsOf as_of_;
    bool own_time_ = false;            // as_of_ is the subject's own time
    std::vector<std::uint16_t> used_;  // features the present row looked at
    const CompiledRule* rule_ = nullptr;
    std::size_t row_ = 0;
    std::vector<std::optional<FeatureRows>> feature_rows_;
};

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

    const World& world = *engine->world_;
    Faults faults;
    for (std::size_t i = 0; i < set.rules.size(); ++i) {
        const rule::Rule& rule = set.rules[i];
        CompiledRule compiled;
        compiled.rule = &rule;
        compiled.number = static_cast<std::uint16_t>(i);
        compiled.subject = world.entity_index(rule.subject);
        const auto complain = [&](std::string zh, std::string en) {
            faults.push_back({.file = rule.file, .code = "E506", .zh = std::move(zh), .en = std::move(en)});
        };
        if (compiled.subject == no_index) {
            complain(format("没有实体 {}", rule.subject), format("no entity {}", rule.subject));
            continue;
        }
        const std::string own = rule.subject + ".";
        const auto source_of = [&](std::string_view path) {
            Source source;
            const std::size_t dot = path.find('.');
            const std::string_view head = path.substr(0, dot);
            const std::string_view tail = dot == std::string_view::npos ? "" : path.substr(dot + 1);
            for (std::size_t alias = 0; alias < rule.features.size(); ++alias) {
                if (rule.features[alias].first != head) continue;
                const std::uint16_t feature = engine->features_->index_of(rule.features[alias].second);
                if (feature == no_index) return source;
                const std::vector<std::string>& facts = engine->features_->facts(feature);
                const auto fact = std::find(facts.begin(), facts.end(), tail);
                if (fact == facts.end()) return source;
                source.kind = Source::Kind::feature;
                source.alias = static_cast<std::uint16_t>(alias);
                source.fact = static_cast<std::uint16_t>(fact - facts.begin());
                return source;
            }
            if (head == "others") {
                const std::size_t second = tail.find('.');
                source.entity = world.entity_index(tail.substr(0, second));
                if (source.entity == no_index || second == std::string_view::npos) return source;
                source.field = world.field_index(source.entity, tail.substr(second + 1));
                if (source.field == no_index) return source;
                source.kind = Source::Kind::others;
                source.path = engine->paths_->find(source.entity, tail.substr(second + 1)).value_or(Path{});
                return source;
            }
            const bool is_own = path.substr(0, own.size()) == own;
            if (const auto found = engine->paths_->find(compiled.subject, is_own ? path.substr(own.size()) : path)) {
                source.kind = Source::Kind::path;
                source.path = *found;
            }
            return source;
        };
        for (std::uint16_t slot = 0; slot < rule.names.slots(); ++slot) {
            compiled.slots.push_back(source_of(rule.names.path(slot)));
        }
        compiled.revise = 0;
        for (std::size_t alias = 0; alias < rule.features.size(); ++alias) {
            const std::uint16_t feature = engine->features_->index_of(rule.features[alias].second);
            if (feature == no_index) {
                complain(format("没有特征 {}", rule.features[alias].second),
                         format("no feature {}", rule.features[alias].second));
            }
            compiled.features.push_back(feature);
            if (rule.features[alias].first == rule.each) compiled.each = static_cast<std::uint16_t>(alias);
            if (feature != no_index) compiled.revise = std::max(compiled.revise, set.features[feature].revise);
        }
        if (compiled.revise == 0) compiled.revise = revise_by_default;
        for (const std::string& path : rule.dedup) compiled.dedup.push_back(source_of(path));
        for (const std::string& path : rule.group) compiled.group.push_back(source_of(path));
        for (const std::string& path : rule.evidence) {
            CompiledRule::Evidence evidence;
            EntityIndex entity = compiled.subject;
            std::string name = path.substr(0, own.size()) == own ? path.substr(own.size()) : path;
            if (path.substr(0, 7) == "others.") {
                const std::size_t open = path.find('(');
                const std::size_t close = path.find(").");
                if (open == std::string::npos || close == std::string::npos) continue;
                entity = world.entity_index(path.substr(7, open - 7));
                if (entity == no_index) continue;
                evidence.others = entity;
                evidence.id = source_of(path.substr(open + 1, close - open - 1));
                name = path.substr(close + 2);
            }
            const auto found = engine->paths_->find(entity, name);
            if (!found) continue;  // a fact of a feature: its own evidence is added anyway
            evidence.path = *found;
            evidence.track = found->kind == Path::Kind::track;
            compiled.evidence.push_back(evidence);
        }
        if (rule.on.kind == rule::Trigger::Kind::due) {
            complain("暂不支持按到期时间触发（on: due）", "a trigger of the kind `due` is not supported yet");
        } else if (rule.on.kind == rule::Trigger::Kind::event) {
            compiled.trigger = world.event_index(rule.on.event);
            if (compiled.trigger == no_index) {
                complain(format("没有事件 {}", rule.on.event), format("no event {}", rule.on.event));
            }
            engine->by_trigger_[compiled.trigger].push_back(compiled.number);
        } else {
            engine->scheduled_.push_back(compiled.number);
        }
        engine->rules_.push_back(std::move(compiled));
    }
    if (!faults.empty()) return failure(std::move(faults));
    return engine;
}

void Engine::depend(RecordIndex subject, std::uint64_t on) {
    if (subjects_[subject].dependencies.insert(on).second) dependants_[on].push_back(subject);
}

void Engine::depend_on_track(RecordIndex subject, std::string_view carrier, Instant from, Instant to) {
    const std::uint64_t on = dependency('t', 0, carrier);
    std::uint64_t span = dependency('s', static_cast<std::uint64_t>(from.ms), carrier);
    span = dependency('s', span ^ static_cast<std::uint64_t>(to.ms), carrier);
    if (subjects_[subject].dependencies.insert(span).second) track_dependants_[on].push_back({subject, from, to});
}

Instant Engine::scheduled(const CompiledRule& rule) const {
    const rule::Trigger& on = rule.rule->on;
    const auto first_day = [&](Date day) {
        return on.every == "month" ? Date{day.days - (calendar_of(day).day - 1)} : day;
    };
    const Date day = first_day(zone_->date(last_recorded_));
    const Instant at{zone_->midnight(day).ms + on.at};
    if (at <= last_recorded_) return at;
    return Instant{zone_->midnight(first_day(Date{day.days - 1})).ms + on.at};
}

World::Touched Engine::take_in(const ClearEvent& event) {
    position_ = std::max(position_, event.seq);
    if (event.recorded_at > now_) now_ = event.recorded_at;
    if (event.recorded_at > last_recorded_) last_recorded_ = event.recorded_at;
    const World::Touched touched = world_->apply(event);
    moved_.clear();
    features_->forget(touched);
    if (touched.record != no_record && !touched.fixes) moved_ = features_->update(touched.record);
    return touched;
}

void Engine::load(const ClearEvent& event) {
    take_in(event);
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
    const World::Touched touched = take_in(event);
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
        if (is_first) rules_[rule].last = scheduled(rules_[rule]);  // before the log began there was nothing to judge
    }
    judge_scheduled(sink);
}

void Engine::judge_scheduled(const Sink& sink) {
    for (const std::uint16_t rule : scheduled_) {
        const Instant at = scheduled(rules_[rule]);
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
        const auto within = [&](RecordIndex subject) {
            if (reach == 0) return true;
            Reader reader(*paths_, subject, nullptr);
            if (!reader.time()) return true;
            const auto near = [&](Instant time) {
                return reader.time()->ms >= time.ms && reader.time()->ms - time.ms <= reach;
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
        if (!rules.empty()) judge(record, rules, false, sink);
    }
    if (is_late) ++too_late_;
}

void Engine::judge(RecordIndex record, const std::vector<std::uint16_t>& rules, bool known_now, const Sink& sink) {
    settle_all(record, rules, findings_of(record, rules, known_now, *features_), sink);
}

std::vector<std::vector<Finding>> Engine::findings_of(RecordIndex record, const std::vector<std::uint16_t>& rules,
                                                      bool known_now, Features& features) {
    Judge judge(*this, features, record, !known_now);
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

void Engine::settle_all(RecordIndex record, const std::vector<std::uint16_t>& rules,
                        std::vector<std::vector<Finding>> findings, const Sink& sink) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const std::uint16_t number = rules[i];
        Subject& subject = subjects_[record];
        const auto asked = std::find_if(subject.asked.begin(), subject.asked.end(),
                                        [&](const Asked& one) { return one.rule == number; });
        if (asked == subject.asked.end()) {
            subject.asked.push_back({number, last_recorded_, true});
        } else {
            asked->judged = true;
        }
        settle(record, number, std::move(findings[i]), sink);
    }
}

void Engine::settle(RecordIndex record, std::uint16_t rule, std::vector<Finding> findings, const Sink& sink) {
    Subject& subject = subjects_[record];
    const auto uncount = [&](const Current& current) {
        const auto found = counts_.find(current.counted);
        if (found != counts_.end() && --found->second == 0) counts_.erase(found);
    };
    const bool is_again = std::any_of(subject.current.begin(), subject.current.end(),
                                      [&](const Current& current) { return current.rule == rule; });
    // Rows that are not there any more: what was stored of them is revised to clear, the rest is forgotten.
    for (Current& current : subject.current) {
        if (current.rule != rule) continue;
        const bool still =
            std::any_of(findings.begin(), findings.end(), [&](const Finding& f) { return f.dedup == current.dedup; });
        if (still || current.counted.rule == no_index) continue;
        uncount(current);
        current.outcome = Outcome::clear;
        if (current.stored) {
            Finding finding = gone(rules_[rule], record, current.dedup);
            finding.revision = ++current.revision;
            current.content = trust::sha256(canonical(finding, false));
            finding.id = finding_id(finding);
            sink(std::move(finding));
        }
        current.counted.rule = no_index;  // counted no more
    }
    for (Finding& finding : findings) {
        auto current = std::find_if(subject.current.begin(), subject.current.end(),
                                    [&](const Current& c) { return c.rule == rule && c.dedup == finding.dedup; });
        const bool light = finding.rule.empty();
        const std::string content = light ? std::string() : trust::sha256(canonical(finding, false));
        const CountKey counted{rule, finding.date, finding.agency, finding.outcome};
        if (current == subject.current.end()) {
            subject.current.push_back({.rule = rule,
                                       .dedup = finding.dedup,
                                       .content = content,
                                       .outcome = finding.outcome,
                                       .revision = is_again ? 1 : 0,
                                       .stored = !light,
                                       .counted = counted});
            ++counts_[counted];
            if (light) continue;
            finding.revision = is_again ? 1 : 0;  // a new row revises what was said without it
        } else {
            if (current->counted != counted) {
                uncount(*current);
                ++counts_[counted];
                current->counted = counted;
            }
            current->outcome = finding.outcome;
            if (light && !current->stored) continue;
            if (current->content == content) continue;
            ++current->revision;
            current->stored = true;
            current->content = content;
            finding.revision = current->revision;
        }
        finding.id = finding_id(finding);
        sink(std::move(finding));
    }
}

void Engine::judge_all(const Sink& sink, const std::function<void(std::size_t, std::size_t)>& progress,
                       std::size_t parts, const Together& together) {
    // Subjects are taken entity by entity, so that everything of one subject is read once for all its rules.
    struct Task {
        RecordIndex record = no_record;
        std::vector<std::uint16_t> rules;
        std::vector<std::vector<Finding>> findings;
    };
    std::vector<Task> tasks;
    std::map<EntityIndex, std::vector<std::uint16_t>> by_entity;
    for (const CompiledRule& rule : rules_) by_entity[rule.subject].push_back(rule.number);
    for (const auto& [entity, rules] : by_entity) {
        for (const RecordIndex record : world_->records(entity)) {
            Task task;
            for (const std::uint16_t rule : rules) {
                if (rules_[rule].trigger == no_index || world_->entered(record, rules_[rule].trigger) != nullptr)
                    task.rules.push_back(rule);
            }
            if (task.rules.empty()) continue;
            task.record = record;
            tasks.push_back(std::move(task));
        }
    }
    features_->prepare();
    if (!together) parts = 1;
    std::vector<std::unique_ptr<Features>> beside(parts);
    for (std::size_t part = 1; part < parts; ++part) beside[part] = features_->beside();
    // A stretch is judged in parts and then settled in order: what is told does not depend on who was done first.
    const std::size_t stretch = parts * 128;
    for (std::size_t from = 0; from < tasks.size(); from += stretch) {
        const std::size_t to = std::min(from + stretch, tasks.size());
        const auto work = [&](std::size_t part) {
            Features& features = part == 0 ? *features_ : *beside[part];
            const std::size_t each = (to - from + parts - 1) / parts;
            for (std::size_t i = std::min(to, from + part * each); i < std::min(to, from + (part + 1) * each); ++i)
                tasks[i].findings = findings_of(tasks[i].record, tasks[i].rules, true, features);
        };
        if (parts == 1) {
            work(0);
        } else {
            together(parts, work);
        }
        for (std::size_t i = from; i < to; ++i) {
            const bool was_known = subjects_.contains(tasks[i].record);
            settle_all(tasks[i].record, tasks[i].rules, std::move(tasks[i].findings), sink);
            // Judged once, so there is nothing to revise later: a million outcomes need not be remembered.
            if (!was_known) subjects_.erase(tasks[i].record);
        }
        if (progress) progress(to, tasks.size());
    }
    if (progress) progress(tasks.size(), tasks.size());
}

std::vector<Finding> Engine::judge_one(const rule::Rule& rule, std::string_view subject, bool known_now) {
    std::vector<Finding> findings;
    for (const CompiledRule& compiled : rules_) {
        if (compiled.rule->id != rule.id) continue;
        const RecordIndex record = world_->find(compiled.subject, subject);
        if (record == no_record) return findings;
        Judge judge(*this, *features_, record, false);
        const std::vector<Judged> judged = judge.run(compiled);
        for (std::size_t row = 0; row < judged.size(); ++row) {
            findings.push_back(judge.finding(compiled, judged[row], row, known_now));
        }
    }
    return findings;
}

Finding Engine::gone(const CompiledRule& rule, RecordIndex record, std::string_view dedup) {
    Judge judge(*this, *features_, record, false);
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
        Judge judge(*this, *features_, record, false);
        return judge.run(compiled);
    }
    return {};
}

}  // namespace ningyi::engine
