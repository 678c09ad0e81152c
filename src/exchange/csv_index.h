// SPDX-License-Identifier: Apache-2.0
// Where the commas, line ends and quotes of a piece of CSV are: the first, vectorised pass of the reader (csv.h). All
// variants give equal results; the tests compare them with each other.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ningyi::exchange {

// Writes the place of each ',' '\n' '"' of [from, to) to `out`, rising, and says how many. `ascii` becomes false when a
// byte above 0x7F is met. REQUIRES: 64 readable bytes beyond `to`; room for to - from places and 8 more.
std::size_t index_separators(const char* text, std::uint32_t from, std::uint32_t to, std::uint32_t* out, bool& ascii);

// The same, a word of eight bytes at a time, without vector instructions: for other machines, and to compare with.
std::size_t index_separators_portable(const char* text, std::uint32_t from, std::uint32_t to, std::uint32_t* out,
                                      bool& ascii);

}  // namespace ningyi::exchange
