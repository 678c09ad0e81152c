// SPDX-License-Identifier: Apache-2.0
// 128-bit ids minted by whoever reports an event, so that sending it again is harmless.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ningyi {

struct Id {
    std::array<std::uint8_t, 16> bytes{};
    auto operator<=>(const Id&) const = default;

    // REQUIRES: at least 16 bytes; the first 16 are taken (a digest makes a reproducible id).
    static Id from_bytes(std::string_view bytes);
    static std::optional<Id> from_hex(std::string_view hex);  // exactly 32 digits
    std::string hex() const;
    std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};

}  // namespace ningyi

template <>
struct std::hash<ningyi::Id> {
    std::size_t operator()(const ningyi::Id& id) const noexcept {
        std::uint64_t low = 0;
        for (int i = 0; i < 8; ++i) low = (low << 8U) | id.bytes[static_cast<std::size_t>(i)];
        return static_cast<std::size_t>(low);
    }
};
