// SPDX-License-Identifier: Apache-2.0
#include "exchange/look_up.h"

namespace ningyi::exchange {

void LookUp::add(std::string_view key, std::string_view value, std::int64_t from, std::int64_t to) {
    std::vector<Entry>& entries = entries_[std::string(key)];
    for (const Entry& known : entries) {
        if (known.value == value && known.from == from && known.to == to) return;
    }
    entries.push_back({std::string(value), from, to});
    ++rows_;
}

std::string_view LookUp::value(std::string_view key, std::int64_t at) const {
    const Entries* const known = entries(key);
    return known == nullptr ? std::string_view{} : value(*known, at);
}

const LookUp::Entries* LookUp::entries(std::string_view key) const {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second;
}

std::string_view LookUp::value(const Entries& entries, std::int64_t at) {
    const Entry* best = nullptr;
    bool is_contradicted = false;
    for (const Entry& entry : entries) {
        if (at < entry.from || at >= entry.to) continue;
        if (best == nullptr || entry.from > best->from) {
            best = &entry;
            is_contradicted = false;
        } else if (entry.from == best->from && entry.value != best->value) {
            is_contradicted = true;
        }
    }
    return best == nullptr || is_contradicted ? std::string_view{} : std::string_view(best->value);
}

std::vector<std::string> LookUp::keys() const {
    std::vector<std::string> keys;
    keys.reserve(entries_.size());
    for (const auto& [key, entries] : entries_) keys.push_back(key);
    return keys;
}

}  // namespace ningyi::exchange
