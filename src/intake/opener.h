// SPDX-License-Identifier: Apache-2.0
// Opens stored events: sealed fields come back in clear, as long as their keys exist. It needs no dictionary, because a
// body says itself what is sealed: every byte string in a stored body is an envelope.
#pragma once

#include <string>
#include <vector>

#include "base/cbor.h"
#include "base/result.h"
#include "log/event.h"
#include "log/event_log.h"

namespace ningyi::intake {

// The fields of an event in clear. Fields whose key was destroyed are missing from `body` and named in `erased`.
struct Opened {
    cbor::Value body;
    std::vector<std::string> erased;
};

class Opener {
public:
    // `partition` is the log's origin property (partition_of). REQUIRES: keys outlive the opener.
    Opener(log::Keys& keys, std::string partition);

    // A fault when the body is not as intake writes it, or a sealed field does not open with an existing key.
    Result<Opened> open(const log::Event& event);

private:
    log::Keys& keys_;
    std::string partition_;
};

// The partition of a log, as its intake wrote it; empty for a log that no intake has opened yet.
std::string partition_of(log::EventLog& log);

}  // namespace ningyi::intake
