// SPDX-License-Identifier: Apache-2.0
// The seams of storage for the truth: the event log and the keys. Implementations are under store/; one conformance
// suite (log/conformance_suite.h, ledger/conformance_suite.h) runs on each.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "log/event.h"

namespace ningyi::log {

enum class Appended : std::uint8_t {
    yes,      // durable now
    again,    // the same id with the same content is in the log already: nothing changed
    conflict  // the same id with other content is in the log: refused, nothing changed
};

struct AppendResult {
    Appended outcome = Appended::yes;
    std::uint64_t seq = 0;  // where it stands (for `conflict`: where the other one stands)
    std::string leaf;       // its leaf hash there, 32 bytes
};

class EventLog {
public:
    virtual ~EventLog() = default;

    // Appends events in order, as one durable group: when this returns, they are synced. Their `seq` is given here, and
    // `recorded_at` is raised to that of the last event when it would fall. Sameness is judged on type, subject,
    // happened_at, actor and `content` (the digest of the clear body, because sealing differs every time).
    // Throws MachineError when the disk fails; then nothing of the group counts as accepted.
    struct Item {
        Event event;
        std::string content;  // SHA-256 of the clear canonical body with a secret salt of this log
    };
    virtual std::vector<AppendResult> append(std::span<Item> items) = 0;

    // Visits the events with seq > after, in order, until there are no more or the visitor says false. The visitor must
    // not append.
    virtual void read(std::uint64_t after, const std::function<bool(const Event&)>& visit) = 0;

    // The same for events whose type begins with "core." only: few among many, found without reading the others.
    virtual void read_core(std::uint64_t after, const std::function<bool(const Event&)>& visit) = 0;

    virtual std::uint64_t size() = 0;
    virtual std::optional<std::uint64_t> find(const Id& id) = 0;  // its seq
    // Leaf hashes (32 bytes each) as recorded at append, seq > after, for the Merkle tree and verify.
    virtual void read_leaves(std::uint64_t after,
                             const std::function<bool(std::uint64_t, std::string_view)>& visit) = 0;

    // Signed checkpoints, kept for ever, in order.
    virtual void add_checkpoint(std::uint64_t size, std::string_view note) = 0;
    virtual std::vector<std::pair<std::uint64_t, std::string>> checkpoints() = 0;

    // Small named values that belong to the log (salt, public key, origin).
    virtual void set_property(const std::string& name, std::string_view value) = 0;
    virtual std::optional<std::string> property(const std::string& name) = 0;
};

// Wrapped keys: the one durable thing that is neither log nor ledger. Destroying a key is erasure.
class Keys {
public:
    virtual ~Keys() = default;
    // The key of this owner ("elder/e17", "caregiver/c3/2026-08"), made and synced if there is none yet: all of them in
    // one durable group before any is returned. 32 bytes each.
    virtual std::vector<std::string> obtain(std::span<const std::string> owners) = 0;
    virtual std::optional<std::string> find(const std::string& owner) = 0;  // nothing: never made, or destroyed
    virtual void destroy(const std::string& owner) = 0;
};

}  // namespace ningyi::log
