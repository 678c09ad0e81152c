// SPDX-License-Identifier: Apache-2.0
#include "exchange/track_rows.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "wire/decimal.h"

namespace ningyi::exchange {
namespace {

// In the order of the header; what the mapping has no column for is left out of it.
std::vector<std::size_t> plans_of(const BlockRule& rule) {
    const PositionColumns& c = rule.position;
    return {rule.device, c.at, c.lat, c.lon, c.accuracy, c.level, c.provider, c.mock, c.speed, c.positioned, c.datum};
}

bool is_word_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           static_cast<unsigned char>(c) >= 0x80U;
}

std::string_view stem_of(std::string_view name) {
    const std::size_t slash = name.rfind('/');
    if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
    return name.substr(0, name.rfind('.'));
}

std::string decimal(std::int64_t value, int decimals) {
    std::string text;
    wire::append_decimal(text, value, decimals);
    return text;
}

}  // namespace

TrackRows::TrackRows(const Mapping& mapping, std::vector<TrackEntry> files, std::function<void(const Fault&)> note,
                     DatumCell datum_cell)
    : mapping_(mapping), files_(std::move(files)), note_(std::move(note)), datum_cell_(datum_cell) {
    for (const std::size_t plan : plans_of(*mapping_.blocks)) {
        if (plan == no_plan) continue;
        const ColumnPlan& column = mapping_.columns[plan];
        header_.push_back(column.type == ColumnType::time ? column.name + "_ms" : column.name);
    }
}

Result<bool> TrackRows::next(Rows& rows) {
    rows.columns = header_.size();
    rows.count = 0;
    rows.ascii = false;
    rows.faults.clear();
    rows.cells.assign(rows.columns * rows_in_group, Cell{});
    rows.lines.resize(rows_in_group);
    text_.clear();
    while (next_fix_ == fixes_.size() && rows.faults.empty()) {
        if (next_file_ == files_.size()) return false;
        open_next(rows);
    }
    rows.file = name_;
    const std::size_t first = next_fix_;
    for (; rows.count < rows_in_group && next_fix_ < fixes_.size(); ++next_fix_) place(rows, fixes_[next_fix_]);
    rows.fixes = fixes_.data() + first;
    text_.append(128, '\0');
    rows.text = text_.data();
    return true;
}

void TrackRows::open_next(Rows& rows) {
    const TrackEntry& entry = files_[next_file_++];
    fixes_.clear();
    next_fix_ = 0;
    name_ = entry.name;
    auto read = entry.read();
    if (!read) {
        for (Fault& fault : read.error()) {
            fault.file = entry.name;
            rows.faults.push_back(std::move(fault));
        }
        return;
    }
    device_ = entry.device;
    if (device_.empty()) {
        device_ = read->device.empty() ? std::string(stem_of(entry.name)) : read->device;
        note_(
            Fault{.file = entry.name,
                  .code = "W870",
                  .zh = format("文件名开头不是名册里的任何终端，按终端“{}”收入", device_),
                  .en = format("the name begins with no device of the register; taken as of device \"{}\"", device_)});
    }
    for (Fault& fault : read->warnings) {
        fault.file = entry.name;
        if (fault.code.starts_with('E')) {
            rows.faults.push_back(std::move(fault));
        } else {
            note_(fault);
        }
    }
    for (const wire::Piece& piece : read->pieces) {
        std::size_t without_time = 0;
        for (const track::Fix& fix : piece.fixes) {
            if (fix.at.ms == track::no_time) {
                ++without_time;
            } else {
                fixes_.push_back(fix);
            }
        }
        if (without_time == 0) continue;
        Fault fault{.file = entry.name,
                    .line = static_cast<int>(piece.fixes.front().seq),
                    .code = "E879",
                    .zh = format("有 {} 个点没有时间：只是形状，不能作为轨迹", without_time),
                    .en = format("{} points without a time: a shape, not a track", without_time)};
        if (!piece.name.empty()) {
            fault.zh = "“" + piece.name + "”" + fault.zh;
            fault.en = "\"" + piece.name + "\": " + fault.en;
        }
        if (read->format.starts_with("nmea")) {
            fault.zh += "；请先用 ningyi tracks convert --day 说明日期，换成 GPX";
            fault.en += "; say the day with ningyi tracks convert --day and take the GPX";
        }
        rows.faults.push_back(std::move(fault));
    }
}

void TrackRows::cell(Rows& rows, std::size_t column, std::string_view text) {
    rows.cells[column * rows_in_group + rows.count] = {static_cast<std::uint32_t>(text_.size()),
                                                       static_cast<std::uint32_t>(text.size())};
    text_ += text;
}

void TrackRows::place(Rows& rows, const track::Fix& fix) {
    const BlockRule& rule = *mapping_.blocks;
    const PositionColumns& c = rule.position;
    std::size_t column = 0;
    const auto put = [&](std::size_t plan, const std::string& text) {
        if (plan != no_plan) cell(rows, column++, text);
    };
    // A word that the mapping does not know is left empty, as a table would.
    const auto word = [&](std::size_t plan, std::string_view text) {
        if (plan == no_plan) return;
        const auto& words = mapping_.columns[plan].words;
        cell(rows, column++, std::ranges::find(words, text) == words.end() ? std::string_view{} : text);
    };
    put(rule.device, device_);
    put(c.at, format("{}", fix.at.ms));
    put(c.lat, decimal(fix.received.lat_e7, 7));
    put(c.lon, decimal(fix.received.lon_e7, 7));
    put(c.accuracy, fix.accuracy_mm == track::no_accuracy ? "" : decimal(fix.accuracy_mm, 3));
    word(c.level, track::name_of(fix.level));
    word(c.provider, track::name_of(fix.provider));
    const bool mock_known = (fix.flags & track::flag_mock_known) != 0;
    word(c.mock, !mock_known ? "unknown" : (fix.flags & track::flag_mock) != 0 ? "yes" : "no");
    put(c.speed, fix.speed_mm_s < 0 ? "" : decimal(fix.speed_mm_s, 3));
    put(c.positioned, (fix.flags & track::flag_not_positioned) != 0 ? "no" : "");
    const bool is_said = datum_cell_ == DatumCell::always || fix.datum != track::Datum::wgs84;
    word(c.datum, is_said ? track::name_of(fix.datum) : std::string_view{});
    rows.lines[rows.count++] = fix.seq;
}

std::string device_of_file(std::string_view name, const std::vector<std::string>& devices) {
    const std::string_view stem = stem_of(name);
    std::string_view best;
    for (const std::string& device : devices) {
        if (device.size() <= best.size() || !stem.starts_with(device)) continue;
        if (stem.size() == device.size() || !is_word_character(stem[device.size()])) best = device;
    }
    return std::string(best);
}

}  // namespace ningyi::exchange
