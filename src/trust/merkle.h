// SPDX-License-Identifier: Apache-2.0
// The Merkle tree of a log (RFC 9162 §2.1) over SHA-256: its root, grown leaf by leaf, and proofs that a leaf is in it
// and that a smaller tree is its beginning. Hashes are strings of 32 bytes. No storage.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ningyi::trust {

std::string leaf_hash(std::string_view leaf_data);                     // H(0x00 | data)
std::string node_hash(std::string_view left, std::string_view right);  // H(0x01 | left | right)

// The root of a growing tree; keeps one hash for each bit of its size.
class MerkleTree {
public:
    MerkleTree() = default;

    // The tree of `size` leaves with these peaks; nothing when their number does not fit.
    static std::optional<MerkleTree> restored(std::uint64_t size, std::vector<std::string> peaks);

    void add(std::string leaf_hash);
    std::uint64_t size() const { return size_; }
    std::string root() const;                                         // of the empty tree: H("")
    const std::vector<std::string>& peaks() const { return peaks_; }  // of its perfect subtrees, largest first

private:
    std::uint64_t size_ = 0;
    std::vector<std::string> peaks_;
};

using Proof = std::vector<std::string>;

std::string root_of(std::span<const std::string> leaves);

// REQUIRES: index < leaves.size().
Proof inclusion_proof(std::span<const std::string> leaves, std::uint64_t index);
// REQUIRES: 0 < first <= leaves.size().
Proof consistency_proof(std::span<const std::string> leaves, std::uint64_t first);

// RFC 9162 §2.1.3.2 and §2.1.4.2. Never trust sizes that did not come from a signed checkpoint.
bool proves_inclusion(const Proof& proof, std::string_view leaf, std::uint64_t index, std::uint64_t size,
                      std::string_view root);
bool proves_consistency(const Proof& proof, std::uint64_t first, std::string_view first_root, std::uint64_t second,
                        std::string_view second_root);

}  // namespace ningyi::trust
