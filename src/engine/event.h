// SPDX-License-Identifier: Apache-2.0
// An event as the engine sees it: opened (clear body), in the order of the log. The runner opens what is sealed.
#pragma once

#include <cstdint>
#include <string>

#include "base/cbor.h"
#include "base/ids.h"
#include "base/time.h"

namespace ningyi::engine {

struct ClearEvent {
    std::uint64_t seq = 0;
    Id id;
    std::string type;
    std::string subject;
    Instant happened_at;
    Instant recorded_at;
    cbor::Value body;  // a map; fields whose key was destroyed are not there
};

}  // namespace ningyi::engine
