// SPDX-License-Identifier: Apache-2.0
// How a measure reads its arguments and writes its facts by the names of its definition, and the few questions that
// every measure asks of a track.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "track/fix.h"
#include "track/measure.h"

namespace ningyi::track {

// Positions are interpolated across gaps up to this; a longer one is unknown.  (tracks.md §7)
constexpr Millis interpolated_gap_ms = 120 * seconds_ms;
// How fast a person may have travelled while nothing was seen.
constexpr double unseen_speed_m_s = 40;

// The arguments of a call. REQUIRES: the names asked for are parameters of that measure, of the kind asked for.
class Reading {
public:
    Reading(std::span<const Argument> arguments, std::string_view measure);

    bool is_complete() const;     // every required argument is present
    Measurement nothing() const;  // insufficient, no facts
    std::span<const Fix> track(std::string_view name) const;
    Kept* kept(std::string_view name) const;  // of that track; null: nothing is kept
    const Fix& fix(std::string_view name) const;
    geo::Place place(std::string_view name) const;
    std::optional<Interval> interval(std::string_view name) const;
    std::span<const PlannedVisit> visits(std::string_view name) const;
    bool has(std::string_view name) const;             // whether the argument is present
    std::int64_t number(std::string_view name) const;  // the argument, or what its definition says otherwise

private:
    const Argument& argument(std::string_view name, ArgumentKind kind) const;
    std::span<const Argument> arguments_;
    const MeasureDefinition& definition_;
};

// The answer under construction. REQUIRES: the names written are facts of that measure.
class Writing {
public:
    explicit Writing(std::string_view measure);

    void fact(std::string_view name, std::int64_t value);
    void limit(std::uint32_t limits) { measurement_.limits |= limits; }
    bool has_limit(std::uint32_t limits) const { return (measurement_.limits & limits) != 0; }
    void verdict(Verdict verdict, double nats);  // strength is kept at 0 or above
    Measurement measurement() const { return measurement_; }

private:
    Measurement measurement_;
    const MeasureDefinition& definition_;
};

// Half away from zero, in thousandths of a nat.
std::int64_t mnat_of(double nats);
// Half away from zero, in millionths.
std::int64_t ppm_of(double ratio);

// The part of an ordered track with from ≤ at ≤ to; all of it without an interval.
std::span<const Fix> fixes_within(std::span<const Fix> track, std::optional<Interval> interval);

bool has_mark(std::span<const Fix> track, std::uint32_t marks);

// True if the datum of some fix is unknown or was found to be another one than declared.
bool has_doubtful_datum(std::span<const Fix> track);

}  // namespace ningyi::track
