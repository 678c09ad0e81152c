// SPDX-License-Identifier: Apache-2.0
// JT/T 808, the protocol of vehicle terminals over TCP, in its forms of 2013 and 2019: bytes to frames, frames to
// messages and fixes, and the frames that answer them. Terminals state no accuracy; their time is GMT+8.
// (tracks.md §13)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "wire/message.h"

namespace ningyi::wire::jt808 {

// A frame as sent has at most 1,023 bytes of body; escaped it is at most twice as long.
constexpr std::size_t body_length_max = 1023;
constexpr std::size_t frame_bytes_max = 4096;
constexpr std::size_t parts_max = 256;
constexpr std::size_t parts_bytes_max = std::size_t{64} << 10U;
constexpr Millis parts_time_max_ms = 30 * seconds_ms;

enum class MessageId : std::uint16_t {
    terminal_answer = 0x0001,
    heartbeat = 0x0002,
    logout = 0x0003,
    registration = 0x0100,
    authentication = 0x0102,
    location = 0x0200,
    location_asked_for = 0x0201,
    locations = 0x0704,
    answer = 0x8001,
    registration_answer = 0x8100,
};

// The result of a general answer (8001).
enum class AnswerResult : std::uint8_t { accepted = 0, failed = 1, bad_message = 2, not_supported = 3 };

// The result of the answer to a registration (8100).
enum class RegistrationResult : std::uint8_t {
    accepted = 0,
    vehicle_taken = 1,
    no_such_vehicle = 2,
    terminal_taken = 3,
    no_such_terminal = 4,
};

// One frame without marks, escapes and check byte.
struct Frame {
    std::uint16_t message = 0;
    std::uint16_t properties = 0;  // as received; encode() puts the length right
    std::uint8_t version = 0;      // of the 2019 header
    std::string phone;             // BCD as hex digits: 12, of 2019 20
    std::uint16_t serial = 0;
    std::uint16_t parts = 0, part = 0;  // of a sub-packet: how many, and which, from 1
    std::string body;

    bool is_of_2019() const { return (properties & 0x4000U) != 0; }
    bool is_part() const { return (properties & 0x2000U) != 0; }
    bool is_encrypted() const { return (properties & 0x1C00U) != 0; }
    bool is(MessageId id) const { return message == static_cast<std::uint16_t>(id); }
    std::string device() const;  // the phone without the zeros it is filled up with
    bool operator==(const Frame&) const = default;
};

// The frame within the two marks 7e. Faults: marks, check byte, a header cut off, a length that is not the
// body's. With `unchecked` set, a frame whose header could be read is left there although it has a fault, for the
// answer.
Result<Frame> decode(std::string_view bytes, std::optional<Frame>* unchecked = nullptr);

// With marks, escapes and check byte. REQUIRES: a body of at most body_length_max, a phone of 12 or (2019) 20 hex
// digits.
std::string encode(const Frame& frame);

// The body of 0200.
struct Location {
    std::uint32_t alarm = 0, status = 0;
    std::uint32_t lat_e6 = 0, lon_e6 = 0;
    std::int16_t altitude_m = 0;
    std::uint16_t speed_dm_h = 0;                             // 0.1 km/h
    std::uint16_t direction = 0;                              // degrees
    std::array<std::uint8_t, 6> time{};                       // BCD yyMMddHHmmss, GMT+8
    std::vector<std::pair<std::uint8_t, std::string>> items;  // id, value
    std::string rest;                                         // behind the last item that is whole
    bool operator==(const Location&) const = default;
};

constexpr std::uint32_t status_positioned = 1U << 1U;
constexpr std::uint32_t status_south = 1U << 2U;
constexpr std::uint32_t status_west = 1U << 3U;
constexpr std::uint32_t status_shifted = 1U << 5U;  // coordinates went through the plug-in: the datum is unknown
constexpr std::uint32_t status_satellites = 0xFU << 18U;

Result<Location> location_of(std::string_view body);
std::string body_of(const Location& location);  // REQUIRES: values of at most 255 bytes

std::optional<Instant> instant_of(const std::array<std::uint8_t, 6>& time);
std::array<std::uint8_t, 6> time_of(Instant at);  // REQUIRES: a time of the years 2000 to 2099 at GMT+8

// What a terminal says to register (0100). The plate is left as the bytes it came in (GBK).
struct Registration {
    std::uint16_t province = 0, city = 0;
    std::string manufacturer, model, terminal;
    std::uint8_t plate_colour = 0;
    std::string plate;
};

// What a terminal shows to be let in (0102). The code is a secret: it is never an attribute.
struct Authentication {
    std::string code;
    std::string imei, software;  // of 2019
};

// Messages cut into parts, of one connection; kept by the caller. One message is put together at a time.
struct Parts {
    std::uint16_t message = 0, total = 0;
    std::uint16_t first_serial = 0;
    Instant since;
    std::vector<std::optional<std::string>> bodies;
    std::size_t present = 0, bytes = 0;
};

// What came of one frame.
struct Reading {
    std::optional<Frame> frame;  // when its header could be read
    Received received;
    std::optional<Registration> registration;      // to be answered with answer_to_registration
    std::optional<Authentication> authentication;  // to be answered with answer, and closed when failed
};

// Reads the bytes of one frame, marks included. `serial` is the number of the frame that answers. The answer is empty
// for 0100 and 0102, which the caller decides, for 0001, which is an answer itself, and when no header could be read.
// Every part of a message is answered; its content comes with the last one.
Reading read(std::string_view bytes, Parts& parts, Instant received, std::uint16_t serial);

// The frames that answer `frame`.
std::string answer(const Frame& frame, AnswerResult result, std::uint16_t serial);
std::string answer_to_registration(const Frame& frame, RegistrationResult result, std::string_view code,
                                   std::uint16_t serial);

// Cuts a stream into frames. Kept by the caller for each connection.
struct Stream {
    std::string pending;      // from the last mark on
    std::size_t skipped = 0;  // bytes that belonged to no frame, of all that came in
};

// The frames that these bytes complete, marks included.
std::vector<std::string> frames_of(Stream& stream, std::string_view bytes);

}  // namespace ningyi::wire::jt808
