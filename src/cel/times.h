// SPDX-License-Identifier: Apache-2.0
// Timestamps and durations of the expression language: their text forms, sums, and parts. Timestamps lie in the years 1
// to 9999, durations within what 64 bits hold in nanoseconds; beyond is an error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "cel/numbers.h"
#include "cel/value.h"

namespace ningyi::cel {

// RFC 3339 with an offset, to the nanosecond; nothing when malformed or out of range.
std::optional<Value> timestamp_of(std::string_view text);

// "1h30m", "1.5s", "-20ms", units h m s ms us ns; nothing when malformed or out of range.
std::optional<Value> duration_of(std::string_view text);

// A timestamp of these seconds, or an error when out of range.
Value timestamp_of_seconds(std::int64_t seconds);

// "2009-02-13T23:31:30.5Z" and "6347s", "0.5s".
std::string time_text(const Value& timestamp_or_duration);

// a + b and a - b where a is a timestamp or duration; an error when they do not fit together or the result is out of
// range.
Value time_sum(const Value& a, const Value& b);
Value time_difference(const Value& a, const Value& b);

// The duration of so many nanoseconds, or an error when out of range.
Value duration_of_nanos(Int128 nanos);
std::int64_t nanos_of(const Value& duration);  // REQUIRES: a duration in range

// The instant in whole milliseconds, rounded down.
Instant instant_of(const Value& timestamp);

// "06:00" as ms of the day; "24:00" is the end of the day. Nothing when malformed.
std::optional<std::int64_t> clock_ms(std::string_view text);

// A part of a timestamp at `offset_seconds` from UTC by the name of its CEL function ("getMonth"); nothing when
// unknown.
std::optional<std::int64_t> timestamp_part(std::string_view name, const Value& timestamp, std::int64_t offset_seconds);
std::optional<std::int64_t> duration_part(std::string_view name, const Value& duration);

}  // namespace ningyi::cel
