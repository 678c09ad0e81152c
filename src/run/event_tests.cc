// SPDX-License-Identifier: Apache-2.0
#include "run/event_tests.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "engine/engine.h"
#include "engine/replay.h"
#include "rule/expectation.h"
#include "run/scenario.h"
#include "trust/sha256.h"

namespace ningyi::run {
namespace {

// Between two events of a `reorder`: longer than any rule waits, so that each is judged before the next arrives.
constexpr Millis apart = 2 * days_ms;

class Story {
public:
    Story(const rule::RuleSet& set, std::vector<std::string>& problems) : set_(set), problems_(problems) {}

    std::vector<engine::ClearEvent> events(const yaml::Node& test) {
        std::vector<engine::ClearEvent> events;
        if (const yaml::Node* registers = test.find("registers")) {
            for (const auto& [entity, records] : registers->pairs) {
                for (const auto& [id, fields] : records.pairs) add_register(events, entity.text, id.text, fields);
            }
        }
        const std::size_t told_from = events.size();
        if (const yaml::Node* told = test.find("events")) {
            for (const yaml::Node& one : told->items) add_event(events, one);
        }
        if (const yaml::Node* order = test.find("reorder")) reorder(events, told_from, *order);
        std::stable_sort(events.begin(), events.end(),
                         [](const auto& a, const auto& b) { return a.recorded_at < b.recorded_at; });
        if (!events.empty()) events.push_back(tick(0, Instant{events.back().recorded_at.ms + 2 * days_ms}));
        for (std::size_t i = 0; i < events.size(); ++i) events[i].seq = i + 1;
        return events;
    }

private:
    void add_fields(engine::ClearEvent& event, const model::Entity& entity, const yaml::Node& fields) {
        for (const auto& [name, value] : fields.pairs) {
            const model::Field* field = entity.field(name.text);
            if (field == nullptr) {
                problems_.push_back(
                    format("{} 没有字段 {} | {} has no field {}", entity.name, name.text, entity.name, name.text));
                continue;
            }
            auto encoded = body_value(*field, value.text, std::nullopt);
            if (!encoded) {
                for (const Fault& fault : encoded.error()) problems_.push_back(to_text(fault));
                continue;
            }
            event.body.set(name.text, std::move(*encoded));
        }
    }

    // A register is told by the events that may carry its fields, as if it had always been so.
    void add_register(std::vector<engine::ClearEvent>& events, const std::string& entity_name, const std::string& id,
                      const yaml::Node& fields) {
        const model::Entity* entity = set_.dictionary.entity(entity_name);
        if (entity == nullptr) {
            problems_.push_back(format("没有实体 {} | no entity {}", entity_name, entity_name));
            return;
        }
        std::map<const model::EventType*, yaml::Node> by_event;
        for (const auto& [name, value] : fields.pairs) {
            const model::EventType* carrier = nullptr;
            for (const model::EventType& type : set_.dictionary.events) {
                const bool carries = std::find(type.body.begin(), type.body.end(), name.text) != type.body.end();
                if (type.subject == entity_name && carries && carrier == nullptr) carrier = &type;
            }
            if (carrier == nullptr) {
                problems_.push_back(format("没有事件带字段 {}.{} | no event carries {}.{}", entity_name, name.text,
                                           entity_name, name.text));
                continue;
            }
            yaml::Node& node = by_event[carrier];
            node.kind = yaml::Node::Kind::map;
            node.pairs.push_back({name, value});
        }
        for (const auto& [type, node] : by_event) {
            engine::ClearEvent event = start(*type, id, Instant{0}, events.size());
            add_fields(event, *entity, node);
            events.push_back(std::move(event));
        }
    }

    void add_event(std::vector<engine::ClearEvent>& events, const yaml::Node& one) {
        std::optional<Instant> at;
        if (const yaml::Node* written = one.find("at")) at = parse_instant(written->text);
        if (!at) {
            problems_.push_back("事件缺少 at（带时区的时间） | an event lacks `at`, a time with its offset");
            return;
        }
        for (const auto& [name, fields] : one.pairs) {
            if (name.text == "at") continue;
            const model::EventType* type = set_.dictionary.event(name.text);
            if (type == nullptr) {
                problems_.push_back(format("没有事件 {} | no event {}", name.text, name.text));
                continue;
            }
            const model::Entity& entity = *set_.dictionary.entity(type->subject);
            const yaml::Node* key = fields.find(entity.key);
            engine::ClearEvent event = start(*type, key == nullptr ? "?" : key->text, *at, events.size());
            add_fields(event, entity, fields);
            events.push_back(std::move(event));
        }
    }

    static engine::ClearEvent start(const model::EventType& type, const std::string& subject, Instant at,
                                    std::size_t number) {
        engine::ClearEvent event;
        event.type = type.name;
        event.subject = subject;
        event.happened_at = at;
        event.recorded_at = at;
        event.body = cbor::Value::map();
        event.id = Id::from_bytes(trust::sha256(format("{} {} {}", type.name, subject, number)));
        return event;
    }

    void reorder(std::vector<engine::ClearEvent>& events, std::size_t from, const yaml::Node& order) {
        Instant at{0};
        for (const engine::ClearEvent& event : events) at = std::max(at, event.recorded_at);
        for (const yaml::Node& subject : order.items) {
            at.ms += apart;
            for (std::size_t i = from; i < events.size(); ++i) {
                if (events[i].subject == subject.text) events[i].recorded_at = at;
            }
        }
    }

    const rule::RuleSet& set_;
    std::vector<std::string>& problems_;
};

}  // namespace

rule::EventResult run_event_test(const rule::RuleSet& set, const rule::Rule& rule, const yaml::Node& test,
                                 const Zone& zone) {
    rule::EventResult result;
    std::vector<std::string>& problems = result.problems;
    const std::vector<engine::ClearEvent> events = Story(set, problems).events(test);
    auto engine = engine::Engine::create(set, zone);
    if (!engine) {
        for (const Fault& fault : engine.error()) problems.push_back(to_text(fault));
        return result;
    }
    std::vector<engine::Finding> findings;
    for (const engine::ClearEvent& event : events) {
        (*engine)->feed(event, [&](engine::Finding finding) {
            if (finding.rule == rule.id) findings.push_back(std::move(finding));
        });
    }
    const yaml::Node* expected = test.find("expect");
    if (expected == nullptr) {
        problems.emplace_back("缺少 expect | `expect` is missing");
        return result;
    }
    for (const auto& [subject, wanted] : expected->pairs) {
        yaml::Node rest = wanted;
        std::erase_if(rest.pairs, [](const auto& pair) { return pair.key.text == "revised"; });
        if (const yaml::Node* revised = wanted.find("revised")) {
            int revision = 0;
            for (const engine::Finding& finding : findings) {
                if (finding.subject == subject.text) revision = std::max(revision, finding.revision);
            }
            if (revised->text != std::to_string(revision)) {
                problems.push_back(format("{}: 修订次数应为 {}，实为 {} | revised: expected {}, got {}", subject.text,
                                          revised->text, revision, revised->text, revision));
            }
        }
        // With `each` there is a judgement a row: one of them has to be the expected one.
        std::vector<std::string> least;
        bool agreed = false;
        const auto judged = (*engine)->explain(rule, subject.text);
        for (const auto& one : judged) {
            result.judgements.push_back(one.judgement);
            engine::Finding named;
            named.subject = subject.text;
            named.subject_entity = rule.subject;
            const auto differing =
                rule::differences(set, rule, rest, one.judgement, zone,
                                  [&](const std::string& entity) { return engine::id_of(**engine, named, entity); });
            agreed = agreed || differing.empty();
            if (least.empty() || differing.size() < least.size()) least = differing;
        }
        if (judged.empty()) least = {"没有这个对象 | no such subject"};
        if (agreed) continue;
        for (const std::string& difference : least) problems.push_back(subject.text + ": " + difference);
    }
    return result;
}

}  // namespace ningyi::run
