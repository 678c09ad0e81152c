// SPDX-License-Identifier: Apache-2.0
// What a feature may look at, from its text alone: which fields, which index, how far in time.
#include <algorithm>

#include "engine/features.h"

namespace ningyi::engine {
namespace {

using rule::FeatureKind;

constexpr Millis without_end = INT64_MAX / 4;

}  // namespace

Features::Outlook Features::outlook_of(const Compiled& c) const {
    Outlook outlook;
    const rule::Feature& f = *c.feature;
    const Paths& paths = *paths_;
    FieldSet& fields = outlook.fields;
    const auto add = [&](bool of_other, const Path& path) {
        const EntityIndex entity = of_other ? c.b : c.a;
        if (entity == no_index || path.is_none()) return;
        fields.add_path(paths, entity, path);
        if (path.kind != Path::Kind::track) return;
        outlook.reads_tracks = true;
        if (!of_other) outlook.tracks.push_back(path);
    };
    const auto add_scalar = [&](const Scalar& scalar) {
        if (scalar.is_empty()) return;
        for (const std::uint16_t slot : scalar.expression.reads())
            add(scalar.slots[slot].other, scalar.slots[slot].path);
    };
    const auto add_arguments = [&](const std::vector<Argument>& arguments) {
        for (const Argument& argument : arguments) {
            add(argument.from.other, argument.from.path);
            add(argument.to.other, argument.to.path);
            add_scalar(argument.expression);
            if (argument.source != Argument::Source::param) continue;
            add(false, paths.common(c.a).date);
            for (const auto& [key, path] : paths.common(c.a).scope) add(false, path);
        }
    };
    add(false, paths.common(c.a).time);  // as of when
    for (const Path& path : c.a_key) add(false, path);
    for (const Path& path : c.a_peers) add(false, path);
    for (const Scalar* scalar : {&c.where, &c.of, &c.id}) add_scalar(*scalar);
    add(false, c.at);
    add(true, c.start);
    add(true, c.end);
    add(false, c.own_start);
    add(false, c.own_end);
    for (const Path& out : c.out) add(true, out);
    add_arguments(c.args);
    add_arguments(c.each_args);
    if (c.register_entity != no_index) fields.add_all(c.register_entity);
    if (c.pairing != no_index) {
        const Pairing& pairing = pairings_[c.pairing];
        for (const Path& path : pairing.key) add(true, path);
        add(true, paths.common(pairing.entity).time);
        add(true, pairing.track);
        add(false, pairing.track);
        outlook.is_pair = true;
    }
    outlook.from = c.from;
    outlook.index = c.index;
    outlook.peer_index = c.peer_index;
    outlook.is_shared = c.same_for_all;
    outlook.reach = c.reach;
    outlook.ahead = c.ahead;
    // Of the last so many records, those before count however long ago they were, later ones never.
    const bool looks_back = f.kind == FeatureKind::lag || f.kind == FeatureKind::window;
    if (outlook.reach == 0 && looks_back) outlook.reach = without_end;
    return outlook;
}

void Features::add_outlooks() {
    for (const Compiled& c : compiled_) {
        const Outlook& outlook = shared_->outlooks.emplace_back(outlook_of(c));
        for (const std::uint16_t number : {c.index, c.peer_index}) {
            if (number != no_index) indexes_[number].reach = std::max(indexes_[number].reach, outlook.reach);
        }
        if (c.pairing != no_index) pairings_[c.pairing].looks.add(outlook.fields);
    }
    for (Index& index : indexes_) {
        index.place.add_path(*paths_, index.entity, paths_->common(index.entity).time);
        for (const Path& path : index.key) index.place.add_path(*paths_, index.entity, path);
        for (const std::uint16_t column : index.columns) {
            index.content.add(shared_->outlooks[column_rules_[column].feature].fields);
            for (const Path& path : column_rules_[column].group_path)
                index.content.add_path(*paths_, index.entity, path);
        }
    }
}

}  // namespace ningyi::engine
