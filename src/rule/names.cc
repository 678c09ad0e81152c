// SPDX-License-Identifier: Apache-2.0
#include "rule/names.h"

#include <algorithm>

#include "base/text.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

void add_fields(const model::Entity& entity, const std::string& prefix, cel::Names& names) {
    for (const model::Field& field : entity.fields) {
        if (const std::optional<cel::Type> type = type_of_field(field))
            names.add_path(prefix + "." + field.name, *type);
    }
}

void add_record(const model::Dictionary& dictionary, const model::Entity* entity, const std::string& letter,
                cel::Names& names) {
    if (entity == nullptr) return;
    for (const model::Field& field : entity->fields) {
        const model::Entity* other = field.ref.empty() ? nullptr : dictionary.entity(field.ref);
        if (other != nullptr) add_fields(*other, letter + "." + other->name, names);
    }
    add_fields(*entity, letter, names);
}

}  // namespace

cel::Names subject_names(const model::Dictionary& dictionary, const model::Entity& subject) {
    cel::Names names;
    for (const model::Field& field : subject.fields) {
        const model::Entity* other = field.ref.empty() ? nullptr : dictionary.entity(field.ref);
        if (other != nullptr && other->name != subject.name) add_fields(*other, other->name, names);
    }
    add_fields(subject, subject.name, names);
    add_geo_functions(names);
    return names;
}

void add_pair_names(const model::Dictionary& dictionary, const model::Entity* a, const model::Entity* b,
                    cel::Names& names) {
    add_record(dictionary, a, "a", names);
    add_record(dictionary, b, "b", names);
    add_geo_functions(names);
}

const model::Field* field_of_path(const model::Dictionary& dictionary, const model::Entity& subject,
                                  std::string_view path) {
    std::vector<std::string_view> parts = split(path, '.');
    const bool is_other = parts[0] == "others";
    if (is_other) parts.erase(parts.begin());
    if (parts.size() != 2) return nullptr;
    const bool is_reached = is_other || parts[0] == subject.name ||
                            std::any_of(subject.fields.begin(), subject.fields.end(),
                                        [&](const model::Field& field) { return field.ref == parts[0]; });
    const model::Entity* owner = is_reached ? dictionary.entity(parts[0]) : nullptr;
    return owner == nullptr ? nullptr : owner->field(parts[1]);
}

}  // namespace ningyi::rule
