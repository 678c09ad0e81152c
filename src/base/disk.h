// SPDX-License-Identifier: Apache-2.0
// What is said when a file cannot be written: which file, why, that nothing accepted is lost, and what to do.
#pragma once

#include <string>

namespace ningyi {

// Throws MachineError for this file with the reason that errno gives, in Chinese and English.
[[noreturn]] void throw_disk_error(const std::string& path);

}  // namespace ningyi
