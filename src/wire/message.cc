// SPDX-License-Identifier: Apache-2.0
#include "wire/message.h"

#include <algorithm>

namespace ningyi::wire {

bool Piece::is_timed() const {
    return !fixes.empty() &&
           std::all_of(fixes.begin(), fixes.end(), [](const track::Fix& fix) { return fix.at.ms != track::no_time; });
}

}  // namespace ningyi::wire
