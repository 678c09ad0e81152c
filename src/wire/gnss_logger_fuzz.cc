// SPDX-License-Identifier: Apache-2.0
// Whatever file comes: no crash, and its fixes are within bounds and have a time.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/gnss_logger.h"
#include "wire/message_oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ningyi::wire;
    const auto file = read_gnss_logger({reinterpret_cast<const char*>(data), size}, "file");
    expect_track_file(file);
    if (file) expect(file->pieces.size() == 1 && file->pieces[0].is_timed());
    return 0;
}
