// SPDX-License-Identifier: Apache-2.0
// Which records share a mark: a band of their signatures, a place and time of their motion. Sixteen bytes a mark in one
// sorted array, with a small table of what came lately. It only finds candidates; what they are is decided elsewhere.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/world.h"

namespace ningyi::engine {

class SharedMarks {
public:
    // REQUIRES: `marks` distinct; a record is added once and dropped with the same marks.
    void add(RecordIndex record, std::span<const std::uint64_t> marks);
    void drop(RecordIndex record, std::span<const std::uint64_t> marks);

    // Every record with at least one of these marks, each once, in order.
    std::vector<RecordIndex> with_any(std::span<const std::uint64_t> marks) const;

    std::size_t size() const { return sorted_.size() - dropped_ + late_count_; }

private:
    struct Posting {
        std::uint64_t mark = 0;
        RecordIndex record = no_record;  // no_record: dropped
    };
    void settle();  // brings what came lately into the sorted array

    std::vector<Posting> sorted_;  // by mark
    std::size_t dropped_ = 0;      // of those
    std::unordered_map<std::uint64_t, std::vector<RecordIndex>> late_;
    std::size_t late_count_ = 0;
};

}  // namespace ningyi::engine
