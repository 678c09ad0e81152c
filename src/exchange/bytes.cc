// SPDX-License-Identifier: Apache-2.0
#include "exchange/bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace ningyi::exchange {
namespace {

class FileSource final : public ByteSource {
public:
    FileSource(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
    ~FileSource() override { ::close(descriptor_); }
    FileSource(const FileSource&) = delete;
    FileSource& operator=(const FileSource&) = delete;

    Result<std::size_t> read(char* to, std::size_t room) override {
        for (;;) {
            const ssize_t count = ::read(descriptor_, to, room);
            if (count >= 0) return static_cast<std::size_t>(count);
            if (errno != EINTR) throw MachineError(format("{}: {}", path_, std::strerror(errno)));
        }
    }

private:
    int descriptor_;
    std::string path_;
};

class MemorySource final : public ByteSource {
public:
    explicit MemorySource(std::string_view text) : rest_(text) {}

    Result<std::size_t> read(char* to, std::size_t room) override {
        const std::size_t count = std::min(room, rest_.size());
        rest_.copy(to, count);
        rest_.remove_prefix(count);
        return count;
    }

private:
    std::string_view rest_;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_file(const std::string& path, const std::string& shown) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        const int why = errno;
        return failure(Fault{.file = shown,
                             .code = "E801",
                             .zh = format("打不开文件（{}）；应为可读的文件", std::strerror(why)),
                             .en = format("cannot open the file ({}); expected a readable file", std::strerror(why))});
    }
    struct stat status{};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        ::close(descriptor);
        return failure(Fault{.file = shown, .code = "E801", .zh = "不是普通文件", .en = "not a regular file"});
    }
    return std::make_unique<FileSource>(descriptor, path);
}

std::unique_ptr<ByteSource> over_memory(std::string_view text) {
    return std::make_unique<MemorySource>(text);
}

}  // namespace ningyi::exchange
