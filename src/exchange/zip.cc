// SPDX-License-Identifier: Apache-2.0
#include "exchange/zip.h"

#include <zip.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "base/text.h"

namespace ningyi::exchange {

struct ZipArchive::Handle {
    zip_t* zip = nullptr;
    std::uint64_t unpacked = 0;  // of the entry read at the moment and those before it, each counted once
    ~Handle() {
        if (zip != nullptr) zip_discard(zip);
    }
};

namespace {

Fault fault(const std::string& file, std::string code, std::string zh, std::string en) {
    return Fault{.file = file, .code = std::move(code), .zh = std::move(zh), .en = std::move(en)};
}

Fault damaged(const std::string& file, const std::string& why) {
    return fault(file, "E821", format("压缩包损坏或不完整（{}）；请重新压缩或重新传送", why),
                 format("the archive is damaged or cut short ({}); pack it or send it again", why));
}

bool leaves_folder(std::string_view name) {
    if (name.empty() || name.front() == '/' || name.find('\\') != std::string_view::npos) return true;
    if (name.size() >= 2 && name[1] == ':') return true;
    return std::ranges::any_of(split(name, '/'), [](std::string_view part) { return part == ".."; });
}

bool is_archive(std::string_view name) {
    const std::string lower = lower_ascii(name);
    return std::ranges::any_of(
        std::vector<std::string_view>{".zip", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".jar"},
        [&](std::string_view end) { return lower.ends_with(end); });
}

}  // namespace

class ZipEntrySource final : public ByteSource {
public:
    ZipEntrySource(std::shared_ptr<ZipArchive> archive, zip_file_t* entry, std::string shown, std::uint64_t packed)
        : archive_(std::move(archive)), entry_(entry), shown_(std::move(shown)), packed_(packed) {}
    ~ZipEntrySource() override {
        zip_fclose(entry_);
        archive_->handle_->unpacked -= unpacked_;
    }
    ZipEntrySource(const ZipEntrySource&) = delete;
    ZipEntrySource& operator=(const ZipEntrySource&) = delete;

    Result<std::size_t> read(char* to, std::size_t room) override {
        const zip_int64_t count = zip_fread(entry_, to, room);
        if (count < 0) return failure(damaged(shown_, zip_file_strerror(entry_)));
        unpacked_ += static_cast<std::uint64_t>(count);
        archive_->handle_->unpacked += static_cast<std::uint64_t>(count);
        const ZipLimits& limits = archive_->limits_;
        constexpr std::uint64_t free_bytes = std::uint64_t{1} << 20U;
        if (unpacked_ > free_bytes && unpacked_ / limits.ratio > packed_) {
            return failure(
                fault(shown_, "E822", format("解压后超过压缩大小的 {} 倍，疑为“压缩炸弹”，已停止读取", limits.ratio),
                      format("unpacks to more than {} times its packed size, which looks like a zip bomb; stopped",
                             limits.ratio)));
        }
        if (archive_->handle_->unpacked > limits.unpacked_bytes) {
            return failure(fault(
                shown_, "E823", format("解压后超过 {} MiB，已停止读取；请分成几个包", limits.unpacked_bytes >> 20U),
                format("unpacks to more than {} MiB; stopped; split it into several", limits.unpacked_bytes >> 20U)));
        }
        return static_cast<std::size_t>(count);
    }

private:
    std::shared_ptr<ZipArchive> archive_;
    zip_file_t* entry_;
    std::string shown_;
    std::uint64_t packed_;
    std::uint64_t unpacked_ = 0;
};

ZipArchive::ZipArchive(std::unique_ptr<Handle> handle, std::string shown, ZipLimits limits)
    : handle_(std::move(handle)), shown_(std::move(shown)), limits_(limits) {}

ZipArchive::~ZipArchive() = default;

Result<std::shared_ptr<ZipArchive>> ZipArchive::open(const std::string& path, const std::string& shown,
                                                     ZipLimits limits) {
    int code = 0;
    auto handle = std::make_unique<Handle>();
    handle->zip = zip_open(path.c_str(), ZIP_RDONLY, &code);
    if (handle->zip == nullptr) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        const std::string why = zip_error_strerror(&error);
        zip_error_fini(&error);
        return failure(damaged(shown, why));
    }
    return checked(std::move(handle), shown, limits);
}

Result<std::shared_ptr<ZipArchive>> ZipArchive::open_memory(std::string_view bytes, const std::string& shown,
                                                            ZipLimits limits) {
    zip_error_t error;
    zip_error_init(&error);
    auto handle = std::make_unique<Handle>();
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source != nullptr) handle->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (handle->zip == nullptr) {
        const std::string why = zip_error_strerror(&error);
        if (source != nullptr) zip_source_free(source);
        zip_error_fini(&error);
        return failure(damaged(shown, why));
    }
    zip_error_fini(&error);
    return checked(std::move(handle), shown, limits);
}

Result<std::shared_ptr<ZipArchive>> ZipArchive::checked(std::unique_ptr<Handle> handle, const std::string& shown,
                                                        ZipLimits limits) {
    zip_t* const zip = handle->zip;
    const zip_int64_t count = zip_get_num_entries(zip, 0);
    if (count <= 0) return failure(damaged(shown, "empty"));
    if (count > static_cast<zip_int64_t>(limits.entries)) {
        return failure(fault(shown, "E824", format("压缩包内有 {} 个文件，最多 {} 个", count, limits.entries),
                             format("the archive holds {} files, at most {} are allowed", count, limits.entries)));
    }
    std::shared_ptr<ZipArchive> archive(new ZipArchive(std::move(handle), shown, limits));
    archive->self_ = archive;
    Faults faults;
    std::set<std::string> seen;
    for (zip_int64_t i = 0; i < count; ++i) {
        zip_stat_t status;
        if (zip_stat_index(zip, static_cast<zip_uint64_t>(i), 0, &status) != 0 || (status.valid & ZIP_STAT_NAME) == 0) {
            return failure(damaged(shown, zip_strerror(zip)));
        }
        const std::string name = status.name;
        const std::string place = shown + "/" + name.substr(0, 120);
        if (leaves_folder(name)) {
            faults.push_back(fault(place, "E825", "文件名指向压缩包之外（绝对路径、“..”或反斜线），已拒绝",
                                   "the name points out of the archive (absolute, \"..\" or a backslash); refused"));
        } else if (name.ends_with('/')) {
            continue;
        } else if (is_archive(name)) {
            faults.push_back(fault(place, "E826", "压缩包里还有压缩包；请先解开，只压缩一层",
                                   "an archive inside the archive; unpack it first and pack only once"));
        } else if ((status.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && status.encryption_method != ZIP_EM_NONE) {
            faults.push_back(fault(place, "E827", "文件加了密码；请去掉密码后重新压缩",
                                   "the file is encrypted; pack it again without a password"));
        } else if (!seen.insert(name).second) {
            faults.push_back(
                fault(place, "E828", "压缩包里有两个同名文件", "two files of this name are in the archive"));
        }
        archive->names_.push_back(name);
    }
    if (!faults.empty()) return failure(std::move(faults));
    return archive;
}

bool ZipArchive::has(std::string_view name) const {
    return std::ranges::find(names_, name) != names_.end();
}

std::uint64_t ZipArchive::claimed_size(const std::string& name) const {
    zip_stat_t status;
    if (zip_stat(handle_->zip, name.c_str(), ZIP_FL_ENC_GUESS, &status) != 0) return 0;
    return (status.valid & ZIP_STAT_SIZE) != 0 ? status.size : 0;
}

Result<std::unique_ptr<ByteSource>> ZipArchive::entry(const std::string& name) {
    const std::string place = shown_ + "/" + name;
    zip_stat_t status;
    if (zip_stat(handle_->zip, name.c_str(), ZIP_FL_ENC_GUESS, &status) != 0)
        return failure(damaged(place, zip_strerror(handle_->zip)));
    zip_file_t* const file = zip_fopen_index(handle_->zip, status.index, 0);
    if (file == nullptr) return failure(damaged(place, zip_strerror(handle_->zip)));
    const std::uint64_t packed = (status.valid & ZIP_STAT_COMP_SIZE) != 0 ? status.comp_size : 0;
    return std::make_unique<ZipEntrySource>(self_.lock(), file, place, packed);
}

}  // namespace ningyi::exchange
