// SPDX-License-Identifier: Apache-2.0
#include "exchange/personal_columns.h"

namespace ningyi::exchange {
namespace {

constexpr int first_personal_level = 3;

void mark(Mapping& mapping, std::size_t column) {
    if (column < mapping.columns.size()) mapping.columns[column].is_personal = true;
}

void mark_position(Mapping& mapping, const PositionColumns& position) {
    mark(mapping, position.lat);
    mark(mapping, position.lon);
}

// The columns whose cells become part of the value. A column that is only looked up by is an id.
void mark_value(Mapping& mapping, const ValueRule& value) {
    switch (value.kind) {
        case ValueRule::Kind::column: mark(mapping, value.column); break;
        case ValueRule::Kind::text:
            for (const ValueRule::Piece& piece : value.pieces) {
                for (const std::size_t column : piece.columns) mark(mapping, column);
            }
            break;
        case ValueRule::Kind::fix:
        case ValueRule::Kind::place: mark_position(mapping, value.position); break;
        default: break;
    }
    for (const ValueRule& other : value.otherwise) mark_value(mapping, other);
}

bool is_personal(const model::Dictionary& dictionary, const std::string& event, const std::string& field) {
    const model::EventType* type = dictionary.event(event);
    const model::Entity* entity = type == nullptr ? nullptr : dictionary.entity(type->subject);
    const model::Field* found = entity == nullptr ? nullptr : entity->field(field);
    return found != nullptr && found->level >= first_personal_level;
}

}  // namespace

void mark_personal_columns(std::vector<Mapping>& mappings, const model::Dictionary& dictionary) {
    for (Mapping& mapping : mappings) {
        for (const EventRule& event : mapping.events) {
            for (const BodyField& field : event.body) {
                if (is_personal(dictionary, event.event, field.name)) mark_value(mapping, field.value);
            }
        }
        if (mapping.blocks && is_personal(dictionary, mapping.blocks->event, mapping.blocks->fixes_field))
            mark_position(mapping, mapping.blocks->position);
    }
}

}  // namespace ningyi::exchange
