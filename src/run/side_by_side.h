// SPDX-License-Identifier: Apache-2.0
// Pieces of work done at the same time, each by a thread of its own.
#pragma once

#include <cstddef>
#include <functional>

namespace ningyi::run {

// Does pieces 0 to parts - 1, the first one here, and comes back when all are done. An exception of a piece is thrown
// on when all are done, the first piece's first.
void side_by_side(std::size_t parts, const std::function<void(std::size_t part)>& work);

// As many pieces as the machine has cores, at most 8.
std::size_t usual_parts();

}  // namespace ningyi::run
