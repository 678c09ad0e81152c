// SPDX-License-Identifier: Apache-2.0
#include "base/cbor_writer.h"

namespace ningyi::cbor {
namespace {

// The first byte of a value and its argument in the shortest form.
void put_head(std::string& out, unsigned major, std::uint64_t argument) {
    if (argument < 24) {
        out += static_cast<char>((major << 5U) | static_cast<unsigned>(argument));
        return;
    }
    const unsigned info = argument <= 0xFF ? 24 : argument <= 0xFFFF ? 25 : argument <= 0xFFFFFFFF ? 26 : 27;
    out += static_cast<char>((major << 5U) | info);
    for (unsigned left = 8U << (info - 24U); left > 0;) {
        left -= 8;
        out += static_cast<char>((argument >> left) & 0xFFU);
    }
}

}  // namespace

void Writer::integer(std::int64_t value) {
    if (value >= 0) {
        put_head(out_, 0, static_cast<std::uint64_t>(value));
    } else {
        put_head(out_, 1, static_cast<std::uint64_t>(-(value + 1)));
    }
}
void Writer::bytes(std::string_view value) {
    put_head(out_, 2, value.size());
    out_ += value;
}
void Writer::text(std::string_view value) {
    put_head(out_, 3, value.size());
    out_ += value;
}
void Writer::array(std::size_t items) {
    put_head(out_, 4, items);
}
void Writer::map(std::size_t pairs) {
    put_head(out_, 5, pairs);
}

}  // namespace ningyi::cbor
