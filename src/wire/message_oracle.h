// SPDX-License-Identifier: Apache-2.0
// What holds of everything a reader of this folder hands out, whatever bytes it was given. For fuzz targets: stops the
// program when something does not.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "track/codec.h"
#include "wire/claim.h"
#include "wire/message.h"

namespace ningyi::wire {

inline void expect(bool holds) {
    if (!holds) std::abort();
}

inline void expect_text(std::string_view text, std::size_t most) {
    expect(text.size() <= most);
    expect(is_utf8(text));
    expect(std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
}

inline void expect_faults(const Faults& faults, std::size_t most) {
    expect(faults.size() <= most);
    for (const Fault& fault : faults) {
        expect(!fault.zh.empty() && !fault.en.empty());
        expect_text(fault.zh, 1000);
        expect_text(fault.en, 1000);
    }
}

// What was drafted can be recorded, and comes back.
inline void expect_recordable(const std::vector<track::Fix>& fixes) {
    for (std::size_t at = 0; at < fixes.size(); at += track::fixes_per_block) {
        const auto few = std::span(fixes).subspan(at, std::min(track::fixes_per_block, fixes.size() - at));
        const auto block = track::encode(few);
        expect(block.has_value());
        const auto back = track::decode(*block);
        expect(back && back->size() == few.size());
        for (std::size_t i = 0; i < few.size(); ++i) {
            track::Fix fix = few[i];
            fix.seq = (*back)[i].seq;
            expect(fix == (*back)[i]);
        }
    }
}

inline void expect_received(const Received& received) {
    expect_faults(received.rejected, faults_max);
    for (const Message& message : received.messages) {
        expect_text(message.device, device_bytes_max);
        expect(message.fixes.size() <= fixes_max);
        expect_recordable(message.fixes);
        std::map<std::uint32_t, std::size_t> attributes;
        for (const Attribute& attribute : message.attributes) {
            expect(attribute.fix == whole_message || attribute.fix < message.fixes.size());
            if (attribute.fix != whole_message) expect(++attributes[attribute.fix] <= attributes_max);
            expect_text(attribute.name, attribute_bytes_max);
            expect_text(attribute.value, attribute_bytes_max);
        }
    }
}

inline void expect_track_file(const Result<TrackFile>& file) {
    constexpr std::size_t warnings_most = 1010;
    if (!file) return expect_faults(file.error(), warnings_most);
    expect_faults(file->warnings, warnings_most);
    for (const Piece& piece : file->pieces) {
        expect(!piece.fixes.empty());
        if (piece.is_timed()) expect_recordable(piece.fixes);
    }
}

}  // namespace ningyi::wire
