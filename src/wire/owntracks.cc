// SPDX-License-Identifier: Apache-2.0
#include "wire/owntracks.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "base/json_in.h"
#include "base/text.h"
#include "wire/claim.h"

namespace ningyi::wire {
namespace {

constexpr std::array<std::string_view, 8> fields_of_fix = {"_type", "lat", "lon", "tst", "acc", "alt", "vel", "cog"};

// Names of the format: what the sender is called stands in Message::device.
std::string device_of(const JsonValue& object, const OwntracksSender& sender) {
    if (!sender.user.empty() || !sender.device.empty()) {
        const std::string_view between = sender.user.empty() || sender.device.empty() ? "" : "/";
        return claimed_text(format("{}{}{}", sender.user, between, sender.device), device_bytes_max);
    }
    const JsonValue* topic = object.find("topic");
    if (topic != nullptr && topic->is(JsonValue::Kind::text)) {
        constexpr std::string_view prefix = "owntracks/";
        std::string_view name = topic->text;
        if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
        if (!name.empty()) return claimed_text(name, device_bytes_max);
    }
    const JsonValue* tracker = object.find("tid");
    if (tracker != nullptr && tracker->is(JsonValue::Kind::text)) return claimed_text(tracker->text, device_bytes_max);
    return {};
}

// A field that says nothing when it is 0 or −1: the app leaves such values out, and older ones write them.
const double* stated(const JsonValue& object, std::string_view name) {
    const JsonValue* value = object.find(name);
    if (value == nullptr || !value->is_number() || value->real == 0 || value->real == -1) return nullptr;
    return &value->real;
}

Fault fault_at(std::size_t index, std::string zh, std::string en) {
    return {
        "OwnTracks", 0, 0, "E911", format("第 {} 个对象：{}", index + 1, zh), format("object {}: {}", index + 1, en)};
}

class Reader {
public:
    explicit Reader(const OwntracksSender& sender) : sender_(sender) {}

    void read(const JsonValue& object, std::size_t index) {
        const JsonValue* type = object.find("_type");
        if (type == nullptr || !type->is(JsonValue::Kind::text)) {
            return refuse(fault_at(index, "缺少文字 _type", "the text _type is missing"));
        }
        if (type->text == "location") return read_location(object, index);
        Message& message = message_of(object);
        for (const auto& [name, value] : object.members) add_attribute(message, whole_message, name, value);
    }

    Received take() { return std::move(received_); }

private:
    void refuse(Fault fault) { add_fault(received_.rejected, std::move(fault)); }

    Message& message_of(const JsonValue& object) {
        std::string device = device_of(object, sender_);
        const auto [found, is_new] = messages_.try_emplace(device, received_.messages.size());
        if (is_new) {
            received_.messages.emplace_back();
            received_.messages.back().device = std::move(device);
        }
        return received_.messages[found->second];
    }

    void read_location(const JsonValue& object, std::size_t index) {
        const auto number = [&](std::string_view name) {
            const JsonValue* value = object.find(name);
            const bool is_there = value != nullptr && value->is_number();
            if (!is_there)
                refuse(fault_at(index, format("缺少数字 {}", name), format("the number {} is missing", name)));
            return is_there ? value : nullptr;
        };
        const JsonValue* lat = number("lat");
        const JsonValue* lon = number("lon");
        const JsonValue* time = number("tst");
        if (lat == nullptr || lon == nullptr || time == nullptr) return;
        const auto at = instant_of_seconds(time->real);
        if (!at) {
            return refuse(fault_at(index, "tst 应为 1970 年以来的秒数", "tst: seconds since 1970 were expected"));
        }

        Message& message = message_of(object);
        track::Fix fix = fix_of_degrees(*at, lat->real, lon->real, geo::Datum::wgs84);
        fix.level = track::Level::p68;
        constexpr double mm_s_per_km_h = 1000 / 3.6;
        if (const double* metres = stated(object, "acc")) fix.accuracy_mm = accuracy_mm(*metres);
        if (const double* metres = stated(object, "alt")) fix.altitude_mm = scaled(*metres, 1000);
        if (const double* km_h = stated(object, "vel")) fix.speed_mm_s = scaled(*km_h, mm_s_per_km_h);
        if (const double* degrees = stated(object, "cog")) fix.bearing_cdeg = scaled(*degrees, 100);
        const JsonValue* battery = object.find("bs");
        const bool is_charging = battery != nullptr && battery->is(JsonValue::Kind::integer) && battery->integer == 2;
        if (is_charging) fix.flags |= track::flag_charging;

        const auto position = static_cast<std::uint32_t>(message.fixes.size());
        message.fixes.push_back(fix);
        for (const auto& [name, value] : object.members) {
            const bool is_in_fix = std::find(fields_of_fix.begin(), fields_of_fix.end(), name) != fields_of_fix.end();
            const bool is_silent = name == "vac" && stated(object, "vac") == nullptr;
            if (!is_in_fix && !is_silent) add_attribute(message, position, name, value);
        }
    }

    const OwntracksSender& sender_;
    Received received_;
    std::map<std::string, std::size_t, std::less<>> messages_;  // by device, positions in received_.messages
};

}  // namespace

Received read_owntracks(std::string_view body, const OwntracksSender& sender) {
    Received nothing;
    nothing.answer.body = "[]";
    if (trimmed(body).empty()) return nothing;
    const auto root = read_json(body, message_json_limits);
    if (!root) {
        nothing.rejected = root.error();
        for (Fault& fault : nothing.rejected) fault.file = "OwnTracks";
        return nothing;
    }
    const bool is_list = root->is(JsonValue::Kind::list);
    if (is_list && root->list.size() > fixes_max) {
        add_fault(nothing.rejected, {"OwnTracks", 0, 0, "E912", format("一次最多 {} 个对象", fixes_max),
                                     format("at most {} objects at a time", fixes_max)});
        return nothing;
    }
    Reader reader(sender);
    if (!is_list) reader.read(*root, 0);
    for (std::size_t i = 0; i < root->list.size(); ++i) reader.read(root->list[i], i);
    Received received = reader.take();
    received.answer = nothing.answer;
    return received;
}

}  // namespace ningyi::wire
