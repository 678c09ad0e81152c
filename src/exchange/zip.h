// SPDX-License-Identifier: Apache-2.0
// Reads .zip archives that strangers made: bounded in entries, size and ratio, measured while inflating and not taken
// from the directory (security.md T15). Nothing is ever written to disk, so that no name in an archive can reach out of
// a folder; names that try are refused all the same.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "exchange/bytes.h"

namespace ningyi::exchange {

struct ZipLimits {
    std::size_t entries = 1000;
    std::uint64_t unpacked_bytes = std::uint64_t{16} << 30U;  // of the whole archive; a district's fixes of a year
    std::uint64_t ratio = 100;                                // unpacked to packed, counted from the first MiB on
};

// Limits for small archives such as workbooks.
constexpr ZipLimits workbook_limits{.entries = 1000, .unpacked_bytes = std::uint64_t{512} << 20U, .ratio = 100};

class ZipArchive {
public:
    // Faults: damaged or cut short, too many entries, a name that leaves the folder ("../", absolute, drive letters),
    // an archive inside (.zip, .7z, .rar, .gz, .tar), encrypted entries, two entries of one name.
    static Result<std::shared_ptr<ZipArchive>> open(const std::string& path, const std::string& shown,
                                                    ZipLimits limits = {});
    // REQUIRES: `bytes` outlives the archive.
    static Result<std::shared_ptr<ZipArchive>> open_memory(std::string_view bytes, const std::string& shown,
                                                           ZipLimits limits = {});
    ~ZipArchive();
    ZipArchive(const ZipArchive&) = delete;
    ZipArchive& operator=(const ZipArchive&) = delete;

    // Paths of the files in the archive, in its order, folders left out.
    const std::vector<std::string>& names() const { return names_; }
    bool has(std::string_view name) const;
    // Bytes unpacked, as the directory claims: for progress, never to be relied on. 0 when unknown.
    std::uint64_t claimed_size(const std::string& name) const;

    // The entry as a stream, which keeps the archive alive. Reading faults when it is damaged, or grows past the
    // limits.
    Result<std::unique_ptr<ByteSource>> entry(const std::string& name);

private:
    friend class ZipEntrySource;
    struct Handle;
    ZipArchive(std::unique_ptr<Handle> handle, std::string shown, ZipLimits limits);
    static Result<std::shared_ptr<ZipArchive>> checked(std::unique_ptr<Handle> handle, const std::string& shown,
                                                       ZipLimits limits);

    std::unique_ptr<Handle> handle_;
    std::string shown_;
    ZipLimits limits_;
    std::vector<std::string> names_;
    std::weak_ptr<ZipArchive> self_;
};

}  // namespace ningyi::exchange
