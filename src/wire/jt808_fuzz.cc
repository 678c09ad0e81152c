// SPDX-License-Identifier: Apache-2.0
// Whatever stream comes: no crash, bounded memory, frames and locations come back byte by byte, answers are frames, and
// what was drafted can be recorded. In half the runs the bytes are put into frames with the right length and check
// byte, so that the content is reached.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/jt808.h"
#include "wire/message_oracle.h"

namespace {

using namespace ningyi::wire;
using namespace ningyi::wire::jt808;

constexpr std::size_t frames_most = 16;  // of a run, so that many runs are made

// Frames of two bytes of choices and up to 255 bytes of body each.
std::string framed(std::string_view bytes) {
    constexpr std::uint16_t messages[] = {0x0200, 0x0704, 0x0100, 0x0102, 0x0002, 0x0201, 0x0900, 0x5501};
    std::string stream;
    std::uint16_t serial = 0;
    while (bytes.size() > 3 && serial < frames_most) {
        const auto choice = static_cast<std::uint8_t>(bytes[0]);
        const std::size_t length = std::min<std::size_t>(static_cast<std::uint8_t>(bytes[1]), bytes.size() - 3);
        Frame frame;
        frame.message = messages[choice & 7U];
        frame.serial = ++serial;
        frame.phone = "013912345678";
        if ((choice & 0x08U) != 0) {
            frame.properties = 0x4000;
            frame.phone = "00000000013912345678";
        }
        if ((choice & 0x10U) != 0) {
            frame.properties |= 0x2000U;
            frame.parts = static_cast<std::uint8_t>(bytes[2]) >> 4U;
            frame.part = static_cast<std::uint8_t>(bytes[2]) & 0x0FU;
        }
        frame.body = bytes.substr(3, length);
        stream += encode(frame);
        bytes.remove_prefix(3 + length);
    }
    return stream;
}

void expect_same_bytes(const std::string& bytes) {
    const auto frame = decode(bytes);
    if (!frame) return;
    const auto again = decode(encode(*frame));
    expect(again && *again == *frame);
    const auto location = location_of(frame->body);
    if (location) expect(body_of(*location) == frame->body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::string stream_bytes = (data[0] & 1U) != 0 ? framed(rest) : std::string(rest);
    const std::size_t step = 1 + data[0] / 2U;
    Stream stream;
    Parts parts;
    ningyi::Instant now{1'764'000'000'000};
    std::size_t frames = 0;
    for (std::size_t at = 0; at < stream_bytes.size() && frames < frames_most; at += step) {
        for (const std::string& bytes : frames_of(stream, std::string_view(stream_bytes).substr(at, step))) {
            expect(bytes.size() <= frame_bytes_max);
            if (++frames > frames_most) break;
            expect_same_bytes(bytes);
            now.ms += 1000;
            const Reading reading = read(bytes, parts, now, 1);
            expect_received(reading.received);
            const std::string& answer = reading.received.answer.body;
            expect(answer.empty() || decode(answer).has_value());
        }
        expect(stream.pending.size() <= frame_bytes_max);
        expect(parts.bytes <= parts_bytes_max && parts.bodies.size() <= parts_max);
    }
    expect(stream.skipped <= stream_bytes.size());
    return 0;
}
