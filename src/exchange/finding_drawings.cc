// SPDX-License-Identifier: Apache-2.0
#include "exchange/finding_drawings.h"

#include <algorithm>

#include "base/quantity.h"
#include "base/text.h"
#include "engine/body_value.h"
#include "engine/fact_value.h"
#include "exchange/html.h"
#include "exchange/plan_drawing.h"
#include "exchange/stay_drawing.h"
#include "exchange/words.h"
#include "rule/fact_words.h"
#include "rule/value_words.h"
#include "track/compare/replay.h"
#include "track/measure.h"

namespace ningyi::exchange {
namespace {

using cel::Kind;
using cel::Value;
using engine::RecordIndex;
using track::ArgumentKind;

// Longer tracks are compared by their measures in full and drawn by their beginning.
constexpr Millis longest_drawn = 2 * days_ms;

const track::ParameterDefinition* parameter(const track::MeasureDefinition& measure, std::string_view name) {
    for (const track::ParameterDefinition& one : measure.parameters) {
        if (one.name == name) return &one;
    }
    return nullptr;
}

const rule::Binding* binding(const std::vector<rule::Binding>& all, std::string_view name) {
    for (const rule::Binding& one : all) {
        if (one.name == name) return &one;
    }
    return nullptr;
}

bool compares_two(const track::MeasureDefinition& measure) {
    const auto* other = parameter(measure, "other");
    return other != nullptr && other->kind == ArgumentKind::track;
}

std::int64_t amount(const Value& value) {
    return value.kind() == Kind::duration ? value.ms() : value.number();
}

void cut_to(std::vector<track::Fix>& fixes, const std::optional<Interval>& span) {
    if (span) std::erase_if(fixes, [&](const track::Fix& fix) { return fix.at < span->from || fix.at > span->to; });
    if (fixes.empty()) return;
    const Millis last = fixes.front().at.ms + longest_drawn;
    std::erase_if(fixes, [&](const track::Fix& fix) { return fix.at.ms > last; });
}

}  // namespace

FindingDrawings::FindingDrawings(const AuditInput& input)
    : input_(input), page_(input.page), world_(input.engine.world()) {
    subject_ = world_.entity_index(page_.subject);
    from_ = path_of(subject_, page_.from);
    to_ = path_of(subject_, page_.to);
    place_ = path_of(subject_, page_.place);
    for (const AuditMark& mark : page_.marks)
        marks_.emplace_back(path_of(subject_, mark.fix), path_of(subject_, mark.at));
}

engine::Path FindingDrawings::path_of(engine::EntityIndex entity, const std::string& text) const {
    if (text.empty() || entity == engine::no_index) return {};
    return input_.engine.paths().find(entity, text).value_or(engine::Path{});
}

std::string FindingDrawings::of(const FindingRow& row) {
    if (row.record == engine::no_record || row.rule == nullptr) return {};
    std::string pairs, more;
    for (const auto& [alias, name] : row.rule->features) {
        const rule::Feature* feature = input_.set.feature(name);
        if (feature == nullptr || feature->fn.empty()) continue;
        const track::MeasureDefinition* measure = track::find_measure(feature->fn);
        if (measure == nullptr) continue;
        if (compares_two(*measure))
            pairs += pair_drawings(row, *feature, alias);
        else
            more += measure_drawing(row, *feature, alias);
    }
    return (pairs.empty() ? own_drawings(row) : pairs) + more;
}

Trace FindingDrawings::trace_of(RecordIndex record, std::string& carrier) const {
    engine::Reader reader(input_.engine.paths(), record, nullptr);
    Trace trace;
    trace.name = world_.record(record).id;
    if (world_.record(record).entity != subject_) return trace;
    const auto read = [&](const engine::Path& path) { return path.is_none() ? Value() : reader.read(path); };
    const Value from = read(from_), to = read(to_), place = read(place_);
    if (from.kind() == Kind::timestamp && to.kind() == Kind::timestamp && to.ms() >= from.ms())
        trace.claimed = Interval{Instant{from.ms()}, Instant{to.ms()}};
    if (place.kind() == Kind::place) trace.place = geo::Place{place.place().first, place.place().second};
    for (std::size_t i = 0; i < marks_.size(); ++i) {
        DrawnMark mark;
        mark.label = page_.marks[i].label;
        const Value fix = read(marks_[i].first), at = read(marks_[i].second);
        if (fix.kind() == Kind::fix) mark.place = geo::Place{fix.fix().lat_e7, fix.fix().lon_e7};
        if (at.kind() == Kind::timestamp) mark.at = Instant{at.ms()};
        trace.marks.push_back(mark);
    }
    const model::Field* field = page_.track.empty() ? nullptr : world_.entity(subject_).field(page_.track);
    if (field == nullptr) return trace;
    const auto owner = input_.engine.paths().find(subject_, field->track_of);
    const Value id = owner ? reader.read(*owner) : Value();
    if (id.kind() != Kind::string) return trace;
    carrier = id.text();
    if (trace.claimed) trace.fixes = fixes_of(carrier, *trace.claimed, *field);
    return trace;
}

std::vector<track::Fix> FindingDrawings::fixes_of(const std::string& carrier, Interval span,
                                                  const model::Field& field) const {
    // A claim of days is an error of its own; its first day is enough to look at.
    const Millis to = std::min(span.to.ms, span.from.ms + days_ms);
    return world_.fixes(carrier, Instant{span.from.ms - field.track_lead}, Instant{to + field.track_tail});
}

double FindingDrawings::radius_of(const FindingRow& row) const {
    for (const std::string& name : page_.radii) {
        for (const auto& [local, param] : row.rule->params) {
            if (param != name) continue;
            const Value value = stored_value(row.finding, local);
            if (value.kind() == Kind::length) return static_cast<double>(value.number()) / 1000;
        }
    }
    const Value value =
        page_.radii.empty() ? Value() : argument(page_.radii.back(), row.record, engine::no_record, row);
    return value.kind() == Kind::length ? static_cast<double>(value.number()) / 1000 : 0;
}

cel::Value FindingDrawings::argument(const std::string& text, RecordIndex a, RecordIndex b,
                                     const FindingRow& row) const {
    if (text.starts_with("a.") || text.starts_with("b.")) {
        const RecordIndex record = text[0] == 'a' ? a : b;
        if (record == engine::no_record) return {};
        const engine::Path path = path_of(world_.record(record).entity, text.substr(2));
        if (path.is_none()) return {};
        engine::Reader reader(input_.engine.paths(), record, nullptr);
        return reader.read(path);
    }
    if (const rule::Param* param = input_.set.param(text)) {
        const auto day = parse_date(row.finding.date);
        if (!day || param->by_scope.empty()) return {};
        const rule::ParamValue* value = rule::in_force(*param, param->by_scope.front(), *day);
        return value == nullptr ? Value() : value->value;
    }
    const auto literal = parse_quantity(text);
    if (!literal) return {};
    switch (literal->dimension) {
        case Dimension::length: return Value::of(Kind::length, literal->amount);
        case Dimension::duration: return Value::of_duration_ms(literal->amount);
        case Dimension::ratio: return Value::of(Kind::ratio, literal->amount);
        default: return {};
    }
}

std::vector<track::Fix> FindingDrawings::track_argument(const std::string& text, RecordIndex a, RecordIndex b) const {
    const RecordIndex record = text.starts_with("a.") ? a : text.starts_with("b.") ? b : engine::no_record;
    if (record == engine::no_record) return {};
    const engine::Path path = path_of(world_.record(record).entity, text.substr(2));
    if (path.kind != engine::Path::Kind::track) return {};
    engine::Reader reader(input_.engine.paths(), record, nullptr);
    const engine::ReadTrack* read = reader.track(path);
    return read == nullptr ? std::vector<track::Fix>() : read->fixes;
}

std::string FindingDrawings::own_drawings(const FindingRow& row) const {
    if (row.subject == SIZE_MAX || world_.record(row.record).entity != subject_) return {};
    Scene scene;
    std::string carrier, other_carrier;
    scene.traces.push_back(trace_of(row.record, carrier));
    const RecordIndex other = row.other.empty() ? engine::no_record : world_.find(subject_, row.other);
    if (other != engine::no_record) {
        scene.traces.push_back(trace_of(other, other_carrier));
        Trace &a = scene.traces[0], &b = scene.traces[1];
        const model::Field* field = page_.track.empty() ? nullptr : world_.entity(subject_).field(page_.track);
        if (field != nullptr && carrier == other_carrier && a.claimed && b.claimed) {
            // One person's way from one to the other belongs to both.
            scene.one_track = true;
            a.fixes = fixes_of(
                carrier, {std::min(a.claimed->from, b.claimed->from), std::max(a.claimed->to, b.claimed->to)}, *field);
            b.fixes.clear();
        }
    }
    scene.radius_m = radius_of(row);
    scene.place_label = page_.place_label;
    const std::string map = map_drawing(scene), time = time_drawing(scene, input_.zone);
    if (map.empty() && time.empty()) return {};
    return format("<div class=\"draw{}\">", map.empty() || time.empty() ? " one" : "") + map + time + "</div>";
}

std::string FindingDrawings::facts(const FindingRow& row, const rule::Feature& feature, const std::string& alias,
                                   const std::map<std::string, std::int64_t>& measured) const {
    const track::MeasureDefinition& measure = *track::find_measure(feature.fn);
    std::string zh, en;
    for (const track::FactDefinition& fact : measure.facts) {
        const std::string name(fact.name);
        Value value = stored_value(row.finding, alias + "." + name);
        if (!value.is_known()) {
            const auto found = measured.find(name);
            if (found == measured.end()) continue;
            value = engine::value_of(fact.kind, found->second);
        }
        if (fact.kind == track::FactKind::strength) continue;  // of use to rules, not to readers
        const model::Label label = rule::label_of_fact(input_.set, feature, name);
        const model::Label said = name == "lag" && value.kind() == Kind::duration
                                      ? lag_words(value.ms())
                                      : rule::value_words(value, input_.zone);
        zh += (zh.empty() ? "" : " · ") + label.zh + " " + said.zh;
        en += (en.empty() ? "" : " · ") + label.en + " " + said.en;
    }
    if (zh.empty()) return {};
    return "<p class=\"small facts-of\">" + both(feature.title.zh + "：" + zh, feature.title.en + ": " + en) + "</p>";
}

std::string FindingDrawings::pair_drawings(const FindingRow& row, const rule::Feature& feature,
                                           const std::string& alias) {
    const rule::Binding *own = binding(feature.args, "track"), *others = binding(feature.args, "other");
    if (own == nullptr || others == nullptr) return {};
    RecordIndex b = engine::no_record;
    if (others->text.starts_with("b.")) {  // of another record, whose id the feature hands on
        const model::EventType* event = input_.set.dictionary.event(feature.from);
        const engine::EntityIndex entity = event == nullptr ? engine::no_index : world_.entity_index(event->subject);
        if (entity == engine::no_index) return {};
        for (const rule::Binding& out : feature.out) {
            if (out.text != "b." + world_.entity(entity).key) continue;
            const Value id = stored_value(row.finding, alias + "." + out.name);
            if (id.kind() == Kind::string) b = world_.find(entity, id.text());
        }
        if (b == engine::no_record) return {};
    }
    PairScene scene;
    std::string carrier;
    scene.subject = trace_of(row.record, carrier);
    if (b != engine::no_record) scene.other = trace_of(b, carrier);
    scene.subject.fixes = track_argument(own->text, row.record, b);
    scene.other.fixes = track_argument(others->text, row.record, b);
    if (b == engine::no_record) {  // two tracks of one record: the second one is named by its field
        const model::Field* field = world_.entity(world_.record(row.record).entity).field(others->text.substr(2));
        scene.other.name = field == nullptr ? others->text : field->label.zh;
    }
    scene.place_label = page_.place_label;

    // The measure once more, for the facts that the rule did not read and that are not stored.
    const track::MeasureDefinition& measure = *track::find_measure(feature.fn);
    std::vector<track::Argument> arguments(measure.parameters.size());
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const track::ParameterDefinition& wanted = measure.parameters[i];
        const rule::Binding* given = binding(feature.args, wanted.name);
        if (given == nullptr) continue;
        track::Argument& to = arguments[i];
        if (wanted.kind == ArgumentKind::track) {
            to.track = wanted.name == "track" ? scene.subject.fixes : scene.other.fixes;
            to.present = true;
        } else if (wanted.kind == ArgumentKind::interval && given->parts.size() == 2) {
            const Value from = argument(given->parts[0], row.record, b, row);
            const Value until = argument(given->parts[1], row.record, b, row);
            to.present = from.kind() == Kind::timestamp && until.kind() == Kind::timestamp;
            if (to.present) to.interval = {Instant{from.ms()}, Instant{until.ms()}};
        } else if (wanted.kind == ArgumentKind::length || wanted.kind == ArgumentKind::duration ||
                   wanted.kind == ArgumentKind::ratio) {
            const Value value = argument(given->text, row.record, b, row);
            to.present = value.is_known();
            if (to.present) to.number = amount(value);
        }
    }
    const track::Measurement measurement = measure.run(arguments);
    std::map<std::string, std::int64_t> measured;
    for (std::size_t i = 0; i < measure.facts.size() && i < measurement.facts.size(); ++i) {
        if (measurement.facts[i]) measured.emplace(measure.facts[i].name, *measurement.facts[i]);
    }
    const auto number = [&](const std::string& name) -> std::int64_t {
        const Value stored = stored_value(row.finding, alias + "." + name);
        if (stored.is_known()) return amount(stored);
        const auto found = measured.find(name);
        return found == measured.end() ? 0 : found->second;
    };
    const auto argument_number = [&](std::string_view name) -> std::int64_t {
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            if (measure.parameters[i].name == name)
                return arguments[i].present ? arguments[i].number : measure.parameters[i].otherwise;
        }
        return 0;
    };
    if (parameter(measure, "within") != nullptr)
        scene.threshold_m = static_cast<double>(argument_number("within")) / 1000;
    if (parameter(measure, "radius") != nullptr)
        scene.threshold_m = static_cast<double>(argument_number("radius")) / 1000;
    if (parameter(measure, "moving_speed") != nullptr)
        scene.moving_m_s = static_cast<double>(argument_number("moving_speed")) / 1000;
    else if (measure.name != "track.replay")
        scene.moving_m_s = 0;
    if (measure.name == "track.replay") {
        scene.threshold_m = track::ReplayRule{}.same_m;
        scene.lag = number("lag");
        scene.is_reversed = number("reversed") != 0;
    }
    const std::string map = pair_map_drawing(scene), time = pair_time_drawing(scene, input_.zone);
    if (map.empty() || time.empty()) return {};  // one of the two says nothing
    return "<div class=\"draw\">" + map + time + "</div>" + facts(row, feature, alias, measured);
}

std::string FindingDrawings::measure_drawing(const FindingRow& row, const rule::Feature& feature,
                                             const std::string& alias) {
    const bool is_drawn = feature.fn == "track.jitter" || feature.fn == "track.range" || feature.fn == "track.plan";
    const rule::Binding* track = binding(feature.args, "track");
    if (!is_drawn || track == nullptr) return {};
    std::vector<track::Fix> fixes = track_argument(track->text, row.record, engine::no_record);
    std::optional<Interval> span;
    if (const rule::Binding* interval = binding(feature.args, "interval");
        interval != nullptr && interval->parts.size() == 2) {
        const Value from = argument(interval->parts[0], row.record, engine::no_record, row);
        const Value to = argument(interval->parts[1], row.record, engine::no_record, row);
        if (from.kind() == Kind::timestamp && to.kind() == Kind::timestamp)
            span = Interval{Instant{from.ms()}, Instant{to.ms()}};
    }
    cut_to(fixes, feature.fn == "track.plan" ? std::nullopt : span);
    std::string drawn;
    if (feature.fn == "track.jitter") {
        const Value rho = stored_value(row.finding, alias + ".rho");
        drawn = stay_drawing(
            {.fixes = longest_stay(fixes), .rho_ppm = rho.is_known() ? std::optional(rho.number()) : std::nullopt});
    } else if (feature.fn == "track.range") {
        const rule::Binding *place = binding(feature.args, "place"), *beyond = binding(feature.args, "beyond");
        const Value at = place == nullptr ? Value() : argument(place->text, row.record, engine::no_record, row);
        const Value limit = beyond == nullptr ? Value() : argument(beyond->text, row.record, engine::no_record, row);
        Trace trace;
        trace.fixes = std::move(fixes);
        if (at.kind() == Kind::place) trace.place = geo::Place{at.place().first, at.place().second};
        drawn = range_drawing(trace, limit.kind() == Kind::length ? static_cast<double>(limit.number()) / 1000 : 0,
                              {"参照点", "point of reference"});
    } else {
        drawn = plan_of(row, feature, std::move(fixes));
    }
    if (drawn.empty()) return {};
    return "<div class=\"draw one" + std::string(feature.fn == "track.range" ? " inset" : "") + "\">" + drawn +
           "</div>" + facts(row, feature, alias, {});
}

std::string FindingDrawings::plan_of(const FindingRow& row, const rule::Feature& feature,
                                     std::vector<track::Fix> fixes) {
    const model::EventType* event = input_.set.dictionary.event(feature.from);
    const engine::EntityIndex entity = event == nullptr ? engine::no_index : world_.entity_index(event->subject);
    if (entity == engine::no_index) return {};
    const auto key_of = [&](RecordIndex record, bool is_own) -> std::string {
        engine::Reader reader(input_.engine.paths(), record, nullptr);
        std::string key;
        for (const auto& [mine, theirs] : feature.key) {
            const engine::Path path = path_of(world_.record(record).entity, is_own ? mine : theirs);
            const Value value = path.is_none() ? Value() : reader.read(path);
            if (!value.is_known()) return {};
            key += engine::base_text(value) + "\n";
        }
        return key;
    };
    Gathered& gathered = gathered_[feature.name];
    if (!gathered.is_indexed) {
        gathered.is_indexed = true;
        for (const RecordIndex record : world_.records(entity)) {
            const std::string key = key_of(record, false);
            if (!key.empty()) gathered.by_key[key].push_back(record);
        }
    }
    const auto found = gathered.by_key.find(key_of(row.record, true));
    if (found == gathered.by_key.end()) return {};
    const rule::Binding *place = binding(feature.each_args, "place"),
                        *interval = binding(feature.each_args, "interval"),
                        *radius = binding(feature.each_args, "radius");
    if (place == nullptr || interval == nullptr || interval->parts.size() != 2) return {};
    PlanScene scene;
    scene.fixes = std::move(fixes);
    for (const RecordIndex record : found->second) {
        const Value at = argument(place->text, row.record, record, row);
        const Value from = argument(interval->parts[0], row.record, record, row);
        const Value to = argument(interval->parts[1], row.record, record, row);
        const Value reach = radius == nullptr ? Value() : argument(radius->text, row.record, record, row);
        if (at.kind() != Kind::place || from.kind() != Kind::timestamp || to.kind() != Kind::timestamp) continue;
        if (to.ms() <= from.ms()) continue;
        PlanScene::Visit visit;
        visit.name = world_.record(record).id;
        visit.planned.place = geo::Place{at.place().first, at.place().second};
        visit.planned.interval = {Instant{from.ms()}, Instant{to.ms()}};
        if (reach.kind() == Kind::length) visit.planned.radius_mm = reach.number();
        scene.visits.push_back(std::move(visit));
    }
    return plan_drawing(scene, input_.zone);
}

std::string drawing_legend(const AuditPage& page) {
    std::string out = "<div class=\"legend\">";
    out += drawing_key("<path class=\"home a\" d=\"M7 7l7 -6 7 6v8h-14z\"/>", page.place_label.zh, page.place_label.en);
    out += drawing_key("<circle class=\"area\" cx=\"14\" cy=\"8\" r=\"7\"/>", "允许半径", "allowed radius");
    out += drawing_key("<path class=\"alive\" d=\"M6 15v-9M14 15v-9M22 15v-9\"/>", "在线但无定位",
                       "phone on, no position");
    for (std::size_t i = 0; i < page.marks.size(); ++i) {
        out += drawing_key(i == 0   ? "<path class=\"mark\" d=\"M14 2l6 11h-12z\"/>"
                           : i == 1 ? "<path class=\"mark\" d=\"M9 3h10v10h-10z\"/>"
                                    : "<path class=\"mark\" d=\"M14 2l6 6 -6 6 -6 -6z\"/>",
                           page.marks[i].label.zh, lower_ascii(page.marks[i].label.en));
    }
    out += track_keys(true);
    return out + "</div>";
}

}  // namespace ningyi::exchange
