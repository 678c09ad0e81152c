// SPDX-License-Identifier: Apache-2.0
// What a sender claims, brought within bounds: its texts are well-formed and short, its numbers fit the fields of a
// fix, its attributes are counted. Used by every format; knows none of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json_in.h"
#include "base/time.h"
#include "track/fix.h"
#include "wire/message.h"

namespace ningyi::wire {

constexpr std::size_t device_bytes_max = 128;
constexpr std::size_t faults_max = 100;  // of a message or a file; the last one says that there are more

constexpr JsonLimits message_json_limits{.bytes = body_bytes_max, .depth = depth_max, .values = 300'000};

// `bytes` as UTF-8 of at most `bytes_most` bytes, cut between characters. What is no UTF-8, and control characters,
// come out as U+FFFD, so that nothing of it can break a line, a table or the log.
std::string claimed_text(std::string_view bytes, std::size_t bytes_most);

// The whole of `text` as a decimal number ("1", "-2.5", "1e3"); nothing for anything else, infinities and NaN included.
std::optional<double> claimed_number(std::string_view text);

// value × factor rounded to an integer; track::no_value when that is no number or beyond the field.
std::int32_t scaled(double value, double factor);

// A radius in mm. One beyond the field stops at its end, so that no error gets smaller; below 0 it is absent.
std::uint32_t accuracy_mm(double metres);

// An instant of years 1970 to 9999, or nothing. A fraction of a millisecond is cut off.
std::optional<Instant> instant_of_seconds(double seconds);
std::optional<Instant> instant_of_millis(double millis);

// A fix at these degrees; flag_not_a_number when one of them is no number, else off the earth stays off the earth.
track::Fix fix_of_degrees(Instant at, double lat, double lon, geo::Datum datum);

// Adds what no field has a place for, cut to the bounds; beyond attributes_max of one fix it is counted only.
// REQUIRES: attributes are added fix by fix.
void add_attribute(Message& message, std::uint32_t fix, std::string_view name, std::string_view value);

// The same of a JSON value: a text as it is, anything else as JSON; null adds nothing.
void add_attribute(Message& message, std::uint32_t fix, std::string_view name, const JsonValue& value);

void add_fault(Faults& faults, Fault fault);

}  // namespace ningyi::wire
