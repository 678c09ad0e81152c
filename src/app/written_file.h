// SPDX-License-Identifier: Apache-2.0
// A text written to a file that a person named.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace ningyi::app {

// A fault when the file cannot be made; throws MachineError when the disk fails while writing.
Faults write_file(const std::string& path, std::string_view text);

// Writes the whole text, or leaves what was there: throws MachineError when the disk fails. A file that was there keeps
// its permissions.
void write_whole(const std::string& path, std::string_view text);

}  // namespace ningyi::app
