// SPDX-License-Identifier: Apache-2.0
// A track file while it is read: pieces and points come in, bounds are kept, what cannot be used is said with its line.
// Shared by the readers of files; knows no format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "track/fix.h"
#include "wire/message.h"

namespace ningyi::wire {

// A dilution of precision of 1 is read as this radius.  (tracks.md §3)
constexpr std::int64_t metres_of_one_dilution = 5;
constexpr std::size_t warnings_max = 1000;  // of a file; the rest is counted

class FileReading {
public:
    explicit FileReading(std::string file) : file_(std::move(file)) {}

    TrackFile& track_file() { return track_file_; }
    const std::string& file() const { return file_; }

    // The next point starts a new piece. Pieces without points are not kept.
    void begin_piece(std::string name);
    std::size_t pieces() const;  // that have a point
    // Gives a name to the pieces behind the first so many.
    void name_pieces(std::size_t first, std::string_view name);
    void add(const track::Fix& fix);
    bool is_full() const { return points_ > file_fixes_max; }

    // Something said of the file or of a point that is used nevertheless: W871.
    void warn(int line, std::string zh, std::string en);
    // Points that could not be used: E871, among the warnings too.
    void lose(int line, std::string zh, std::string en);
    // The same for one point because of a value of it.
    void leave_out(int line, std::string_view field, std::string_view value);

    // The file, or a fault (with the warnings behind it) when it has no point or too many.
    Result<TrackFile> finish();

private:
    void say(Fault fault);
    std::string file_;
    TrackFile track_file_;
    std::size_t points_ = 0;
    std::size_t more_warnings_ = 0;
    bool has_piece_ = false;
};

// A fix at degrees as the text states them, exact to the 1e-7°; nothing when one of them is no number. What lies off
// the earth stays off the earth; cleaning marks it.
std::optional<track::Fix> fix_at(std::string_view lat, std::string_view lon);

// `value` clamped to 32 bits; the lowest value, which means absent, is not reached.
std::int32_t kept_value(std::int64_t value);

// Sets accuracy, level and flag from a dilution of precision times 10,000; false when it says nothing (not above 0, or
// above 1000).
bool take_dilution(track::Fix& fix, std::int64_t dilution_e4);

// Names of levels and providers as name_of writes them; nothing for other words.
std::optional<track::Level> level_of(std::string_view word);
std::optional<track::Provider> provider_of(std::string_view word);

// A value cut to what a person wants to see of it in a message.
std::string shown(std::string_view value);

}  // namespace ningyi::wire
