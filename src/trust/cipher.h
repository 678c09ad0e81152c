// SPDX-License-Identifier: Apache-2.0
// The ciphers of profile `intl`: AES-256-GCM, HKDF-SHA-256, and random bytes for secrets. Envelopes and key storage are
// made from these elsewhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ningyi::trust {

constexpr std::size_t key_size = 32;
constexpr std::size_t iv_size = 12;
constexpr std::size_t tag_size = 16;

// Bytes nobody can guess. Throws MachineError when the system has none.
std::string random_bytes(std::size_t count);

// HKDF (RFC 5869) without salt. REQUIRES: size at most 255 digests.
std::string hkdf_sha256(std::string_view key, std::string_view info, std::size_t size = key_size);

// AES-256-GCM: ciphertext with the tag behind it. REQUIRES: a key of 32 bytes, an iv of 12 that was never used with it.
std::string aes_gcm_encrypt(std::string_view key, std::string_view iv, std::string_view associated,
                            std::string_view clear);

// The clear bytes; nothing when key, iv, associated bytes or ciphertext are not those of the encryption.
std::optional<std::string> aes_gcm_decrypt(std::string_view key, std::string_view iv, std::string_view associated,
                                           std::string_view sealed);

// Overwrites a secret before its memory is given back.
void wipe(std::string& secret);

}  // namespace ningyi::trust
