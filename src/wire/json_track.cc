// SPDX-License-Identifier: Apache-2.0
#include "wire/json_track.h"

#include <cmath>

#include "base/text.h"
#include "geo/place.h"
#include "wire/decimal.h"
#include "wire/file_reading.h"
#include "wire/message.h"

namespace ningyi::wire {
namespace {

// The first and the last millisecond of the years that have a text: 1 to 9999.
constexpr double first_ms = -62'135'596'800'000.0;
constexpr double last_ms = 253'402'300'799'999.0;

}  // namespace

std::optional<track::Fix> fix_at(const JsonValue& position) {
    if (!position.is(JsonValue::Kind::list) || position.list.size() < 2) return std::nullopt;
    const JsonValue &lon = position.list[0], &lat = position.list[1];
    if (!lon.is_number() || !lat.is_number() || !std::isfinite(lon.real) || !std::isfinite(lat.real))
        return std::nullopt;
    track::Fix fix =
        track::fix_received(Instant{track::no_time}, geo::place_of_degrees(lat.real, lon.real), track::Datum::wgs84);
    if (position.list.size() > 2) {
        if (const auto altitude = scaled_number(position.list[2], 1000)) fix.altitude_mm = kept_value(*altitude);
    }
    return fix;
}

std::optional<Instant> instant_of(const JsonValue& value) {
    if (value.is(JsonValue::Kind::text)) return parse_instant(value.text);
    if (!value.is_number() || !(value.real >= first_ms && value.real <= last_ms)) return std::nullopt;
    if (value.is(JsonValue::Kind::integer)) return Instant{value.integer};
    return Instant{static_cast<Millis>(std::floor(value.real))};
}

bool is_known_reference(const JsonValue* crs) {
    if (crs == nullptr || crs->is(JsonValue::Kind::null)) return true;
    std::string name;
    if (crs->is(JsonValue::Kind::text)) name = crs->text;
    if (const JsonValue* properties = crs->find("properties")) {
        name = properties->is(JsonValue::Kind::text) ? properties->text
               : properties->find("name") != nullptr ? text_member(*properties, "name")
                                                     : text_member(*properties, "href");
    }
    const std::string known = lower_ascii(name);
    return known.empty() || known.ends_with("crs84") || known.ends_with("crs84h") || known.ends_with("4326") ||
           known.ends_with("4979");
}

std::optional<std::int64_t> scaled_number(const JsonValue& value, double scale) {
    if (!value.is_number() || !std::isfinite(value.real)) return std::nullopt;
    const double scaled = value.real * scale;
    if (!(scaled > -9e15 && scaled < 9e15)) return std::nullopt;
    return geo::rounded(scaled);
}

std::optional<std::int64_t> scaled_member(const JsonValue& object, std::string_view name, double scale) {
    const JsonValue* const value = object.find(name);
    return value == nullptr ? std::nullopt : scaled_number(*value, scale);
}

std::string shown(const JsonValue& value) {
    switch (value.kind) {
        case JsonValue::Kind::null: return "null";
        case JsonValue::Kind::boolean: return value.boolean ? "true" : "false";
        case JsonValue::Kind::integer: return format("{}", value.integer);
        case JsonValue::Kind::real: return format("{}", value.real);
        case JsonValue::Kind::text: return shown(std::string_view(value.text));
        case JsonValue::Kind::list: {
            std::string text = "[";
            for (std::size_t i = 0; i < value.list.size() && i < 3; ++i) {
                const JsonValue& item = value.list[i];
                if (i > 0) text += ", ";
                text += item.is(JsonValue::Kind::list) || item.is(JsonValue::Kind::object) ? "…" : shown(item);
            }
            return text + (value.list.size() > 3 ? ", …]" : "]");
        }
        case JsonValue::Kind::object: return "{…}";
    }
    return "";
}

std::string text_member(const JsonValue& object, std::string_view name) {
    const JsonValue* const value = object.find(name);
    return value != nullptr && value->is(JsonValue::Kind::text) ? value->text : std::string{};
}

void write_position(JsonWriter& json, const track::Fix& fix) {
    std::string text = "[";
    append_decimal(text, fix.place.lon_e7, 7);
    text += ',';
    append_decimal(text, fix.place.lat_e7, 7);
    if (fix.altitude_mm != track::no_value) {
        text += ',';
        append_decimal(text, fix.altitude_mm, 3);
    }
    json.raw(text + "]");
}

}  // namespace ningyi::wire
