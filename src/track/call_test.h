// SPDX-License-Identifier: Apache-2.0
// For tests: a measure called by name with named arguments, as the engine calls it.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "track/measure.h"

namespace ningyi::track {

class Call {
public:
    explicit Call(std::string_view measure) : definition_(*find_measure(measure)) {
        arguments_.resize(definition_.parameters.size());
    }
    Call& with_track(std::string_view name, const std::vector<Fix>& track) {
        argument(name, ArgumentKind::track).track = track;
        return *this;
    }
    Call& with_fix(std::string_view name, const Fix& fix) {
        argument(name, ArgumentKind::fix).fix = fix;
        return *this;
    }
    Call& with_place(std::string_view name, geo::Place place) {
        argument(name, ArgumentKind::place).place = place;
        return *this;
    }
    Call& with_interval(std::string_view name, Interval interval) {
        argument(name, ArgumentKind::interval).interval = interval;
        return *this;
    }
    Call& with_number(std::string_view name, std::int64_t number) {
        argument(name, std::nullopt).number = number;
        return *this;
    }
    Measurement run() const { return definition_.run(arguments_); }
    std::optional<std::int64_t> fact(std::string_view name) const {
        for (std::size_t i = 0; i < definition_.facts.size(); ++i) {
            if (definition_.facts[i].name == name) return run().facts.at(i);
        }
        throw std::invalid_argument("no such fact");
    }

private:
    Argument& argument(std::string_view name, std::optional<ArgumentKind> kind) {
        for (std::size_t i = 0; i < arguments_.size(); ++i) {
            if (definition_.parameters[i].name != name) continue;
            if (kind && *kind != definition_.parameters[i].kind) throw std::invalid_argument("another kind");
            arguments_[i].present = true;
            return arguments_[i];
        }
        throw std::invalid_argument("no such parameter");
    }

    const MeasureDefinition& definition_;
    std::vector<Argument> arguments_;
};

}  // namespace ningyi::track
