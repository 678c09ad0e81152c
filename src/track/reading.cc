// SPDX-License-Identifier: Apache-2.0
#include "track/reading.h"

#include <algorithm>

#include "base/check.h"

namespace ningyi::track {
namespace {

const MeasureDefinition& definition_of(std::string_view measure) {
    const MeasureDefinition* definition = find_measure(measure);
    CHECK(definition != nullptr);
    return *definition;
}

}  // namespace

Reading::Reading(std::span<const Argument> arguments, std::string_view measure)
    : arguments_(arguments), definition_(definition_of(measure)) {}

bool Reading::is_complete() const {
    for (std::size_t i = 0; i < definition_.parameters.size(); ++i) {
        const bool is_present = i < arguments_.size() && arguments_[i].present;
        if (definition_.parameters[i].required && !is_present) return false;
    }
    return true;
}

Measurement Reading::nothing() const {
    Measurement measurement;
    measurement.facts.resize(definition_.facts.size());
    return measurement;
}

const Argument& Reading::argument(std::string_view name, ArgumentKind kind) const {
    static const Argument absent;
    for (std::size_t i = 0; i < definition_.parameters.size(); ++i) {
        if (definition_.parameters[i].name != name) continue;
        CHECK(definition_.parameters[i].kind == kind);
        return i < arguments_.size() ? arguments_[i] : absent;
    }
    CHECK(false && "a measure asks for a parameter that it does not define");
    return absent;
}

std::span<const Fix> Reading::track(std::string_view name) const {
    return argument(name, ArgumentKind::track).track;
}
Kept* Reading::kept(std::string_view name) const {
    return argument(name, ArgumentKind::track).kept;
}
const Fix& Reading::fix(std::string_view name) const {
    return argument(name, ArgumentKind::fix).fix;
}
geo::Place Reading::place(std::string_view name) const {
    return argument(name, ArgumentKind::place).place;
}

std::optional<Interval> Reading::interval(std::string_view name) const {
    const Argument& found = argument(name, ArgumentKind::interval);
    if (!found.present) return std::nullopt;
    return found.interval;
}

std::span<const PlannedVisit> Reading::visits(std::string_view name) const {
    return argument(name, ArgumentKind::visits).visits;
}

bool Reading::has(std::string_view name) const {
    for (std::size_t i = 0; i < definition_.parameters.size(); ++i) {
        if (definition_.parameters[i].name == name) return i < arguments_.size() && arguments_[i].present;
    }
    CHECK(false && "a measure asks for a parameter that it does not define");
    return false;
}

std::int64_t Reading::number(std::string_view name) const {
    for (std::size_t i = 0; i < definition_.parameters.size(); ++i) {
        if (definition_.parameters[i].name != name) continue;
        return i < arguments_.size() && arguments_[i].present ? arguments_[i].number
                                                              : definition_.parameters[i].otherwise;
    }
    CHECK(false && "a measure asks for a parameter that it does not define");
    return 0;
}

Writing::Writing(std::string_view measure) : definition_(definition_of(measure)) {
    measurement_.facts.resize(definition_.facts.size());
}

void Writing::fact(std::string_view name, std::int64_t value) {
    for (std::size_t i = 0; i < definition_.facts.size(); ++i) {
        if (definition_.facts[i].name != name) continue;
        measurement_.facts[i] = value;
        return;
    }
    CHECK(false && "a measure gives a fact that it does not define");
}

void Writing::verdict(Verdict verdict, double nats) {
    measurement_.verdict = verdict;
    measurement_.strength_mnat = std::max<std::int64_t>(0, mnat_of(nats));
}

std::int64_t mnat_of(double nats) {
    return geo::rounded(nats * 1000);
}
std::int64_t ppm_of(double ratio) {
    return geo::rounded(ratio * 1e6);
}

std::span<const Fix> fixes_within(std::span<const Fix> track, std::optional<Interval> interval) {
    if (!interval) return track;
    const auto first = std::lower_bound(track.begin(), track.end(), interval->from,
                                        [](const Fix& fix, Instant instant) { return fix.at < instant; });
    const auto last = std::upper_bound(first, track.end(), interval->to,
                                       [](Instant instant, const Fix& fix) { return instant < fix.at; });
    return {first, last};
}

bool has_mark(std::span<const Fix> track, std::uint32_t marks) {
    return std::any_of(track.begin(), track.end(), [marks](const Fix& fix) { return (fix.marks & marks) != 0; });
}

bool has_doubtful_datum(std::span<const Fix> track) {
    return std::any_of(track.begin(), track.end(), [](const Fix& fix) {
        return fix.datum == Datum::unknown || (fix.marks & mark_suspect_datum) != 0;
    });
}

}  // namespace ningyi::track
