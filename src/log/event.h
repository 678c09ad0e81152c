// SPDX-License-Identifier: Apache-2.0
// What was reported: the one kind of truth. A draft is what a reporter sends; an event is what the log holds.
#pragma once

#include <cstdint>
#include <string>

#include "base/cbor.h"
#include "base/ids.h"
#include "base/time.h"

namespace ningyi::log {

// REQUIRES nothing: intake checks it against the model. The id is minted by the reporter, so resending is harmless.
struct Draft {
    Id id;
    std::string type;
    std::string subject;
    Instant happened_at;  // a claim
    std::string actor;
    cbor::Value body;  // a map of fields, in clear
};

struct Event {
    std::uint64_t seq = 0;  // from 1, without gaps; leaf index seq - 1 of the Merkle tree
    Id id;
    std::string type;
    std::string subject;
    Instant happened_at;
    Instant recorded_at;  // ours; never falls
    std::string actor;
    std::string
        body;  // canonical CBOR map as stored: fields of level 3 and 4 are sealed envelopes (bytes, trust/seal.h)

    bool operator==(const Event&) const = default;
};

// The bytes whose SHA-256 (with the RFC 9162 leaf prefix) is the event's leaf: canonical CBOR of seq, id, type,
// subject, happened_at, recorded_at, actor and the SHA-256 of the body as stored. A body may later be dropped; the leaf
// still verifies.
std::string leaf_data(const Event& event);

}  // namespace ningyi::log
