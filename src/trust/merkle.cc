// SPDX-License-Identifier: Apache-2.0
#include "trust/merkle.h"

#include <bit>

#include "base/check.h"
#include "trust/sha256.h"

namespace ningyi::trust {
namespace {

// The largest power of two below `size`: where RFC 9162 splits a tree. REQUIRES: size > 1.
std::size_t split_of(std::size_t size) {
    return std::bit_floor(size - 1);
}

// SUBPROOF of RFC 9162 §2.1.4.1; `whole` says that the verifier knows the root of these `first` leaves already.
void add_consistency(Proof& proof, std::span<const std::string> leaves, std::size_t first, bool whole) {
    if (first == leaves.size()) {
        if (!whole) proof.push_back(root_of(leaves));
        return;
    }
    const std::size_t split = split_of(leaves.size());
    if (first <= split) {
        add_consistency(proof, leaves.first(split), first, whole);
        proof.push_back(root_of(leaves.subspan(split)));
    } else {
        add_consistency(proof, leaves.subspan(split), first - split, false);
        proof.push_back(root_of(leaves.first(split)));
    }
}

}  // namespace

std::string leaf_hash(std::string_view leaf_data) {
    thread_local Sha256 hash;
    constexpr char leaf = 0;
    return hash.add({&leaf, 1}).add(leaf_data).digest();
}

std::string node_hash(std::string_view left, std::string_view right) {
    thread_local Sha256 hash;
    constexpr char node = 1;
    return hash.add({&node, 1}).add(left).add(right).digest();
}

std::optional<MerkleTree> MerkleTree::restored(std::uint64_t size, std::vector<std::string> peaks) {
    if (static_cast<std::size_t>(std::popcount(size)) != peaks.size()) return std::nullopt;
    for (const std::string& peak : peaks) {
        if (peak.size() != digest_size) return std::nullopt;
    }
    MerkleTree tree;
    tree.size_ = size;
    tree.peaks_ = std::move(peaks);
    return tree;
}

void MerkleTree::add(std::string leaf_hash) {
    CHECK(leaf_hash.size() == digest_size);
    std::string node = std::move(leaf_hash);
    // Each trailing 1 bit of the size is a perfect subtree as large as the one in hand.
    for (std::uint64_t bits = size_; (bits & 1U) != 0; bits >>= 1U) {
        node = node_hash(peaks_.back(), node);
        peaks_.pop_back();
    }
    peaks_.push_back(std::move(node));
    ++size_;
}

std::string MerkleTree::root() const {
    if (peaks_.empty()) return sha256({});
    std::string root = peaks_.back();
    for (std::size_t i = peaks_.size() - 1; i-- > 0;) root = node_hash(peaks_[i], root);
    return root;
}

std::string root_of(std::span<const std::string> leaves) {
    MerkleTree tree;
    for (const std::string& leaf : leaves) tree.add(leaf);
    return tree.root();
}

Proof inclusion_proof(std::span<const std::string> leaves, std::uint64_t index) {
    CHECK(index < leaves.size());
    Proof from_the_top;
    while (leaves.size() > 1) {
        const std::size_t split = split_of(leaves.size());
        if (index < split) {
            from_the_top.push_back(root_of(leaves.subspan(split)));
            leaves = leaves.first(split);
        } else {
            from_the_top.push_back(root_of(leaves.first(split)));
            leaves = leaves.subspan(split);
            index -= split;
        }
    }
    return {from_the_top.rbegin(), from_the_top.rend()};
}

Proof consistency_proof(std::span<const std::string> leaves, std::uint64_t first) {
    CHECK(first > 0 && first <= leaves.size());
    Proof proof;
    add_consistency(proof, leaves, first, true);
    return proof;
}

bool proves_inclusion(const Proof& proof, std::string_view leaf, std::uint64_t index, std::uint64_t size,
                      std::string_view root) {
    if (index >= size || leaf.size() != digest_size) return false;
    std::uint64_t at = index;
    std::uint64_t last = size - 1;
    std::string hash(leaf);
    for (const std::string& step : proof) {
        if (last == 0 || step.size() != digest_size) return false;
        if ((at & 1U) != 0 || at == last) {
            hash = node_hash(step, hash);
            while ((at & 1U) == 0 && at != 0) at >>= 1U, last >>= 1U;
        } else {
            hash = node_hash(hash, step);
        }
        at >>= 1U;
        last >>= 1U;
    }
    return last == 0 && hash == root;
}

bool proves_consistency(const Proof& proof, std::uint64_t first, std::string_view first_root, std::uint64_t second,
                        std::string_view second_root) {
    if (first == 0 || first > second) return false;
    if (first == second) return proof.empty() && first_root == second_root;
    const bool whole = std::has_single_bit(first);
    if (!whole && (proof.empty() || proof[0].size() != digest_size)) return false;
    std::size_t next = 0;
    std::string first_hash(whole ? first_root : std::string_view(proof[next++]));
    std::string second_hash = first_hash;
    std::uint64_t at = first - 1;
    std::uint64_t last = second - 1;
    while ((at & 1U) != 0) at >>= 1U, last >>= 1U;
    for (; next < proof.size(); ++next) {
        const std::string& step = proof[next];
        if (last == 0 || step.size() != digest_size) return false;
        if ((at & 1U) != 0 || at == last) {
            first_hash = node_hash(step, first_hash);
            second_hash = node_hash(step, second_hash);
            while ((at & 1U) == 0 && at != 0) at >>= 1U, last >>= 1U;
        } else {
            second_hash = node_hash(second_hash, step);
        }
        at >>= 1U;
        last >>= 1U;
    }
    return last == 0 && first_hash == first_root && second_hash == second_root;
}

}  // namespace ningyi::trust
