// SPDX-License-Identifier: Apache-2.0
// The log read from its beginning with every event opened, as the engine wants it.
#pragma once

#include <functional>

#include "run/runner.h"

namespace ningyi::run {

// Gives every event with `after` < seq ≤ `until` to `take`, opened. Stops at the first that does not open and says
// which; stops without a fault when `go_on`, asked now and then with the share read, says no.
Faults read_opened(const Source& source, std::uint64_t until,
                   const std::function<void(const engine::ClearEvent&)>& take, const std::function<bool(double)>& go_on,
                   std::uint64_t after = 0);

}  // namespace ningyi::run
