// SPDX-License-Identifier: Apache-2.0
// Verifies a whole log: every leaf is computed again from its event, the tree from the leaves, and the chain of signed
// checkpoints is compared with it. It cannot see what was cut off behind the last checkpoint that others hold.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "log/event_log.h"

namespace ningyi::log {

struct Verification {
    std::uint64_t size = 0;         // events read
    std::string root;               // of all of them, 32 bytes
    std::uint64_t checkpoints = 0;  // that were read
    std::uint64_t signed_size = 0;  // size of the last checkpoint that holds: events behind it have no witness yet
    std::optional<std::uint64_t> first_bad_seq;  // the first event that differs
    Faults faults;                               // empty: the log holds; at most 100 are listed

    bool holds() const { return faults.empty(); }
};

struct VerifyOptions {
    std::string public_key;                       // of the signatures; empty: the one the log names (weaker)
    std::function<void(std::uint64_t)> progress;  // called now and then with the events read so far, may be empty
};

Verification verify(EventLog& log, const VerifyOptions& options = {});

// Names of the properties of a log.
inline constexpr const char* origin_property = "origin";
inline constexpr const char* public_key_property = "public_key";

}  // namespace ningyi::log
