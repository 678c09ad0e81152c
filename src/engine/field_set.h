// SPDX-License-Identifier: Apache-2.0
// Which fields of which kinds of records something may look at, known from its text: an event that says none of them
// changes nothing there.
#pragma once

#include <vector>

#include "engine/paths.h"

namespace ningyi::engine {

// What an event said of a record.
struct Said {
    EntityIndex entity = no_index;
    EventIndex type = no_index;
    std::vector<FieldIndex> fields;
};

class FieldSet {
public:
    void add(EntityIndex entity, FieldIndex field);
    void add_all(EntityIndex entity);  // whatever is said of such a record, even nothing
    void add(const FieldSet& other);
    // Everything that is read when the path is read for a subject of that kind.
    void add_path(const Paths& paths, EntityIndex subject, const Path& path);

    bool has(EntityIndex entity, FieldIndex field) const;
    bool meets(const Said& said) const;

private:
    struct Entity {
        bool all = false;
        std::vector<bool> fields;
    };
    Entity& of(EntityIndex entity);
    std::vector<Entity> entities_;
};

}  // namespace ningyi::engine
