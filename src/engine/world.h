// SPDX-License-Identifier: Apache-2.0
// The present state of everything reported: records folded from events, and tracks, as known at one log position. It
// can be asked as of a time. No rules here; nothing is judged.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cel/value.h"
#include "engine/cells.h"
#include "engine/event.h"
#include "engine/text_index.h"
#include "model/dictionary.h"
#include "track/fix.h"

namespace ningyi::engine {

using EntityIndex = std::uint16_t;
using EventIndex = std::uint16_t;
using RecordIndex = std::uint32_t;
constexpr RecordIndex no_record = UINT32_MAX;
constexpr std::uint16_t no_index = UINT16_MAX;

// One event's say about a record.
struct Change {
    Instant at;  // happened_at
    Id id;
    std::uint64_t seq = 0;
    Instant recorded_at;
    const Cell* cells = nullptr;  // `said` of them, sorted by field; World::field reads them
    std::uint16_t said = 0;
    EventIndex type = 0;
};

struct Record {
    std::string id;
    EntityIndex entity = 0;
    std::vector<Change> changes;  // sorted by (at, id): arrival order never shows
};

// Fixes of one carrier as they stand in the log: a block of track/codec.h.
struct TrackBlock {
    Instant first, last;
    geo::Place low, high;  // south-west, north-east
    std::uint64_t seq = 0;
    Id id;
    Instant recorded_at;
    std::uint32_t device = 0;  // opaque; 0: not said
    std::string bytes;
};

// Opaque numbers of texts (FNV-1a), never 0: measures tell devices and people apart without knowing who they are.
std::uint64_t opaque_number(std::string_view text);
std::uint32_t opaque_device(std::string_view text);

// Which of a carrier's fixes count.
struct DeviceChoice {
    enum class Which : std::uint8_t { all, only, other_than };
    Which which = Which::all;
    std::uint32_t device = 0;
};

class World {
public:
    explicit World(const model::Dictionary& dictionary);

    struct Touched {
        EntityIndex entity = no_index;
        RecordIndex record = no_record;  // no_record: the event changed nothing (its type is unknown to the packs)
        bool fixes = false;              // it brought fixes of [first, last] of the carrier `record`
        Instant first, last;
    };
    // Takes in one event. Events may come in any order; the same id twice counts once.
    Touched apply(const ClearEvent& event);

    const model::Dictionary& dictionary() const { return *dictionary_; }
    EntityIndex entity_index(std::string_view name) const;  // no_index when unknown
    EventIndex event_index(std::string_view name) const;
    FieldIndex field_index(EntityIndex entity, std::string_view name) const;
    const model::Entity& entity(EntityIndex index) const { return dictionary_->entities[index]; }
    // The entity that a field of type text points to, or no_index.
    EntityIndex referred(EntityIndex entity, FieldIndex field) const { return references_[entity][field]; }

    // Every record of the entity, in order of first mention; ids that are only referred to count.
    const std::vector<RecordIndex>& records(EntityIndex entity) const { return by_entity_[entity].order; }
    RecordIndex find(EntityIndex entity, std::string_view id) const;  // no_record when never mentioned
    const Record& record(RecordIndex index) const { return records_[index]; }

    // The field as of `at` (latest say at or before it), or the latest of all without `at`. Absent when never said.
    cel::Value field(RecordIndex record, FieldIndex field, std::optional<Instant> at = std::nullopt) const;
    // The event that said it, 0 when none did.
    std::uint64_t field_seq(RecordIndex record, FieldIndex field, std::optional<Instant> at = std::nullopt) const;
    // The first event of this type in (at, id) order, or null: the one that entered the record.
    const Change* entered(RecordIndex record, EventIndex type) const;

    // Fixes of the carrier with from ≤ at ≤ to, in time order and marked (track/clean.h), with when each was recorded,
    // its device and the upload it came in (one block is one upload, numbered in the order of first fix and id); `seqs`
    // gets the events they stand in.
    std::vector<track::Fix> fixes(std::string_view carrier, Instant from, Instant to,
                                  std::vector<std::uint64_t>* seqs = nullptr, const DeviceChoice& choice = {}) const;
    // The blocks that may hold such fixes, by (first, id); for questions that need no fix.
    void each_block(std::string_view carrier, Instant from, Instant to,
                    const std::function<void(const TrackBlock&)>& look) const;
    RecordIndex carrier(std::string_view id) const;  // its record, no_record when it never reported
    std::size_t records_in_all() const { return records_.size(); }

private:
    RecordIndex ensure(EntityIndex entity, std::string_view id);
    bool take_block(const ClearEvent& event, RecordIndex carrier, const model::Field& field, const std::string& bytes,
                    Touched& touched);

    struct ByEntity {
        TextIndex by_id;
        std::vector<RecordIndex> order;
    };
    const model::Dictionary* dictionary_;
    std::unordered_map<std::string_view, EntityIndex> entities_;
    std::unordered_map<std::string_view, EventIndex> events_;
    // Per event: its entity, and per body field (in CBOR key text) the field index.
    struct EventPlan {
        EntityIndex entity = no_index;
        std::unordered_map<std::string_view, FieldIndex> fields;
    };
    std::vector<EventPlan> plans_;
    std::vector<std::vector<EntityIndex>> references_;  // per entity, per field: entity referred to, or no_index
    EntityIndex carriers_ = no_index;                   // the entity that has fixes
    FieldIndex fixes_device_ = no_index;                // its field that names the device of an event with fixes
    std::deque<Record> records_;
    Cells cells_;
    std::vector<Cell> said_;  // by the event at hand
    std::vector<ByEntity> by_entity_;
    struct Carried {
        std::vector<TrackBlock> blocks;  // sorted by (first, id)
        Millis longest = 0;              // time from first to last fix of the longest block
    };
    std::unordered_map<RecordIndex, Carried> tracks_;  // per carrier
};

}  // namespace ningyi::engine
