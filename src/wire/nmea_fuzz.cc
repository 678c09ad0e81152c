// SPDX-License-Identifier: Apache-2.0
// Whatever file comes: no crash, and its fixes are within bounds and can be recorded. In half the runs the checksums
// are taken off first, so that the sentences are reached.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wire/message_oracle.h"
#include "wire/nmea.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ningyi::wire;
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    std::string without_checksums;
    bool is_checksum = false;
    for (const char c : text) {
        if (c == '*') is_checksum = true;
        if (c == '\n') is_checksum = false;
        if (!is_checksum) without_checksums += c;
    }
    const bool has_day = (data[0] & 2U) != 0;
    const auto day = has_day ? std::optional(ningyi::Date{20'000}) : std::nullopt;
    expect_track_file(read_nmea((data[0] & 1U) != 0 ? std::string_view(without_checksums) : text, "file", day));
    return 0;
}
