// SPDX-License-Identifier: Apache-2.0
// Measures: a comparator of track/ on one record, or on what is gathered over many.
#include <algorithm>

#include "base/text.h"
#include "engine/body_value.h"
#include "engine/features.h"
#include "engine/features_recorder.h"
#include "rule/choice.h"

namespace ningyi::engine {

using cel::Kind;
using cel::Value;

// Equal for equal records; carriers have numbers of their own. Two that meet by chance cost a second look, never a
// wrong one.
std::uint64_t Features::place_of(const Noted& note) {
    const std::uint64_t text = std::hash<std::string_view>()(note.id);
    return text * 0x9E3779B97F4A7C15ULL + (note.is_carrier ? 0x10000ULL : note.entity);
}

void Features::forget_gathered(const World::Touched& touched, const Said* said) {
    measured_.clear();
    shared_->dwells.clear();
    const Noted changed{.is_carrier = touched.fixes,
                        .entity = touched.entity,
                        .id = paths_->world().record(touched.record).id,
                        .from = {},
                        .to = {}};
    if (const auto noted = shared_by_note_.find(place_of(changed)); noted != shared_by_note_.end()) {
        for (const std::uint32_t number : noted->second) outdate_measure(number);
    }
    const auto found = gathered_from_.find(place_of(changed));
    if (found == gathered_from_.end()) return;
    const auto is_said = [&](std::uint64_t kept) {
        for (std::size_t i = 0; i < compiled_.size(); ++i) {
            if (compiled_[i].each != nullptr && compiled_[i].gathering == static_cast<std::uint16_t>(kept) &&
                shared_->outlooks[i].fields.meets(*said))
                return true;
        }
        return false;
    };
    std::erase_if(found->second, [&](std::uint64_t kept) {
        const auto dwell = gathered_.find(kept);
        if (dwell == gathered_.end()) return true;
        if (!touched.fixes && said != nullptr && !is_said(kept)) return false;
        const std::vector<Noted>& notes = dwell->second.notes;
        const bool is_reached = !touched.fixes || std::any_of(notes.begin(), notes.end(), [&](const Noted& note) {
            return note.is_carrier && note.from <= touched.last && touched.first <= note.to;
        });
        if (is_reached) {
            gathered_.erase(dwell);
            outdate_measures_of(kept);
        }
        return is_reached;
    });
    if (found->second.empty()) gathered_from_.erase(found);
}

track::Argument Features::argument(const Argument& from, track::ArgumentKind kind, Reader& a, Reader* b,
                                   FeatureRows& result) const {
    track::Argument argument;
    Reader* side = from.from.other ? b : &a;
    const auto of_value = [&](const Value& value) {
        switch (kind) {
            case track::ArgumentKind::place:
                if (value.kind() != Kind::place) return;
                argument.place = {value.place().first, value.place().second};
                break;
            case track::ArgumentKind::fix:
                if (value.kind() != Kind::fix) return;
                argument.fix.place = {value.fix().lat_e7, value.fix().lon_e7};
                argument.fix.received = argument.fix.place;
                argument.fix.accuracy_mm = static_cast<std::uint32_t>(value.fix().sigma_mm);
                argument.fix.level = track::Level::p39;
                argument.fix.provider = track::Provider::gnss;
                break;
            case track::ArgumentKind::subject:
                if (value.kind() != Kind::string) return;
                argument.number = static_cast<std::int64_t>(opaque_number(value.text()));
                break;
            default: {
                const auto number = number_of(value);
                if (!number) return;
                argument.number = *number;
            }
        }
        argument.present = true;
    };
    switch (from.source) {
        case Argument::Source::none: return argument;
        case Argument::Source::path:
            if (side == nullptr) return argument;
            if (kind == track::ArgumentKind::track) {
                const ReadTrack* track = side->track(from.from.path);
                if (track == nullptr) return argument;
                argument.track = track->fixes;
                argument.kept = track->kept.get();
                argument.present = true;
                result.evidence.insert(result.evidence.end(), track->seqs.begin(), track->seqs.end());
                return argument;
            }
            of_value(side->read(from.from.path));
            return argument;
        case Argument::Source::interval: {
            if (side == nullptr) return argument;
            Reader* other = from.to.other ? b : &a;
            const Value start = side->read(from.from.path);
            const Value end = other->read(from.to.path);
            if (start.kind() != Kind::timestamp || end.kind() != Kind::timestamp) return argument;
            argument.interval = {Instant{start.ms()}, Instant{end.ms()}};
            argument.present = true;
            return argument;
        }
        case Argument::Source::param: {
            const Value date = a.date();
            const std::vector<std::string>& keys = paths_->common(a.entity()).scope_keys;
            const Value value =
                rule::chosen_value(*from.param, date, keys, [&](const std::string& key) { return a.scope(key); });
            result.params += from.param->name + "=" + (value.is_known() ? base_text(value) : "?") + ";";
            of_value(value);
            return argument;
        }
        case Argument::Source::literal:
            argument.number = from.literal;
            argument.present = true;
            return argument;
        case Argument::Source::expression: of_value(evaluate(from.expression, a, b)); return argument;
    }
    return argument;
}

std::optional<track::Gathered> Features::gathered_anew(const Compiled& c, RecordIndex record, Reader& a,
                                                       Reads* reads) const {
    Reader b = Reader::indexed(*paths_, record, reads);
    return gathered_by(c, a, b);
}

std::optional<track::Gathered> Features::gathered_by(const Compiled& c, Reader& a, Reader& b) const {
    std::vector<track::Argument> each;
    FeatureRows unused;  // the evidence of thousands of records is named by their key, not one by one
    for (std::size_t i = 0; i < c.each_args.size(); ++i) {
        each.push_back(argument(c.each_args[i], c.each->parameters[i].kind, a, &b, unused));
    }
    return track::dwell_of(c.each->run(each));
}

// A gathered record as a planned visit; nothing when its place or times are not known, or it has no length.
std::optional<track::PlannedVisit> Features::visit(const Compiled& c, RecordIndex record, Reader& a,
                                                   Reads* reads) const {
    using enum track::ArgumentKind;
    Reader b = Reader::indexed(*paths_, record, reads);
    FeatureRows unused;
    const track::Argument at = argument(c.each_args[0], place, a, &b, unused);
    const track::Argument when = argument(c.each_args[1], interval, a, &b, unused);
    const track::Argument radius = argument(c.each_args[2], length, a, &b, unused);
    if (!at.present || !when.present || when.interval.length() <= 0) return std::nullopt;
    track::PlannedVisit planned{.place = at.place, .interval = when.interval};
    if (radius.present && radius.number > 0) planned.radius_mm = radius.number;
    return planned;
}

// The dwell of one gathered record. Features that gather the same of the same records share it.
std::optional<track::Gathered> Features::gather(const Compiled& c, RecordIndex record, Reader& a, Reads* reads) const {
    if (!c.same_for_all) return gathered_anew(c, record, a, reads);
    const std::uint64_t kept = kept_under(c, record);
    const auto prepared = shared_->dwells.find(kept);
    auto found = prepared != shared_->dwells.end() ? prepared : gathered_.find(kept);
    if (prepared == shared_->dwells.end() && found == gathered_.end()) {
        Recorder recorder;
        Dwell dwell;
        dwell.dwell = gathered_anew(c, record, a, &recorder);
        dwell.notes = std::move(recorder.notes);
        const World& world = paths_->world();
        gathered_from_[place_of({.is_carrier = false,
                                 .entity = world.record(record).entity,
                                 .id = world.record(record).id,
                                 .from = {},
                                 .to = {}})]
            .insert(kept);
        for (const Noted& note : dwell.notes) gathered_from_[place_of(note)].insert(kept);
        found = gathered_.emplace(kept, std::move(dwell)).first;
    }
    if (reads != nullptr) {
        for (const Noted& note : found->second.notes) {
            if (note.is_carrier) {
                reads->carrier(note.id, note.from, note.to);
            } else {
                reads->record(note.entity, note.id);
            }
        }
    }
    return found->second.dwell;
}

void Features::add_measurement(const track::MeasureDefinition& definition, const track::Measurement& measured,
                               std::vector<Value>& row) const {
    row.push_back(Value::of_string(track::name_of(measured.verdict)));
    row.push_back(Value::of_string(track::limit_names(measured.limits)));
    row.push_back(Value::of_int(measured.strength_mnat));
    for (std::size_t i = 0; i < definition.facts.size(); ++i) {
        row.push_back(i < measured.facts.size() ? value_of(definition.facts[i].kind, measured.facts[i]) : Value());
    }
}

FeatureRows Features::measure(const Compiled& c, Reader& a, Reads* reads) const {
    FeatureRows result;
    std::vector<track::Argument> arguments;
    for (std::size_t i = 0; i < c.args.size(); ++i) {
        arguments.push_back(argument(c.args[i], c.measure->parameters[i].kind, a, nullptr, result));
    }
    const auto told = [&](const track::Measurement& measured) {
        add_measurement(*c.measure, measured, result.rows.emplace_back());
        return std::move(result);
    };
    if (!c.feature->over) return told(c.measure->run(arguments));

    std::string key;
    const std::vector<Entry>* entries = this->entries(c, a, reads, &key);
    if (entries == nullptr) return result;
    // The same for every subject with this key and these arguments, until something new comes in.
    std::string same = std::to_string(&c - compiled_.data()) + key;
    for (const track::Argument& argument : arguments) {
        same += format("{},{},{},{};", argument.present, argument.number, argument.place.lat_e7, argument.place.lon_e7);
    }
    if (reads != nullptr && c.same_for_all) {
        const std::uint32_t shared = shared_measure(c, key, same, arguments);
        reads->measure(shared);
        return told(shared_measures_[shared].measured);
    }
    const auto known = measured_.find(same);
    if (c.same_for_all && known != measured_.end()) return told(known->second);
    for (std::size_t i = 0; i < c.each_args.size(); ++i) {  // for the digest
        if (c.each_args[i].source != Argument::Source::param) continue;
        const track::ArgumentKind kind = c.each == nullptr ? track::ArgumentKind::length : c.each->parameters[i].kind;
        argument(c.each_args[i], kind, a, nullptr, result);
    }
    std::vector<track::Gathered> dwells;
    std::vector<track::PlannedVisit> visits;
    const auto most = static_cast<std::size_t>(c.feature->over_max);
    for (const Entry& entry : *entries) {
        if (dwells.size() + visits.size() >= most) break;
        Reader b = Reader::indexed(*paths_, entry.record, reads);
        if (counts(c, a, b) != Truth::yes) continue;
        if (c.each == nullptr) {
            if (const auto planned = visit(c, entry.record, a, reads)) visits.push_back(*planned);
        } else if (const auto dwell = gather(c, entry.record, a, reads)) {
            dwells.push_back(*dwell);
        }
    }
    // In the order of the plan, which need not be that of the records.
    std::stable_sort(visits.begin(), visits.end(), [](const track::PlannedVisit& x, const track::PlannedVisit& y) {
        return x.interval.from != y.interval.from ? x.interval.from < y.interval.from : x.interval.to < y.interval.to;
    });
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const track::ArgumentKind kind = c.measure->parameters[i].kind;
        if (kind == track::ArgumentKind::dwells) arguments[i].dwells = dwells;
        if (kind == track::ArgumentKind::visits) arguments[i].visits = visits;
        if (kind == track::ArgumentKind::dwells || kind == track::ArgumentKind::visits) arguments[i].present = true;
    }
    const track::Measurement measured = c.measure->run(arguments);
    if (c.same_for_all) measured_.insert_or_assign(same, measured);
    return told(measured);
}

}  // namespace ningyi::engine
