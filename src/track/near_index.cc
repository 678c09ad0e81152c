// SPDX-License-Identifier: Apache-2.0
#include "track/near_index.h"

#include <algorithm>

namespace ningyi::track {
namespace {

constexpr std::uint64_t empty = ~std::uint64_t{0};
constexpr std::size_t least_slots = 64;

// A table grows by half when it is three quarters full.
constexpr std::size_t full_of_4 = 3;

std::uint32_t hash_of(std::uint64_t slot) {
    return static_cast<std::uint32_t>(slot >> 32U);
}

// How often each part occurs, in no order that means anything: many trips on one way share many bands, so sorting all
// of them would take most of a search.
std::vector<NearIndex::Candidate> counted(const std::vector<std::uint32_t>& parts) {
    std::size_t places = 16;
    while (places < 2 * parts.size()) places *= 2;
    std::vector<std::uint32_t> position(places, NearIndex::no_part);  // in the result
    std::vector<NearIndex::Candidate> result;
    for (const std::uint32_t part : parts) {
        std::size_t i = (part * 0x9E3779B9U) & (places - 1);
        while (position[i] != NearIndex::no_part && result[position[i]].part != part) i = (i + 1) & (places - 1);
        if (position[i] == NearIndex::no_part) {
            position[i] = static_cast<std::uint32_t>(result.size());
            result.push_back({part, 0});
        }
        ++result[position[i]].bands;
    }
    return result;
}

}  // namespace

NearIndex::NearIndex(const BandRule& rule, std::size_t most_parts)
    : rule_(rule), most_parts_(most_parts), slots_(least_slots, empty) {}

std::vector<std::uint32_t> NearIndex::hashes(std::uint64_t block, const Signature& signature) const {
    const std::vector<std::uint64_t> keys = band_keys(signature, rule_);
    std::vector<std::uint32_t> result(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        std::uint64_t z = keys[i] ^ (block * 0x9E3779B97F4A7C15ULL);
        z = (z ^ (z >> 32U)) * 0xD6E8FEB86659FD93ULL;
        result[i] = hash_of(z ^ (z >> 29U));
    }
    return result;
}

bool NearIndex::add(std::uint64_t block, std::uint32_t part, const Signature& signature) {
    if (part == no_part || size() >= most_parts_) return false;
    for (const std::uint32_t hash : hashes(block, signature)) {
        if ((entries_ + 1) * 4 > slots_.size() * full_of_4) grow();
        insert((std::uint64_t{hash} << 32U) | part);
        ++entries_;
    }
    return true;
}

bool NearIndex::remove(std::uint64_t block, std::uint32_t part, const Signature& signature) {
    bool is_found = false;
    for (const std::uint32_t hash : hashes(block, signature)) {
        if (!erase((std::uint64_t{hash} << 32U) | part)) continue;
        --entries_;
        is_found = true;
    }
    return is_found;
}

NearIndex::Candidates NearIndex::candidates(std::uint64_t block, const Signature& signature, std::size_t most) const {
    const std::vector<std::uint32_t> wanted = hashes(block, signature);
    for (const std::uint32_t hash : wanted) __builtin_prefetch(&slots_[home(hash)]);
    std::vector<std::uint32_t> parts;
    for (const std::uint32_t hash : wanted) {
        for (std::size_t i = home(hash); slots_[i] != empty; i = i + 1 == slots_.size() ? 0 : i + 1) {
            if (hash_of(slots_[i]) == hash) parts.push_back(static_cast<std::uint32_t>(slots_[i]));
        }
    }
    Candidates result;
    result.found = counted(parts);
    result.is_cut = result.found.size() > most;
    const std::size_t kept = std::min(most, result.found.size());
    std::partial_sort(result.found.begin(), result.found.begin() + static_cast<std::ptrdiff_t>(kept),
                      result.found.end(), [](const Candidate& a, const Candidate& b) {
                          return a.bands != b.bands ? a.bands > b.bands : a.part < b.part;
                      });
    result.found.resize(kept);
    return result;
}

void NearIndex::insert(std::uint64_t slot) {
    std::size_t i = home(hash_of(slot));
    while (slots_[i] != empty) i = i + 1 == slots_.size() ? 0 : i + 1;
    slots_[i] = slot;
}

bool NearIndex::erase(std::uint64_t slot) {
    const std::size_t n = slots_.size();
    std::size_t hole = home(hash_of(slot));
    while (slots_[hole] != slot) {
        if (slots_[hole] == empty) return false;
        hole = hole + 1 == n ? 0 : hole + 1;
    }
    // What follows moves up, unless it would come before its home.
    for (std::size_t next = hole + 1 == n ? 0 : hole + 1; slots_[next] != empty; next = next + 1 == n ? 0 : next + 1) {
        const std::size_t from_home = (next + n - home(hash_of(slots_[next]))) % n;
        const std::size_t from_hole = (next + n - hole) % n;
        if (from_home < from_hole) continue;
        slots_[hole] = slots_[next];
        hole = next;
    }
    slots_[hole] = empty;
    return true;
}

void NearIndex::grow() {
    std::vector<std::uint64_t> old(slots_.size() + slots_.size() / 2, empty);
    old.swap(slots_);
    for (const std::uint64_t slot : old) {
        if (slot != empty) insert(slot);
    }
}

}  // namespace ningyi::track
