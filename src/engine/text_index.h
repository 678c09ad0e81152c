// SPDX-License-Identifier: Apache-2.0
// Finds the numbers of things by their text. The texts stay where the things are: the caller says the text of a number.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace ningyi::engine {

class TextIndex {
public:
    static constexpr std::uint32_t none = UINT32_MAX;

    // The number of this text, or none. `text_of(number)` gives the text of every number that was added.
    template <class TextOf>
    std::uint32_t find(std::string_view text, const TextOf& text_of) const {
        if (slots_.empty()) return none;
        const std::uint32_t hash = hash_of(text);
        for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
            const Slot& slot = slots_[at];
            if (slot.number == none) return none;
            if (slot.hash == hash && text_of(slot.number) == text) return slot.number;
        }
    }

    // REQUIRES: the text is not there yet; number ≠ none.
    void add(std::string_view text, std::uint32_t number) {
        if (used_ * 3 >= slots_.size() * 2) grow();
        put({hash_of(text), number});
        ++used_;
    }

private:
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t number = none;
    };
    static std::uint32_t hash_of(std::string_view text) {
        const std::uint64_t hash = std::hash<std::string_view>{}(text);
        return static_cast<std::uint32_t>(hash ^ (hash >> 32U));
    }
    void put(Slot slot) {
        std::size_t at = slot.hash & (slots_.size() - 1);
        while (slots_[at].number != none) at = (at + 1) & (slots_.size() - 1);
        slots_[at] = slot;
    }
    void grow() {
        std::vector<Slot> before(slots_.empty() ? 16 : slots_.size() * 2);
        before.swap(slots_);
        for (const Slot& slot : before) {
            if (slot.number != none) put(slot);
        }
    }

    std::vector<Slot> slots_;  // a power of two of them, at most two thirds used
    std::size_t used_ = 0;
};

}  // namespace ningyi::engine
