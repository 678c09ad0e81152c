// SPDX-License-Identifier: Apache-2.0
// SHA-256: of one piece of bytes, or piece by piece. A digest is a string of 32 bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace ningyi::trust {

constexpr std::size_t digest_size = 32;

std::string sha256(std::string_view bytes);

// HMAC-SHA-256 (RFC 2104), 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view bytes);

// Takes bytes piece by piece.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    Sha256& add(std::string_view bytes);
    std::string digest();  // of everything since the start or the last digest; starts anew

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ningyi::trust
