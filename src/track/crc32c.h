// SPDX-License-Identifier: Apache-2.0
// CRC-32C (Castagnoli, reflected, 0x1EDC6F41) of some bytes: notices damage, proves nothing against a forger.
#pragma once

#include <cstdint>
#include <string_view>

namespace ningyi::track {

// By the processor's instruction where it has one, else by tables; the answer is the same.
std::uint32_t crc32c(std::string_view bytes);

// By tables alone.
std::uint32_t crc32c_by_tables(std::string_view bytes);

}  // namespace ningyi::track
