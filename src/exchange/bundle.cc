// SPDX-License-Identifier: Apache-2.0
#include "exchange/bundle.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "base/yaml.h"
#include "base/yaml_map.h"
#include "exchange/csv.h"
#include "exchange/file_import.h"
#include "exchange/track_rows.h"
#include "exchange/xlsx_in.h"
#include "wire/track_file.h"

namespace ningyi::exchange {
namespace {

// What a simulated bundle says about itself; it is for whoever scores an audit, never read by one (docs/bundle.md).
constexpr std::string_view labels_file = "labels.csv";

namespace fs = std::filesystem;

constexpr std::size_t max_info_bytes = std::size_t{256} << 10U;
constexpr std::size_t max_workbook_bytes = std::size_t{64} << 20U;
constexpr std::size_t max_look_up_rows = 2'000'000;

Fault fault(const std::string& file, std::string code, std::string zh, std::string en) {
    return Fault{.file = file, .code = std::move(code), .zh = std::move(zh), .en = std::move(en)};
}

// Counts the bytes that pass.
class Counted final : public ByteSource {
public:
    Counted(std::unique_ptr<ByteSource> source, std::function<void(std::size_t)> count)
        : source_(std::move(source)), count_(std::move(count)) {}
    Result<std::size_t> read(char* to, std::size_t room) override {
        auto size = source_->read(to, room);
        if (size && count_) count_(*size);
        return size;
    }

private:
    std::unique_ptr<ByteSource> source_;
    std::function<void(std::size_t)> count_;
};

Result<std::string> all_of(ByteSource& source, std::size_t limit, const std::string& file) {
    std::string text;
    std::string piece(std::size_t{64} << 10U, '\0');
    for (;;) {
        const auto size = source.read(piece.data(), piece.size());
        if (!size) return tl::unexpected(size.error());
        if (*size == 0) return text;
        text.append(piece, 0, *size);
        if (text.size() > limit) {
            return failure(fault(file, "E851", format("文件超过 {} KiB", limit >> 10U),
                                 format("the file is larger than {} KiB", limit >> 10U)));
        }
    }
}

std::string_view file_name(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// Left behind by file managers; of no interest to anyone.
bool is_litter(std::string_view path) {
    const std::string_view name = file_name(path);
    return path.starts_with("__MACOSX/") || name.starts_with('.') || name.starts_with("~$") || name == "Thumbs.db" ||
           name == "desktop.ini";
}

// The mapping whose folder of track files this path lies in, or null; "tracks/" itself lies in it too.
const Mapping* folder_of_tracks(std::string_view path, const std::vector<Mapping>& mappings) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return nullptr;
    const std::string folder = lower_ascii(file_name(path.substr(0, slash)));
    const auto found = std::ranges::find_if(mappings, [&](const Mapping& mapping) {
        return mapping.blocks && !mapping.blocks->folder.empty() && mapping.blocks->folder == folder;
    });
    return found == mappings.end() ? nullptr : &*found;
}

// A day, or an instant; the end of a period that names a day is the end of that day.
std::optional<std::int64_t> time_of(std::string_view text, const Zone& zone, bool is_end) {
    if (const auto day = parse_date(text)) return zone.midnight(is_end ? Date{day->days + 1} : *day).ms;
    if (const auto instant = parse_instant(text)) return instant->ms;
    return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<Bundle>> Bundle::open(const std::string& path, const std::vector<Mapping>& mappings) {
    std::unique_ptr<Bundle> bundle(new Bundle);
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    std::vector<std::pair<std::string, std::string>> names;  // path from the bundle's root, path to open
    bundle->shown_ = std::string(file_name(path));
    if (fs::is_directory(status)) {
        bundle->folder_ = path;
        for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
            const std::string name = entry->path().filename().string();
            if (!entry->is_directory(error) && !entry->is_regular_file(error)) {
                // A pipe or a device may never end; a link that leads nowhere holds nothing.
                error.clear();
                bundle->notices_.push_back(fault(name, "W869", "不是普通文件，未读取", "not a regular file, not read"));
                continue;
            }
            names.emplace_back(entry->is_directory(error) ? name + "/" : name, entry->path().string());
            if (!entry->is_directory(error) || !folder_of_tracks(name + "/x", mappings)) continue;
            for (fs::directory_iterator track(entry->path(), error), last; !error && track != last;
                 track.increment(error)) {
                if (track->is_regular_file(error))
                    names.emplace_back(name + "/" + track->path().filename().string(), track->path().string());
            }
        }
        if (error)
            return failure(
                fault(path, "E801", "打不开文件夹：" + error.message(), "cannot open the folder: " + error.message()));
        std::ranges::sort(names);
    } else if (fs::is_regular_file(status)) {
        auto archive = ZipArchive::open(path, bundle->shown_);
        if (!archive) return tl::unexpected(archive.error());
        bundle->archive_ = std::move(*archive);
        for (const std::string& name : bundle->archive_->names()) names.emplace_back(name, name);
    } else {
        return failure(fault(path, "E801", "没有这个资料包；应为文件夹或 .zip 文件",
                             "there is no such bundle; expected a folder or a .zip file"));
    }
    Faults faults = bundle->find_files(names, mappings);
    if (const auto info = bundle->read_info(); !info)
        faults.insert(faults.end(), info.error().begin(), info.error().end());
    for (const Mapping& mapping : mappings) {
        if (std::ranges::any_of(bundle->files_, [&](const File& file) { return file.mapping == &mapping; })) continue;
        if (mapping.required) {
            faults.push_back(fault(bundle->shown_, "E852",
                                   format("缺少 {}.csv（{}），没有它资料包无法使用", mapping.name, mapping.title_zh),
                                   format("{}.csv ({}) is missing; the bundle cannot be used without it", mapping.name,
                                          mapping.title_en)));
        } else {
            bundle->missing_.push_back(mapping.name);
        }
    }
    std::erase_if(bundle->files_, [&](const File& file) {
        if (!file.tracks.empty()) return false;  // read once, when their turn comes
        bool was_gb18030 = false;
        auto rows = bundle->open_rows(file, {}, &was_gb18030);
        Faults wrong;
        if (!rows) {
            wrong = rows.error();
        } else {
            wrong = missing_columns(*file.mapping, (*rows)->header(), file.name);
        }
        if (was_gb18030) {
            bundle->notices_.push_back(fault(file.name, "W861", "文件编码为 GBK/GB18030，已按此转换；建议另存为 UTF-8",
                                             "the file is in GBK/GB18030 and was converted; better save it as UTF-8"));
        }
        Faults& to = file.mapping->required ? faults : bundle->unusable_;
        to.insert(to.end(), wrong.begin(), wrong.end());
        return !wrong.empty();
    });
    if (!faults.empty()) {
        faults.insert(faults.end(), bundle->unusable_.begin(), bundle->unusable_.end());
        return failure(std::move(faults));
    }
    return bundle;
}

Faults Bundle::find_files(const std::vector<std::pair<std::string, std::string>>& names,
                          const std::vector<Mapping>& mappings) {
    Faults faults;
    std::map<std::string, std::string> taken;  // stem -> path
    for (const auto& [name, path] : names) {
        if (is_litter(name)) continue;
        if (const Mapping* mapping = folder_of_tracks(name, mappings)) {
            if (name.ends_with('/')) continue;
            auto file = std::ranges::find_if(
                files_, [&](const File& one) { return one.mapping == mapping && !one.tracks.empty(); });
            if (file == files_.end()) {
                files_.push_back(File{.mapping = mapping, .name = mapping->blocks->folder + "/"});
                file = files_.end() - 1;
            }
            std::error_code error;
            const std::uint64_t size = archive_ ? archive_->claimed_size(path) : fs::file_size(path, error);
            file->size += error ? 0 : size;
            file->tracks.emplace_back(mapping->blocks->folder + "/" + std::string(file_name(name)), path);
            continue;
        }
        if (name.ends_with('/')) {
            notices_.push_back(fault(name, "W862", "子文件夹未读取", "the folder is not read"));
            continue;
        }
        const std::string base = lower_ascii(file_name(name));
        const std::size_t dot = base.rfind('.');
        const std::string stem = base.substr(0, dot);
        const std::string extension = dot == std::string::npos ? "" : base.substr(dot);
        const auto mapping = std::ranges::find(mappings, stem, &Mapping::name);
        const bool is_table = (extension == ".csv" || extension == ".xlsx") && mapping != mappings.end();
        if (base == labels_file) continue;
        if (base != "bundle.yaml" && !is_table) {
            notices_.push_back(fault(name, "W863", "不认识的文件，未读取", "an unknown file, not read"));
            continue;
        }
        if (const auto [other, is_new] = taken.emplace(stem, name); !is_new) {
            faults.push_back(
                fault(name, "E853",
                      format("与 {} 重复：一个资料包里每个文件只能有一份，是否把资料包放了两次？", other->second),
                      format("{} is there already: a bundle holds each file once; was the bundle packed twice?",
                             other->second)));
            continue;
        }
        if (base == "bundle.yaml") {
            info_path_ = path;
            continue;
        }
        File file{.mapping = &*mapping, .name = base, .path = path, .workbook = extension == ".xlsx"};
        std::error_code error;
        file.size = archive_ ? archive_->claimed_size(path) : fs::file_size(path, error);
        if (error) file.size = 0;
        files_.push_back(std::move(file));
    }
    std::ranges::stable_sort(files_, {}, [&](const File& file) { return file.mapping - mappings.data(); });
    return faults;
}

Result<bool> Bundle::read_info() {
    const std::string name = "bundle.yaml";
    if (info_path_.empty()) {
        notices_.push_back(fault(name, "W864", "没有 bundle.yaml：时区按 Asia/Shanghai，坐标系按未知处理",
                                 "there is no bundle.yaml: the zone is taken as Asia/Shanghai, the datum as unknown"));
        return true;
    }
    auto source = archive_ ? archive_->entry(info_path_) : open_file(info_path_, name);
    if (!source) return tl::unexpected(source.error());
    const auto text = all_of(**source, max_info_bytes, name);
    if (!text) return tl::unexpected(text.error());
    auto document = yaml::parse(*text, name);
    if (!document) return tl::unexpected(document.error());
    Faults faults;
    yaml::MapReader map(*document, name, faults);
    if (!map.is_map()) return failure(std::move(faults));
    info_.name = map.optional_text("name").value_or("");
    info_.district = map.optional_text("district").value_or("");
    if (const auto zone = map.optional_text("zone")) {
        auto found = Zone::by_name(*zone);
        if (found) {
            info_.zone = std::move(*found);
        } else {
            for (const Fault& wrong : found.error()) map.refuse(*map.optional("zone"), wrong.code, wrong.zh, wrong.en);
        }
    }
    const std::string datum = map.word("datum", {"wgs84", "gcj02", "bd09", "unknown"}, false);
    for (const geo::Datum one : {geo::Datum::wgs84, geo::Datum::gcj02, geo::Datum::bd09}) {
        if (geo::name_of(one) == datum) info_.datum = one;
    }
    if (const yaml::Node* period = map.map("period")) {
        yaml::MapReader days(*period, name, faults);
        info_.from = days.day("from");
        info_.to = days.day("to");
        days.finish();
        if (info_.from && info_.to && *info_.to < *info_.from)
            map.refuse(*period, "E854", "period 的 to 早于 from", "period: to is before from");
    }
    if (const auto as_of = map.optional_text("as_of")) {
        info_.as_of = parse_instant(*as_of);
        if (const auto day = parse_date(*as_of)) info_.as_of = info_.zone.midnight(*day);
        if (!info_.as_of) {
            map.refuse(*map.optional("as_of"), "E854", "应为日期或带时区的时间，如 2025-08-01T00:00:00+08:00",
                       "expected a date or a time with its offset, such as 2025-08-01T00:00:00+08:00");
        }
    }
    if (!faults.empty()) return failure(std::move(faults));
    map.finish();
    // Keys nobody knows are worth saying, and no reason to refuse the bundle.
    notices_.insert(notices_.end(), faults.begin(), faults.end());
    return true;
}

Result<std::unique_ptr<RowSource>> Bundle::open_rows(const File& file, std::function<void(std::size_t)> count,
                                                     bool* was_gb18030) const {
    if (file.workbook) {
        if (!archive_) return open_workbook(file.path, file.name, info_.zone);
        auto source = archive_->entry(file.path);
        if (!source) return tl::unexpected(source.error());
        auto bytes = all_of(**source, max_workbook_bytes, file.name);
        if (!bytes) return tl::unexpected(bytes.error());
        return open_workbook_bytes(std::move(*bytes), file.name, info_.zone);
    }
    auto source = archive_ ? archive_->entry(file.path) : open_file(file.path, file.name);
    if (!source) return tl::unexpected(source.error());
    auto reader = CsvReader::open(std::make_unique<Counted>(std::move(*source), std::move(count)), file.name);
    if (!reader) return tl::unexpected(reader.error());
    if (was_gb18030 != nullptr) *was_gb18030 = (*reader)->was_gb18030();
    return std::unique_ptr<RowSource>(std::move(*reader));
}

Result<LookUp> Bundle::look_up_table(const ValueRule& rule) const {
    LookUp table;
    const auto file = std::ranges::find_if(
        files_, [&](const File& one) { return one.mapping->name == rule.file && one.tracks.empty(); });
    if (file == files_.end()) return table;
    auto source = open_rows(*file, {}, nullptr);
    if (!source) return tl::unexpected(source.error());
    const auto& header = (*source)->header();
    const auto column = [&](const std::string& name) -> std::size_t {
        return static_cast<std::size_t>(std::ranges::find(header, name) - header.begin());
    };
    const std::size_t by = column(rule.by), take = column(rule.take), none = header.size();
    const std::size_t from = rule.from.empty() ? none : column(rule.from);
    const std::size_t to = rule.to.empty() ? none : column(rule.to);
    if (by == none || take == none) return table;
    Rows rows;
    for (;;) {
        const auto more = (*source)->next(rows);
        if (!more) return tl::unexpected(more.error());
        if (!*more) return table;
        for (std::size_t row = 0; row < rows.count && table.size() < max_look_up_rows; ++row) {
            const std::string_view key = trimmed(rows.cell(row, by));
            const std::string_view value = trimmed(rows.cell(row, take));
            // What is not text cannot be an id; the row is reported when its own file is read.
            if (key.empty() || value.empty() || !is_utf8(key) || !is_utf8(value)) continue;
            const std::string_view begins = from == none ? "" : trimmed(rows.cell(row, from));
            const std::string_view ends = to == none ? "" : trimmed(rows.cell(row, to));
            const auto first = begins.empty() ? INT64_MIN : time_of(begins, info_.zone, false);
            const auto last = ends.empty() ? INT64_MAX : time_of(ends, info_.zone, true);
            if (first && last) table.add(key, value, *first, *last);
        }
    }
}

// Every device that the look-ups of the carrier know, sorted.
std::vector<std::string> Bundle::devices_of(const BlockRule& rule) const {
    std::vector<std::string> devices;
    for (const ValueRule* one = &rule.carrier; one != nullptr;
         one = one->otherwise.empty() ? nullptr : &one->otherwise.front()) {
        if (one->kind != ValueRule::Kind::look_up || one->column != rule.device) continue;
        const auto table = look_up_table(*one);
        if (!table) continue;
        const std::vector<std::string> keys = table->keys();
        devices.insert(devices.end(), keys.begin(), keys.end());
    }
    std::ranges::sort(devices);
    return devices;
}

std::unique_ptr<RowSource> Bundle::open_tracks(const File& file, const std::function<void(std::size_t)>& count,
                                               std::function<void(const Fault&)> note) const {
    const std::vector<std::string> devices = devices_of(*file.mapping->blocks);
    std::vector<TrackEntry> entries;
    for (const auto& [shown, where] : file.tracks) {
        const auto read = [this, name = shown, path = where, count]() -> Result<wire::TrackFile> {
            auto source = archive_ ? archive_->entry(path) : open_file(path, name);
            if (!source) return tl::unexpected(source.error());
            const auto text = all_of(**source, wire::file_bytes_max, name);
            if (!text) return tl::unexpected(text.error());
            if (count) count(text->size());
            return wire::read_track_file(*text, name);
        };
        entries.push_back({shown, device_of_file(shown, devices), read});
    }
    return std::make_unique<TrackRows>(*file.mapping, std::move(entries), std::move(note));
}

Result<ImportReport> Bundle::run(const ImportOptions& options, const DraftSink& sink) {
    ImportReport report;
    report.missing = missing_;
    report.unusable = unusable_;
    report.notices = notices_;
    Rejects rejects(options.rejected_path);
    std::uint64_t bytes = 0, total = 0;
    for (const File& file : files_) total += file.workbook ? 0 : file.size;
    bool stopped = false;
    std::vector<log::Draft> group;
    const auto hand_out = [&](log::Draft&& draft) {
        if (stopped) return;
        ++report.drafts;
        group.push_back(std::move(draft));
        if (group.size() < options.group) return;
        stopped = !sink(std::move(group));
        group.clear();
    };
    for (const File& file : files_) {
        if (stopped) break;
        const auto open = [&](bool counted) -> Result<std::unique_ptr<RowSource>> {
            const auto count = counted ? std::function<void(std::size_t)>([&bytes](std::size_t size) { bytes += size; })
                                       : std::function<void(std::size_t)>{};
            if (file.tracks.empty()) return open_rows(file, count, nullptr);
            return open_tracks(file, count, [&report](const Fault& fault) { report.notices.push_back(fault); });
        };
        const auto look_up = [&](const ValueRule& rule) { return look_up_table(rule); };
        FileReport counts{.file = file.name, .mapping = file.mapping->name};
        const auto progress = [&](std::uint64_t rows) {
            if (options.progress)
                options.progress({.file = file.name, .rows = rows, .bytes = bytes, .total_bytes = total});
            return !stopped;
        };
        FileImport import(*file.mapping, info_, file.name, rejects, counts, hand_out);
        const auto done = import.run(open, look_up, progress);
        // What was read before the fault stays: the drafts are true, and the rest is reported.
        if (!done) report.unusable.insert(report.unusable.end(), done.error().begin(), done.error().end());
        report.notices.insert(report.notices.end(), import.notices().begin(), import.notices().end());
        report.rejected += counts.rejected;
        report.files.push_back(std::move(counts));
    }
    if (!stopped && !group.empty()) sink(std::move(group));
    rejects.finish();
    return report;
}

}  // namespace ningyi::exchange
