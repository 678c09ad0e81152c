// SPDX-License-Identifier: Apache-2.0
#include "wire/kml.h"

#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/xml.h"
#include "wire/decimal.h"
#include "wire/file_reading.h"

namespace ningyi::wire {
namespace {

constexpr std::size_t value_bytes_max = std::size_t{16} << 20U;

struct Entry {
    std::string text;
    int line = 0;
};

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : text) {
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
            word += c;
        } else if (!word.empty()) {
            words.push_back(std::move(word));
            word.clear();
        }
    }
    if (!word.empty()) words.push_back(std::move(word));
    return words;
}

class KmlReading {
public:
    explicit KmlReading(const std::string& file)
        : reading_(file),
          xml_(file,
               {.begin = [this](std::string_view name, const XmlAttributes& attributes) { begin(name, attributes); },
                .end = [this](std::string_view name) { end(name); },
                .text = [this](std::string_view text) { value_ += text; }},
               {.depth = static_cast<int>(depth_max), .text_bytes = value_bytes_max}) {
        reading_.track_file().format = "kml";
    }

    Result<TrackFile> read(std::string_view text) {
        if (auto fed = xml_.feed(text, true); !fed) return tl::unexpected(fed.error());
        if (!is_kml_) {
            return failure(Fault{.file = reading_.file(),
                                 .line = 1,
                                 .code = "E872",
                                 .zh = "不是 KML：根元素应为 kml",
                                 .en = "not KML: the root element should be kml"});
        }
        return reading_.finish();
    }

private:
    bool is_inside(std::string_view name) const {
        for (const std::string& one : path_) {
            if (one == name) return true;
        }
        return false;
    }

    void begin(std::string_view name, const XmlAttributes& attributes) {
        value_.clear();
        if (path_.empty()) is_kml_ = name == "kml";
        if (name == "Placemark") {
            placemark_.clear();
            pieces_before_ = reading_.pieces();
        }
        if (name == "Track") {
            whens_.clear();
            coords_.clear();
            for (auto& [field, entries] : arrays_) entries.clear();
            track_line_ = xml_.line();
        }
        if (name == "SimpleArrayData") array_ = attribute(attributes, "name");
        value_line_ = xml_.line();
        path_.emplace_back(name);
    }

    void end(std::string_view name) {
        path_.pop_back();
        const std::string value = std::exchange(value_, {});
        const std::string_view parent = path_.empty() ? std::string_view{} : std::string_view(path_.back());
        if (name == "name" && parent == "Placemark") placemark_ = trimmed(value);
        if (name == "name" && parent == "Document") reading_.track_file().name = trimmed(value);
        if (name == "Placemark") reading_.name_pieces(pieces_before_, placemark_);
        if (parent == "Track") {
            if (name == "when") whens_.push_back({std::string(trimmed(value)), value_line_});
            if (name == "coord") coords_.push_back({std::string(trimmed(value)), value_line_});
        }
        if (name == "value" && parent == "SimpleArrayData" && is_inside("Track")) {
            for (auto& [field, entries] : arrays_) {
                if (array_ == field) entries.push_back({std::string(trimmed(value)), value_line_});
            }
        }
        if (name == "Track") take_track();
        if (name == "coordinates" && parent == "LineString") take_line(value);
    }

    // Longitude, latitude and perhaps altitude.
    std::optional<track::Fix> fix_of(const std::vector<std::string>& numbers, int line) {
        auto fix = numbers.size() < 2 ? std::nullopt : fix_at(numbers[1], numbers[0]);
        if (!fix) {
            reading_.leave_out(line, "coord", join(numbers, " "));
            return std::nullopt;
        }
        if (numbers.size() > 2) {
            if (const auto altitude = scaled_decimal(numbers[2], 3)) {
                fix->altitude_mm = kept_value(*altitude);
            } else {
                reading_.warn(line, "高程不是数字，此项未采用", "the altitude is no number and is not used");
            }
        }
        fix->seq = static_cast<std::uint32_t>(line);
        return fix;
    }

    void take_line(std::string_view text) {
        reading_.begin_piece(placemark_);
        for (const std::string& word : words_of(text)) {
            std::vector<std::string> numbers;
            for (const std::string_view number : split(word, ',')) numbers.emplace_back(number);
            if (const auto fix = fix_of(numbers, value_line_)) reading_.add(*fix);
        }
    }

    void take_track() {
        if (whens_.size() != coords_.size()) {
            reading_.lose(track_line_,
                          format("轨迹有 {} 个时间、{} 个坐标，对不上，整段未采用", whens_.size(), coords_.size()),
                          format("the track has {} times and {} coordinates; as nobody can say which belong together, "
                                 "it is left out",
                                 whens_.size(), coords_.size()));
            return;
        }
        reading_.begin_piece(placemark_);
        for (std::size_t i = 0; i < coords_.size(); ++i) {
            const auto [when, when_line] = whens_[i];
            const auto [coord, line] = coords_[i];
            if (coord.empty()) continue;  // KML's way to say that nothing was known at that time
            auto fix = fix_of(words_of(coord), line);
            if (!fix) continue;
            if (!when.empty()) {
                const auto at = parse_instant(when);
                if (!at) {
                    reading_.leave_out(when_line, "when", when);
                    continue;
                }
                fix->at = *at;
            }
            take_arrays(*fix, i);
            reading_.add(*fix);
        }
    }

    void take_arrays(track::Fix& fix, std::size_t index) {
        for (const auto& [field, entries] : arrays_) {
            // An array of another length belongs to other points.
            if (entries.size() != coords_.size() || entries[index].text.empty()) continue;
            const auto number = scaled_decimal(entries[index].text, field == "bearing" ? 2 : 3);
            if (!number || (field == "accuracy" && (*number < 0 || *number >= track::no_accuracy))) {
                reading_.warn(entries[index].line, format("{} 不可用，此项未采用", field),
                              format("{} cannot be used", field));
            } else if (field == "speed") {
                fix.speed_mm_s = kept_value(*number);
            } else if (field == "bearing") {
                fix.bearing_cdeg = kept_value(*number);
            } else {
                fix.accuracy_mm = static_cast<std::uint32_t>(*number);
                fix.level = track::Level::p68;
            }
        }
    }

    FileReading reading_;
    XmlParser xml_;
    std::vector<std::string> path_;
    std::string value_, placemark_, array_;
    std::vector<Entry> whens_, coords_;
    std::vector<std::pair<std::string_view, std::vector<Entry>>> arrays_{
        {"speed", {}}, {"bearing", {}}, {"accuracy", {}}};
    std::size_t pieces_before_ = 0;
    int value_line_ = 0, track_line_ = 0;
    bool is_kml_ = false;
};

}  // namespace

Result<TrackFile> read_kml(std::string_view text, const std::string& file) {
    return KmlReading(file).read(text);
}

}  // namespace ningyi::wire
