// SPDX-License-Identifier: Apache-2.0
// Track files as a table: every timed point is a row in the columns that a mapping has for positions, so that files of
// a bundle go the way of its tables. A file that cannot be read, and points without a time, become faults of rows.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "exchange/mapping.h"
#include "exchange/rows.h"
#include "wire/message.h"

namespace ningyi::exchange {

struct TrackEntry {
    std::string name;    // as shown: "tracks/phone-1_monday.gpx"
    std::string device;  // whose track it is, when known; else what the file says, else its name
    std::function<Result<wire::TrackFile>()> read;
};

class TrackRows final : public RowSource {
public:
    // Formats say WGS-84 by themselves, programs do not always. In a bundle the bundle's word counts where the file
    // states none; elsewhere the format is believed.
    enum class DatumCell : std::uint8_t { where_stated, always };

    // `note` takes what is worth saying though no point is lost. REQUIRES: the mapping has blocks and outlives the
    // source.
    TrackRows(const Mapping& mapping, std::vector<TrackEntry> files, std::function<void(const Fault&)> note,
              DatumCell datum_cell = DatumCell::where_stated);

    const std::vector<std::string>& header() const override { return header_; }
    // Each group is of one file (`rows.file`); `rows.fixes` holds what no column has a place for.
    Result<bool> next(Rows& rows) override;

private:
    void open_next(Rows& rows);
    void place(Rows& rows, const track::Fix& fix);
    void cell(Rows& rows, std::size_t column, std::string_view text);

    const Mapping& mapping_;
    std::vector<TrackEntry> files_;
    std::function<void(const Fault&)> note_;
    std::vector<std::string> header_;
    DatumCell datum_cell_;
    std::size_t next_file_ = 0;
    std::vector<track::Fix> fixes_;  // of the open file, the timed ones
    std::size_t next_fix_ = 0;
    std::string device_, name_, text_;
};

// The device whose file this is: the longest of `devices` (sorted) that begins the name and is not followed by a letter
// or digit; "" for none. `name` may have a folder before it and an extension.
std::string device_of_file(std::string_view name, const std::vector<std::string>& devices);

}  // namespace ningyi::exchange
