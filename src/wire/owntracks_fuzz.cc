// SPDX-License-Identifier: Apache-2.0
// Whatever body comes: no crash, the answer never changes, and what was drafted is within bounds and can be recorded.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/message_oracle.h"
#include "wire/owntracks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ningyi::wire;
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    const Received received = read_owntracks(body, size % 3 == 0 ? OwntracksSender{body, body} : OwntracksSender{});
    expect_received(received);
    expect(received.answer.status == 200 && received.answer.body == "[]");
    return 0;
}
