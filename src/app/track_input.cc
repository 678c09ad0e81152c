// SPDX-License-Identifier: Apache-2.0
#include "app/track_input.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "app/pack_folder.h"
#include "base/text.h"
#include "exchange/bytes.h"
#include "exchange/fix_table.h"
#include "track/clean.h"
#include "wire/track_file.h"

namespace ningyi::app {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Faults> refused(const std::string& path, std::string code, std::string zh, std::string en) {
    return failure(Fault{.file = path, .code = std::move(code), .zh = std::move(zh), .en = std::move(en)});
}

Result<std::string> text_of_file(const std::string& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error))
        return refused(path, "E801", "没有这个文件，或不是普通文件", "no such file, or not a regular one");
    if (fs::file_size(path, error) > wire::file_bytes_max) {
        return refused(path, "E877", format("文件超过 {} MiB；请分开", wire::file_bytes_max >> 20U),
                       format("the file is larger than {} MiB; split it", wire::file_bytes_max >> 20U));
    }
    auto source = exchange::open_file(path, path);
    if (!source) return tl::unexpected(source.error());
    std::string text, piece(std::size_t{1} << 20U, '\0');
    for (;;) {
        const auto count = (*source)->read(piece.data(), piece.size());
        if (!count) return tl::unexpected(count.error());
        if (*count == 0) return text;
        text.append(piece, 0, *count);
        if (text.size() > wire::file_bytes_max) return refused(path, "E877", "文件太大", "the file is too large");
    }
}

bool is_table(const std::string& path) {
    return lower_ascii(fs::path(path).extension().string()) == ".csv";
}

}  // namespace

Result<wire::TrackFile> read_tracks(const std::string& path, const std::string& packs, const Zone& zone,
                                    std::optional<Date> first_day) {
    auto text = text_of_file(path);
    if (!text) return tl::unexpected(text.error());
    if (!is_table(path) || trimmed(*text).empty()) return wire::read_track_file(*text, path, first_day);
    text->clear();
    const auto loaded = load_packs(packs);
    if (!loaded) return tl::unexpected(loaded.error());
    return exchange::read_fix_table(path, (*loaded)->mappings, zone);
}

Fault without_time(const wire::TrackFile& file, const std::string& path) {
    Fault fault{.file = path,
                .code = "E879",
                .zh = "轨迹点都没有时间：只是形状，不能查看时段，也不能比较",
                .en = "no point has a time: a shape, which cannot be judged"};
    if (file.format.starts_with("nmea")) {
        fault.zh =
            "NMEA 里没有可用的日期（RMC 语句缺失或校验和不符）；请用 --day 说明第一个点的日期（UTC），如 --day "
            "2026-10-04";
        fault.en =
            "the NMEA has no usable date (no RMC sentence, or its checksum is wrong); say the UTC date of the "
            "first fix, as --day 2026-10-04";
    }
    return fault;
}

Result<std::vector<track::Fix>> fixes_of(const wire::TrackFile& file, const std::string& path,
                                         const std::string& device) {
    std::vector<std::string> names;
    if (file.format == "csv") {
        for (const wire::Piece& piece : file.pieces) names.push_back(piece.name);
        if (device.empty() && names.size() > 1) {
            const std::size_t more = names.size() > 10 ? names.size() - 10 : 0;
            names.resize(names.size() - more);
            return refused(path, "E880",
                           format("表里有 {} 个终端，请用 --device 说明要看哪一个：{}{}", names.size() + more,
                                  join(names, "、"), more > 0 ? " …" : ""),
                           format("the table has {} devices; say which with --device: {}{}", names.size() + more,
                                  join(names, ", "), more > 0 ? " …" : ""));
        }
        if (!device.empty() && std::ranges::find(names, device) == names.end()) {
            return refused(path, "E880", format("表里没有终端“{}”", device),
                           format("the table has no device \"{}\"", device));
        }
    }
    std::vector<track::Fix> fixes;
    for (const wire::Piece& piece : file.pieces) {
        if (!device.empty() && file.format == "csv" && piece.name != device) continue;
        for (const track::Fix& fix : piece.fixes) {
            if (fix.at.ms != track::no_time) fixes.push_back(fix);
        }
    }
    if (fixes.empty()) return failure(without_time(file, path));
    track::mark(fixes);
    return fixes;
}

}  // namespace ningyi::app
