// SPDX-License-Identifier: Apache-2.0
// The list of what could not be used, written to rejected.csv as it grows, so that memory stays bounded.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace ningyi::exchange {

struct Reject {
    std::string file;
    std::int64_t line = 0;  // 0: of the whole file
    std::string column;     // the column's name, or the place in the line as a number
    std::string value;      // as it stands in the file
    std::string zh, en;     // what was expected
};

class Rejects {
public:
    // Writes to the file at `path`, made anew with its header; "" counts only. Throws MachineError when the disk fails.
    explicit Rejects(std::string path);
    ~Rejects();
    Rejects(const Rejects&) = delete;
    Rejects& operator=(const Rejects&) = delete;

    // Besides the file, whoever wants to know. REQUIRES: what `hear` needs outlives the last add().
    void listen(std::function<void(const Reject&)> hear) { hear_ = std::move(hear); }

    void add(const Reject& reject);
    void add(const Fault& fault);  // of a row
    std::uint64_t count() const { return count_; }

    // Writes what is still buffered and syncs. REQUIRES: called once, when nothing is added any more.
    void finish();

private:
    void flush();
    std::function<void(const Reject&)> hear_;
    std::string path_;
    std::FILE* file_ = nullptr;
    std::string buffer_;
    std::uint64_t count_ = 0;
};

// "张***": what may be shown of a personal value; "" of an empty one.
std::string first_character(std::string_view value);

// The first `characters` of a text, with "…" behind it when it was longer; bytes that are no character become
// "\u{FFFD}".
std::string cut(std::string_view value, std::size_t characters);

}  // namespace ningyi::exchange
