// SPDX-License-Identifier: Apache-2.0
// The table of measures: every comparator that may be called by name, with what it takes and what it gives. A measure
// is a pure function of its arguments; tracks given to it have been through mark() (clean.h).  (tracks.md §5)
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "geo/place.h"
#include "track/fix.h"

namespace ningyi::track {

struct Gathered;
struct Kept;
struct PlannedVisit;

// `dwells` (compare/dwell.h) and `visits` (compare/plan.h) are gathered over many records; `subject` is an opaque
// number for a person or device.
enum class ArgumentKind : std::uint8_t {
    track,
    fix,
    place,
    interval,
    length,
    duration,
    ratio,
    count,
    subject,
    dwells,
    visits
};

// One argument; which member counts is said by the kind of its parameter. `number`: mm, ms, ppm or a count.
struct Argument {
    bool present = false;
    std::span<const Fix> track;  // in the order of mark(): by time
    Kept* kept = nullptr;        // of that track (kept.h), to be read and added to; null: nothing is kept of it
    Fix fix;
    geo::Place place;
    Interval interval;
    std::int64_t number = 0;
    std::span<const Gathered> dwells;
    std::span<const PlannedVisit> visits;
};

struct ParameterDefinition {
    std::string_view name;
    ArgumentKind kind = ArgumentKind::count;
    bool required = false;
    std::int64_t otherwise = 0;  // the number taken when an optional argument is not present
};

enum class FactKind : std::uint8_t { length, duration, ratio, count, strength, instant };  // mm ms ppm – mnat ms

struct FactDefinition {
    std::string_view name;
    FactKind kind = FactKind::count;
};

// About the claim "the report is true". `insufficient` is never an accusation.
enum class Verdict : std::uint8_t { supported, contradicted, insufficient };

enum Limit : std::uint32_t {
    limit_no_track = 1U << 0U,
    limit_few_fixes = 1U << 1U,
    limit_low_coverage = 1U << 2U,
    limit_poor_accuracy = 1U << 3U,
    limit_clock_step = 1U << 4U,
    limit_datum_suspect = 1U << 5U,
    limit_crowded = 1U << 6U,
    limit_one_sided = 1U << 7U,
    limit_no_motion = 1U << 8U,
    limit_wearable_off = 1U << 9U,
    limit_retained = 1U << 10U,
};

struct Measurement {
    Verdict verdict = Verdict::insufficient;
    std::int64_t strength_mnat = 0;  // ≥ 0, in the direction of the verdict
    std::uint32_t limits = 0;
    std::vector<std::optional<std::int64_t>> facts;  // in the order of the definition; nothing where nothing is known
};

struct MeasureDefinition {
    std::string_view name;  // "track.presence"
    int version = 1;        // goes into every finding
    std::span<const ParameterDefinition> parameters;
    std::span<const FactDefinition> facts;
    // One argument a parameter, in their order (fewer: the rest is not present). A required argument that is not
    // present gives `insufficient` without facts.
    Measurement (*run)(std::span<const Argument>) = nullptr;
    // The same verdict, strength and limits without all of the facts; null where that is no less work.
    Measurement (*verdict_only)(std::span<const Argument>) = nullptr;
};

// The measure of that name, or nothing.
const MeasureDefinition* find_measure(std::string_view name);
std::span<const MeasureDefinition> measures();

std::string_view name_of(Verdict verdict);
std::string limit_names(std::uint32_t limits);  // "few_fixes,low_coverage"; "" for none

}  // namespace ningyi::track
