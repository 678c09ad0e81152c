// SPDX-License-Identifier: Apache-2.0
// Paths of packs ("elder.home", "service_start") as places in the world, resolved once; and reading them for one
// subject, computed fields included, with a note of everything that was looked at.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/zone.h"
#include "cel/rule_expression.h"
#include "engine/track_shelf.h"
#include "engine/world.h"
#include "rule/rule.h"

namespace ningyi::engine {

// A field of the subject, or of a record that a field of it points to (one step).
struct Path {
    enum class Kind : std::uint8_t { none, field, derived, track };
    Kind kind = Kind::none;
    FieldIndex reference = no_index;  // the subject's field that points on; no_index: the subject itself
    EntityIndex entity = no_index;    // whose field it is
    FieldIndex field = no_index;
    std::uint16_t derived = no_index;  // number of the computed field
    bool is_none() const { return kind == Kind::none; }
};

// Everything about paths that is the same for all subjects.
class Paths {
public:
    static Result<std::unique_ptr<Paths>> compile(const rule::RuleSet& set, const World& world, const Zone& zone);

    // "field", "reference.field" where the reference is named by the entity it points to; nothing when there is none
    // such.
    std::optional<Path> find(EntityIndex subject, std::string_view path) const;

    struct Derived {
        EntityIndex entity = no_index;
        FieldIndex field = no_index;
        cel::Names names;
        cel::Expression expression;
        std::vector<Path> slots;  // where each slot of `names` is read
    };
    const std::vector<Derived>& derived() const { return derived_; }

    // What is read of every record of an entity, found once. A path that the entity does not declare is none.
    struct Common {
        Path time, date, agency;
        std::vector<std::string> scope_keys;              // weakest first
        std::vector<std::pair<std::string, Path>> scope;  // in the same order
        struct Track {
            FieldIndex field = no_index;
            Path of, from, to;
            Path device;  // none: the fixes of every device
            DeviceChoice::Which which = DeviceChoice::Which::all;
        };
        std::vector<Track> tracks;
    };
    const Common& common(EntityIndex entity) const { return common_[entity]; }

    // Whether the path is read from the record alone, nothing it points to.
    bool is_own(const Path& path, int depth = 0) const;
    const World& world() const { return *world_; }
    const Zone& zone() const { return *zone_; }

private:
    const World* world_ = nullptr;
    const Zone* zone_ = nullptr;
    std::vector<Derived> derived_;
    std::map<std::pair<EntityIndex, FieldIndex>, std::uint16_t> derived_of_;
    std::vector<Common> common_;
};

// What a judgement depended on, told as it reads. A live engine keeps it to know what to judge again.
class Reads {
public:
    virtual ~Reads() = default;
    virtual void record(EntityIndex entity, std::string_view id) = 0;
    virtual void carrier(std::string_view id, Instant from, Instant to) = 0;
    virtual void index(std::uint16_t index, std::string_view key) = 0;
    virtual void measure(std::uint32_t /*shared*/) {}  // Features::SharedMeasure
};

// Where the fixes of a track field are to be found.
struct TrackSpan {
    std::string carrier;
    Instant from, to;
    DeviceChoice choice;
};

// Reads paths of one subject. Registers (entities without a time of their own) are read as of the subject's time; the
// subject itself, and other records that have a time, as they stand now.
class Reader {
public:
    Reader(const Paths& paths, RecordIndex subject, Reads* reads);
    // A record read as of `at` (nothing: as it stands now), and what it points to as well.
    static Reader as_of(const Paths& paths, RecordIndex subject, std::optional<Instant> at, Reads* reads);
    // A record found through an index whose key is already noted: the record itself needs no note of its own.
    static Reader indexed(const Paths& paths, RecordIndex subject, Reads* reads);

    RecordIndex subject() const { return subject_; }
    EntityIndex entity() const { return entity_; }
    std::optional<Instant> time();  // the entity's time field
    // The entity's date field; of an entity that declares none, the day of judgement if it was told; else absent.
    cel::Value date();
    void judged_on(std::optional<Date> day) { day_ = day; }
    // The agency that the record is marked with, "" when it is not.
    std::string agency();
    // The value of a scope key of parameters; absent when the entity has no such key or the value is not known.
    cel::Value scope(const std::string& key);
    // As of when a record of that entity is read for this subject.
    std::optional<Instant> time_for(EntityIndex entity);
    cel::Value read(const Path& path);
    std::uint64_t seq(const Path& path);  // event number that said it, 0: none
    // A track of the subject itself (null when the path is no track of its own); kept until the reader goes.
    const ReadTrack* track(const Path& path);
    // The events that its fixes stand in, as track() would say.
    std::vector<std::uint64_t> track_seqs(const Path& path);
    // Where the fixes of that track are; nothing when the carrier, the time or the device it needs is not known.
    std::optional<TrackSpan> track_span(const Path& path);
    // Takes the tracks of this field from the shelf, and puts them there. REQUIRES: the record is read as it stands
    // now, nothing comes in meanwhile, and nobody wants to know what was read.
    void use_shelf(TrackShelf& shelf, FieldIndex field) {
        shelf_ = &shelf;
        shelved_ = field;
    }

private:
    enum class Note : bool { self, nothing };
    Reader(const Paths& paths, RecordIndex subject, std::optional<Instant> at, Reads* reads, Note note);
    RecordIndex referred(FieldIndex reference);
    const Paths* paths_;
    RecordIndex subject_;
    EntityIndex entity_;
    Reads* reads_;
    std::optional<Instant> at_;  // own fields as of then; nothing: now
    std::optional<Instant> time_;
    bool is_time_read_ = false;
    std::optional<Date> day_;
    int depth_ = 0;
    struct Kept {
        Path path;
        cel::Value value;
    };
    std::vector<Kept> derived_;
    std::vector<std::pair<FieldIndex, TrackShelf::Owned>> tracks_;
    TrackShelf* shelf_ = nullptr;
    FieldIndex shelved_ = no_index;
};

}  // namespace ningyi::engine
