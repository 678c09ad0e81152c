// SPDX-License-Identifier: Apache-2.0
#include "base/ids.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace ningyi {

Id Id::from_bytes(std::string_view bytes) {
    CHECK(bytes.size() >= 16);
    Id id;
    std::transform(bytes.begin(), bytes.begin() + 16, id.bytes.begin(),
                   [](char c) { return static_cast<std::uint8_t>(c); });
    return id;
}

std::optional<Id> Id::from_hex(std::string_view hex) {
    const auto bytes = ningyi::from_hex(hex);
    if (!bytes || bytes->size() != 16) return std::nullopt;
    return from_bytes(*bytes);
}

std::string Id::hex() const {
    return to_hex(view());
}

}  // namespace ningyi
