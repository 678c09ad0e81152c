// SPDX-License-Identifier: Apache-2.0
#include "wire/mf_json.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "track/reading.h"
#include "wire/decimal.h"
#include "wire/file_reading.h"
#include "wire/json_track.h"

namespace ningyi::wire {
namespace {

using Kind = JsonValue::Kind;

constexpr std::size_t collections_within = 4;

bool is_known_clock(const JsonValue* trs) {
    if (trs == nullptr || trs->is(Kind::null)) return true;
    std::string name;
    if (trs->is(Kind::text)) name = trs->text;
    if (const JsonValue* properties = trs->find("properties")) {
        name = properties->is(Kind::text)            ? properties->text
               : properties->find("name") != nullptr ? text_member(*properties, "name")
                                                     : text_member(*properties, "href");
    }
    const std::string known = lower_ascii(name);
    return known.empty() || known.find("iso8601") != std::string::npos || known.find("iso-8601") != std::string::npos ||
           known.find("gregorian") != std::string::npos;
}

bool is_trajectory(const JsonValue& feature) {
    const JsonValue* const geometry = feature.find("geometry");
    const JsonValue* const properties = feature.find("properties");
    return geometry != nullptr && properties != nullptr && text_member(*geometry, "type") == "LineString" &&
           properties->find("datetimes") != nullptr;
}

bool is_moving_feature(const JsonValue& feature) {
    return feature.find("temporalGeometry") != nullptr || is_trajectory(feature);
}

class MfJsonReading {
public:
    explicit MfJsonReading(const std::string& file) : reading_(file) { reading_.track_file().format = "mf-json"; }

    Result<TrackFile> read(const JsonValue& root) {
        if (root.is(Kind::object)) {
            reading_.track_file().name = text_member(root, "name");
            check_references(root);
            take_root(root);
        }
        if (is_elsewhere_) {
            return refused("E872", "参考系不可用：坐标应为 WGS-84（CRS84），时间应为公历（ISO 8601）",
                           "reference system not usable: expected WGS-84 (CRS84) for places, ISO 8601 for times");
        }
        if (!has_geometry_) {
            return refused("E875", "这份 JSON 里没有移动点（MovingPoint，或带 datetimes 的 LineString）",
                           "this JSON holds no moving point (MovingPoint, or a LineString with datetimes)");
        }
        return reading_.finish();
    }

private:
    Result<TrackFile> refused(std::string code, std::string zh, std::string en) {
        return failure(Fault{
            .file = reading_.file(), .line = 1, .code = std::move(code), .zh = std::move(zh), .en = std::move(en)});
    }

    void check_references(const JsonValue& object) {
        if (!is_known_reference(object.find("crs")) || !is_known_clock(object.find("trs"))) is_elsewhere_ = true;
    }

    void take_root(const JsonValue& root) {
        const std::string type = text_member(root, "type");
        if (type == "FeatureCollection") {
            if (const JsonValue* features = root.find("features")) {
                for (const JsonValue& feature : features->list) take_feature(feature);
            }
        } else if (type == "Feature") {
            take_feature(root);
        } else if (const JsonValue* sequence = root.find("geometrySequence")) {
            for (const JsonValue& geometry : sequence->list) take_geometry(geometry, "", 0);
        } else {
            take_geometry(root, "", 0);
        }
    }

    void take_feature(const JsonValue& feature) {
        check_references(feature);
        const JsonValue* const properties = feature.find("properties");
        const std::string name = properties == nullptr ? std::string{} : text_member(*properties, "name");
        if (const JsonValue* geometry = feature.find("temporalGeometry")) {
            take_values(feature.find("temporalProperties"));
            take_geometry(*geometry, name, 0);
            values_.clear();
        } else if (is_trajectory(feature)) {
            take_points(feature.find("geometry")->find("coordinates"), properties->find("datetimes"), name);
        }
    }

    void take_geometry(const JsonValue& geometry, const std::string& name, std::size_t depth) {
        check_references(geometry);
        const std::string type = text_member(geometry, "type");
        if (type == "MovingPoint") {
            check_interpolation(geometry.find("interpolation"));
            take_points(geometry.find("coordinates"), geometry.find("datetimes"), name);
        } else if (type == "MovingGeometryCollection" && depth < collections_within) {
            if (const JsonValue* prisms = geometry.find("prisms")) {
                for (const JsonValue& prism : prisms->list) take_geometry(prism, name, depth + 1);
            }
        } else if (type.starts_with("Moving")) {
            reading_.warn(0, format("{} 不是移动点，未采用", shown(std::string_view(type))),
                          format("{} is no moving point and not used", shown(std::string_view(type))));
        }
    }

    void check_interpolation(const JsonValue* said) {
        static constexpr std::array words{"Discrete", "Step", "Linear", "Quadratic", "Cubic"};
        if (said == nullptr || !said->is(Kind::text)) return;
        if (std::ranges::find(words, said->text) != words.end() || said->text.find("://") != std::string::npos) return;
        reading_.warn(0, format("不认识的插值方式“{}”，只采用点本身", shown(*said)),
                      format("unknown interpolation \"{}\": only the points themselves are used", shown(*said)));
    }

    void take_points(const JsonValue* coordinates, const JsonValue* datetimes, const std::string& name) {
        has_geometry_ = true;
        const std::size_t size = coordinates == nullptr ? 0 : coordinates->list.size();
        const std::size_t times = datetimes == nullptr ? 0 : datetimes->list.size();
        if (size != times) {
            reading_.lose(0, format("有 {} 个坐标、{} 个时间，对不上，整段未采用", size, times),
                          format("{} coordinates and {} times; as nobody can say which belong together, they are left "
                                 "out",
                                 size, times));
            return;
        }
        reading_.begin_piece(name);
        for (std::size_t i = 0; i < size; ++i) {
            ++position_;
            auto fix = fix_at(coordinates->list[i]);
            const auto at = instant_of(datetimes->list[i]);
            if (!fix) {
                leave_out("coordinates", coordinates->list[i]);
            } else if (!at) {
                leave_out("datetimes", datetimes->list[i]);
            } else {
                fix->at = *at;
                fix->seq = position_;
                for (const auto& [property, value] : values_at(*at)) take_property(*fix, property, *value);
                reading_.add(*fix);
            }
        }
    }

    struct Property {
        std::string name;
        std::string form;
    };
    using Values = std::vector<std::pair<Property, const JsonValue*>>;

    // temporalProperties: groups of times, each with properties of as many values.
    void take_values(const JsonValue* groups) {
        if (groups == nullptr) return;
        for (const JsonValue& group : groups->list) {
            const JsonValue* const times = group.find("datetimes");
            if (times == nullptr || !times->is(Kind::list)) continue;
            for (const auto& [name, property] : group.members) {
                const JsonValue* const values = property.find("values");
                if (values == nullptr || values->list.size() != times->list.size() || !is_read(name)) continue;
                const std::string form = text_member(property, "form");
                for (std::size_t i = 0; i < values->list.size(); ++i) {
                    if (const auto at = instant_of(times->list[i]))
                        values_[at->ms].push_back({{name, form}, &values->list[i]});
                }
            }
        }
    }

    static bool is_read(std::string_view name) {
        static constexpr std::array<std::string_view, 7> names{"accuracy", "accuracy_level", "provider", "speed",
                                                               "bearing",  "flags",          "datum"};
        return std::ranges::find(names, name) != names.end();
    }

    const Values& values_at(Instant at) const {
        static const Values none;
        const auto found = values_.find(at.ms);
        return found == values_.end() ? none : found->second;
    }

    static void take_property(track::Fix& fix, const Property& property, const JsonValue& value) {
        const std::string_view word = value.is(Kind::text) ? std::string_view(value.text) : std::string_view{};
        if (property.name == "accuracy") {
            const auto number = property.form == "MTR" ? scaled_number(value, 1000) : std::nullopt;
            if (!number || *number < 0 || *number >= track::no_accuracy) return;
            fix.accuracy_mm = static_cast<std::uint32_t>(*number);
            if (fix.level == track::Level::unknown) fix.level = track::Level::p68;
        } else if (property.name == "accuracy_level") {
            if (const auto level = level_of(word)) fix.level = *level;
        } else if (property.name == "provider") {
            if (const auto provider = provider_of(word)) fix.provider = *provider;
        } else if (property.name == "speed") {
            const double scale = property.form == "MTS" ? 1000 : property.form == "KMH" ? 1000 / 3.6 : 0;
            const auto number = scale > 0 ? scaled_number(value, scale) : std::nullopt;
            if (number) fix.speed_mm_s = kept_value(*number);
        } else if (property.name == "bearing") {
            const auto number = property.form == "DD" ? scaled_number(value, 100) : std::nullopt;
            if (number) fix.bearing_cdeg = kept_value(*number);
        } else if (property.name == "flags") {
            if (value.is(Kind::integer)) fix.flags = static_cast<std::uint32_t>(value.integer) & track::all_flags;
        } else if (word == track::name_of(track::Datum::unknown)) {
            fix.datum = track::Datum::unknown;
        }
    }

    void leave_out(std::string_view field, const JsonValue& value) {
        reading_.leave_out(0, format("#{} {}", position_, field), shown(value));
    }

    FileReading reading_;
    std::unordered_map<Millis, Values> values_;  // of the feature being read
    std::uint32_t position_ = 0;
    bool has_geometry_ = false;
    bool is_elsewhere_ = false;
};

// Stretches that may be called linear: timed, increasing, without a long silence.
std::vector<std::vector<track::Fix>> stretches(const Piece& piece) {
    std::vector<std::vector<track::Fix>> all;
    for (const track::Fix& fix : piece.fixes) {
        if (fix.at.ms == track::no_time) continue;
        const bool goes_on = !all.empty() && fix.at > all.back().back().at &&
                             fix.at.ms - all.back().back().at.ms <= track::interpolated_gap_ms;
        if (!goes_on) all.emplace_back();
        all.back().push_back(fix);
    }
    return all;
}

std::string decimal(std::int64_t value, int decimals) {
    std::string text;
    append_decimal(text, value, decimals);
    return text;
}

// One group of temporalProperties: a property at the times at which it is known.
template <class Has, class Write>
void write_property(JsonWriter& json, std::string_view name, std::string_view type, std::string_view form,
                    std::span<const track::Fix> fixes, Has has, Write write) {
    if (std::ranges::none_of(fixes, has)) return;
    json.begin_object().key("datetimes").begin_array();
    for (const track::Fix& fix : fixes) {
        if (has(fix)) json.value(to_text(fix.at, 0));
    }
    json.end_array().key(name).begin_object();
    json.key("type").value(type);
    if (!form.empty()) json.key("form").value(form);
    json.key("values").begin_array();
    for (const track::Fix& fix : fixes) {
        if (has(fix)) write(fix);
    }
    json.end_array().key("interpolation").value("Discrete").end_object().end_object();
}

void write_properties(JsonWriter& json, std::span<const track::Fix> fixes) {
    using track::Fix;
    write_property(
        json, "accuracy", "Measure", "MTR", fixes, [](const Fix& fix) { return fix.accuracy_mm != track::no_accuracy; },
        [&](const Fix& fix) { json.raw(decimal(fix.accuracy_mm, 3)); });
    write_property(
        json, "accuracy_level", "Text", "", fixes,
        [](const Fix& fix) { return fix.level != track::Level::unknown || fix.accuracy_mm != track::no_accuracy; },
        [&](const Fix& fix) { json.value(track::name_of(fix.level)); });
    write_property(
        json, "provider", "Text", "", fixes, [](const Fix& fix) { return fix.provider != track::Provider::unknown; },
        [&](const Fix& fix) { json.value(track::name_of(fix.provider)); });
    write_property(
        json, "speed", "Measure", "MTS", fixes, [](const Fix& fix) { return fix.speed_mm_s != track::no_value; },
        [&](const Fix& fix) { json.raw(decimal(fix.speed_mm_s, 3)); });
    write_property(
        json, "bearing", "Measure", "DD", fixes, [](const Fix& fix) { return fix.bearing_cdeg != track::no_value; },
        [&](const Fix& fix) { json.raw(decimal(fix.bearing_cdeg, 2)); });
    write_property(
        json, "flags", "Measure", "", fixes, [](const Fix& fix) { return fix.flags != 0; },
        [&](const Fix& fix) { json.value(static_cast<std::int64_t>(fix.flags)); });
    write_property(
        json, "datum", "Text", "", fixes, [](const Fix& fix) { return fix.datum == track::Datum::unknown; },
        [&](const Fix& fix) { json.value(track::name_of(fix.datum)); });
}

}  // namespace

bool is_mf_json(const JsonValue& root) {
    const std::string type = text_member(root, "type");
    if (type == "FeatureCollection") {
        const JsonValue* const features = root.find("features");
        return features != nullptr && std::ranges::any_of(features->list, is_moving_feature);
    }
    if (type == "Feature") return is_moving_feature(root);
    return type.starts_with("Moving") || root.find("geometrySequence") != nullptr ||
           root.find("temporalProperties") != nullptr || root.find("valueSequence") != nullptr;
}

Result<TrackFile> read_mf_json(const JsonValue& root, const std::string& file) {
    return MfJsonReading(file).read(root);
}

Result<TrackFile> read_mf_json(std::string_view text, const std::string& file) {
    auto root = read_json(text, file_json_limits);
    if (root) return read_mf_json(*root, file);
    for (Fault& fault : root.error()) fault.file = file;
    return failure(std::move(root.error()));
}

std::string write_mf_json(const TrackFile& track_file) {
    JsonWriter json;
    json.begin_object().key("type").value("FeatureCollection");
    if (!track_file.name.empty()) json.key("name").value(track_file.name);
    json.key("crs").begin_object().key("type").value("Name");
    json.key("properties").begin_object().key("name").value("urn:ogc:def:crs:OGC:1.3:CRS84").end_object().end_object();
    json.key("trs").begin_object().key("type").value("Name");
    json.key("properties").begin_object().key("name").value("urn:ogc:data:time:iso8601").end_object().end_object();
    json.key("features").begin_array();
    for (const Piece& piece : track_file.pieces) {
        for (const std::vector<track::Fix>& fixes : stretches(piece)) {
            json.begin_object().key("type").value("Feature");
            json.key("temporalGeometry").begin_object().key("type").value("MovingPoint");
            json.key("datetimes").begin_array();
            for (const track::Fix& fix : fixes) json.value(to_text(fix.at, 0));
            json.end_array().key("coordinates").begin_array();
            for (const track::Fix& fix : fixes) write_position(json, fix);
            json.end_array().key("interpolation").value("Linear").end_object();
            json.key("temporalProperties").begin_array();
            write_properties(json, fixes);
            json.end_array().key("properties").begin_object();
            if (!piece.name.empty()) json.key("name").value(piece.name);
            json.end_object().end_object();
        }
    }
    json.end_array().end_object();
    return json.take() + "\n";
}

}  // namespace ningyi::wire
