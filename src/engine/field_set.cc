// SPDX-License-Identifier: Apache-2.0
#include "engine/field_set.h"

#include <algorithm>

namespace ningyi::engine {

FieldSet::Entity& FieldSet::of(EntityIndex entity) {
    if (entities_.size() <= entity) entities_.resize(entity + std::size_t{1});
    return entities_[entity];
}

void FieldSet::add(EntityIndex entity, FieldIndex field) {
    std::vector<bool>& fields = of(entity).fields;
    if (fields.size() <= field) fields.resize(field + std::size_t{1});
    fields[field] = true;
}

void FieldSet::add_all(EntityIndex entity) {
    of(entity).all = true;
}

void FieldSet::add(const FieldSet& other) {
    for (std::size_t e = 0; e < other.entities_.size(); ++e) {
        const Entity& from = other.entities_[e];
        if (from.all) add_all(static_cast<EntityIndex>(e));
        for (std::size_t f = 0; f < from.fields.size(); ++f) {
            if (from.fields[f]) add(static_cast<EntityIndex>(e), static_cast<FieldIndex>(f));
        }
    }
}

void FieldSet::add_path(const Paths& paths, EntityIndex subject, const Path& path) {
    if (path.is_none()) return;
    if (path.reference != no_index) {
        add(subject, path.reference);
        add_path(paths, subject, paths.common(subject).time);  // a register is read as of then
    }
    if (path.kind == Path::Kind::field) {
        add(path.entity, path.field);
        return;
    }
    if (has(path.entity, path.field)) return;  // what it is made of is there as well
    add(path.entity, path.field);
    if (path.kind == Path::Kind::derived) {
        for (const Path& slot : paths.derived()[path.derived].slots) add_path(paths, path.entity, slot);
        return;
    }
    for (const Paths::Common::Track& track : paths.common(path.entity).tracks) {
        if (track.field != path.field) continue;
        for (const Path* part : {&track.of, &track.from, &track.to, &track.device}) add_path(paths, path.entity, *part);
    }
}

bool FieldSet::has(EntityIndex entity, FieldIndex field) const {
    return entity < entities_.size() && field < entities_[entity].fields.size() && entities_[entity].fields[field];
}

bool FieldSet::meets(const Said& said) const {
    if (said.entity >= entities_.size()) return false;
    const Entity& entity = entities_[said.entity];
    return entity.all || std::any_of(said.fields.begin(), said.fields.end(), [&](FieldIndex field) {
               return field < entity.fields.size() && entity.fields[field];
           });
}

}  // namespace ningyi::engine
