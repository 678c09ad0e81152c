// SPDX-License-Identifier: Apache-2.0
#include "wire/claim.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "base/json.h"
#include "base/text.h"

namespace ningyi::wire {
namespace {

constexpr std::size_t name_bytes_max = 64;
constexpr double last_ms = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z

// As JSON, and no more of it than an attribute can hold.
void append_json(std::string& out, const JsonValue& value) {
    if (out.size() > attribute_bytes_max) return;
    switch (value.kind) {
        case JsonValue::Kind::null: out += "null"; break;
        case JsonValue::Kind::boolean: out += value.boolean ? "true" : "false"; break;
        case JsonValue::Kind::integer: out += format("{}", value.integer); break;
        case JsonValue::Kind::real: out += format("{}", value.real); break;
        case JsonValue::Kind::text:
            out += '"';
            append_json_escaped(out, std::string_view(value.text).substr(0, attribute_bytes_max + 1));
            out += '"';
            break;
        case JsonValue::Kind::list:
            out += '[';
            for (std::size_t i = 0; i < value.list.size() && out.size() <= attribute_bytes_max; ++i) {
                if (i > 0) out += ',';
                append_json(out, value.list[i]);
            }
            out += ']';
            break;
        case JsonValue::Kind::object:
            out += '{';
            for (std::size_t i = 0; i < value.members.size() && out.size() <= attribute_bytes_max; ++i) {
                if (i > 0) out += ',';
                out += '"';
                append_json_escaped(out, std::string_view(value.members[i].first).substr(0, attribute_bytes_max + 1));
                out += "\":";
                append_json(out, value.members[i].second);
            }
            out += '}';
            break;
    }
}

}  // namespace

std::string claimed_text(std::string_view bytes, std::size_t bytes_most) {
    std::string text;
    for (std::size_t at = 0; at < bytes.size();) {
        char32_t point = next_code_point(bytes, at);
        const bool is_control = point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029;
        if (is_control) point = U'\uFFFD';
        const std::size_t before = text.size();
        append_code_point(text, point);
        if (text.size() > bytes_most) {
            text.resize(before);
            break;
        }
    }
    return text;
}

std::optional<double> claimed_number(std::string_view text) {
    const bool is_decimal = !text.empty() && text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
    if (!is_decimal) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
    return value;
}

std::int32_t scaled(double value, double factor) {
    const double product = value * factor;
    const bool fits =
        product > std::numeric_limits<std::int32_t>::min() + 1.0 && product < std::numeric_limits<std::int32_t>::max();
    return fits ? static_cast<std::int32_t>(geo::rounded(product)) : track::no_value;
}

std::uint32_t accuracy_mm(double metres) {
    if (std::isnan(metres) || metres < 0) return track::no_accuracy;
    const double most_mm = track::no_accuracy - 1;
    return static_cast<std::uint32_t>(geo::rounded(std::min(metres * 1000, most_mm)));
}

std::optional<Instant> instant_of_millis(double millis) {
    if (!(millis >= 0 && millis <= last_ms)) return std::nullopt;
    return Instant{static_cast<Millis>(millis)};
}

std::optional<Instant> instant_of_seconds(double seconds) {
    if (!(seconds >= 0 && seconds <= last_ms / 1000)) return std::nullopt;
    // To the microsecond first: 1.001 × 1000 is a little less than 1001.
    return Instant{geo::rounded(seconds * 1e6) / 1000};
}

track::Fix fix_of_degrees(Instant at, double lat, double lon, geo::Datum datum) {
    const bool is_number = std::isfinite(lat) && std::isfinite(lon);
    track::Fix fix = track::fix_received(at, geo::place_of_degrees(lat, lon), datum);
    if (!is_number) fix.flags |= track::flag_not_a_number;
    return fix;
}

void add_attribute(Message& message, std::uint32_t fix, std::string_view name, std::string_view value) {
    const std::size_t size = message.attributes.size();
    const bool is_full = size >= attributes_max && message.attributes[size - attributes_max].fix == fix;
    if (is_full) {
        ++message.attributes_left_out;
        return;
    }
    message.attributes.push_back({fix, claimed_text(name, name_bytes_max), claimed_text(value, attribute_bytes_max)});
}

void add_attribute(Message& message, std::uint32_t fix, std::string_view name, const JsonValue& value) {
    if (value.is(JsonValue::Kind::null)) return;
    if (value.is(JsonValue::Kind::text)) return add_attribute(message, fix, name, std::string_view(value.text));
    std::string json;
    append_json(json, value);
    add_attribute(message, fix, name, std::string_view(json));
}

void add_fault(Faults& faults, Fault fault) {
    if (faults.size() >= faults_max) return;
    if (faults.size() + 1 == faults_max) {
        fault.zh = "还有更多问题，未逐一列出";
        fault.en = "there are more faults, not listed";
    }
    faults.push_back(std::move(fault));
}

}  // namespace ningyi::wire
