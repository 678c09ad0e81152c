// SPDX-License-Identifier: Apache-2.0
// Whatever bytes come: no crash, and no piece without points.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "wire/kml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ningyi::wire;
    const auto read = read_kml(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz");
    if (!read) return 0;
    if (read->pieces.empty()) std::abort();
    for (const Piece& piece : read->pieces) {
        if (piece.fixes.empty()) std::abort();
    }
    return 0;
}
