// SPDX-License-Identifier: Apache-2.0
// A stream of bytes that is read once, front to back: a file, a piece of memory, an entry of an archive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ningyi::exchange {

class ByteSource {
public:
    virtual ~ByteSource() = default;

    // Writes up to `room` bytes to `to` and says how many; 0 at the end and only there. A fault when the source is
    // damaged (an archive); throws MachineError when the disk fails. REQUIRES: room >= 16, so that a converter can
    // place a character.
    virtual Result<std::size_t> read(char* to, std::size_t room) = 0;
};

// The file at `path`, or a fault naming `shown` when it cannot be opened.
Result<std::unique_ptr<ByteSource>> open_file(const std::string& path, const std::string& shown);

// REQUIRES: `text` outlives the source.
std::unique_ptr<ByteSource> over_memory(std::string_view text);

}  // namespace ningyi::exchange
