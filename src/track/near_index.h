// SPDX-License-Identifier: Apache-2.0
// Finds the signed parts that share a band with another one, among millions, in memory. What it gives are candidates:
// a few are there by accident of a hash, none that shares a band in its block is missing. What they are worth is said
// by their cells (signature.h).  (tracks.md §9)
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "track/signature.h"

namespace ningyi::track {

class NearIndex {
public:
    // `most_parts`: adding more is refused.
    explicit NearIndex(const BandRule& rule = {}, std::size_t most_parts = 64'000'000);

    // A part under the number by which the caller knows it; only parts of one block are compared. False, and nothing
    // is added, when the index is full or the number is the one that is kept for empty places.
    // REQUIRES: the number is not in the index with this signature.
    bool add(std::uint64_t block, std::uint32_t part, const Signature& signature);

    // REQUIRES: as it was added. False when it is not there.
    bool remove(std::uint64_t block, std::uint32_t part, const Signature& signature);

    struct Candidate {
        std::uint32_t part = 0;
        std::uint32_t bands = 0;  // shared
        bool operator==(const Candidate&) const = default;
    };
    struct Candidates {
        std::vector<Candidate> found;  // most shared bands first, then by number: not by the order of adding
        bool is_cut = false;           // there were more than asked for
    };
    Candidates candidates(std::uint64_t block, const Signature& signature, std::size_t most = 1000) const;

    std::size_t size() const { return entries_ / rule_.bands; }
    std::size_t memory_bytes() const { return slots_.capacity() * sizeof(std::uint64_t); }

    static constexpr std::uint32_t no_part = 0xFFFFFFFFU;

private:
    // One entry a band: the upper half of a slot is a hash of block and band key, the lower the part. Where a slot
    // belongs follows from the hash alone, so the table can grow without the signatures. Linear probing.
    std::size_t home(std::uint32_t hash) const { return (std::uint64_t{hash} * slots_.size()) >> 32U; }
    std::vector<std::uint32_t> hashes(std::uint64_t block, const Signature& signature) const;
    void insert(std::uint64_t slot);
    bool erase(std::uint64_t slot);
    void grow();

    BandRule rule_;
    std::size_t most_parts_;
    std::size_t entries_ = 0;
    std::vector<std::uint64_t> slots_;
};

}  // namespace ningyi::track
