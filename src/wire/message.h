// SPDX-License-Identifier: Apache-2.0
// What a device or a file said, in our words: fixes as claimed, whatever else came with them as attributes, and what
// the sender is to be answered. Formats are pure functions of bytes and of the time they came in: no sockets, no clock.
// (tracks.md §13)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "track/fix.h"

namespace ningyi::wire {

// Bounds of every format; input beyond them is a fault.
constexpr std::size_t body_bytes_max = std::size_t{1} << 20U;  // of a message; files have their own bound
constexpr std::size_t file_bytes_max = std::size_t{256} << 20U;
constexpr std::size_t fixes_max = 10'000;  // of a message
constexpr std::size_t file_fixes_max = 5'000'000;
constexpr std::size_t depth_max = 32;
constexpr std::size_t attributes_max = 64;  // of a message or a fix; the rest is counted, not kept
constexpr std::size_t attribute_bytes_max = 1024;

constexpr std::uint32_t whole_message = UINT32_MAX;

// A field that no fix has a place for, as text; `fix` is the position in `fixes`, or whole_message.
struct Attribute {
    std::uint32_t fix = whole_message;
    std::string name;
    std::string value;
    bool operator==(const Attribute&) const = default;
};

// One report of one device. `recorded`, `upload` and `device` of the fixes are left to whoever takes it in.
struct Message {
    std::string device;  // as the sender names it; empty when the format has no name for it
    std::vector<track::Fix> fixes;
    std::vector<Attribute> attributes;
    std::size_t attributes_left_out = 0;
};

// What the sender is told once everything is safely recorded: for HTTP a status and a body, for terminals a frame.
struct Answer {
    int status = 200;
    std::string body;
    bool close = false;
};

// What came of some bytes. Faults name the format, where and what was expected; the bytes themselves are the caller's.
struct Received {
    std::vector<Message> messages;
    Faults rejected;
    Answer answer;
};

// A file of tracks. A piece is a stretch recorded without interruption; between pieces nothing is known. A fix without
// a time has `at` = track::no_time: such a piece is a shape only and can be drawn, not judged.
struct Piece {
    std::string name;
    std::vector<track::Fix> fixes;  // in the order of the file
    bool is_timed() const;          // every fix has a time, and there is at least one
};

struct TrackFile {
    std::string format;  // "gpx 1.1"
    std::string name;
    std::string device;  // when the file names one
    std::vector<Piece> pieces;
    Faults warnings;  // points that could not be used, with their place; never silent
};

}  // namespace ningyi::wire
