// SPDX-License-Identifier: Apache-2.0
// A district bundle: a folder or a .zip of CSV or XLSX files, turned into drafts of events by the packs' mappings
// (mapping.h). Knows no file by name but bundle.yaml. Appends nothing itself: drafts go out through a callback.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/zone.h"
#include "exchange/look_up.h"
#include "exchange/mapping.h"
#include "exchange/rows.h"
#include "exchange/zip.h"
#include "geo/datum.h"
#include "log/event.h"

namespace ningyi::exchange {

// What bundle.yaml says.
struct BundleInfo {
    std::string name;
    std::string district;
    Zone zone = Zone::china();
    geo::Datum datum = geo::Datum::unknown;
    std::optional<Date> from, to;  // the period reported
    std::optional<Instant> as_of;  // when the files were taken
};

struct FileReport {
    std::string file;        // orders.csv
    std::string mapping;     // orders
    std::uint64_t rows = 0;  // read, blank lines not counted
    std::uint64_t used = 0;  // became events
    std::uint64_t rejected = 0;
    std::uint64_t repeated = 0;            // the same row given again: taken once
    std::uint64_t amended = 0;             // a later row of the same key with other content: both kept
    std::uint64_t positions_left_out = 0;  // 0/0: the row is used without it
    std::uint64_t drafts = 0;
    std::array<std::uint64_t, 4> datums{};  // positions by declared datum
    std::vector<std::string> unknown_columns;
};

struct ImportReport {
    std::vector<FileReport> files;     // in the order read
    std::vector<std::string> missing;  // mapped files the bundle has not
    Faults unusable;                   // files that cannot be used at all
    Faults notices;                    // worth saying; nothing is lost
    std::uint64_t rejected = 0;        // rows
    std::uint64_t drafts = 0;

    // Of the program: 0 all rows were used, 3 some were rejected, 2 a file cannot be used.
    int exit_status() const { return !unusable.empty() ? 2 : rejected > 0 ? 3 : 0; }
};

struct ImportProgress {
    std::string_view file;
    std::uint64_t rows = 0;         // of this file
    std::uint64_t bytes = 0;        // of all files so far
    std::uint64_t total_bytes = 0;  // 0 when not known
};

struct ImportOptions {
    std::string rejected_path;                            // of rejected.csv; "" for none
    std::function<void(const ImportProgress&)> progress;  // about ten times a second at most
    std::size_t group = 512;                              // drafts in one call
};

// Takes a group of drafts; false stops the import (what was handed out stays).
using DraftSink = std::function<bool(std::vector<log::Draft>&&)>;

class Bundle {
public:
    // Opens the bundle and looks at every file's header. A fault when there is no such bundle, the archive is refused,
    // a file is there twice, bundle.yaml is wrong, or a required file is missing or unusable. Other unusable files are
    // reported by run(). REQUIRES: `mappings` outlives the bundle.
    static Result<std::unique_ptr<Bundle>> open(const std::string& path, const std::vector<Mapping>& mappings);

    const BundleInfo& info() const { return info_; }

    // Reads all files in the order of the mappings. The same files give the same drafts, ids included, so that
    // importing twice, or again after a break, changes nothing. Throws MachineError when the disk fails.
    Result<ImportReport> run(const ImportOptions& options, const DraftSink& sink);

private:
    struct File {
        const Mapping* mapping = nullptr;
        std::string name;  // orders.csv, as shown
        std::string path;  // on disk or in the archive
        bool workbook = false;
        std::uint64_t size = 0;
        std::vector<std::pair<std::string, std::string>> tracks;  // of a folder of track files: name, path
    };
    friend class FileImport;
    Bundle() = default;
    Faults find_files(const std::vector<std::pair<std::string, std::string>>& names,
                      const std::vector<Mapping>& mappings);
    Result<bool> read_info();
    Result<std::unique_ptr<RowSource>> open_rows(const File& file, std::function<void(std::size_t)> count,
                                                 bool* was_gb18030) const;
    Result<LookUp> look_up_table(const ValueRule& rule) const;
    std::unique_ptr<RowSource> open_tracks(const File& file, const std::function<void(std::size_t)>& count,
                                           std::function<void(const Fault&)> note) const;
    std::vector<std::string> devices_of(const BlockRule& rule) const;

    std::string shown_;
    std::string folder_;  // of a folder; empty for an archive
    std::shared_ptr<ZipArchive> archive_;
    std::string info_path_;
    BundleInfo info_;
    std::vector<File> files_;
    std::vector<std::string> missing_;
    Faults unusable_, notices_;
};

}  // namespace ningyi::exchange
