// SPDX-License-Identifier: Apache-2.0
#include "pack/pack.h"
#include "track/measure.h"

namespace ningyi::pack {
namespace {

cel::Kind kind_of(track::FactKind kind) {
    switch (kind) {
        case track::FactKind::length: return cel::Kind::length;
        case track::FactKind::duration: return cel::Kind::duration;
        case track::FactKind::ratio: return cel::Kind::ratio;
        case track::FactKind::count: return cel::Kind::integer;
        case track::FactKind::strength: return cel::Kind::integer;
        case track::FactKind::instant: return cel::Kind::timestamp;
    }
    return cel::Kind::integer;
}

}  // namespace

rule::MeasureShapes measure_shapes() {
    rule::MeasureShapes shapes;
    for (const track::MeasureDefinition& measure : track::measures()) {
        rule::MeasureShape shape;
        shape.name = measure.name;
        for (const track::ParameterDefinition& parameter : measure.parameters) {
            // The engine gathers dwells itself.
            const bool written = parameter.required && parameter.kind != track::ArgumentKind::dwells;
            shape.parameters.emplace_back(parameter.name, written);
        }
        for (const track::FactDefinition& fact : measure.facts) {
            shape.facts.emplace_back(fact.name, cel::type_of(kind_of(fact.kind)));
        }
        shapes.push_back(std::move(shape));
    }
    return shapes;
}

}  // namespace ningyi::pack
