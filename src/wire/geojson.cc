// SPDX-License-Identifier: Apache-2.0
#include "wire/geojson.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "wire/file_reading.h"
#include "wire/json_track.h"

namespace ningyi::wire {
namespace {

using Kind = JsonValue::Kind;

// The element of an array that belongs to the position, if the array is one of as many elements.
const JsonValue* element(const JsonValue* array, std::size_t index, std::size_t size) {
    if (array == nullptr || !array->is(Kind::list) || array->list.size() != size) return nullptr;
    return &array->list[index];
}

void take_accuracy(track::Fix& fix, std::optional<std::int64_t> accuracy_mm) {
    if (!accuracy_mm || *accuracy_mm < 0 || *accuracy_mm >= track::no_accuracy) return;
    fix.accuracy_mm = static_cast<std::uint32_t>(*accuracy_mm);
    fix.level = track::Level::p68;
}

class GeoJsonReading {
public:
    explicit GeoJsonReading(const std::string& file) : reading_(file) { reading_.track_file().format = "geojson"; }

    Result<TrackFile> read(const JsonValue& root) {
        reading_.track_file().name = text_member(root, "name");
        take(root, 0);
        if (!is_geojson_) {
            return refused("不是 GeoJSON：应有 type 为 FeatureCollection、Feature 或几何类型",
                           "not GeoJSON: expected a type of FeatureCollection, Feature or a geometry");
        }
        if (is_elsewhere_) {
            return refused("坐标参考系不是 WGS-84（应为 CRS84 或 EPSG:4326）",
                           "the reference system is not WGS-84 (expected CRS84 or EPSG:4326)");
        }
        if (others_ > 0) {
            reading_.warn(0, format("{} 个对象不是轨迹（无时间的点、面等），未采用", others_),
                          format("{} objects are no tracks (points without a time, areas …) and not used", others_));
        }
        return reading_.finish();
    }

private:
    Result<TrackFile> refused(std::string zh, std::string en) {
        return failure(
            Fault{.file = reading_.file(), .line = 1, .code = "E872", .zh = std::move(zh), .en = std::move(en)});
    }

    void take(const JsonValue& object, std::size_t depth) {
        const std::string type = text_member(object, "type");
        if (!is_known_reference(object.find("crs"))) is_elsewhere_ = true;
        if (type == "FeatureCollection") {
            is_geojson_ = true;
            if (const JsonValue* features = object.find("features"); features != nullptr && depth == 0) {
                for (const JsonValue& feature : features->list) take(feature, depth + 1);
            }
        } else if (type == "Feature") {
            is_geojson_ = true;
            const JsonValue* const geometry = object.find("geometry");
            const JsonValue* const properties = object.find("properties");
            if (geometry != nullptr && geometry->is(Kind::object)) take_geometry(*geometry, properties, 0);
        } else {
            take_geometry(object, nullptr, 0);
        }
    }

    void take_geometry(const JsonValue& geometry, const JsonValue* properties, std::size_t depth) {
        static constexpr std::array other_types{"MultiPoint", "Polygon", "MultiPolygon"};
        const std::string type = text_member(geometry, "type");
        const JsonValue* const coordinates = geometry.find("coordinates");
        const JsonValue none;
        const JsonValue& at = coordinates == nullptr ? none : *coordinates;
        if (type == "LineString") {
            is_geojson_ = true;
            take_line(at, times_of(properties), properties, properties);
        } else if (type == "MultiLineString") {
            is_geojson_ = true;
            const JsonValue* const times = times_of(properties);
            for (std::size_t i = 0; i < at.list.size(); ++i)
                take_line(at.list[i], element(times, i, at.list.size()), properties, nullptr);
        } else if (type == "Point") {
            is_geojson_ = true;
            take_point(at, properties);
        } else if (type == "GeometryCollection") {
            is_geojson_ = true;
            const JsonValue* const geometries = geometry.find("geometries");
            if (geometries == nullptr || depth > 4) return;
            for (const JsonValue& one : geometries->list) take_geometry(one, properties, depth + 1);
        } else if (std::ranges::find(other_types, type) != other_types.end()) {
            is_geojson_ = true;
            ++others_;
        }
    }

    static const JsonValue* times_of(const JsonValue* properties) {
        if (properties == nullptr) return nullptr;
        for (const JsonValue* const holder : {properties, properties->find("coordinateProperties")}) {
            if (holder == nullptr) continue;
            for (const std::string_view name : {"coordTimes", "times"}) {
                const JsonValue* const found = holder->find(name);
                if (found != nullptr && found->is(Kind::list)) return found;
            }
        }
        return nullptr;
    }

    // `own`: where our arrays stand.
    void take_line(const JsonValue& coordinates, const JsonValue* times, const JsonValue* properties,
                   const JsonValue* own) {
        in_points_ = false;
        reading_.begin_piece(properties == nullptr ? "" : text_member(*properties, "name"));
        const std::size_t size = coordinates.list.size();
        if (times != nullptr && times->list.size() != size) {
            reading_.warn(0, format("线有 {} 个点、{} 个时间，对不上，时间未采用", size, times->list.size()),
                          format("a line of {} points has {} times; the times are not used", size, times->list.size()));
            times = nullptr;
        }
        for (std::size_t i = 0; i < size; ++i) {
            ++position_;
            auto fix = fix_at(coordinates.list[i]);
            if (!fix) {
                leave_out("coordinates", coordinates.list[i]);
                continue;
            }
            if (!take_time(*fix, element(times, i, size))) continue;
            if (own != nullptr) take_own(*fix, *own, i, size);
            add(*fix);
        }
    }

    void take_point(const JsonValue& coordinates, const JsonValue* properties) {
        ++position_;
        const JsonValue* time = nullptr;
        if (properties != nullptr) {
            time = properties->find("time");
            if (time == nullptr) time = properties->find("timestamp");
        }
        if (time == nullptr) {
            ++others_;
            return;
        }
        auto fix = fix_at(coordinates);
        if (!fix) return leave_out("coordinates", coordinates);
        if (!take_time(*fix, time)) return;
        const std::string name = text_member(*properties, "name");
        const bool is_own = properties->find("fix") != nullptr;
        // Points of one name follow each other; a single fix that we wrote is a piece of its own.
        if (!in_points_ || is_own || name != point_name_) reading_.begin_piece(name);
        in_points_ = !is_own;
        point_name_ = name;
        const auto first = [&](std::initializer_list<std::string_view> names, double scale) {
            std::optional<std::int64_t> found;
            for (const std::string_view one : names) {
                if (!found) found = scaled_member(*properties, one, scale);
            }
            return found;
        };
        if (const auto dilution = first({"hdop"}, 1e4)) take_dilution(*fix, *dilution);
        take_accuracy(*fix, first({"accuracy", "horizontal_accuracy"}, 1e3));
        if (const auto speed = first({"speed"}, 1e3)) fix->speed_mm_s = kept_value(*speed);
        if (const auto bearing = first({"bearing", "course", "heading"}, 1e2)) fix->bearing_cdeg = kept_value(*bearing);
        if (is_own) take_own(*fix, *properties->find("fix"), 0, 1);
        add(*fix);
    }

    // False when the point is left out: its time is there and cannot be read.
    bool take_time(track::Fix& fix, const JsonValue* time) {
        if (time == nullptr || time->is(Kind::null)) return true;
        const auto at = instant_of(*time);
        if (!at) {
            leave_out("time", *time);
            return false;
        }
        fix.at = *at;
        return true;
    }

    void take_own(track::Fix& fix, const JsonValue& own, std::size_t index, std::size_t size) {
        const auto number = [&](std::string_view name) -> std::optional<std::int64_t> {
            const JsonValue* const value = element(own.find(name), index, size);
            if (value == nullptr || !value->is(Kind::integer)) return std::nullopt;
            return value->integer;
        };
        const auto word = [&](std::string_view name) -> std::string {
            const JsonValue* const value = element(own.find(name), index, size);
            return value != nullptr && value->is(Kind::text) ? value->text : std::string{};
        };
        take_accuracy(fix, number("accuracy_mm"));
        if (const auto value = number("speed_mm_s")) fix.speed_mm_s = kept_value(*value);
        if (const auto value = number("bearing_cdeg")) fix.bearing_cdeg = kept_value(*value);
        if (const auto value = number("flags")) fix.flags = static_cast<std::uint32_t>(*value) & track::all_flags;
        if (const auto level = level_of(word("level"))) fix.level = *level;
        if (const auto provider = provider_of(word("provider"))) fix.provider = *provider;
        if (word("datum") == track::name_of(track::Datum::unknown)) fix.datum = track::Datum::unknown;
    }

    void leave_out(std::string_view field, const JsonValue& value) {
        reading_.leave_out(0, format("#{} {}", position_, field), shown(value));
    }

    void add(track::Fix& fix) {
        fix.seq = position_;
        reading_.add(fix);
    }

    FileReading reading_;
    std::string point_name_;
    std::uint32_t position_ = 0;
    std::size_t others_ = 0;
    bool in_points_ = false;
    bool is_geojson_ = false;
    bool is_elsewhere_ = false;
};

void write_time(JsonWriter& json, const track::Fix& fix) {
    if (fix.at.ms == track::no_time) {
        json.null();
    } else {
        json.value(to_text(fix.at, 0));
    }
}

// An array of one value a fix, unless no fix has it.
template <class Has, class Write>
void write_array(JsonWriter& json, std::string_view name, std::span<const track::Fix> fixes, Has has, Write write) {
    if (std::ranges::none_of(fixes, has)) return;
    json.key(name).begin_array();
    for (const track::Fix& fix : fixes) {
        if (has(fix)) {
            write(fix);
        } else {
            json.null();
        }
    }
    json.end_array();
}

void write_own(JsonWriter& json, std::span<const track::Fix> fixes) {
    using track::Fix;
    write_array(
        json, "accuracy_mm", fixes, [](const Fix& fix) { return fix.accuracy_mm != track::no_accuracy; },
        [&](const Fix& fix) { json.value(static_cast<std::int64_t>(fix.accuracy_mm)); });
    // A stated accuracy reads as 68 %, so that another level is always said.
    write_array(
        json, "level", fixes,
        [](const Fix& fix) { return fix.level != track::Level::unknown || fix.accuracy_mm != track::no_accuracy; },
        [&](const Fix& fix) { json.value(track::name_of(fix.level)); });
    write_array(
        json, "provider", fixes, [](const Fix& fix) { return fix.provider != track::Provider::unknown; },
        [&](const Fix& fix) { json.value(track::name_of(fix.provider)); });
    write_array(
        json, "speed_mm_s", fixes, [](const Fix& fix) { return fix.speed_mm_s != track::no_value; },
        [&](const Fix& fix) { json.value(static_cast<std::int64_t>(fix.speed_mm_s)); });
    write_array(
        json, "bearing_cdeg", fixes, [](const Fix& fix) { return fix.bearing_cdeg != track::no_value; },
        [&](const Fix& fix) { json.value(static_cast<std::int64_t>(fix.bearing_cdeg)); });
    write_array(
        json, "flags", fixes, [](const Fix& fix) { return fix.flags != 0; },
        [&](const Fix& fix) { json.value(static_cast<std::int64_t>(fix.flags)); });
    write_array(
        json, "datum", fixes, [](const Fix& fix) { return fix.datum == track::Datum::unknown; },
        [&](const Fix& fix) { json.value(track::name_of(fix.datum)); });
}

}  // namespace

Result<TrackFile> read_geojson(const JsonValue& root, const std::string& file) {
    return GeoJsonReading(file).read(root);
}

Result<TrackFile> read_geojson(std::string_view text, const std::string& file) {
    auto root = read_json(text, file_json_limits);
    if (root) return read_geojson(*root, file);
    for (Fault& fault : root.error()) fault.file = file;
    return failure(std::move(root.error()));
}

std::string write_geojson(const TrackFile& track_file) {
    JsonWriter json;
    json.begin_object().key("type").value("FeatureCollection");
    if (!track_file.name.empty()) json.key("name").value(track_file.name);
    json.key("features").begin_array();
    for (const Piece& piece : track_file.pieces) {
        if (piece.fixes.empty()) continue;
        const bool is_point = piece.fixes.size() == 1;
        json.begin_object();
        json.key("type").value("Feature");
        json.key("geometry").begin_object();
        json.key("type").value(is_point ? "Point" : "LineString");
        json.key("coordinates");
        if (is_point) {
            write_position(json, piece.fixes.front());
        } else {
            json.begin_array();
            for (const track::Fix& fix : piece.fixes) write_position(json, fix);
            json.end_array();
        }
        json.end_object();
        json.key("properties").begin_object();
        if (!piece.name.empty()) json.key("name").value(piece.name);
        if (is_point) {
            json.key("time");
            write_time(json, piece.fixes.front());
            json.key("fix").begin_object();
            write_own(json, piece.fixes);
            json.end_object();
        } else {
            if (std::ranges::any_of(piece.fixes, [](const track::Fix& fix) { return fix.at.ms != track::no_time; })) {
                json.key("coordTimes").begin_array();
                for (const track::Fix& fix : piece.fixes) write_time(json, fix);
                json.end_array();
            }
            write_own(json, piece.fixes);
        }
        json.end_object().end_object();
    }
    json.end_array().end_object();
    return json.take() + "\n";
}

}  // namespace ningyi::wire
