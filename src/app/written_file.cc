// SPDX-License-Identifier: Apache-2.0
#include "app/written_file.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/disk.h"

namespace ningyi::app {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void give_up(const std::string& part, const std::string& path) {
    const int why = errno;  // std::remove may set another
    std::remove(part.c_str());
    errno = why;
    throw_disk_error(path);
}

}  // namespace

Faults write_file(const std::string& path, std::string_view text) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    if (!out) return {Fault{.file = path, .code = "E008", .zh = "文件建不了", .en = "the file cannot be made"}};
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) throw_disk_error(path);
    return {};
}

void write_whole(const std::string& path, std::string_view text) {
    const std::string part = path + ".part";
    {
        std::FILE* const file = std::fopen(part.c_str(), "wb");
        if (file == nullptr) throw_disk_error(path);
        const bool is_written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
        const bool is_closed = std::fclose(file) == 0;
        if (!is_written || !is_closed) give_up(part, path);
    }
    std::error_code error;
    if (fs::exists(path, error)) fs::permissions(part, fs::status(path, error).permissions(), error);
    if (std::rename(part.c_str(), path.c_str()) != 0) give_up(part, path);
}

}  // namespace ningyi::app
