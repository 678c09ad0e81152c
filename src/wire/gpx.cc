// SPDX-License-Identifier: Apache-2.0
#include "wire/gpx.h"

#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/xml.h"
#include "wire/decimal.h"
#include "wire/file_reading.h"

namespace ningyi::wire {
namespace {

constexpr std::string_view our_namespace = "urn:ningyi:fix:1";
constexpr std::size_t value_bytes_max = 4096;

enum class Part { other, gpx, metadata, track, segment, point, extensions };

// The path from the root to where the parser stands decides what an element is.
class GpxReading {
public:
    explicit GpxReading(const std::string& file)
        : reading_(file),
          xml_(file,
               {.begin = [this](std::string_view name, const XmlAttributes& attributes) { begin(name, attributes); },
                .end = [this](std::string_view name) { end(name); },
                .text =
                    [this](std::string_view text) {
                        if (value_.size() < value_bytes_max) value_ += text.substr(0, value_bytes_max - value_.size());
                    }},
               {.depth = static_cast<int>(depth_max), .text_bytes = std::size_t{16} << 20U}) {
        reading_.track_file().format = "gpx";
    }

    Result<TrackFile> read(std::string_view text) {
        if (auto fed = xml_.feed(text, true); !fed) return tl::unexpected(fed.error());
        if (!is_gpx_) {
            return failure(Fault{.file = reading_.file(),
                                 .line = 1,
                                 .code = "E872",
                                 .zh = "不是 GPX：根元素应为 gpx",
                                 .en = "not GPX: the root element should be gpx"});
        }
        if (plans_ > 0) {
            reading_.warn(0, format("航点和路线上的点 {} 个不是轨迹，未采用", plans_),
                          format("{} points of waypoints and routes are no track and not used", plans_));
        }
        if (without_offset_ > 0) {
            reading_.warn(0, format("{} 个时间没有时区，按 GPX 的规定当作 UTC", without_offset_),
                          format("{} times without an offset were taken as UTC, as GPX says", without_offset_));
        }
        return reading_.finish();
    }

private:
    struct Point {
        std::string lat, lon;
        int line = 0;
        std::optional<Instant> at;
        std::optional<std::string> bad_time;
        std::optional<std::int64_t> altitude_mm, speed_mm_s, bearing_cdeg, accuracy_mm, dilution_e4;
        bool is_satellite = false;
        bool is_none = false;
        bool has_own = false;
        track::Fix own;  // level, provider, flags, datum of our extension
    };

    Part parent() const { return path_.empty() ? Part::other : path_.back(); }

    void begin(std::string_view name, const XmlAttributes& attributes) {
        value_.clear();
        Part part = Part::other;
        if (path_.empty()) {
            if (name == "gpx") {
                part = Part::gpx;
                is_gpx_ = true;
                const std::string_view version = attribute(attributes, "version");
                if (version == "1.0" || version == "1.1") reading_.track_file().format = "gpx " + std::string(version);
            }
        } else if (parent() == Part::gpx) {
            if (name == "trk") {
                part = Part::track;
                pieces_before_ = reading_.pieces();
                name_.clear();
            }
            if (name == "metadata") part = Part::metadata;
            if (name == "wpt") ++plans_;
        } else if (parent() == Part::track && name == "trkseg") {
            part = Part::segment;
            reading_.begin_piece(name_);
        } else if (parent() == Part::segment && name == "trkpt") {
            part = Part::point;
            point_ = {};
            point_.lat = attribute(attributes, "lat");
            point_.lon = attribute(attributes, "lon");
            point_.line = xml_.line();
        } else if (parent() == Part::point && name == "extensions") {
            part = Part::extensions;
        } else if (parent() == Part::extensions) {
            part = Part::extensions;
            if (name == "fix" && !attributes.empty()) take_own(attributes);
        }
        if (name == "rtept") ++plans_;
        path_.push_back(part);
    }

    void end(std::string_view name) {
        const Part part = path_.back();
        path_.pop_back();
        const std::string value(trimmed(value_));
        value_.clear();
        if (part == Part::point) return take_point();
        if (part == Part::track) {
            // The name may stand behind the segments.
            reading_.name_pieces(pieces_before_, name_);
            return;
        }
        switch (parent()) {
            case Part::gpx:
            case Part::metadata:
                if (name == "name") reading_.track_file().name = value;
                break;
            case Part::track:
                if (name == "name") name_ = value;
                break;
            case Part::point: take_field(name, value); break;
            case Part::extensions:
                if (part == Part::extensions) take_extension(name, value);
                break;
            case Part::segment:
            case Part::other: break;
        }
    }

    std::optional<std::int64_t> number(std::string_view field, const std::string& value, int decimals) {
        if (value.empty()) return std::nullopt;
        const auto read = scaled_decimal(value, decimals);
        if (!read) {
            reading_.warn(xml_.line(), format("{} 不是数字（“{}”），此项未采用", field, shown(value)),
                          format("{} is no number (\"{}\") and is not used", field, shown(value)));
        }
        return read;
    }

    void take_field(std::string_view name, const std::string& value) {
        if (name == "ele") point_.altitude_mm = number(name, value, 3);
        if (name == "speed") point_.speed_mm_s = number(name, value, 3);
        if (name == "course") point_.bearing_cdeg = number(name, value, 2);
        if (name == "hdop") point_.dilution_e4 = number(name, value, 4);
        if (name == "sat" && !value.empty()) point_.is_satellite = true;
        if (name == "fix" && !value.empty()) {
            point_.is_none = value == "none";
            point_.is_satellite = !point_.is_none;
        }
        if (name != "time" || value.empty()) return;
        point_.at = parse_instant(value);
        if (!point_.at) {
            point_.at = parse_instant(value + "Z");
            if (point_.at) ++without_offset_;
        }
        if (!point_.at) point_.bad_time = value;
    }

    void take_extension(std::string_view name, const std::string& value) {
        if (name == "speed" && !point_.speed_mm_s) point_.speed_mm_s = number(name, value, 3);
        if ((name == "course" || name == "bearing") && !point_.bearing_cdeg)
            point_.bearing_cdeg = number(name, value, 2);
        if (name == "accuracy" && !point_.accuracy_mm) point_.accuracy_mm = number(name, value, 3);
    }

    void take_own(const XmlAttributes& attributes) {
        point_.has_own = true;
        const auto text = [&](std::string_view name) { return std::string(attribute(attributes, name)); };
        if (const auto value = number("accuracy", text("accuracy"), 3)) point_.accuracy_mm = value;
        if (const auto value = number("speed", text("speed"), 3)) point_.speed_mm_s = value;
        if (const auto value = number("course", text("course"), 2)) point_.bearing_cdeg = value;
        if (const auto value = number("flags", text("flags"), 0))
            point_.own.flags = static_cast<std::uint32_t>(*value) & track::all_flags;
        if (const auto level = level_of(text("level"))) point_.own.level = *level;
        if (const auto provider = provider_of(text("provider"))) point_.own.provider = *provider;
        if (text("datum") == track::name_of(track::Datum::unknown)) point_.own.datum = track::Datum::unknown;
    }

    void take_point() {
        const int line = point_.line;
        auto fix = fix_at(point_.lat, point_.lon);
        if (!fix) return reading_.leave_out(line, "lat, lon", point_.lat + ", " + point_.lon);
        if (point_.bad_time) return reading_.leave_out(line, "time", *point_.bad_time);
        if (point_.at) fix->at = *point_.at;
        fix->seq = static_cast<std::uint32_t>(line);
        if (point_.is_satellite) fix->provider = track::Provider::gnss;
        if (point_.is_none) fix->flags |= track::flag_not_positioned;
        if (point_.altitude_mm) fix->altitude_mm = kept_value(*point_.altitude_mm);
        if (point_.speed_mm_s) fix->speed_mm_s = kept_value(*point_.speed_mm_s);
        if (point_.bearing_cdeg) fix->bearing_cdeg = kept_value(*point_.bearing_cdeg);
        if (point_.dilution_e4 && !take_dilution(*fix, *point_.dilution_e4)) {
            reading_.warn(line, "hdop 应在 0 与 1000 之间，此项未采用",
                          "hdop should lie between 0 and 1000 and is not used");
        }
        if (point_.accuracy_mm && *point_.accuracy_mm >= 0 && *point_.accuracy_mm < track::no_accuracy) {
            fix->accuracy_mm = static_cast<std::uint32_t>(*point_.accuracy_mm);
            fix->level = track::Level::p68;
            fix->flags &= ~static_cast<std::uint32_t>(track::flag_level_derived);
        }
        if (point_.has_own) {
            fix->level = point_.own.level;
            fix->provider = point_.own.provider;
            fix->flags = point_.own.flags;
            fix->datum = point_.own.datum;
        }
        reading_.add(*fix);
    }

    FileReading reading_;
    XmlParser xml_;
    std::vector<Part> path_;
    std::string value_;
    std::string name_;
    Point point_;
    std::size_t pieces_before_ = 0;
    std::size_t plans_ = 0;
    std::size_t without_offset_ = 0;
    bool is_gpx_ = false;
};

void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        switch (c) {
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '&': out += "&amp;"; break;
            case '"': out += "&quot;"; break;
            default: out += static_cast<unsigned char>(c) < 0x20U ? ' ' : c;
        }
    }
}

void append_element(std::string& out, std::string_view name, std::string_view text) {
    out += format("<{}>", name);
    append_escaped(out, text);
    out += format("</{}>", name);
}

void append_number(std::string& out, std::string_view before, std::int64_t value, int decimals,
                   std::string_view behind) {
    out += before;
    append_decimal(out, value, decimals);
    out += behind;
}

// What GPX has no element for.
void append_own(std::string& out, const track::Fix& fix) {
    const bool is_plain = fix.accuracy_mm == track::no_accuracy && fix.speed_mm_s == track::no_value &&
                          fix.bearing_cdeg == track::no_value && fix.level == track::Level::unknown && fix.flags == 0 &&
                          fix.provider == track::Provider::unknown && fix.datum != track::Datum::unknown;
    if (is_plain) return;
    out += "<extensions><ningyi:fix";
    if (fix.accuracy_mm != track::no_accuracy) append_number(out, " accuracy=\"", fix.accuracy_mm, 3, "\"");
    out += format(" level=\"{}\" provider=\"{}\"", track::name_of(fix.level), track::name_of(fix.provider));
    if (fix.speed_mm_s != track::no_value) append_number(out, " speed=\"", fix.speed_mm_s, 3, "\"");
    if (fix.bearing_cdeg != track::no_value) append_number(out, " course=\"", fix.bearing_cdeg, 2, "\"");
    if (fix.flags != 0) out += format(" flags=\"{}\"", fix.flags);
    if (fix.datum == track::Datum::unknown) out += format(" datum=\"{}\"", track::name_of(fix.datum));
    out += "/></extensions>";
}

}  // namespace

Result<TrackFile> read_gpx(std::string_view text, const std::string& file) {
    return GpxReading(file).read(text);
}

std::string write_gpx(const TrackFile& track_file) {
    std::string out = format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gpx version=\"1.1\" creator=\"Ningyi\" "
        "xmlns=\"http://www.topografix.com/GPX/1/1\" xmlns:ningyi=\"{}\">\n",
        our_namespace);
    if (!track_file.name.empty()) {
        out += "<metadata>";
        append_element(out, "name", track_file.name);
        out += "</metadata>\n";
    }
    for (const Piece& piece : track_file.pieces) {
        out += "<trk>";
        if (!piece.name.empty()) append_element(out, "name", piece.name);
        out += "<trkseg>\n";
        for (const track::Fix& fix : piece.fixes) {
            append_number(out, "<trkpt lat=\"", fix.place.lat_e7, 7, "\"");
            append_number(out, " lon=\"", fix.place.lon_e7, 7, "\">");
            if (fix.altitude_mm != track::no_value) append_number(out, "<ele>", fix.altitude_mm, 3, "</ele>");
            if (fix.at.ms != track::no_time) append_element(out, "time", to_text(fix.at, 0));
            if ((fix.flags & track::flag_level_derived) != 0 && fix.accuracy_mm != track::no_accuracy)
                append_number(out, "<hdop>", std::int64_t{fix.accuracy_mm} * 2, 4, "</hdop>");
            append_own(out, fix);
            out += "</trkpt>\n";
        }
        out += "</trkseg></trk>\n";
    }
    out += "</gpx>\n";
    return out;
}

}  // namespace ningyi::wire
