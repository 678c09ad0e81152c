// SPDX-License-Identifier: Apache-2.0
// The envelope of one sealed field (profile `intl`): version 1 | algorithm 1 | key id | iv | ciphertext | tag. The
// field key is HKDF(owner's key, "type.field.version"); the associated data name partition, event, type and field, so
// that a ciphertext moved elsewhere does not open. Which key belongs to whom is not decided here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace ningyi::trust {

// Where a sealed value stands.
struct SealedPlace {
    std::string_view partition;
    Id event;
    std::string_view type;  // of the event
    std::string_view field;
};

// The key id of an envelope: whose key, and which of that owner's keys (a new key may follow a destroyed one).
struct KeyId {
    std::string_view owner;
    std::string_view check;  // key_check() of it
};

constexpr std::size_t key_check_size = 8;
constexpr std::size_t longest_owner = 1024;

// Tells keys of one owner apart without giving the key away.
std::string key_check(std::string_view key);

// REQUIRES: a key of 32 bytes, an owner of at most longest_owner bytes. The iv is random: at most 2^32 values a field
// key.
std::string seal(std::string_view key, std::string_view owner, const SealedPlace& place, std::string_view clear);

// The key id of an envelope (views into it); nothing when the bytes are not an envelope that this program can open.
std::optional<KeyId> key_id_of(std::string_view envelope);

// The clear bytes; a fault when the bytes are no envelope, or key, place or content are not those of the sealing.
Result<std::string> open(std::string_view key, const SealedPlace& place, std::string_view envelope);

}  // namespace ningyi::trust
