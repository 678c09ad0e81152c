// SPDX-License-Identifier: Apache-2.0
// A checkpoint: what a log held at one size, signed, and chained to the checkpoint before it. Its text is a signed note
// (c2sp.org/signed-note) over the checkpoint body of c2sp.org/tlog-checkpoint, so that other tools can check it too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "trust/sign.h"

namespace ningyi::log {

struct Checkpoint {
    std::string origin;  // which log: one line without spaces or "+"
    std::uint64_t size = 0;
    std::string root;      // 32 bytes
    Instant time;          // when it was signed
    std::string previous;  // SHA-256 of the whole note before it, 32 bytes; empty for the first
    bool operator==(const Checkpoint&) const = default;
};

// origin, size, root (base64), time, previous (hex) and the signature, a line each.
std::string note_of(const Checkpoint& checkpoint, const trust::KeyPair& keys);

// The checkpoint of a note signed by this key; a fault when the text or the signature is not right.
Result<Checkpoint> checkpoint_of(std::string_view note, std::string_view public_key);

// What the next checkpoint holds as `previous`.
std::string hash_of_note(std::string_view note);

}  // namespace ningyi::log
