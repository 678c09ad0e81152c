// SPDX-License-Identifier: Apache-2.0
// Ed25519 signatures (RFC 8032).
#pragma once

#include <string>
#include <string_view>

namespace ningyi::trust {

constexpr std::size_t signature_size = 64;

// Any 32 secret bytes are a private key.
struct KeyPair {
    std::string private_key;
    std::string public_key;
};

// REQUIRES: 32 bytes.
KeyPair key_pair_of(std::string_view private_key);

std::string signature_of(const KeyPair& keys, std::string_view message);

// False for a wrong signature, message or key, and for keys and signatures of a wrong size.
bool is_signed(std::string_view public_key, std::string_view message, std::string_view signature);

}  // namespace ningyi::trust
