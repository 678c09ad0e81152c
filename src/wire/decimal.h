// SPDX-License-Identifier: Apache-2.0
// Decimal text and scaled integers: exact, without floating point and without a locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ningyi::wire {

// The number written in `text` times 10^decimals, rounded half away from zero: "-12.345678955" with 7 decimals is
// -123456790. An exponent is read, as some writers use one. Nothing for anything but one number, and for what does not
// fit. REQUIRES: 0 ≤ decimals ≤ 18.
std::optional<std::int64_t> scaled_decimal(std::string_view text, int decimals);

// `value` / 10^decimals in fixed notation without needless zeros: 119970000 with 7 decimals is "11.997".
// REQUIRES: 0 ≤ decimals ≤ 18.
void append_decimal(std::string& out, std::int64_t value, int decimals);

}  // namespace ningyi::wire
