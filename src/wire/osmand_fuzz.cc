// SPDX-License-Identifier: Apache-2.0
// Whatever target and body come: no crash, and what was drafted is within bounds and can be recorded. The first line is
// the target.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/message_oracle.h"
#include "wire/osmand.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ningyi::wire;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t end = std::min(text.find('\n'), size);
    const Received received =
        read_osmand(text.substr(0, end), text.substr(std::min(end + 1, size)), ningyi::Instant{1'764'000'000'000});
    expect_received(received);
    const bool is_named = received.answer.status == 200;
    expect(is_named || (received.answer.status == 400 && received.messages.empty() && !received.rejected.empty()));
    for (const Message& message : received.messages) expect(!message.device.empty());
    return 0;
}
