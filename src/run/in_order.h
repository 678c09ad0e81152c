// SPDX-License-Identifier: Apache-2.0
// Pieces made by several threads at once and taken one after the other in their order: what is written does not depend
// on who was done first, and no more pieces are held than there are threads.
#pragma once

#include <cstddef>
#include <functional>

namespace ningyi::run {

// For each of the pieces 0 to pieces - 1: `make` by one of `parts` threads, then `take`, one piece at a time and in
// order, by the thread that made it. An exception of either ends all and is thrown on.
void in_order(std::size_t parts, std::size_t pieces,
              const std::function<void(std::size_t part, std::size_t piece)>& make,
              const std::function<void(std::size_t part, std::size_t piece)>& take);

}  // namespace ningyi::run
