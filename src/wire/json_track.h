// SPDX-License-Identifier: Apache-2.0
// What GeoJSON and MF-JSON have in common: positions [longitude, latitude, altitude], times as text or milliseconds,
// reference systems, and the bounds of a JSON file.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/json_in.h"
#include "base/time.h"
#include "track/fix.h"

namespace ningyi::wire {

// A tree costs about two hundred bytes a value: this is 900 MB, and 400,000 points with all that we write of them.
constexpr JsonLimits file_json_limits{.bytes = std::size_t{256} << 20U, .depth = 32, .values = 4'000'000};

// A fix without a time at a position; nothing when it is no list of at least two numbers.
std::optional<track::Fix> fix_at(const JsonValue& position);

// RFC 3339 with an offset, or milliseconds since 1970; nothing for anything else.
std::optional<Instant> instant_of(const JsonValue& value);

// True when nothing is said or WGS-84 in longitude, latitude is: CRS84 or EPSG 4326 (MF-JSON and GeoJSON put longitude
// first under either name).
bool is_known_reference(const JsonValue* crs);

// A member as a number times `scale`, rounded; nothing when it is not there, null or no number that fits.
std::optional<std::int64_t> scaled_member(const JsonValue& object, std::string_view name, double scale);
std::optional<std::int64_t> scaled_number(const JsonValue& value, double scale);

// [longitude, latitude], and the altitude when there is one.
void write_position(JsonWriter& json, const track::Fix& fix);

// A short text of a value for a message.
std::string shown(const JsonValue& value);

// The text of a member, or "".
std::string text_member(const JsonValue& object, std::string_view name);

}  // namespace ningyi::wire
