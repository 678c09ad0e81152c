// SPDX-License-Identifier: Apache-2.0
#include "app/written_file.h"

#include <fstream>

#include "base/disk.h"

namespace ningyi::app {

Faults write_file(const std::string& path, std::string_view text) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    if (!out) return {Fault{.file = path, .code = "E008", .zh = "文件建不了", .en = "the file cannot be made"}};
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) throw_disk_error(path);
    return {};
}

}  // namespace ningyi::app
