// SPDX-License-Identifier: Apache-2.0
#include "wire/track_file.h"

#include <utility>

#include "base/text.h"
#include "base/xml.h"
#include "wire/file_reading.h"
#include "wire/geojson.h"
#include "wire/gnss_logger.h"
#include "wire/gpx.h"
#include "wire/json_track.h"
#include "wire/kml.h"
#include "wire/mf_json.h"
#include "wire/nmea.h"

namespace ningyi::wire {
namespace {

constexpr std::size_t looked_at_bytes = 65'536;

tl::unexpected<Faults> refused(const std::string& file, std::string code, std::string zh, std::string en) {
    return failure(Fault{.file = file, .code = std::move(code), .zh = std::move(zh), .en = std::move(en)});
}

tl::unexpected<Faults> not_ours(const std::string& file, std::string_view what_zh, std::string_view what_en) {
    return refused(file, "E878",
                   format("这是{}，不能作为轨迹读取；可读 GPX、KML、GeoJSON、MF-JSON、NMEA、GnssLogger", what_zh),
                   format("this is {} and not read as a track; readable are GPX, KML, GeoJSON, MF-JSON, NMEA and "
                          "GnssLogger",
                          what_en));
}

// The name of the root element; "" when there is none near the beginning.
std::string root_element(std::string_view text, const std::string& file) {
    std::string root;
    XmlParser xml(file, {.begin = [&](std::string_view name, const XmlAttributes&) {
                      if (root.empty()) root = name;
                  }});
    // What is wrong behind the root is said by the reader of the format.
    (void)xml.feed(text.substr(0, looked_at_bytes), false);
    return root;
}

// A file may begin in the middle of a line, so the first lines are asked.
bool has_line(std::string_view text, bool (*is_one)(std::string_view line)) {
    for (int i = 0; i < 50 && !text.empty(); ++i) {
        const std::size_t end = text.find('\n');
        if (is_one(text.substr(0, end))) return true;
        if (end == std::string_view::npos) return false;
        text.remove_prefix(end + 1);
    }
    return false;
}

bool is_sentence(std::string_view line) {
    return line.size() > 6 && line[0] == '$' && line[6] == ',';
}

bool is_logged(std::string_view line) {
    return line.starts_with("Fix,") || line.starts_with("Raw,") || line.starts_with("# Fix,") ||
           line.starts_with("# Raw,");
}

Result<TrackFile> read_xml(std::string_view text, const std::string& file) {
    const std::string root = root_element(text, file);
    if (root == "gpx") return read_gpx(text, file);
    if (root == "kml") return read_kml(text, file);
    if (root == "TrainingCenterDatabase") return not_ours(file, " TCX", "TCX");
    if (!root.empty()) {
        return not_ours(file, format("根元素为 {} 的 XML", shown(std::string_view(root))),
                        format("XML with the root element {}", shown(std::string_view(root))));
    }
    XmlParser xml(file, {});
    if (auto whole = xml.feed(text, true); !whole) return tl::unexpected(whole.error());
    return not_ours(file, "没有元素的 XML", "XML without an element");
}

Result<TrackFile> read_some_json(std::string_view text, const std::string& file) {
    auto root = read_json(text, file_json_limits);
    if (!root) {
        for (Fault& fault : root.error()) fault.file = file;
        return failure(std::move(root.error()));
    }
    if (is_mf_json(*root)) return read_mf_json(*root, file);
    return read_geojson(*root, file);
}

}  // namespace

Result<TrackFile> read_track_file(std::string_view text, const std::string& file, std::optional<Date> first_day) {
    if (text.size() > file_bytes_max) {
        return refused(file, "E877", format("文件超过 {} MiB；请分开", file_bytes_max >> 20U),
                       format("the file is larger than {} MiB; split it", file_bytes_max >> 20U));
    }
    std::string_view start = text.substr(0, looked_at_bytes);
    const bool is_utf_16 = start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF");
    if (start.starts_with("\xEF\xBB\xBF")) start.remove_prefix(3);
    while (!start.empty() && (start[0] == ' ' || start[0] == '\t' || start[0] == '\r' || start[0] == '\n'))
        start.remove_prefix(1);
    if (start.empty()) return refused(file, "E876", "文件是空的", "the file is empty");
    if (start.starts_with("PK\x03\x04"))
        return not_ours(file, "压缩包（如 KMZ，请先解压）", "an archive (such as KMZ; unpack it)");
    if (start.starts_with("\x1F\x8B")) return not_ours(file, " gzip 压缩文件（请先解压）", "a gzip file (unpack it)");
    if (start[0] == '<' || is_utf_16) return read_xml(text, file);
    if (start[0] == '{' || start[0] == '[') {
        if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
        return read_some_json(text, file);
    }
    if (start.starts_with("OziExplorer") || start.starts_with("Geolife trajectory"))
        return not_ours(file, " PLT", "PLT");
    if (has_line(start, is_sentence)) return read_nmea(text, file, first_day);
    if (has_line(start, is_logged)) return read_gnss_logger(text, file);
    const std::string_view first_line = start.substr(0, start.find('\n'));
    if (is_utf8(first_line) && first_line.find(',') != std::string_view::npos)
        return not_ours(file, "表格（CSV；轨迹点表的扩展名应为 .csv）",
                        "a table (CSV; one of fixes is to be named .csv)");
    return not_ours(file, "认不出格式的文件", "a file of an unknown format");
}

}  // namespace ningyi::wire
