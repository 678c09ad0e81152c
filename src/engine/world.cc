// SPDX-License-Identifier: Apache-2.0
#include "engine/world.h"

#include <algorithm>
#include <functional>

#include "base/check.h"
#include "engine/body_value.h"
#include "track/clean.h"
#include "track/codec.h"

namespace ningyi::engine {
namespace {

bool before(const Change& change, Instant at, const Id& id) {
    return change.at != at ? change.at < at : change.id < id;
}

const Cell* said(const Change& change, FieldIndex field) {
    const Cell* const end = change.cells + change.said;
    for (const Cell* cell = change.cells; cell != end && cell->field <= field; ++cell) {
        if (cell->field == field) return cell;
    }
    return nullptr;
}

// The last change at or before `at` that says this field, or null.
const Change* last_saying(const Record& record, FieldIndex field, std::optional<Instant> at) {
    for (auto change = record.changes.rbegin(); change != record.changes.rend(); ++change) {
        if (at && change->at > *at) continue;
        if (said(*change, field) != nullptr) return &*change;
    }
    return nullptr;
}

}  // namespace

std::uint64_t opaque_number(std::string_view text) {
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    return (hash >> 1U) | 1U;
}

std::uint32_t opaque_device(std::string_view text) {
    const std::uint64_t number = opaque_number(text);
    return static_cast<std::uint32_t>(number ^ (number >> 32U)) | 1U;
}

World::World(const model::Dictionary& dictionary) : dictionary_(&dictionary) {
    by_entity_.resize(dictionary.entities.size());
    for (std::size_t i = 0; i < dictionary.entities.size(); ++i) {
        entities_.emplace(dictionary.entities[i].name, static_cast<EntityIndex>(i));
    }
    for (std::size_t i = 0; i < dictionary.entities.size(); ++i) {
        const model::Entity& entity = dictionary.entities[i];
        std::vector<EntityIndex>& references = references_.emplace_back(entity.fields.size(), no_index);
        for (std::size_t f = 0; f < entity.fields.size(); ++f) {
            if (!entity.fields[f].ref.empty()) references[f] = entity_index(entity.fields[f].ref);
            if (entity.fields[f].type != model::FieldType::fixes) continue;
            carriers_ = static_cast<EntityIndex>(i);
            fixes_device_ = field_index(carriers_, entity.fields[f].fixes_device);
        }
    }
    for (std::size_t i = 0; i < dictionary.events.size(); ++i) {
        const model::EventType& event = dictionary.events[i];
        events_.emplace(event.name, static_cast<EventIndex>(i));
        EventPlan& plan = plans_.emplace_back();
        plan.entity = entity_index(event.subject);
        if (plan.entity == no_index) continue;
        const model::Entity& subject = entity(plan.entity);
        for (const std::string& name : event.body) {
            const FieldIndex field = field_index(plan.entity, name);
            if (field != no_index) plan.fields.emplace(subject.fields[field].name, field);
        }
    }
}

EntityIndex World::entity_index(std::string_view name) const {
    const auto found = entities_.find(name);
    return found == entities_.end() ? no_index : found->second;
}

EventIndex World::event_index(std::string_view name) const {
    const auto found = events_.find(name);
    return found == events_.end() ? no_index : found->second;
}

FieldIndex World::field_index(EntityIndex entity, std::string_view name) const {
    const std::vector<model::Field>& fields = dictionary_->entities[entity].fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].name == name) return static_cast<FieldIndex>(i);
    }
    return no_index;
}

RecordIndex World::find(EntityIndex entity, std::string_view id) const {
    return by_entity_[entity].by_id.find(
        id, [this](RecordIndex record) -> std::string_view { return records_[record].id; });
}

RecordIndex World::ensure(EntityIndex entity, std::string_view id) {
    const RecordIndex known_as = find(entity, id);
    if (known_as != no_record) return known_as;
    ByEntity& known = by_entity_[entity];
    const auto index = static_cast<RecordIndex>(records_.size());
    Record& record = records_.emplace_back();
    record.id = id;
    record.entity = entity;
    known.by_id.add(record.id, index);
    known.order.push_back(index);
    return index;
}

RecordIndex World::carrier(std::string_view id) const {
    return carriers_ == no_index ? no_record : find(carriers_, id);
}

// False when the block is there already.
bool World::take_block(const ClearEvent& event, RecordIndex carrier, const model::Field& field,
                       const std::string& bytes, Touched& touched) {
    const auto bounds = track::bounds_of(bytes);
    if (!bounds) return true;
    TrackBlock block{.first = bounds->first,
                     .last = bounds->last,
                     .low = bounds->low,
                     .high = bounds->high,
                     .seq = event.seq,
                     .id = event.id,
                     .recorded_at = event.recorded_at,
                     .device = 0,
                     .bytes = bytes};
    if (fixes_device_ != no_index) {
        const cbor::Value* device = event.body.find(field.name);
        const cel::Value said_device = device == nullptr ? cel::Value() : value_of(field, *device);
        if (said_device.kind() == cel::Kind::string) block.device = opaque_device(said_device.text());
    }
    Carried& carried = tracks_[carrier];
    const auto at = std::lower_bound(
        carried.blocks.begin(), carried.blocks.end(), block,
        [](const TrackBlock& a, const TrackBlock& b) { return a.first != b.first ? a.first < b.first : a.id < b.id; });
    if (at != carried.blocks.end() && at->id == block.id) return false;
    carried.longest = std::max(carried.longest, block.last.ms - block.first.ms);
    carried.blocks.insert(at, std::move(block));
    touched.fixes = true;
    touched.first = bounds->first;
    touched.last = bounds->last;
    return true;
}

World::Touched World::apply(const ClearEvent& event) {
    Touched touched;
    const EventIndex type = event_index(event.type);
    if (type == no_index || plans_[type].entity == no_index) return touched;
    const EventPlan& plan = plans_[type];
    const RecordIndex index = ensure(plan.entity, event.subject);
    const std::vector<model::Field>& fields = entity(plan.entity).fields;

    Record& record = records_[index];
    const auto place =
        std::lower_bound(record.changes.begin(), record.changes.end(), event,
                         [](const Change& change, const ClearEvent& e) { return before(change, e.happened_at, e.id); });
    if (place != record.changes.end() && place->id == event.id && place->at == event.happened_at) return touched;

    said_.clear();
    std::vector<std::pair<EntityIndex, std::string_view>> mentioned;
    for (const auto& [name, body_value] : event.body.pairs) {
        const auto known = plan.fields.find(name);
        if (known == plan.fields.end()) continue;
        const FieldIndex number = known->second;
        const model::Field& field = fields[number];
        if (field.type == model::FieldType::fixes) {
            const model::Field& device = fixes_device_ == no_index ? field : fields[fixes_device_];
            if (!take_block(event, index, device, body_value.text, touched)) return touched;
            continue;
        }
        const EntityIndex reference = references_[plan.entity][number];
        const bool is_word = field.type == model::FieldType::enumeration;
        if (is_word || field.type == model::FieldType::string) {
            if (body_value.kind != cbor::Kind::text) continue;
            said_.push_back(is_word || reference != no_index ? cells_.of_word(number, body_value.text)
                                                             : cells_.of_text(number, body_value.text));
            if (reference != no_index) mentioned.emplace_back(reference, body_value.text);
            continue;
        }
        const cel::Value value = value_of(field, body_value);
        if (value.is_known()) said_.push_back(cells_.of(number, value));
    }
    std::sort(said_.begin(), said_.end(), [](const Cell& a, const Cell& b) { return a.field < b.field; });
    // A carrier is nothing but its fixes: what else a block says (its device) stands in the log.
    if (!touched.fixes) {
        record.changes.insert(place, Change{.at = event.happened_at,
                                            .id = event.id,
                                            .seq = event.seq,
                                            .recorded_at = event.recorded_at,
                                            .cells = cells_.keep(said_),
                                            .said = static_cast<std::uint16_t>(said_.size()),
                                            .type = type});
    }
    for (const auto& [reference, id] : mentioned) ensure(reference, id);
    touched.entity = plan.entity;
    touched.record = index;
    return touched;
}

cel::Value World::field(RecordIndex index, FieldIndex field, std::optional<Instant> at) const {
    const Record& record = records_[index];
    const Change* change = last_saying(record, field, at);
    if (change != nullptr) return cells_.value(*said(*change, field));
    // A record's key is known even when nobody has said anything about it yet.
    const model::Entity& type = entity(record.entity);
    if (type.fields[field].name == type.key) return cel::Value::of_string(record.id);
    return {};
}

std::uint64_t World::field_seq(RecordIndex index, FieldIndex field, std::optional<Instant> at) const {
    const Change* change = last_saying(records_[index], field, at);
    return change == nullptr ? 0 : change->seq;
}

const Change* World::entered(RecordIndex index, EventIndex type) const {
    for (const Change& change : records_[index].changes) {
        if (change.type == type) return &change;
    }
    return nullptr;
}

void World::each_block(std::string_view carrier_id, Instant from, Instant to,
                       const std::function<void(const TrackBlock&)>& look) const {
    const RecordIndex index = carrier(carrier_id);
    const auto found = index == no_record ? tracks_.end() : tracks_.find(index);
    if (found == tracks_.end()) return;
    const Carried& carried = found->second;
    const Instant earliest{from.ms - carried.longest};
    auto block = std::lower_bound(carried.blocks.begin(), carried.blocks.end(), earliest,
                                  [](const TrackBlock& b, Instant at) { return b.first < at; });
    for (; block != carried.blocks.end() && block->first <= to; ++block) {
        if (block->last >= from) look(*block);
    }
}

std::vector<track::Fix> World::fixes(std::string_view carrier_id, Instant from, Instant to,
                                     std::vector<std::uint64_t>* seqs, const DeviceChoice& choice) const {
    std::vector<track::Fix> fixes;
    std::uint32_t upload = 0;
    each_block(carrier_id, from, to, [&](const TrackBlock& block) {
        ++upload;
        if (choice.which == DeviceChoice::Which::only && block.device != choice.device) return;
        if (choice.which == DeviceChoice::Which::other_than && block.device == choice.device) return;
        const std::size_t had = fixes.size();
        // bounds_of() accepted its head; intake has checked the rest at the door.
        if (!track::decode_into(block.bytes, fixes)) return;
        if (block.first < from || block.last > to) {
            const auto is_outside = [&](const track::Fix& fix) { return fix.at < from || fix.at > to; };
            const auto begin = fixes.begin() + static_cast<std::ptrdiff_t>(had);
            fixes.erase(std::remove_if(begin, fixes.end(), is_outside), fixes.end());
        }
        for (std::size_t i = had; i < fixes.size(); ++i) {
            fixes[i].recorded = block.recorded_at;
            fixes[i].device = block.device;
            fixes[i].upload = upload;
        }
        if (seqs != nullptr && fixes.size() > had) seqs->push_back(block.seq);
    });
    track::mark(fixes);
    return fixes;
}

}  // namespace ningyi::engine
