// SPDX-License-Identifier: Apache-2.0
#include "engine/fact_value.h"
#include "pack/pack.h"
#include "track/measure.h"

namespace ningyi::pack {
namespace {

using Takes = rule::MeasureShape::Takes;

Takes taken(track::ArgumentKind kind) {
    switch (kind) {
        case track::ArgumentKind::track: return Takes::track;
        case track::ArgumentKind::dwells:
        case track::ArgumentKind::visits: return Takes::gathered;
        default: return Takes::value;
    }
}

}  // namespace

rule::MeasureShapes measure_shapes() {
    rule::MeasureShapes shapes;
    for (const track::MeasureDefinition& measure : track::measures()) {
        rule::MeasureShape shape;
        shape.name = measure.name;
        for (const track::ParameterDefinition& parameter : measure.parameters) {
            const Takes takes = taken(parameter.kind);
            // What is gathered the engine fills in itself.
            const bool is_written = parameter.required && takes != Takes::gathered;
            shape.parameters.push_back({std::string(parameter.name), is_written, takes});
        }
        for (const track::FactDefinition& fact : measure.facts) {
            shape.facts.emplace_back(fact.name, cel::type_of(engine::kind_of(fact.kind)));
        }
        shapes.push_back(std::move(shape));
    }
    return shapes;
}

}  // namespace ningyi::pack
