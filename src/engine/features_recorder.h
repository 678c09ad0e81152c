// SPDX-License-Identifier: Apache-2.0
// Keeps what is read, for what is computed once and looked at again when one of those changes.
#pragma once

#include <string>
#include <vector>

#include "engine/features.h"

namespace ningyi::engine {

class Features::Recorder final : public Reads {
public:
    void record(EntityIndex entity, std::string_view id) override {
        notes.push_back({.is_carrier = false, .entity = entity, .id = std::string(id), .from = {}, .to = {}});
    }
    void carrier(std::string_view id, Instant from, Instant to) override {
        notes.push_back({.is_carrier = true, .entity = no_index, .id = std::string(id), .from = from, .to = to});
    }
    void index(std::uint16_t, std::string_view) override {}  // what is kept of one record asks no index

    std::vector<Noted> notes;
};

}  // namespace ningyi::engine
