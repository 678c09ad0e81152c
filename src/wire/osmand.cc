// SPDX-License-Identifier: Apache-2.0
#include "wire/osmand.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/json_in.h"
#include "base/text.h"
#include "wire/claim.h"

namespace ningyi::wire {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double least_millis = 2'147'483'647;  // a timestamp from here on is in ms

Fault fault_of(std::string zh, std::string en) {
    return {"OsmAnd", 0, 0, "E921", std::move(zh), std::move(en)};
}

Received without_device(Faults rejected) {
    Received received;
    received.rejected = std::move(rejected);
    received.answer.status = 400;
    return received;
}

std::optional<Instant> instant_of_number(double number) {
    return number >= least_millis ? instant_of_millis(number) : instant_of_seconds(number);
}

// Seconds, milliseconds, ISO 8601 with an offset, or "2014-06-04 09:10:11", which is UTC.
std::optional<Instant> instant_of(std::string_view text) {
    if (const auto number = claimed_number(text)) return instant_of_number(*number);
    constexpr std::string_view form = "2014-06-04 09:10:11";
    const bool is_without_offset = text.size() == form.size() && text[10] == ' ';
    return parse_instant(is_without_offset ? std::string(text) + "Z" : std::string(text));
}

void mark_received_time(Message& message, std::uint32_t position) {
    add_attribute(message, position, "time_source", std::string_view("received"));
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// A name or a value of a form. A % that begins no escape stands for itself.
std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const int high = text[at] == '%' && at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text[at + 2]) : -1;
        if (low >= 0) {
            out += static_cast<char>(high * 16 + low);
            at += 2;
        } else {
            out += text[at] == '+' ? ' ' : text[at];
        }
    }
    return out;
}

// The fields that a fix has a place for, as the form states them. A name and its other spelling share one.
enum class Field : std::uint8_t { device, time, lat, lon, location, speed, bearing, altitude, accuracy, charge, valid };
constexpr std::size_t fields = 11;

struct FieldName {
    std::string_view name;
    Field field;
};
constexpr std::array<FieldName, 13> field_names = {{{"id", Field::device},
                                                    {"deviceid", Field::device},
                                                    {"timestamp", Field::time},
                                                    {"lat", Field::lat},
                                                    {"lon", Field::lon},
                                                    {"location", Field::location},
                                                    {"speed", Field::speed},
                                                    {"bearing", Field::bearing},
                                                    {"heading", Field::bearing},
                                                    {"altitude", Field::altitude},
                                                    {"accuracy", Field::accuracy},
                                                    {"charge", Field::charge},
                                                    {"valid", Field::valid}}};

bool is_true(std::string_view text) {
    return text == "1" || lower_ascii(text) == "true";
}

class FormReader {
public:
    explicit FormReader(Instant received) : received_(received) {}

    // Fields beyond those known become attributes, cell= and wifi= among them.
    void take(std::string_view form) {
        while (!form.empty()) {
            const std::size_t end = std::min(form.find('&'), form.size());
            const std::string_view pair = form.substr(0, end);
            form.remove_prefix(std::min(end + 1, form.size()));
            if (pair.empty()) continue;
            const std::size_t equals = std::min(pair.find('='), pair.size());
            const std::string name = decoded(pair.substr(0, equals));
            const std::string value = decoded(pair.substr(std::min(equals + 1, pair.size())));
            take_field(name, value);
        }
    }

    Received finish() {
        const std::string device = claimed_text(text(Field::device), device_bytes_max);
        if (device.empty()) {
            return without_device({fault_of("缺少设备号 id 或 deviceid", "id or deviceid is missing")});
        }
        message_.device = device;
        Received result;
        if (twice_ != nullptr) {
            add_fault(result.rejected,
                      fault_of(format("{} 出现两次", twice_->name), format("{} stands twice", twice_->name)));
            return result;
        }
        add_fix(result.rejected);
        for (const auto& [name, value] : others_.kept) {
            add_attribute(message_, message_.fixes.empty() ? whole_message : 0U, name, std::string_view(value));
        }
        message_.attributes_left_out += others_.left_out;
        if (result.rejected.empty()) result.messages.push_back(std::move(message_));
        return result;
    }

private:
    struct Others {
        std::vector<std::pair<std::string, std::string>> kept;
        std::size_t left_out = 0;
    };

    bool has(Field field) const { return values_[static_cast<std::size_t>(field)].has_value(); }
    std::string_view text(Field field) const {
        const auto& value = values_[static_cast<std::size_t>(field)];
        return value ? std::string_view(*value) : std::string_view{};
    }

    void take_field(const std::string& name, const std::string& value) {
        if (name == "notificationToken") return;
        const auto known =
            std::find_if(field_names.begin(), field_names.end(), [&](const FieldName& f) { return f.name == name; });
        if (known == field_names.end()) {
            if (others_.kept.size() < attributes_max) {
                others_.kept.emplace_back(name, value);
            } else {
                ++others_.left_out;
            }
            return;
        }
        auto& slot = values_[static_cast<std::size_t>(known->field)];
        if (slot && *slot != value && twice_ == nullptr) twice_ = known;
        slot = value;
    }

    // A number that is stated and not negative.
    std::optional<double> amount(Field field) const {
        const auto number = claimed_number(text(field));
        return number && *number >= 0 ? number : std::nullopt;
    }

    void add_fix(Faults& rejected) {
        std::string_view lat = text(Field::lat);
        std::string_view lon = text(Field::lon);
        bool has_place = has(Field::lat) && has(Field::lon);
        if (!has_place && has(Field::location)) {
            const std::string_view place = text(Field::location);
            const std::size_t comma = std::min(place.find(','), place.size());
            lat = trimmed(place.substr(0, comma));
            lon = trimmed(place.substr(std::min(comma + 1, place.size())));
            has_place = true;
        }
        if (!has_place && (has(Field::lat) || has(Field::lon))) {
            return add_fault(rejected, fault_of("lat 与 lon 应同时给出", "lat and lon were expected together"));
        }
        const auto at = has(Field::time) ? instant_of(text(Field::time)) : received_;
        if (!at) {
            return add_fault(rejected, fault_of("timestamp 应为秒、毫秒或 ISO 8601 时间",
                                                "timestamp: seconds, milliseconds or ISO 8601 were expected"));
        }
        if (!has_place) {
            if (has(Field::time)) add_attribute(message_, whole_message, "timestamp", text(Field::time));
            return;
        }
        track::Fix fix = fix_of_degrees(*at, claimed_number(lat).value_or(not_a_number),
                                        claimed_number(lon).value_or(not_a_number), geo::Datum::wgs84);
        fix.level = track::Level::p68;
        constexpr double mm_s_per_knot = 1'852'000.0 / 3600;
        if (const auto knots = amount(Field::speed)) fix.speed_mm_s = scaled(*knots, mm_s_per_knot);
        if (const auto degrees = amount(Field::bearing)) fix.bearing_cdeg = scaled(*degrees, 100);
        if (const auto metres = claimed_number(text(Field::altitude))) fix.altitude_mm = scaled(*metres, 1000);
        if (const auto metres = amount(Field::accuracy)) fix.accuracy_mm = accuracy_mm(*metres);
        if (is_true(text(Field::charge))) fix.flags |= track::flag_charging;
        if (has(Field::valid) && !is_true(text(Field::valid))) fix.flags |= track::flag_not_positioned;
        message_.fixes.push_back(fix);
        if (!has(Field::time)) mark_received_time(message_, 0);
    }

    Instant received_;
    std::array<std::optional<std::string>, fields> values_;
    Others others_;
    const FieldName* twice_ = nullptr;
    Message message_;
};

// A number of JSON that is stated: −1 says that there is none.
std::optional<double> stated(const JsonValue& object, std::string_view name) {
    const JsonValue* value = object.find(name);
    if (value == nullptr || !value->is_number() || value->real < 0) return std::nullopt;
    return value->real;
}

bool is_yes(const JsonValue* value) {
    return value != nullptr && value->is(JsonValue::Kind::boolean) && value->boolean;
}

// The age of a location in ms. Clients wrote whole milliseconds before the version that also states recordedAt, and
// seconds since.
std::optional<double> age_ms(const JsonValue& location) {
    const auto age = stated(location, "age");
    if (!age) return std::nullopt;
    const bool is_of_seconds =
        location.find("recordedAt") != nullptr || location.find("recorded_at") != nullptr || *age != std::floor(*age);
    return is_of_seconds ? *age * 1000 : *age;
}

// Members of an object as attributes "prefix.name", but for those in the fix.
void add_members(Message& message, std::uint32_t position, std::string_view prefix, const JsonValue& object,
                 std::initializer_list<std::string_view> in_fix) {
    for (const auto& [name, value] : object.members) {
        const bool is_in_fix = std::find(in_fix.begin(), in_fix.end(), name) != in_fix.end();
        const bool is_silent = !is_in_fix && value.is_number() && value.real == -1 && prefix != "extras.";
        if (is_in_fix || is_silent) continue;
        add_attribute(message, position, prefix.empty() ? name : format("{}{}", prefix, name), value);
    }
}

void read_location(Message& message, const JsonValue& location, Instant received, Faults& rejected) {
    const JsonValue nothing;
    const JsonValue* given = location.find("coords");
    const JsonValue& coords = given != nullptr ? *given : nothing;
    const JsonValue* lat = coords.find("latitude");
    const JsonValue* lon = coords.find("longitude");
    const bool has_lat = lat != nullptr && lat->is_number();
    const bool has_lon = lon != nullptr && lon->is_number();
    if (has_lat != has_lon) {
        return add_fault(rejected, fault_of("latitude 与 longitude 应同时为数字",
                                            "the numbers latitude and longitude were expected together"));
    }
    const JsonValue* time = location.find("timestamp");
    std::optional<Instant> at = received;
    if (time != nullptr && time->is(JsonValue::Kind::text)) at = instant_of(time->text);
    if (time != nullptr && time->is_number()) at = instant_of_number(time->real);
    if (!at) {
        return add_fault(rejected, fault_of("timestamp 应为 ISO 8601 时间", "timestamp: ISO 8601 was expected"));
    }
    const JsonValue* battery = location.find("battery");
    std::uint32_t position = whole_message;
    if (has_lat) {
        track::Fix fix = fix_of_degrees(*at, lat->real, lon->real, geo::Datum::wgs84);
        fix.level = track::Level::p68;
        if (const auto metres = stated(coords, "accuracy")) fix.accuracy_mm = accuracy_mm(*metres);
        if (const auto metres_s = stated(coords, "speed")) fix.speed_mm_s = scaled(*metres_s, 1000);
        if (const auto degrees = stated(coords, "heading")) fix.bearing_cdeg = scaled(*degrees, 100);
        const JsonValue* altitude = coords.find("altitude");
        if (altitude != nullptr && altitude->is_number()) fix.altitude_mm = scaled(altitude->real, 1000);
        const JsonValue* mock = location.find("mock");
        if (mock != nullptr && mock->is(JsonValue::Kind::boolean)) fix.flags |= track::flag_mock_known;
        if (is_yes(mock)) fix.flags |= track::flag_mock;
        if (is_yes(location.find("is_moving"))) fix.flags |= track::flag_moving;
        if (battery != nullptr && is_yes(battery->find("is_charging"))) fix.flags |= track::flag_charging;
        const auto age = age_ms(location);
        if (age && *age > 60'000) fix.flags |= track::flag_aged;
        position = static_cast<std::uint32_t>(message.fixes.size());
        message.fixes.push_back(fix);
        const bool has_time = time != nullptr && !time->is(JsonValue::Kind::null);
        if (!has_time) mark_received_time(message, position);
        add_members(message, position, "", location,
                    {"timestamp", "coords", "mock", "is_moving", "battery", "activity", "extras"});
    } else {
        add_members(message, position, "", location, {"coords", "battery", "activity", "extras"});
    }
    add_members(message, position, "coords.", coords,
                {"latitude", "longitude", "accuracy", "speed", "heading", "altitude"});
    for (const std::string_view name : {"battery", "activity", "extras"}) {
        const JsonValue* value = location.find(name);
        if (value == nullptr) continue;
        if (!value->is(JsonValue::Kind::object)) {
            add_attribute(message, position, name, *value);
        } else if (name == "battery" && has_lat) {
            add_members(message, position, "battery.", *value, {"is_charging"});
        } else {
            add_members(message, position, format("{}.", name), *value, {});
        }
    }
}

// The device as the client names it: a text, or a number in older ones.
std::string device_of(const JsonValue& root) {
    const JsonValue* id = root.find("device_id");
    if (id == nullptr) return {};
    if (id->is(JsonValue::Kind::integer)) return format("{}", id->integer);
    return claimed_text(id->text, device_bytes_max);
}

Received read_json_report(std::string_view body, Instant received) {
    const auto root = read_json(body, message_json_limits);
    if (!root) {
        Faults rejected = root.error();
        for (Fault& fault : rejected) fault.file = "OsmAnd";
        return without_device(std::move(rejected));
    }
    Message message;
    message.device = device_of(*root);
    if (message.device.empty())
        return without_device({fault_of("缺少文字 device_id", "the text device_id is missing")});

    Received result;
    const JsonValue* location = root->find("location");
    const bool is_list = location != nullptr && location->is(JsonValue::Kind::list);
    if (is_list && location->list.size() > fixes_max) {
        add_fault(result.rejected, fault_of(format("一次最多 {} 个位置", fixes_max),
                                            format("at most {} locations at a time", fixes_max)));
        return result;
    }
    if (is_list) {
        for (const JsonValue& item : location->list) read_location(message, item, received, result.rejected);
    } else if (location != nullptr && location->is(JsonValue::Kind::object)) {
        read_location(message, *location, received, result.rejected);
    } else {
        add_fault(result.rejected, fault_of("缺少对象 location", "the object location is missing"));
        return result;
    }
    add_members(message, whole_message, "", *root, {"device_id", "location"});
    const bool says_something = !message.fixes.empty() || !message.attributes.empty();
    if (says_something) result.messages.push_back(std::move(message));
    return result;
}

}  // namespace

Received read_osmand(std::string_view target, std::string_view body, Instant received) {
    if (target.size() > body_bytes_max || body.size() > body_bytes_max) {
        return without_device(
            {fault_of(format("超过 {} 字节", body_bytes_max), format("more than {} bytes", body_bytes_max))});
    }
    const std::string_view text = trimmed(body);
    const bool is_json = !text.empty() && (text.front() == '{' || text.front() == '[');
    if (is_json) return read_json_report(text, received);
    FormReader reader(received);
    const std::size_t question = target.find('?');
    if (question != std::string_view::npos) target.remove_prefix(question + 1);
    const bool is_path_alone = question == std::string_view::npos && target.starts_with('/');
    if (!is_path_alone) reader.take(target);
    reader.take(text);
    return reader.finish();
}

}  // namespace ningyi::wire
