// SPDX-License-Identifier: Apache-2.0
// What another file of the bundle says by a key: whose a device is, and since when. Rows that contradict each other
// tell nothing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ningyi::exchange {

class LookUp {
public:
    // `from` ≤ time < `to`, in ms; a row without times counts always.
    void add(std::string_view key, std::string_view value, std::int64_t from = INT64_MIN, std::int64_t to = INT64_MAX);
    std::size_t size() const { return rows_; }

    // The value of the key at that time, or "". Where several rows count, the one that began last does; of those that
    // began together, nothing when they differ.
    std::string_view value(std::string_view key, std::int64_t at) const;

    // The same in two steps, for rows that follow each other by key: what is known of the key (null: nothing; stays
    // until add()), and its value.
    struct Entry {
        std::string value;
        std::int64_t from, to;
    };
    using Entries = std::vector<Entry>;
    const Entries* entries(std::string_view key) const;
    static std::string_view value(const Entries& entries, std::int64_t at);

    std::vector<std::string> keys() const;  // sorted

private:
    std::map<std::string, Entries, std::less<>> entries_;
    std::size_t rows_ = 0;
};

}  // namespace ningyi::exchange
