// SPDX-License-Identifier: Apache-2.0
// Which records share a mark: a band of their signatures, a place and time of their motion. Eight bytes a mark in one
// sorted array, with a small table of what came lately. It only finds candidates; what they are is decided elsewhere.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/world.h"

namespace ningyi::engine {

// Of a mark only the last 32 bits are kept: marks that agree in them are taken for one, which may name a candidate too
// many. REQUIRES of all marks: as good as random in those bits, or few.
class SharedMarks {
public:
    // REQUIRES: `marks` distinct; a record is added once and dropped with the same marks.
    void add(RecordIndex record, std::span<const std::uint64_t> marks);
    void drop(RecordIndex record, std::span<const std::uint64_t> marks);

    // The same as add() for very many records. REQUIRES: settle() before anything else.
    void add_to_settle(RecordIndex record, std::span<const std::uint64_t> marks);
    void settle();  // brings what came lately into the sorted array

    // Every record with at least one of these marks, each once, in order.
    std::vector<RecordIndex> with_any(std::span<const std::uint64_t> marks) const;

    std::size_t size() const { return sorted_.size() - dropped_ + late_count_; }

private:
    struct Posting {
        std::uint32_t mark = 0;
        RecordIndex record = no_record;  // no_record: dropped
    };
    std::size_t bucket_of(std::uint32_t mark) const { return bucket_shift_ >= 32 ? 0 : mark >> bucket_shift_; }
    // Where the postings of a mark would begin in the sorted array.
    std::size_t lower_bound(std::uint32_t mark) const;

    std::vector<Posting> sorted_;  // by mark
    std::size_t dropped_ = 0;      // of those
    // Marks are cut into buckets by their first bits; where each begins, and the end.
    unsigned bucket_shift_ = 32;
    std::vector<std::uint32_t> buckets_{0, 0};
    std::unordered_map<std::uint32_t, std::vector<RecordIndex>> late_;
    std::size_t late_count_ = 0;
};

}  // namespace ningyi::engine
