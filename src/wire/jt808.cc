// SPDX-License-Identifier: Apache-2.0
#include "wire/jt808.h"

#include <algorithm>
#include <cstdlib>

#include "base/check.h"
#include "base/text.h"
#include "wire/claim.h"

namespace ningyi::wire::jt808 {
namespace {

constexpr char mark = 0x7E;
constexpr char escape = 0x7D;
constexpr std::uint16_t length_bits = 0x03FF;
constexpr std::uint16_t version_bit = 0x4000;
constexpr std::size_t location_bytes = 28;
constexpr std::size_t shown_body_bytes = attribute_bytes_max / 2;  // two hex digits each

constexpr const char* code_of_check_byte = "E932";

Fault fault_of(std::string zh, std::string en) {
    return {"JT/T 808", 0, 0, "E931", std::move(zh), std::move(en)};
}

// Reads numbers off the front of bytes, big end first. Beyond the end they are 0 and the cursor is broken.
class Cursor {
public:
    explicit Cursor(std::string_view bytes) : rest_(bytes) {}

    std::uint32_t number(std::size_t bytes) {
        std::uint32_t value = 0;
        for (const char c : text(bytes)) value = value << 8U | static_cast<std::uint8_t>(c);
        return value;
    }
    std::uint8_t byte() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t word() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t double_word() { return number(4); }

    std::string_view text(std::size_t bytes) {
        if (bytes > rest_.size()) {
            is_broken_ = true;
            rest_ = {};
            return {};
        }
        const std::string_view taken = rest_.substr(0, bytes);
        rest_.remove_prefix(bytes);
        return taken;
    }

    std::string_view rest() const { return rest_; }
    bool is_broken() const { return is_broken_; }

private:
    std::string_view rest_;
    bool is_broken_ = false;
};

void append_number(std::string& out, std::uint32_t value, std::size_t bytes) {
    for (std::size_t i = bytes; i-- > 0;) out += static_cast<char>(value >> (8 * i) & 0xFFU);
}

// Text padded with zero bytes or spaces.
std::string_view unpadded(std::string_view text) {
    const std::size_t first = text.find_first_not_of(std::string_view("\0 ", 2));
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(std::string_view("\0 ", 2)) - first + 1);
}

// A 7d that begins no escape stands for itself: some terminals forget to escape it, and the check byte decides.
std::string unescaped(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const char next = bytes[at] == escape && at + 1 < bytes.size() ? bytes[at + 1] : '\0';
        const bool is_escape = next == 1 || next == 2;
        out += !is_escape ? bytes[at] : next == 1 ? escape : mark;
        if (is_escape) ++at;
    }
    return out;
}

std::uint8_t check_byte(std::string_view bytes) {
    std::uint8_t sum = 0;
    for (const char c : bytes) sum = static_cast<std::uint8_t>(sum ^ static_cast<std::uint8_t>(c));
    return sum;
}

// The header of an unescaped frame, and what is behind it as the body.
std::optional<Frame> frame_of(std::string_view bytes) {
    Cursor cursor(bytes);
    Frame frame;
    frame.message = cursor.word();
    frame.properties = cursor.word();
    if (frame.is_of_2019()) frame.version = cursor.byte();
    frame.phone = to_hex(cursor.text(frame.is_of_2019() ? 10 : 6));
    frame.serial = cursor.word();
    if (frame.is_part()) {
        frame.parts = cursor.word();
        frame.part = cursor.word();
    }
    if (cursor.is_broken()) return std::nullopt;
    frame.body = std::string(cursor.rest());
    return frame;
}

int bcd(std::uint8_t byte) {
    const int high = byte >> 4U;
    const int low = byte & 0xFU;
    return high > 9 || low > 9 ? -1 : high * 10 + low;
}

std::uint8_t to_bcd(int number) {
    return static_cast<std::uint8_t>(number / 10 * 16 + number % 10);
}

constexpr Millis terminal_offset_ms = 8 * hours_ms;

// value / 10^decimals for people.
std::string decimal(std::uint32_t value, std::uint32_t divisor) {
    return format("{}.{}", value / divisor, value % divisor);
}

// The items of the standard that are numbers; the rest is kept as it came.
void add_item(Message& message, std::uint32_t fix, std::uint8_t id, std::string_view value) {
    Cursor cursor(value);
    const std::uint32_t number = value.size() <= 4 ? cursor.number(value.size()) : 0;
    const auto is = [&](std::uint8_t wanted, std::size_t bytes) { return id == wanted && value.size() == bytes; };
    if (is(0x01, 4)) return add_attribute(message, fix, "mileage_km", decimal(number, 10));
    if (is(0x02, 2)) return add_attribute(message, fix, "fuel_l", decimal(number, 10));
    if (is(0x03, 2)) return add_attribute(message, fix, "recorder_speed_km_h", decimal(number, 10));
    if (is(0x30, 1)) return add_attribute(message, fix, "signal", format("{}", number));
    if (is(0x31, 1)) return add_attribute(message, fix, "satellites", format("{}", number));
    if (is(0x25, 4)) return add_attribute(message, fix, "vehicle_signals", to_hex(value));
    if (is(0x2A, 2)) return add_attribute(message, fix, "io_status", to_hex(value));
    if (is(0x2B, 4)) return add_attribute(message, fix, "analog", to_hex(value));
    add_attribute(message, fix, format("item_{:02x}", id), to_hex(value.substr(0, shown_body_bytes)));
}

// A fix that is no position needs no time of its own: it says that the terminal is alive.
void add_location(Message& message, const Location& location, bool is_archived, Instant received, Faults& rejected) {
    const auto stated = instant_of(location.time);
    const bool is_positioned = (location.status & status_positioned) != 0;
    if (!stated && is_positioned) {
        return add_fault(
            rejected, fault_of("定位时间不是有效的 BCD 日期时间", "the time of a position is not a BCD date and time"));
    }
    const bool is_shifted = (location.status & status_shifted) != 0;
    const double lat = location.lat_e6 / 1e6;
    const double lon = location.lon_e6 / 1e6;
    track::Fix fix = fix_of_degrees(stated.value_or(received), (location.status & status_south) != 0 ? -lat : lat,
                                    (location.status & status_west) != 0 ? -lon : lon,
                                    is_shifted ? geo::Datum::unknown : geo::Datum::wgs84);
    constexpr double mm_s_per_dm_h = 1000 / 36.0;
    fix.speed_mm_s = scaled(location.speed_dm_h, mm_s_per_dm_h);
    fix.bearing_cdeg = location.direction * 100;
    fix.altitude_mm = location.altitude_m * 1000;
    if (!is_positioned) fix.flags |= track::flag_not_positioned;
    if (is_archived) fix.flags |= track::flag_archived;
    if (is_positioned && (location.status & status_satellites) != 0) fix.provider = track::Provider::gnss;
    const auto position = static_cast<std::uint32_t>(message.fixes.size());
    message.fixes.push_back(fix);
    if (!stated) add_attribute(message, position, "time_source", std::string_view("received"));
    if (location.alarm != 0) add_attribute(message, position, "alarm", format("{:08x}", location.alarm));
    add_attribute(message, position, "status", format("{:08x}", location.status));
    for (const auto& [id, value] : location.items) add_item(message, position, id, value);
    if (!location.rest.empty()) {
        add_attribute(message, position, "rest", to_hex(std::string_view(location.rest).substr(0, shown_body_bytes)));
    }
}

void read_location(Message& message, std::string_view body, bool is_archived, Instant received, Faults& rejected) {
    auto location = location_of(body);
    if (location) return add_location(message, *location, is_archived, received, rejected);
    for (Fault& fault : location.error()) add_fault(rejected, std::move(fault));
}

void read_locations(Message& message, std::string_view body, Instant received, Faults& rejected) {
    Cursor cursor(body);
    const std::uint16_t count = cursor.word();
    constexpr std::uint8_t type_late = 1;
    const bool is_archived = cursor.byte() == type_late;
    for (std::uint32_t i = 0; i < count && !cursor.is_broken(); ++i) {
        const std::string_view item = cursor.text(cursor.word());
        if (!cursor.is_broken()) read_location(message, item, is_archived, received, rejected);
    }
    if (cursor.is_broken()) {
        add_fault(rejected, fault_of(format("批量位置应有 {} 条，内容不足", count),
                                     format("{} locations were expected, the body is shorter", count)));
    }
    if (!cursor.rest().empty()) {
        add_fault(rejected, fault_of(format("{} 条批量位置之后还有 {} 字节", count, cursor.rest().size()),
                                     format("{} bytes behind the {} locations", cursor.rest().size(), count)));
    }
}

Registration registration_of(const Frame& frame) {
    Cursor cursor(frame.body);
    Registration registration;
    registration.province = cursor.word();
    registration.city = cursor.word();
    // The form of 2011 has 8 bytes for the model; that of 2013 has 20.
    constexpr std::size_t bytes_of_2013 = 2 + 2 + 5 + 20 + 7 + 1;
    const bool is_of_2011 = frame.body.size() < bytes_of_2013;
    const std::size_t model = frame.is_of_2019() ? 30 : is_of_2011 ? 8 : 20;
    registration.manufacturer = unpadded(cursor.text(frame.is_of_2019() ? 11 : 5));
    registration.model = unpadded(cursor.text(model));
    registration.terminal = unpadded(cursor.text(frame.is_of_2019() ? 30 : 7));
    registration.plate_colour = cursor.byte();
    registration.plate = unpadded(cursor.rest());
    return registration;
}

std::optional<Authentication> authentication_of(const Frame& frame) {
    if (!frame.is_of_2019()) return Authentication{frame.body, "", ""};
    Cursor cursor(frame.body);
    Authentication authentication;
    authentication.code = cursor.text(cursor.byte());
    authentication.imei = unpadded(cursor.text(15));
    authentication.software = unpadded(cursor.text(20));
    if (cursor.is_broken()) return std::nullopt;
    return authentication;
}

void add_registration(Message& message, const Registration& registration) {
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) add_attribute(message, whole_message, name, value);
    };
    add("province", format("{}", registration.province));
    add("city", format("{}", registration.city));
    add("manufacturer", registration.manufacturer);
    add("model", registration.model);
    add("terminal", registration.terminal);
    add("plate_colour", format("{}", registration.plate_colour));
    add("plate_gbk", to_hex(std::string_view(registration.plate).substr(0, shown_body_bytes)));
}

// The standard's messages of a terminal. Others are a vendor's.
bool is_of_standard(std::uint16_t message) {
    constexpr std::array<std::uint16_t, 31> known = {0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0100, 0x0102, 0x0104,
                                                     0x0107, 0x0108, 0x0200, 0x0201, 0x0301, 0x0302, 0x0303, 0x0500,
                                                     0x0608, 0x0700, 0x0701, 0x0702, 0x0704, 0x0705, 0x0800, 0x0801,
                                                     0x0802, 0x0805, 0x0900, 0x0901, 0x0A00, 0x0F00, 0x0F01};
    return std::find(known.begin(), known.end(), message) != known.end();
}

// The message a part completes, or nothing yet. What is given up on is a fault.
std::optional<Frame> with_part(Parts& parts, const Frame& frame, Instant now, Faults& rejected) {
    const auto first_serial = static_cast<std::uint16_t>(frame.serial - (frame.part - 1));
    const bool is_within = frame.parts >= 1 && frame.parts <= parts_max && frame.part >= 1 && frame.part <= frame.parts;
    if (!is_within) {
        add_fault(rejected,
                  fault_of(format("分包序号 {}/{} 无效，最多 {} 包", frame.part, frame.parts, parts_max),
                           format("part {} of {}: at most {} were expected", frame.part, frame.parts, parts_max)));
        return std::nullopt;
    }
    const bool is_same = parts.present > 0 && parts.message == frame.message && parts.total == frame.parts &&
                         parts.first_serial == first_serial;
    const bool is_late = now.ms - parts.since.ms > parts_time_max_ms || now < parts.since;
    if (parts.present > 0 && (!is_same || is_late)) {
        add_fault(rejected, fault_of(format("分包消息 {:04x} 未收齐：{}/{}", parts.message, parts.present, parts.total),
                                     format("message {:04x} stayed incomplete: {} of {} parts", parts.message,
                                            parts.present, parts.total)));
        parts = {};
    }
    if (parts.present == 0) {
        parts = {frame.message, frame.parts, first_serial, now, {}, 0, 0};
        parts.bodies.resize(frame.parts);
    }
    auto& slot = parts.bodies[frame.part - 1U];
    if (!slot) {
        slot = frame.body;
        parts.bytes += frame.body.size();
        ++parts.present;
    }
    if (parts.bytes > parts_bytes_max) {
        add_fault(rejected, fault_of(format("分包消息超过 {} 字节", parts_bytes_max),
                                     format("a message of more than {} bytes in parts", parts_bytes_max)));
        parts = {};
        return std::nullopt;
    }
    if (parts.present < parts.total) return std::nullopt;
    Frame whole = frame;
    whole.body.clear();
    for (const auto& body : parts.bodies) whole.body += *body;
    parts = {};
    return whole;
}

void read_content(Reading& reading, const Frame& frame, Instant received) {
    Faults& rejected = reading.received.rejected;
    Message message;
    message.device = frame.device();
    if (frame.is(MessageId::location)) {
        read_location(message, frame.body, false, received, rejected);
    } else if (frame.is(MessageId::location_asked_for)) {
        read_location(message, std::string_view(frame.body).substr(std::min<std::size_t>(2, frame.body.size())), false,
                      received, rejected);
    } else if (frame.is(MessageId::locations)) {
        read_locations(message, frame.body, received, rejected);
    } else {
        add_attribute(message, whole_message, "message", format("{:04x}", frame.message));
        if (frame.is(MessageId::registration)) {
            reading.registration = registration_of(frame);
            add_registration(message, *reading.registration);
        } else if (frame.is(MessageId::authentication)) {
            reading.authentication = authentication_of(frame);
            if (!reading.authentication) {
                add_fault(rejected, fault_of("鉴权消息不完整", "the authentication is cut off"));
            } else if (frame.is_of_2019()) {
                add_attribute(message, whole_message, "imei", reading.authentication->imei);
                add_attribute(message, whole_message, "software", reading.authentication->software);
            }
        } else if (!frame.body.empty()) {
            add_attribute(message, whole_message, "body",
                          to_hex(std::string_view(frame.body).substr(0, shown_body_bytes)));
        }
    }
    if (!message.fixes.empty() || !message.attributes.empty()) reading.received.messages.push_back(std::move(message));
}

std::string answer_frame(const Frame& frame, MessageId message, std::string body, std::uint16_t serial) {
    Frame out;
    out.message = static_cast<std::uint16_t>(message);
    out.properties = frame.properties & version_bit;
    out.version = frame.version;
    out.phone = frame.phone;
    out.serial = serial;
    out.body = std::move(body);
    return encode(out);
}

}  // namespace

std::string Frame::device() const {
    const std::size_t first = phone.find_first_not_of('0');
    return first == std::string::npos ? "0" : phone.substr(first);
}

Result<Frame> decode(std::string_view bytes, std::optional<Frame>* unchecked) {
    const bool has_marks = bytes.size() >= 2 && bytes.front() == mark && bytes.back() == mark;
    if (!has_marks) return failure(fault_of("应以 7e 开头和结尾", "7e was expected at both ends"));
    if (bytes.size() > frame_bytes_max) {
        return failure(
            fault_of(format("超过 {} 字节", frame_bytes_max), format("more than {} bytes", frame_bytes_max)));
    }
    const std::string inner = unescaped(bytes.substr(1, bytes.size() - 2));
    if (inner.empty()) return failure(fault_of("空帧", "an empty frame"));
    const std::string_view checked = std::string_view(inner).substr(0, inner.size() - 1);
    auto frame = frame_of(checked);
    if (!frame) return failure(fault_of("消息头不完整", "the header is cut off"));
    if (unchecked != nullptr) *unchecked = frame;
    const std::uint8_t sum = check_byte(checked);
    if (sum != static_cast<std::uint8_t>(inner.back())) {
        Fault fault = fault_of(format("校验码应为 {:02x}", sum), format("the check byte {:02x} was expected", sum));
        fault.code = code_of_check_byte;
        return failure(std::move(fault));
    }
    const std::size_t length = frame->properties & length_bits;
    if (length != frame->body.size()) {
        return failure(fault_of(format("消息体应为 {} 字节，实为 {} 字节", length, frame->body.size()),
                                format("a body of {} bytes was expected, it has {}", length, frame->body.size())));
    }
    return std::move(*frame);
}

std::string encode(const Frame& frame) {
    CHECK(frame.body.size() <= body_length_max);
    const auto phone = from_hex(frame.phone);
    CHECK(phone && phone->size() == (frame.is_of_2019() ? 10U : 6U));
    std::string inner;
    append_number(inner, frame.message, 2);
    append_number(inner,
                  (frame.properties & ~std::uint32_t{length_bits}) | static_cast<std::uint32_t>(frame.body.size()), 2);
    if (frame.is_of_2019()) append_number(inner, frame.version, 1);
    inner += *phone;
    append_number(inner, frame.serial, 2);
    if (frame.is_part()) {
        append_number(inner, frame.parts, 2);
        append_number(inner, frame.part, 2);
    }
    inner += frame.body;
    inner += static_cast<char>(check_byte(inner));
    std::string out(1, mark);
    for (const char c : inner) {
        if (c == mark || c == escape) {
            out += escape;
            out += c == escape ? '\x01' : '\x02';
        } else {
            out += c;
        }
    }
    return out + mark;
}

Result<Location> location_of(std::string_view body) {
    if (body.size() < location_bytes) {
        return failure(
            fault_of(format("位置信息应至少 {} 字节，实为 {} 字节", location_bytes, body.size()),
                     format("a location of at least {} bytes was expected, it has {}", location_bytes, body.size())));
    }
    Cursor cursor(body);
    Location location;
    location.alarm = cursor.double_word();
    location.status = cursor.double_word();
    location.lat_e6 = cursor.double_word();
    location.lon_e6 = cursor.double_word();
    location.altitude_m = static_cast<std::int16_t>(cursor.word());
    location.speed_dm_h = cursor.word();
    location.direction = cursor.word();
    for (std::uint8_t& byte : location.time) byte = cursor.byte();
    while (cursor.rest().size() >= 2) {
        const auto length = static_cast<std::uint8_t>(cursor.rest()[1]);
        if (cursor.rest().size() < 2U + length) break;
        const std::uint8_t id = cursor.byte();
        cursor.byte();
        location.items.emplace_back(id, std::string(cursor.text(length)));
    }
    location.rest = std::string(cursor.rest());
    return location;
}

std::string body_of(const Location& location) {
    std::string out;
    append_number(out, location.alarm, 4);
    append_number(out, location.status, 4);
    append_number(out, location.lat_e6, 4);
    append_number(out, location.lon_e6, 4);
    append_number(out, static_cast<std::uint16_t>(location.altitude_m), 2);
    append_number(out, location.speed_dm_h, 2);
    append_number(out, location.direction, 2);
    for (const std::uint8_t byte : location.time) append_number(out, byte, 1);
    for (const auto& [id, value] : location.items) {
        CHECK(value.size() <= 255);
        append_number(out, id, 1);
        append_number(out, static_cast<std::uint32_t>(value.size()), 1);
        out += value;
    }
    return out + location.rest;
}

std::optional<Instant> instant_of(const std::array<std::uint8_t, 6>& time) {
    std::array<int, 6> parts{};
    for (std::size_t i = 0; i < time.size(); ++i) {
        parts[i] = bcd(time[i]);
        if (parts[i] < 0) return std::nullopt;
    }
    const auto day = date_of(2000 + parts[0], parts[1], parts[2]);
    if (!day || parts[3] > 23 || parts[4] > 59 || parts[5] > 59) return std::nullopt;
    return Instant{day->days * days_ms + parts[3] * hours_ms + parts[4] * minutes_ms + parts[5] * seconds_ms -
                   terminal_offset_ms};
}

std::array<std::uint8_t, 6> time_of(Instant at) {
    const Millis local = at.ms + terminal_offset_ms;
    CHECK(local >= 0);
    const Calendar day = calendar_of({static_cast<std::int32_t>(local / days_ms)});
    CHECK(day.year >= 2000 && day.year <= 2099);
    const auto clock = static_cast<int>(local % days_ms / seconds_ms);
    return {to_bcd(day.year - 2000), to_bcd(day.month),       to_bcd(day.day),
            to_bcd(clock / 3600),    to_bcd(clock / 60 % 60), to_bcd(clock % 60)};
}

std::string answer(const Frame& frame, AnswerResult result, std::uint16_t serial) {
    std::string body;
    append_number(body, frame.serial, 2);
    append_number(body, frame.message, 2);
    append_number(body, static_cast<std::uint8_t>(result), 1);
    return answer_frame(frame, MessageId::answer, std::move(body), serial);
}

std::string answer_to_registration(const Frame& frame, RegistrationResult result, std::string_view code,
                                   std::uint16_t serial) {
    std::string body;
    append_number(body, frame.serial, 2);
    append_number(body, static_cast<std::uint8_t>(result), 1);
    if (result == RegistrationResult::accepted) body += code;
    return answer_frame(frame, MessageId::registration_answer, std::move(body), serial);
}

Reading read(std::string_view bytes, Parts& parts, Instant received, std::uint16_t serial) {
    Reading reading;
    const auto frame = decode(bytes, &reading.frame);
    if (!reading.frame) {
        reading.received.rejected = frame.error();
        return reading;
    }
    std::string& reply = reading.received.answer.body;
    const bool is_intact = frame || frame.error()[0].code != code_of_check_byte;
    // Vendors give some of their messages a header of their own: what the message is counts before its length.
    if (is_intact && !is_of_standard(reading.frame->message)) {
        add_fault(reading.received.rejected,
                  fault_of(format("不支持消息 {:04x}", reading.frame->message),
                           format("message {:04x} is not supported", reading.frame->message)));
        reply = answer(*reading.frame, AnswerResult::not_supported, serial);
        return reading;
    }
    if (!frame) {
        reading.received.rejected = frame.error();
        reply = answer(*reading.frame, AnswerResult::bad_message, serial);
        return reading;
    }
    if (frame->is_encrypted()) {
        add_fault(reading.received.rejected, fault_of("不支持加密的消息体", "encrypted bodies are not supported"));
        reply = answer(*frame, AnswerResult::not_supported, serial);
        return reading;
    }
    std::optional<Frame> whole = *frame;
    if (frame->is_part()) whole = with_part(parts, *frame, received, reading.received.rejected);
    const bool has_part_fault = !reading.received.rejected.empty() && !whole;
    if (whole) read_content(reading, *whole, received);
    const bool is_callers = reading.registration || reading.authentication || frame->is(MessageId::terminal_answer);
    if (is_callers) return reading;
    const bool is_bad = has_part_fault || (whole && !reading.received.rejected.empty());
    reply = answer(*frame, is_bad ? AnswerResult::bad_message : AnswerResult::accepted, serial);
    return reading;
}

std::vector<std::string> frames_of(Stream& stream, std::string_view bytes) {
    std::vector<std::string> frames;
    while (!bytes.empty()) {
        const std::size_t end = std::min(bytes.find(mark), bytes.size());
        const std::string_view before = bytes.substr(0, end);
        const bool has_mark = end < bytes.size();
        bytes.remove_prefix(has_mark ? end + 1 : end);
        if (stream.pending.empty()) {  // no mark yet: nothing before it can be a frame
            stream.skipped += before.size();
        } else if (stream.pending.size() + before.size() + 1 > frame_bytes_max) {
            stream.skipped += stream.pending.size() + before.size();
            stream.pending.clear();
        } else {
            stream.pending += before;
        }
        if (!has_mark) continue;
        // The mark that ends a frame may begin the next: a mark lost or too many then costs one frame, not two.
        if (stream.pending.size() > 1) frames.push_back(stream.pending + mark);
        stream.pending = std::string(1, mark);
    }
    return frames;
}

}  // namespace ningyi::wire::jt808
