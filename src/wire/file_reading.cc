// SPDX-License-Identifier: Apache-2.0
#include "wire/file_reading.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "base/text.h"
#include "wire/claim.h"
#include "wire/decimal.h"

namespace ningyi::wire {
namespace {

constexpr std::int64_t e4 = 10'000;
constexpr std::size_t shown_bytes = 60;

std::int32_t kept_degrees(std::int64_t e7) {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(e7, std::numeric_limits<std::int32_t>::min() + 1,
                                                              std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

void FileReading::begin_piece(std::string name) {
    if (has_piece_ && track_file_.pieces.back().fixes.empty()) {
        track_file_.pieces.back().name = std::move(name);
        return;
    }
    track_file_.pieces.push_back({.name = std::move(name), .fixes = {}});
    has_piece_ = true;
}

std::size_t FileReading::pieces() const {
    const std::vector<Piece>& all = track_file_.pieces;
    return all.size() - (!all.empty() && all.back().fixes.empty() ? 1 : 0);
}

void FileReading::name_pieces(std::size_t first, std::string_view name) {
    for (std::size_t i = first; i < track_file_.pieces.size(); ++i) track_file_.pieces[i].name = name;
}

void FileReading::add(const track::Fix& fix) {
    if (++points_ > file_fixes_max) return;
    if (!has_piece_) begin_piece("");
    track_file_.pieces.back().fixes.push_back(fix);
}

void FileReading::say(Fault fault) {
    if (track_file_.warnings.size() >= warnings_max) {
        ++more_warnings_;
        return;
    }
    fault.file = file_;
    track_file_.warnings.push_back(std::move(fault));
}

void FileReading::warn(int line, std::string zh, std::string en) {
    say(Fault{.line = line, .code = "W871", .zh = std::move(zh), .en = std::move(en)});
}

void FileReading::lose(int line, std::string zh, std::string en) {
    say(Fault{.line = line, .code = "E871", .zh = std::move(zh), .en = std::move(en)});
}

void FileReading::leave_out(int line, std::string_view field, std::string_view value) {
    const std::string text = shown(value);
    lose(line, format("{} 不可用（“{}”），此点未采用", field, text),
         format("{} cannot be used (\"{}\"); the point is left out", field, text));
}

Result<TrackFile> FileReading::finish() {
    if (more_warnings_ > 0) {
        track_file_.warnings.push_back(Fault{.file = file_,
                                             .code = "W871",
                                             .zh = format("另有 {} 处不可用，不再逐条列出", more_warnings_),
                                             .en = format("{} more that cannot be used, not listed", more_warnings_)});
    }
    std::erase_if(track_file_.pieces, [](const Piece& piece) { return piece.fixes.empty(); });
    Faults faults;
    if (is_full()) {
        faults.push_back(Fault{.file = file_,
                               .code = "E873",
                               .zh = format("轨迹点超过 {} 个；请把文件分开", file_fixes_max),
                               .en = format("more than {} points; split the file", file_fixes_max)});
    } else if (track_file_.pieces.empty()) {
        faults.push_back(Fault{.file = file_,
                               .code = "E874",
                               .zh = format("{} 文件里没有可用的轨迹点", track_file_.format),
                               .en = format("no usable track point in this {} file", track_file_.format)});
    }
    if (faults.empty()) return std::move(track_file_);
    faults.insert(faults.end(), track_file_.warnings.begin(), track_file_.warnings.end());
    return failure(std::move(faults));
}

std::optional<track::Fix> fix_at(std::string_view lat, std::string_view lon) {
    const auto lat_e7 = scaled_decimal(trimmed(lat), 7);
    const auto lon_e7 = scaled_decimal(trimmed(lon), 7);
    if (!lat_e7 || !lon_e7) return std::nullopt;
    return track::fix_received(Instant{track::no_time}, {kept_degrees(*lat_e7), kept_degrees(*lon_e7)},
                               track::Datum::wgs84);
}

std::int32_t kept_value(std::int64_t value) {
    return kept_degrees(value);
}

bool take_dilution(track::Fix& fix, std::int64_t dilution_e4) {
    if (dilution_e4 <= 0 || dilution_e4 > 1000 * e4) return false;
    fix.accuracy_mm = static_cast<std::uint32_t>(dilution_e4 * metres_of_one_dilution * 1000 / e4);
    fix.level = track::Level::p68;
    fix.flags |= track::flag_level_derived;
    fix.provider = track::Provider::gnss;
    return true;
}

std::optional<track::Level> level_of(std::string_view word) {
    using enum track::Level;
    for (const track::Level level : {unknown, p39, p50, p68, p95}) {
        if (track::name_of(level) == word) return level;
    }
    return std::nullopt;
}

std::optional<track::Provider> provider_of(std::string_view word) {
    using enum track::Provider;
    for (const track::Provider provider : {unknown, gnss, network, wifi, cell, fused, passive, wearable, manual}) {
        if (track::name_of(provider) == word) return provider;
    }
    return std::nullopt;
}

std::string shown(std::string_view value) {
    value = trimmed(value);
    return claimed_text(value, shown_bytes) + (value.size() > shown_bytes ? "…" : "");
}

}  // namespace ningyi::wire
