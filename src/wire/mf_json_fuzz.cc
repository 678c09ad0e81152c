// SPDX-License-Identifier: Apache-2.0
// Whatever bytes come: no crash, and what was read is written and read back with the same fixes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "wire/mf_json.h"

namespace {

std::vector<ningyi::track::Fix> fixes_of(const ningyi::wire::TrackFile& file) {
    std::vector<ningyi::track::Fix> fixes;
    for (const auto& piece : file.pieces) {
        for (ningyi::track::Fix fix : piece.fixes) {
            fix.seq = 0;
            fixes.push_back(fix);
        }
    }
    return fixes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ningyi::wire;
    const auto read = read_mf_json(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz");
    if (!read) return 0;
    const auto again = read_mf_json(write_mf_json(*read), "again");
    if (!again || fixes_of(*again) != fixes_of(*read)) std::abort();
    return 0;
}
