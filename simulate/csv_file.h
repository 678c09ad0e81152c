// SPDX-License-Identifier: Apache-2.0
// A CSV file being written: one large buffer, numbers formatted here, fields quoted only where they must be. Not a
// reader.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "base/time.h"

namespace ningyi::simulate {

class CsvFile {
public:
    // Creates or empties the file. Throws MachineError when it cannot be opened.
    CsvFile(const std::string& path, std::string_view header);
    CsvFile(const CsvFile&) = delete;
    CsvFile& operator=(const CsvFile&) = delete;
    ~CsvFile();

    // Each of these ends the field it writes; end_row replaces the last comma by the end of the line.
    void text(std::string_view value);
    void plain(std::string_view value);  // REQUIRES: no comma, quote or line end in it
    void integer(std::int64_t value);
    void numbered(char prefix, std::int64_t number, int width);  // O000042
    void tenths(std::int64_t value);                             // 125 is written 12.5
    void millionths(std::int64_t value);                         // six decimals
    void instant(Instant value);                                 // RFC 3339 at +08:00, whole seconds
    void date(Date value);
    void empty();
    void end_row();

    // Writes what is left and closes. Throws MachineError when the disk refuses. Must be called; the destructor only
    // frees.
    void close();

    std::int64_t bytes() const { return bytes_; }
    std::int64_t rows() const { return rows_; }

private:
    void write();
    void digits(std::uint64_t value, int least);

    std::string path_;
    std::FILE* file_ = nullptr;
    std::string buffer_;
    std::int64_t bytes_ = 0;
    std::int64_t rows_ = 0;
};

}  // namespace ningyi::simulate
