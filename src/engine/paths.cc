// SPDX-License-Identifier: Apache-2.0
#include "engine/paths.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "engine/body_value.h"
#include "rule/names.h"

namespace ningyi::engine {
namespace {

// Computed fields may use computed fields; a ring among them ends here as absent.
constexpr int deepest_derivation = 8;

class DerivedHost final : public cel::Host {
public:
    DerivedHost(Reader& reader, const Paths::Derived& derived) : reader_(reader), derived_(derived) {}
    cel::Value read(std::uint16_t slot) override {
        cel::Value value = reader_.read(derived_.slots[slot]);
        return value.is_absent() ? cel::Value::absent(slot) : value;
    }
    cel::Value look_up(std::uint16_t slot, std::span<const cel::Value>) override { return cel::Value::absent(slot); }
    cel::Value contains(std::uint16_t slot, std::span<const cel::Value>) override { return cel::Value::absent(slot); }

private:
    Reader& reader_;
    const Paths::Derived& derived_;
};

}  // namespace

Result<std::unique_ptr<Paths>> Paths::compile(const rule::RuleSet& set, const World& world, const Zone& zone) {
    auto paths = std::make_unique<Paths>();
    paths->world_ = &world;
    paths->zone_ = &zone;
    Faults faults;
    const auto& entities = set.dictionary.entities;
    for (std::size_t e = 0; e < entities.size(); ++e) {
        for (std::size_t f = 0; f < entities[e].fields.size(); ++f) {
            if (entities[e].fields[f].derive.empty()) continue;
            const auto number = static_cast<std::uint16_t>(paths->derived_.size());
            Derived& derived = paths->derived_.emplace_back();
            derived.entity = static_cast<EntityIndex>(e);
            derived.field = static_cast<FieldIndex>(f);
            paths->derived_of_.emplace(std::pair{derived.entity, derived.field}, number);
        }
    }
    for (Derived& derived : paths->derived_) {
        const model::Entity& entity = entities[derived.entity];
        const model::Field& field = entity.fields[derived.field];
        derived.names = rule::subject_names(set.dictionary, entity);
        auto expression =
            cel::compile(field.derive, derived.names, engine::type_of(field),
                         {.file = entity.file, .line = field.line, .column = field.column, .lines = {}, .columns = {}});
        if (!expression) {
            faults.insert(faults.end(), expression.error().begin(), expression.error().end());
            continue;
        }
        derived.expression = *expression;
        for (std::uint16_t slot = 0; slot < derived.names.slots(); ++slot) {
            const std::string_view path = derived.names.path(slot);
            const std::size_t dot = path.find('.');
            const bool own = dot != std::string_view::npos && path.substr(0, dot) == entity.name;
            derived.slots.push_back(paths->find(derived.entity, own ? path.substr(dot + 1) : path).value_or(Path{}));
        }
    }
    if (!faults.empty()) return failure(std::move(faults));
    for (std::size_t e = 0; e < entities.size(); ++e) {
        const auto entity = static_cast<EntityIndex>(e);
        const std::string own = entities[e].name + ".";
        const auto find = [&](std::string_view text) {
            if (text.empty()) return Path{};
            return paths->find(entity, text.starts_with(own) ? text.substr(own.size()) : text).value_or(Path{});
        };
        Common& common = paths->common_.emplace_back();
        common.time = find(entities[e].time);
        common.date = find(entities[e].date);
        common.agency = find(entities[e].agency);
        for (const auto& [key, text] : entities[e].scope) {
            common.scope_keys.push_back(key);
            common.scope.emplace_back(key, find(text));
        }
        for (std::size_t f = 0; f < entities[e].fields.size(); ++f) {
            const model::Field& field = entities[e].fields[f];
            if (field.type != model::FieldType::track) continue;
            Common::Track track{.field = static_cast<FieldIndex>(f),
                                .of = find(field.track_of),
                                .from = find(field.track_from),
                                .to = find(field.track_to),
                                .device = {},
                                .which = DeviceChoice::Which::all};
            if (!field.track_device.empty()) {
                track.device = find(field.track_device);
                track.which = DeviceChoice::Which::only;
            } else if (!field.track_other_than.empty()) {
                track.device = find(field.track_other_than);
                track.which = DeviceChoice::Which::other_than;
            }
            common.tracks.push_back(track);
        }
    }
    return paths;
}

std::optional<Path> Paths::find(EntityIndex subject, std::string_view text) const {
    const std::size_t dot = text.find('.');
    Path path;
    path.entity = subject;
    std::string_view name = text;
    if (dot != std::string_view::npos) {
        const std::string_view reference = text.substr(0, dot);
        name = text.substr(dot + 1);
        const std::vector<model::Field>& fields = world_->entity(subject).fields;
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (fields[i].ref == reference && path.reference == no_index) path.reference = static_cast<FieldIndex>(i);
        }
        if (path.reference == no_index) return std::nullopt;
        path.entity = world_->entity_index(reference);
        if (path.entity == no_index) return std::nullopt;
    }
    path.field = world_->field_index(path.entity, name);
    if (path.field == no_index) return std::nullopt;
    const model::Field& field = world_->entity(path.entity).fields[path.field];
    path.kind = Path::Kind::field;
    if (field.type == model::FieldType::track) path.kind = Path::Kind::track;
    if (!field.derive.empty()) {
        path.kind = Path::Kind::derived;
        path.derived = derived_of_.at({path.entity, path.field});
    }
    return path;
}

bool Paths::is_own(const Path& path, int depth) const {
    if (path.reference != no_index || depth > deepest_derivation) return false;
    if (path.kind == Path::Kind::field) return true;
    if (path.kind != Path::Kind::derived) return false;
    const Derived& derived = derived_[path.derived];
    const std::vector<std::uint16_t>& reads = derived.expression.reads();
    return std::all_of(reads.begin(), reads.end(),
                       [&](std::uint16_t slot) { return is_own(derived.slots[slot], depth + 1); });
}

Reader::Reader(const Paths& paths, RecordIndex subject, Reads* reads)
    : Reader(paths, subject, std::nullopt, reads, Note::self) {}

Reader Reader::as_of(const Paths& paths, RecordIndex subject, std::optional<Instant> at, Reads* reads) {
    return Reader(paths, subject, at, reads, Note::self);
}

Reader Reader::indexed(const Paths& paths, RecordIndex subject, Reads* reads) {
    return Reader(paths, subject, std::nullopt, reads, Note::nothing);
}

Reader::Reader(const Paths& paths, RecordIndex subject, std::optional<Instant> at, Reads* reads, Note note)
    : paths_(&paths),
      subject_(subject),
      entity_(paths.world().record(subject).entity),
      reads_(reads),
      at_(at),
      time_(at),
      is_time_read_(at.has_value()) {
    if (reads_ != nullptr && note == Note::self) reads_->record(entity_, paths.world().record(subject).id);
}

std::optional<Instant> Reader::time() {
    if (is_time_read_) return time_;
    is_time_read_ = true;  // first, for a time that is computed from what is read as of it
    const Path& path = paths_->common(entity_).time;
    if (path.is_none()) return time_;
    const cel::Value value = read(path);
    if (value.kind() == cel::Kind::timestamp) time_ = Instant{value.ms()};
    return time_;
}

cel::Value Reader::date() {
    const Path& path = paths_->common(entity_).date;
    if (!path.is_none()) return read(path);
    return day_ ? cel::Value::of(cel::Kind::date, day_->days) : cel::Value();
}

std::string Reader::agency() {
    const Path& path = paths_->common(entity_).agency;
    const cel::Value value = path.is_none() ? cel::Value() : read(path);
    return value.kind() == cel::Kind::string ? value.text() : "";
}

cel::Value Reader::scope(const std::string& key) {
    for (const auto& [name, path] : paths_->common(entity_).scope) {
        if (name == key) return read(path);
    }
    return {};
}

std::optional<Instant> Reader::time_for(EntityIndex entity) {
    return paths_->common(entity).time.is_none() ? time() : std::nullopt;
}

RecordIndex Reader::referred(FieldIndex reference) {
    const World& world = paths_->world();
    const cel::Value id = world.field(subject_, reference, at_);
    if (id.kind() != cel::Kind::string) return no_record;
    const EntityIndex entity = world.referred(entity_, reference);
    if (reads_ != nullptr) reads_->record(entity, id.text());
    return world.find(entity, id.text());
}

cel::Value Reader::read(const Path& path) {
    const World& world = paths_->world();
    if (path.kind == Path::Kind::none || path.kind == Path::Kind::track) return {};
    if (path.kind == Path::Kind::field) {
        if (path.reference == no_index) return world.field(subject_, path.field, at_);
        const RecordIndex record = referred(path.reference);
        return record == no_record ? cel::Value() : world.field(record, path.field, time_for(path.entity));
    }
    for (const Kept& kept : derived_) {
        if (kept.path.derived == path.derived && kept.path.reference == path.reference) return kept.value;
    }
    if (depth_ >= deepest_derivation) return {};
    ++depth_;
    const Paths::Derived& derived = paths_->derived()[path.derived];
    cel::Value value;
    if (path.reference == no_index) {
        DerivedHost host(*this, derived);
        value = derived.expression.evaluate(host, paths_->zone());
    } else {
        const RecordIndex record = referred(path.reference);
        if (record != no_record) {
            Reader other = Reader::as_of(*paths_, record, time_for(path.entity), reads_);
            DerivedHost host(other, derived);
            value = derived.expression.evaluate(host, paths_->zone());
        }
    }
    --depth_;
    if (!value.is_known()) value = cel::Value();
    derived_.push_back({path, value});
    return value;
}

std::uint64_t Reader::seq(const Path& path) {
    const World& world = paths_->world();
    if (path.kind != Path::Kind::field) return 0;
    if (path.reference == no_index) return world.field_seq(subject_, path.field, at_);
    const RecordIndex record = referred(path.reference);
    return record == no_record ? 0 : world.field_seq(record, path.field, time_for(path.entity));
}

std::optional<TrackSpan> Reader::track_span(const Path& path) {
    if (path.kind != Path::Kind::track || path.reference != no_index) return std::nullopt;
    const model::Field& field = paths_->world().entity(entity_).fields[path.field];
    const Paths::Common::Track* ends = nullptr;
    for (const Paths::Common::Track& one : paths_->common(entity_).tracks) {
        if (one.field == path.field) ends = &one;
    }
    CHECK(ends != nullptr);  // every track field has its entry
    const cel::Value carrier = read(ends->of);
    const cel::Value from = read(ends->from);
    cel::Value to = read(ends->to);
    if (!to.is_known()) to = from;
    if (carrier.kind() != cel::Kind::string || from.kind() != cel::Kind::timestamp) return std::nullopt;
    TrackSpan span{.carrier = carrier.text(),
                   .from = Instant{from.ms() - field.track_lead},
                   .to = Instant{to.ms() + field.track_tail},
                   .choice = {}};
    if (ends->which != DeviceChoice::Which::all) {
        const cel::Value device = read(ends->device);
        if (device.kind() != cel::Kind::string) return std::nullopt;
        span.choice = {ends->which, opaque_device(device.text())};
    }
    if (reads_ != nullptr) reads_->carrier(span.carrier, span.from, span.to);
    return span;
}

std::vector<std::uint64_t> Reader::track_seqs(const Path& path) {
    for (const auto& [field, track] : tracks_) {
        if (field == path.field && path.kind == Path::Kind::track && path.reference == no_index) return track->seqs;
    }
    const auto span = track_span(path);
    if (!span) return {};
    // Both ends of a block are times of fixes, so one that ends inside the span need not be read.
    std::vector<std::uint64_t> seqs;
    bool is_told = true;
    paths_->world().each_block(span->carrier, span->from, span->to, [&](const TrackBlock& block) {
        if (span->choice.which == DeviceChoice::Which::only && block.device != span->choice.device) return;
        if (span->choice.which == DeviceChoice::Which::other_than && block.device == span->choice.device) return;
        is_told = is_told && (block.first >= span->from || block.last <= span->to);
        seqs.push_back(block.seq);
    });
    return is_told ? seqs : track(path)->seqs;
}

const ReadTrack* Reader::track(const Path& path) {
    if (path.kind != Path::Kind::track || path.reference != no_index) return nullptr;
    for (const auto& [field, track] : tracks_) {
        if (field == path.field) return track.get();
    }
    const bool is_shelved = shelf_ != nullptr && path.field == shelved_;
    const std::uint64_t key = (std::uint64_t{subject_} << 16U) | path.field;
    if (is_shelved) {
        if (TrackShelf::Owned found = shelf_->find(key)) return tracks_.emplace_back(path.field, found).second.get();
    }
    auto track = std::make_shared<ReadTrack>();
    if (const auto span = track_span(path)) {
        track->fixes = paths_->world().fixes(span->carrier, span->from, span->to, &track->seqs, span->choice);
    }
    if (is_shelved) shelf_->put(key, track);
    return tracks_.emplace_back(path.field, std::move(track)).second.get();
}

}  // namespace ningyi::engine
