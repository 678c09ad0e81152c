// SPDX-License-Identifier: Apache-2.0
// Gathers fixes that arrive row by row into blocks of one carrier and device, at most 128 fixes and one local day each.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/zone.h"
#include "track/fix.h"

namespace ningyi::exchange {

struct FixBlock {
    std::string carrier, device;
    std::vector<track::Fix> fixes;  // by time
};

class FixBlocks {
public:
    // `done` takes each block when it is full; the same rows in the same order give the same blocks.
    FixBlocks(Zone zone, std::function<void(FixBlock&&)> done) : zone_(std::move(zone)), done_(std::move(done)) {}

    void add(std::string_view carrier, std::string_view device, const track::Fix& fix);
    void finish();  // hands out all blocks that are not full, by carrier and device

private:
    struct Open {
        FixBlock block;
        std::int64_t day_from = 0, day_to = 0;  // ms; of the block's first fix
    };
    void close(Open& open);

    Zone zone_;
    std::function<void(FixBlock&&)> done_;
    std::unordered_map<std::string, Open> open_;
    std::string last_key_, key_;
    Open* last_ = nullptr;
};

}  // namespace ningyi::exchange
