// SPDX-License-Identifier: Apache-2.0
// Tracks that one subject after the other asks for, read once as long as they are asked for. Bounded; what was put
// there first goes first. It must be emptied when something comes in.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "track/fix.h"
#include "track/kept.h"

namespace ningyi::engine {

// The fixes of one track field of one record, marked, and the events they stand in.
struct ReadTrack {
    std::vector<track::Fix> fixes;
    std::vector<std::uint64_t> seqs;
    std::unique_ptr<track::Kept> kept = std::make_unique<track::Kept>();  // what measures worked out of them
};

class TrackShelf {
public:
    // Owned together: the shelf may let go of a track while a reader still reads it.
    using Owned = std::shared_ptr<const ReadTrack>;

    Owned find(std::uint64_t key) const {
        const auto found = tracks_.find(key);
        return found == tracks_.end() ? nullptr : found->second;
    }
    // REQUIRES: it is not there.
    void put(std::uint64_t key, Owned track) {
        if (order_.size() == most) {
            tracks_.erase(order_.front());
            order_.pop_front();
        }
        order_.push_back(key);
        tracks_.emplace(key, std::move(track));
    }
    void clear() {
        tracks_.clear();
        order_.clear();
    }

private:
    static constexpr std::size_t most = 512;
    std::unordered_map<std::uint64_t, Owned> tracks_;
    std::deque<std::uint64_t> order_;
};

}  // namespace ningyi::engine
