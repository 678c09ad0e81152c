// SPDX-License-Identifier: Apache-2.0
#include "app/fact_files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/disk.h"
#include "base/text.h"

namespace ningyi::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t written_at_once = std::size_t{4} << 20U;
constexpr std::string_view extension = ".facts";

}  // namespace

FactFiles::FactFiles(fs::path folder) : folder_(std::move(folder)) {
    std::error_code error;
    fs::create_directories(folder_, error);
    if (!fs::is_directory(folder_, error)) throw_disk_error(folder_.string());
    std::vector<fs::path> paths;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) {
        if (entry.path().extension() == extension) {
            paths.push_back(entry.path());
        } else if (entry.path().extension() == ".unfinished") {
            fs::remove(entry.path(), error);  // of a run that was broken off
        }
    }
    std::sort(paths.begin(), paths.end());
    for (const fs::path& path : paths) {
        last_ = std::max(last_, static_cast<std::uint64_t>(to_integer(path.stem().string()).value_or(0)));
        map(path);
    }
}

FactFiles::~FactFiles() {
    abandon();
    for (const Mapped& mapped : mapped_) unmap(mapped);
}

void FactFiles::map(const fs::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) throw_disk_error(path.string());
    struct stat about{};
    if (::fstat(file, &about) != 0) throw_disk_error(path.string());
    Mapped mapped{path, nullptr, static_cast<std::size_t>(about.st_size)};
    if (mapped.size > 0) {
        mapped.at = ::mmap(nullptr, mapped.size, PROT_READ, MAP_PRIVATE, file, 0);
        if (mapped.at == MAP_FAILED) throw_disk_error(path.string());
    }
    ::close(file);
    mapped_.push_back(std::move(mapped));
}

void FactFiles::unmap(const Mapped& mapped) {
    if (mapped.size > 0) ::munmap(mapped.at, mapped.size);
}

std::vector<std::string_view> FactFiles::kept() {
    std::vector<std::string_view> all;
    for (const Mapped& mapped : mapped_) all.push_back(mapped.bytes());
    return all;
}

void FactFiles::begin() {
    abandon();
    open_path_ = folder_ / format("{:08}{}.unfinished", ++last_, extension);
    open_ = ::open(open_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (open_ < 0) throw_disk_error(open_path_.string());
}

void FactFiles::flush() {
    std::string_view rest = waiting_;
    while (!rest.empty()) {
        const ssize_t done = ::write(open_, rest.data(), rest.size());
        if (done < 0) throw_disk_error(open_path_.string());
        rest.remove_prefix(static_cast<std::size_t>(done));
    }
    waiting_.clear();
}

void FactFiles::append(std::string_view bytes) {
    waiting_ += bytes;
    if (waiting_.size() >= written_at_once) flush();
}

std::string_view FactFiles::finish() {
    flush();
    const bool is_closed = ::close(open_) == 0;
    open_ = -1;
    if (!is_closed) throw_disk_error(open_path_.string());
    fs::path path = open_path_;
    path.replace_extension();
    std::error_code error;
    fs::rename(open_path_, path, error);
    if (error) throw_disk_error(path.string());
    map(path);
    return mapped_.back().bytes();
}

void FactFiles::abandon() {
    waiting_.clear();
    if (open_ < 0) return;
    ::close(open_);
    open_ = -1;
    std::error_code error;
    fs::remove(open_path_, error);
}

void FactFiles::forget(std::string_view kept) {
    const auto at = std::find_if(mapped_.begin(), mapped_.end(), [&](const Mapped& mapped) {
        return mapped.bytes().data() == kept.data() && mapped.size == kept.size();
    });
    if (at == mapped_.end()) return;
    unmap(*at);
    std::error_code error;
    fs::remove(at->path, error);
    mapped_.erase(at);
}

}  // namespace ningyi::app
