// SPDX-License-Identifier: Apache-2.0
// A fix: what a device claims about where it was, with the error it states. Time, place and flags are kept as claimed;
// marks are what cleaning (clean.h) thinks of them and are never stored.  (tracks.md §3)
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "geo/datum.h"
#include "geo/place.h"

namespace ningyi::track {

// The confidence level of the stated accuracy radius: p39 is one standard deviation of one axis.
enum class Level : std::uint8_t { unknown, p39, p50, p68, p95 };

using geo::Datum;
using geo::name_of;

enum class Provider : std::uint8_t { unknown, gnss, network, wifi, cell, fused, passive, wearable, manual };

// From the device. The two mock bits make {yes, no, not knowable}: `mock` has a meaning only with `mock_known`.
enum Flag : std::uint32_t {
    flag_mock_known = 1U << 0U,
    flag_mock = 1U << 1U,
    flag_accessory = 1U << 2U,
    flag_simulated = 1U << 3U,
    flag_charging = 1U << 4U,
    flag_moving = 1U << 5U,
    flag_archived = 1U << 6U,        // sent late
    flag_not_positioned = 1U << 7U,  // the device says that this is no position
    flag_aged = 1U << 8U,            // the device states an age above 60 s
    flag_level_derived = 1U << 9U,   // accuracy and level were made from a dilution of precision
    flag_not_a_number = 1U << 10U,   // the source gave no number for a coordinate
};
constexpr std::uint32_t all_flags = (1U << 11U) - 1U;

// From cleaning; derived, so never stored.  (tracks.md §6)
enum Mark : std::uint32_t {
    mark_invalid = 1U << 0U,
    mark_zero = 1U << 1U,
    mark_range = 1U << 2U,
    mark_duplicate = 1U << 3U,
    mark_future = 1U << 4U,
    mark_stale = 1U << 5U,
    mark_order = 1U << 6U,
    mark_clock = 1U << 7U,
    mark_poor = 1U << 8U,
    mark_repeat = 1U << 9U,
    mark_coarse = 1U << 10U,
    mark_jump = 1U << 11U,
    mark_mock = 1U << 12U,
    mark_simulated = 1U << 13U,
    mark_accessory = 1U << 14U,
    mark_suspect_datum = 1U << 15U,
};
// Fixes with one of these are in no geometry at all.
constexpr std::uint32_t marks_without_place = mark_invalid | mark_zero | mark_range | mark_duplicate;
constexpr std::uint32_t marks_of_time = mark_future | mark_stale;

constexpr std::int64_t no_time = std::numeric_limits<std::int64_t>::min();
constexpr std::int32_t no_value = std::numeric_limits<std::int32_t>::min();
constexpr std::uint32_t no_accuracy = std::numeric_limits<std::uint32_t>::max();

struct Fix {
    Instant at;                               // as the platform states it: a claim
    Instant recorded{no_time};                // when the system recorded it; from the event, not from the block
    std::int64_t mono_ms = no_time;           // device monotonic clock, within `boot`
    geo::Place place;                         // WGS-84, canonical
    geo::Place received;                      // as received, in `datum`; equal to `place` for WGS-84
    std::uint32_t accuracy_mm = no_accuracy;  // as stated; 0 is kept, and counts as absent for sigma
    std::int32_t speed_mm_s = no_value;       // reported, never derived
    std::int32_t bearing_cdeg = no_value;     // 0.01°
    std::int32_t altitude_mm = no_value;
    std::uint32_t boot = 0;
    std::uint32_t upload = 0;  // number of the upload it came in
    std::uint32_t seq = 0;     // position in that upload
    std::uint32_t device = 0;  // opaque
    std::uint32_t flags = 0;
    std::uint32_t marks = 0;
    Level level = Level::unknown;
    Datum datum = Datum::wgs84;
    std::uint8_t conversion = 0;  // version of the conversion that made `place`; 0 for none
    Provider provider = Provider::unknown;
    bool operator==(const Fix&) const = default;
};

// Radius of the 95 % circle in standard deviations of one axis: √(−2 ln 0.05).
constexpr double sigmas_95 = 2.4477468306808166;
// Radius of the 68 % circle in standard deviations of one axis: √(−2 ln 0.32).
constexpr double sigmas_68 = 1.5095921854516636;

// One-axis standard deviation in mm: the stated radius over the factor of its level (unknown is read as 68 %: the wider
// error accuses less), at least 3 m; without an accuracy, or from network, Wi-Fi, cell or an unknown provider, the
// 68 % radius is at least 20 m.
double sigma_mm(const Fix& fix);

// The 68 % radius in mm that goes with sigma_mm.
double accuracy_68_mm(const Fix& fix);

// Builds a fix from what was received: keeps the received numbers, converts once to WGS-84 by the declared datum.
Fix fix_received(Instant at, geo::Place received, Datum datum);

std::string_view name_of(Level level);
std::string_view name_of(Provider provider);

}  // namespace ningyi::track
