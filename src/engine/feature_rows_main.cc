// SPDX-License-Identifier: Apache-2.0
// engine_feature_rows: for comparing features with outside oracles. Each line of standard input is one question in
// JSON: files of a pack, events, and how windows differ from those of rules; the answer is one line with the value of
// every feature for every record, as the engine computes them. Exits 2 when a question cannot be read.
//   {"files": {"p/pack.yaml": "…"}, "events": [{"id": "32 hex digits", "type": "p.logged", "subject": "1", "at": 0,
//    "body": {"amount": 3}}], "windows": {"sum_of_all": {"counts_itself": true, "last": 2000, "rows": 3}},
//    "then": true}
// With `then` each record is told with what was known when it came; else with all that is known in the end.
#include <cstdio>
#include <iostream>

#include "base/json.h"
#include "base/json_in.h"
#include "base/text.h"
#include "engine/engine.h"
#include "pack/pack.h"

namespace ningyi::engine {
namespace {

class Unreadable : public std::exception {
public:
    explicit Unreadable(std::string what) : what_(std::move(what)) {}
    const char* what() const noexcept override { return what_.c_str(); }

private:
    std::string what_;
};

const JsonValue& member(const JsonValue& object, std::string_view name, JsonValue::Kind kind) {
    const JsonValue* found = object.find(name);
    if (found == nullptr || !found->is(kind)) throw Unreadable("missing or of another kind: " + std::string(name));
    return *found;
}

ClearEvent read_event(const JsonValue& from) {
    ClearEvent event;
    const auto id = Id::from_hex(member(from, "id", JsonValue::Kind::text).text);
    if (!id) throw Unreadable("an id is no 32 hex digits");
    event.id = *id;
    event.type = member(from, "type", JsonValue::Kind::text).text;
    event.subject = member(from, "subject", JsonValue::Kind::text).text;
    event.happened_at = Instant{member(from, "at", JsonValue::Kind::integer).integer};
    event.body = cbor::Value::map();
    for (const auto& [name, value] : member(from, "body", JsonValue::Kind::object).members) {
        if (value.is(JsonValue::Kind::text)) event.body.set(name, cbor::Value::of_text(value.text));
        if (value.is(JsonValue::Kind::integer)) event.body.set(name, cbor::Value::of(value.integer));
    }
    return event;
}

// What no pack can say: an outside oracle counts the record judged, leaves ties out, or bounds a span twice.
void change_window(rule::Feature& feature, const JsonValue& how) {
    for (const auto& [name, value] : how.members) {
        if (name == "counts_itself") feature.counts_itself = value.boolean;
        if (name == "without_ties") feature.without_ties = value.boolean;
        if (name == "last") feature.span_last = value.integer;
        if (name == "rows") feature.span_rows = value.integer;
        if (name == "max") feature.span_max = value.integer;
        if (name == "reach") feature.reach = value.integer;
    }
}

rule::RuleSet read_set(const JsonValue& question) {
    pack::Files files;
    for (const auto& [path, text] : member(question, "files", JsonValue::Kind::object).members) files[path] = text.text;
    pack::Loaded loaded = pack::load(files, pack::measure_shapes());
    if (!loaded.faults.empty()) throw Unreadable(to_text(loaded.faults.front()));
    if (const JsonValue* windows = question.find("windows")) {
        for (const auto& [name, how] : windows->members) {
            for (rule::Feature& feature : loaded.set.features) {
                if (feature.name == name) change_window(feature, how);
            }
        }
    }
    return std::move(loaded.set);
}

void write(JsonWriter& json, const cel::Value& value) {
    switch (value.kind()) {
        case cel::Kind::absent: json.null(); break;
        case cel::Kind::string: json.value(value.text()); break;
        case cel::Kind::timestamp:
        case cel::Kind::duration: json.value(value.ms()); break;
        case cel::Kind::error: json.value("error: " + value.text()); break;
        default: json.value(value.number());
    }
}

// One feature of one record, one object of facts a row.
std::string rows_of(const rule::RuleSet& set, Engine& engine, std::uint16_t f, RecordIndex record) {
    const World& world = engine.world();
    Features& features = engine.features();
    Reader reader(engine.paths(), record, nullptr);
    const Change* entered = world.entered(record, world.event_index(set.features[f].from));
    const AsOf as_of{.time = reader.time(), .id = entered == nullptr ? Id{} : entered->id};
    JsonWriter json;
    json.begin_array();
    for (const std::vector<cel::Value>& row : features.compute(f, reader, as_of, nullptr).rows) {
        json.begin_object();
        for (std::size_t i = 0; i < row.size(); ++i) {
            json.key(features.facts(f)[i]);
            write(json, row[i]);
        }
        json.end_object();
    }
    return json.end_array().take();
}

using Told = std::map<RecordIndex, std::string>;  // what a feature said of a record once

// Every feature of every record as things stand now, or as `told` says.
std::string features_of(const rule::RuleSet& set, Engine& engine, const std::vector<Told>* told = nullptr) {
    JsonWriter json;
    json.begin_object();
    const World& world = engine.world();
    for (std::uint16_t f = 0; f < set.features.size(); ++f) {
        json.key(set.features[f].name).begin_object();
        for (const RecordIndex record : world.records(world.entity_index(set.features[f].entity))) {
            json.key(world.record(record).id);
            json.raw(told == nullptr ? rows_of(set, engine, f, record) : (*told)[f].at(record));
        }
        json.end_object();
    }
    return json.end_object().take();
}

// Each record with what was known when it was last spoken of (known then).
std::string told_then(const rule::RuleSet& set, const std::vector<ClearEvent>& events, const Zone& zone) {
    auto engine = Engine::create(set, zone);
    if (!engine) throw Unreadable(to_text(engine.error().front()));
    std::vector<Told> told(set.features.size());
    for (const ClearEvent& event : events) {
        (*engine)->feed(event, [](const Finding&) {});
        const World& world = (*engine)->world();
        for (std::uint16_t f = 0; f < set.features.size(); ++f) {
            for (const RecordIndex record : world.records(world.entity_index(set.features[f].entity))) {
                if (world.record(record).id == event.subject) told[f][record] = rows_of(set, **engine, f, record);
            }
        }
    }
    return features_of(set, **engine, &told);
}

// Told one by one and all at once: both must say the same.
std::string answer(const JsonValue& question) {
    static const Zone zone = Zone::china();
    const rule::RuleSet set = read_set(question);
    std::vector<ClearEvent> events;
    for (const JsonValue& one : member(question, "events", JsonValue::Kind::list).list) {
        events.push_back(read_event(one));
        events.back().seq = events.size();
        events.back().recorded_at = Instant{static_cast<std::int64_t>(events.size())};
    }
    const JsonValue* then = question.find("then");
    if (then != nullptr && then->boolean) return told_then(set, events, zone);
    std::string said;
    for (const bool live : {false, true}) {
        auto engine = Engine::create(set, zone);
        if (!engine) throw Unreadable(to_text(engine.error().front()));
        for (const ClearEvent& event : events) {
            if (!live) {
                (*engine)->load(event);
                continue;
            }
            (*engine)->feed(event, [](const Finding&) {});
            if (event.seq % 16 == 0) features_of(set, **engine);  // what is kept from here must not show later
        }
        std::string now = features_of(set, **engine);
        if (live && now != said) throw Unreadable("live and at once differ: " + now + " and " + said);
        said = std::move(now);
    }
    return said;
}

}  // namespace
}  // namespace ningyi::engine

int main() {
    std::string line;
    while (std::getline(std::cin, line)) {
        const auto question = ningyi::read_json(line, {.bytes = std::size_t{16} << 20U});
        if (!question) {
            std::fprintf(stderr, "%s\n", to_text(question.error().front()).c_str());
            return 2;
        }
        try {
            std::printf("%s\n", ningyi::engine::answer(*question).c_str());
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
            return 2;
        }
    }
    return 0;
}
