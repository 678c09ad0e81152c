// SPDX-License-Identifier: Apache-2.0
#include "exchange/fix_table.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "base/text.h"
#include "exchange/bundle.h"
#include "exchange/csv.h"
#include "exchange/file_import.h"
#include "exchange/rejects.h"
#include "exchange/track_rows.h"
#include "track/codec.h"

namespace ningyi::exchange {
namespace {

constexpr std::size_t warnings_max = 1000;

Result<std::unique_ptr<CsvReader>> open_table(const std::string& path) {
    auto source = open_file(path, path);
    if (!source) return tl::unexpected(source.error());
    return CsvReader::open(std::move(*source), path);
}

// A cell as it is. Reports mark what a spreadsheet would take for a formula; a longitude of -3 must stay one.
void append_cell(std::string& out, std::string_view cell) {
    if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += cell;
        return;
    }
    out += '"';
    out += replaced(cell, "\"", "\"\"");
    out += '"';
}

}  // namespace

const Mapping* mapping_of_fixes(const std::vector<Mapping>& mappings, const std::vector<std::string>& header) {
    const auto found = std::ranges::find_if(mappings, [&](const Mapping& mapping) {
        return mapping.blocks && missing_columns(mapping, header, "").empty();
    });
    return found == mappings.end() ? nullptr : &*found;
}

Result<wire::TrackFile> read_fix_table(const std::string& path, const std::vector<Mapping>& mappings,
                                       const Zone& zone) {
    const auto table = open_table(path);
    if (!table) return tl::unexpected(table.error());
    const Mapping* const mapping = mapping_of_fixes(mappings, (*table)->header());
    if (mapping == nullptr) {
        std::vector<std::string> wanted_zh, wanted_en;
        for (const Mapping& one : mappings) {
            if (!one.blocks) continue;
            for (const Fault& missing : missing_columns(one, (*table)->header(), path)) {
                wanted_zh.push_back(missing.zh);
                wanted_en.push_back(missing.en);
            }
        }
        return failure(Fault{.file = path,
                             .line = 1,
                             .code = "E878",
                             .zh = "这张表没有轨迹点需要的列：" + join(wanted_zh, "；"),
                             .en = "the table has not the columns of fixes: " + join(wanted_en, "; ")});
    }
    std::map<std::string, std::vector<track::Fix>> devices;
    const auto take = [&](log::Draft&& draft) {
        const cbor::Value* const device = draft.body.find(mapping->blocks->device_field);
        const cbor::Value* const block = draft.body.find(mapping->blocks->fixes_field);
        if (device == nullptr || block == nullptr) return;
        if (const auto fixes = track::decode(block->text)) {
            std::vector<track::Fix>& all = devices[device->text];
            all.insert(all.end(), fixes->begin(), fixes->end());
        }
    };
    BundleInfo info;
    info.zone = zone;
    wire::TrackFile file{.format = "csv"};
    std::size_t more = 0;
    Rejects rejects("");
    rejects.listen([&](const Reject& reject) {
        if (file.warnings.size() >= warnings_max) {
            ++more;
            return;
        }
        file.warnings.push_back(Fault{.file = path,
                                      .line = static_cast<int>(reject.line),
                                      .code = "E871",
                                      .zh = format("{}“{}”：{}", reject.column, cut(reject.value, 60), reject.zh),
                                      .en = format("{} \"{}\": {}", reject.column, cut(reject.value, 60), reject.en)});
    });
    FileReport counts{.file = path, .mapping = mapping->name};
    FileImport import(*mapping, info, path, rejects, counts, take);
    const auto open = [&](bool) -> Result<std::unique_ptr<RowSource>> {
        auto again = open_table(path);
        if (!again) return tl::unexpected(again.error());
        return std::unique_ptr<RowSource>(std::move(*again));
    };
    const auto nothing = [](const ValueRule&) -> Result<LookUp> { return LookUp{}; };
    const auto done = import.run(open, nothing, [](std::uint64_t) { return true; });
    if (!done) return tl::unexpected(done.error());
    if (more > 0) {
        file.warnings.push_back(Fault{.file = path,
                                      .code = "E871",
                                      .zh = format("另有 {} 行不可用", more),
                                      .en = format("{} more rows that cannot be used", more)});
    }
    for (auto& [device, fixes] : devices) file.pieces.push_back({.name = device, .fixes = std::move(fixes)});
    if (file.pieces.empty()) {
        Faults faults{
            Fault{.file = path, .code = "E874", .zh = "表里没有可用的轨迹点", .en = "no usable fix in this table"}};
        faults.insert(faults.end(), file.warnings.begin(), file.warnings.end());
        return failure(std::move(faults));
    }
    if (file.pieces.size() == 1) file.device = file.pieces.front().name;
    return file;
}

std::string write_fix_table(const wire::TrackFile& track_file, const Mapping& mapping) {
    std::vector<TrackEntry> entries;
    entries.push_back({.name = track_file.name, .device = track_file.device, .read = [&] {
                           return Result<wire::TrackFile>(track_file);
                       }});
    TrackRows rows(mapping, std::move(entries), [](const Fault&) {}, TrackRows::DatumCell::always);
    std::string out;
    for (std::size_t column = 0; column < rows.header().size(); ++column) {
        if (column > 0) out += ',';
        append_cell(out, rows.header()[column]);
    }
    out += '\n';
    Rows group;
    while (*rows.next(group)) {
        for (std::size_t row = 0; row < group.count; ++row) {
            for (std::size_t column = 0; column < group.columns; ++column) {
                if (column > 0) out += ',';
                append_cell(out, group.cell(row, column));
            }
            out += '\n';
        }
    }
    return out;
}

}  // namespace ningyi::exchange
