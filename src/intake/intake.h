// SPDX-License-Identifier: Apache-2.0
// The one door into the log: checks each draft against the model, seals personal fields, stamps when it was recorded,
// appends in durable groups and answers with signed receipts and checkpoints. No HTTP, no files.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "log/checkpoint.h"
#include "log/event_log.h"
#include "model/dictionary.h"
#include "trust/merkle.h"
#include "trust/sign.h"

namespace ningyi::intake {

enum class Answered : std::uint8_t {
    accepted,  // durable now
    again,     // it was in the log already, the same: harmless
    conflict,  // its id is in the log with other content: not taken
    refused    // faults say why: not taken
};

struct Answer {
    Answered outcome = Answered::refused;
    std::uint64_t seq = 0;    // where it (accepted, again) or the other one (conflict) stands
    Instant recorded_at;      // of accepted: as the log has it
    std::size_t receipt = 0;  // index into Acceptance::receipts, for accepted and again
    Faults faults;            // of refused and conflict
};

// The promise that events are in the log: canonical CBOR [origin, [[event id, leaf hash, seq] …]] and its signature.
struct Receipt {
    std::string content;
    std::string signature;  // Ed25519, 64 bytes
};

struct Acceptance {
    std::vector<Answer> answers;    // one a draft, in order
    std::vector<Receipt> receipts;  // one a group
};

using Clock = std::function<Instant()>;

class Intake {
public:
    static constexpr std::size_t group_events = 8192;
    static constexpr std::size_t group_bytes = std::size_t{16} << 20U;
    static constexpr std::uint64_t checkpoint_leaves = 1000;

    // Makes origin and signing key on first use. Throws MachineError when log and keys do not belong together or the
    // log is not the one its last checkpoint describes. REQUIRES: the references outlive the intake; nothing else
    // appends.
    Intake(log::EventLog& log, log::Keys& keys, const model::Dictionary& dictionary, Clock clock);

    // One bad draft never spoils the others. When this returns, everything accepted is synced; when it throws
    // MachineError, send all of them again. A checkpoint is signed after every checkpoint_leaves events.
    Acceptance accept(std::span<const log::Draft> drafts);

    // Signs what the log holds now, when it grew since the last checkpoint. Call it before closing.
    void checkpoint();

    const std::string& partition() const { return partition_; }
    const std::string& public_key() const { return signing_.public_key; }

private:
    struct Group;
    void add(Group& group, const log::Draft& draft, std::size_t index, Acceptance& out);
    void append(Group& group, std::span<const log::Draft> drafts, Acceptance& out);
    void restore_tree();
    void catch_up();

    log::EventLog& log_;
    log::Keys& keys_;
    const model::Dictionary& dictionary_;
    Clock clock_;
    std::string partition_;
    std::string salt_;
    trust::KeyPair signing_;
    trust::MerkleTree tree_;
    std::uint64_t checkpointed_ = 0;
    std::string last_note_hash_;
};

// True if the receipt is signed by this key.
bool holds(const Receipt& receipt, std::string_view public_key);

}  // namespace ningyi::intake
