// SPDX-License-Identifier: Apache-2.0
#include "wire/jt808.h"

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"

namespace ningyi::wire::jt808 {
namespace {

constexpr Instant now{1'600'000'000'000};

std::string bytes_of(std::string_view hex) {
    const auto bytes = from_hex(hex);
    EXPECT_TRUE(bytes.has_value()) << hex;
    return bytes.value_or("");
}

Reading read_one(std::string_view bytes) {
    Parts parts;
    return read(bytes, parts, now, 1);
}

std::string value_of(const Message& message, std::uint32_t fix, std::string_view name) {
    for (const Attribute& attribute : message.attributes) {
        if (attribute.fix == fix && attribute.name == name) return attribute.value;
    }
    return "(none)";
}

Frame frame_with(MessageId message, std::string body, std::uint16_t serial = 7) {
    Frame frame;
    frame.message = static_cast<std::uint16_t>(message);
    frame.phone = "013912345678";
    frame.serial = serial;
    frame.body = std::move(body);
    frame.properties = static_cast<std::uint16_t>(frame.body.size());
    return frame;
}

Location here() {
    Location location;
    location.status = status_positioned;
    location.lat_e6 = 31'772'345;
    location.lon_e6 = 119'970'001;
    location.altitude_m = -3;
    location.speed_dm_h = 360;
    location.direction = 271;
    location.time = {0x26, 0x11, 0x23, 0x08, 0x30, 0x59};
    return location;
}

// The result that an answer 8001 tells; -1 when the answer is another.
int result_of(const std::string& answer) {
    const auto frame = decode(answer);
    if (!frame || !frame->is(MessageId::answer) || frame->body.size() != 5) return -1;
    return frame->body[4];
}

TEST(Jt808, a_location_is_a_fix_in_our_units) {
    const Reading reading = read_one(encode(frame_with(MessageId::location, body_of(here()))));
    ASSERT_EQ(reading.received.messages.size(), 1U);
    const Message& message = reading.received.messages[0];
    EXPECT_EQ(message.device, "13912345678");
    ASSERT_EQ(message.fixes.size(), 1U);
    const track::Fix& fix = message.fixes[0];
    EXPECT_EQ(to_text(fix.at, 480), "2026-11-23T08:30:59+08:00");
    EXPECT_EQ(fix.place, (geo::Place{317'723'450, 1'199'700'010}));
    EXPECT_EQ(fix.altitude_mm, -3000);
    EXPECT_EQ(fix.speed_mm_s, 10'000);
    EXPECT_EQ(fix.bearing_cdeg, 27'100);
    EXPECT_EQ(fix.accuracy_mm, track::no_accuracy);
    EXPECT_NEAR(track::accuracy_68_mm(fix), 20'000, 1);
    EXPECT_EQ(fix.datum, track::Datum::wgs84);
    EXPECT_EQ(fix.flags, 0U);
    EXPECT_EQ(result_of(reading.received.answer.body), 0);
}

TEST(Jt808, status_bits_turn_sides_and_tell_datum_and_validity) {
    Location location = here();
    location.status = status_south | status_west | status_shifted | (1U << 19U);
    const Reading reading = read_one(encode(frame_with(MessageId::location, body_of(location))));
    const track::Fix& fix = reading.received.messages.at(0).fixes.at(0);
    EXPECT_EQ(fix.place, (geo::Place{-317'723'450, -1'199'700'010}));
    EXPECT_EQ(fix.datum, track::Datum::unknown);
    EXPECT_EQ(fix.flags, track::flag_not_positioned);
    EXPECT_EQ(fix.provider, track::Provider::unknown);
    location.status |= status_positioned;
    const Reading positioned = read_one(encode(frame_with(MessageId::location, body_of(location))));
    EXPECT_EQ(positioned.received.messages.at(0).fixes.at(0).flags, 0U);
    EXPECT_EQ(positioned.received.messages.at(0).fixes.at(0).provider, track::Provider::gnss);
}

TEST(Jt808, coordinates_off_the_earth_stay_off_the_earth) {
    Location location = here();
    location.lat_e6 = location.lon_e6 = UINT32_MAX;
    const Reading reading = read_one(encode(frame_with(MessageId::location, body_of(location))));
    EXPECT_FALSE(geo::is_on_earth(reading.received.messages.at(0).fixes.at(0).place));
}

TEST(Jt808, items_of_the_standard_have_names_and_the_rest_is_kept) {
    Location location = here();
    location.items = {{0x01, bytes_of("0000000b")}, {0x02, bytes_of("0037")}, {0x30, bytes_of("1f")},
                      {0x31, bytes_of("0e")},       {0x31, bytes_of("000e")}, {0xE4, bytes_of("beef")}};
    location.rest = bytes_of("ff05aa");
    const Reading reading = read_one(encode(frame_with(MessageId::location, body_of(location))));
    const Message& message = reading.received.messages.at(0);
    EXPECT_EQ(value_of(message, 0, "mileage_km"), "1.1");
    EXPECT_EQ(value_of(message, 0, "fuel_l"), "5.5");
    EXPECT_EQ(value_of(message, 0, "signal"), "31");
    EXPECT_EQ(value_of(message, 0, "satellites"), "14");
    EXPECT_EQ(value_of(message, 0, "item_31"), "000e");
    EXPECT_EQ(value_of(message, 0, "item_e4"), "beef");
    EXPECT_EQ(value_of(message, 0, "rest"), "ff05aa");
    EXPECT_EQ(value_of(message, 0, "status"), "00000002");
    EXPECT_EQ(value_of(message, 0, "alarm"), "(none)");
}

TEST(Jt808, time_is_bcd_of_gmt_8_or_nothing) {
    EXPECT_EQ(instant_of({0x70, 0x01, 0x01, 0x07, 0x59, 0x59})->ms, 3'155'759'999'000);
    EXPECT_FALSE(instant_of({0, 0, 0, 0, 0, 0}));
    EXPECT_FALSE(instant_of({0x26, 0x02, 0x29, 0, 0, 0}));
    EXPECT_FALSE(instant_of({0x26, 0x02, 0x1A, 0, 0, 0}));
    EXPECT_FALSE(instant_of({0x26, 0x02, 0x28, 0x24, 0, 0}));
    const std::array<std::uint8_t, 6> leap_day = {0x24, 0x02, 0x29, 0x23, 0x59, 0x59};
    EXPECT_EQ(time_of(*instant_of(leap_day)), leap_day);
}

TEST(Jt808, a_position_without_a_time_is_refused_and_a_sign_of_life_is_not) {
    Location location = here();
    location.time = {};
    const Reading refused = read_one(encode(frame_with(MessageId::location, body_of(location))));
    EXPECT_TRUE(refused.received.messages.empty());
    EXPECT_EQ(refused.received.rejected.size(), 1U);
    EXPECT_EQ(result_of(refused.received.answer.body), 2);
    location.status = 0;
    const Reading alive = read_one(encode(frame_with(MessageId::location, body_of(location))));
    EXPECT_EQ(alive.received.messages.at(0).fixes.at(0).at, now);
    EXPECT_EQ(value_of(alive.received.messages[0], 0, "time_source"), "received");
    EXPECT_EQ(result_of(alive.received.answer.body), 0);
}

std::string batch(std::uint16_t count, std::uint8_t type, const std::vector<std::string>& bodies) {
    std::string out = {static_cast<char>(count >> 8U), static_cast<char>(count), static_cast<char>(type)};
    for (const std::string& body : bodies) {
        out += static_cast<char>(body.size() >> 8U);
        out += static_cast<char>(body.size());
        out += body;
    }
    return out;
}

TEST(Jt808, late_locations_are_archived) {
    const std::string body = body_of(here());
    const Reading late = read_one(encode(frame_with(MessageId::locations, batch(2, 1, {body, body}))));
    ASSERT_EQ(late.received.messages.at(0).fixes.size(), 2U);
    EXPECT_EQ(late.received.messages[0].fixes[1].flags, track::flag_archived);
    const Reading normal = read_one(encode(frame_with(MessageId::locations, batch(1, 0, {body}))));
    EXPECT_EQ(normal.received.messages.at(0).fixes.at(0).flags, 0U);
    EXPECT_EQ(result_of(normal.received.answer.body), 0);
}

TEST(Jt808, a_count_that_lies_is_a_bad_message_whose_locations_are_kept) {
    const std::string body = body_of(here());
    for (const std::string& lie : {batch(65'535, 0, {body}), batch(0, 0, {body}), batch(2, 0, {body, "short"}),
                                   batch(1, 0, {body}) + "x", std::string("\0", 1), std::string()}) {
        const Reading reading = read_one(encode(frame_with(MessageId::locations, lie)));
        EXPECT_FALSE(reading.received.rejected.empty());
        EXPECT_EQ(result_of(reading.received.answer.body), 2);
        if (!reading.received.messages.empty()) {
            EXPECT_EQ(reading.received.messages[0].fixes.size(), 1U);
        }
    }
}

TEST(Jt808, frames_that_are_wrong_say_so) {
    const std::string good = encode(frame_with(MessageId::location, body_of(here())));
    std::string wrong_sum = good;
    wrong_sum[20] = static_cast<char>(wrong_sum[20] ^ 1);
    EXPECT_EQ(decode(wrong_sum).error()[0].code, "E932");
    const Reading answered = read_one(wrong_sum);
    EXPECT_EQ(result_of(answered.received.answer.body), 2);
    EXPECT_TRUE(answered.received.messages.empty());

    Frame frame = frame_with(MessageId::heartbeat, "");
    std::string wrong_length = encode(frame);  // says 0 bytes; one is put in and the sum put right
    wrong_length.insert(wrong_length.size() - 2, 1, '\x01');
    wrong_length[wrong_length.size() - 2] = static_cast<char>(wrong_length[wrong_length.size() - 2] ^ 1);
    EXPECT_FALSE(decode(wrong_length).has_value());
    EXPECT_EQ(result_of(read_one(wrong_length).received.answer.body), 2);

    for (std::size_t size = 0; size < good.size(); ++size) {
        const std::string cut = good.substr(0, size);
        EXPECT_FALSE(decode(cut).has_value()) << size;
        const bool is_whole = size + 1 == good.size();
        EXPECT_EQ(read_one(cut + '\x7E').received.messages.empty(), !is_whole) << size;
    }
    EXPECT_FALSE(decode("\x7E\x7E").has_value());
    EXPECT_TRUE(read_one(bytes_of("7e0200007e")).received.answer.body.empty());
}

TEST(Jt808, encrypted_bodies_and_messages_of_vendors_are_not_supported) {
    Frame frame = frame_with(MessageId::location, body_of(here()));
    frame.properties |= 0x0400U;
    const Reading encrypted = read_one(encode(frame));
    EXPECT_EQ(result_of(encrypted.received.answer.body), 3);
    EXPECT_EQ(encrypted.received.rejected.size(), 1U);
    Frame vendor = frame_with(MessageId::location, "x");
    vendor.message = 0x5501;
    EXPECT_EQ(result_of(read_one(encode(vendor)).received.answer.body), 3);
}

TEST(Jt808, registration_and_authentication_are_left_to_the_caller) {
    const std::string body = bytes_of("00200194") + "ABCDE" + std::string("MODEL-1") + std::string(13, '\0') +
                             "0012345" + '\x02' + bytes_of("cbd5443132333435");
    const Frame frame = frame_with(MessageId::registration, body);
    const Reading reading = read_one(encode(frame));
    ASSERT_TRUE(reading.registration);
    EXPECT_TRUE(reading.received.answer.body.empty());
    EXPECT_EQ(reading.registration->province, 32);
    EXPECT_EQ(reading.registration->city, 404);
    EXPECT_EQ(reading.registration->model, "MODEL-1");
    EXPECT_EQ(reading.registration->terminal, "0012345");
    EXPECT_EQ(reading.registration->plate_colour, 2);
    EXPECT_EQ(value_of(reading.received.messages.at(0), whole_message, "plate_gbk"), "cbd5443132333435");
    EXPECT_EQ(to_hex(answer_to_registration(frame, RegistrationResult::accepted, "code", 3)),
              "7e810000070139123456780003000700636f6465bf7e");
    EXPECT_EQ(decode(answer_to_registration(frame, RegistrationResult::no_such_terminal, "code", 3))->body,
              bytes_of("000704"));

    const Reading old = read_one(encode(frame_with(MessageId::authentication, "secret")));
    ASSERT_TRUE(old.authentication);
    EXPECT_EQ(old.authentication->code, "secret");
    EXPECT_TRUE(old.received.answer.body.empty());
    for (const Attribute& attribute : old.received.messages.at(0).attributes) {
        EXPECT_EQ(attribute.value.find("secret"), std::string::npos);
        EXPECT_EQ(attribute.value.find(to_hex("secret")), std::string::npos);
    }
    Frame of_2019 = frame_with(MessageId::authentication,
                               "\x06secret" + std::string("860000000000001") + "1.2.3" + std::string(15, '\0'));
    of_2019.properties |= 0x4000U;
    of_2019.version = 1;
    of_2019.phone = "00000000013912345678";
    const Reading current = read_one(encode(of_2019));
    ASSERT_TRUE(current.authentication);
    EXPECT_EQ(current.authentication->code, "secret");
    EXPECT_EQ(current.authentication->imei, "860000000000001");
    EXPECT_EQ(current.authentication->software, "1.2.3");
    EXPECT_EQ(current.received.messages.at(0).device, "13912345678");
    of_2019.body = "\xFFsecret";
    EXPECT_EQ(result_of(read_one(encode(of_2019)).received.answer.body), 2);
}

TEST(Jt808, an_answer_has_the_form_of_the_terminal) {
    const Frame frame = frame_with(MessageId::heartbeat, "", 0x7E7D);
    EXPECT_EQ(to_hex(answer(frame, AnswerResult::failed, 0x0102)), "7e8001000501391234567801027d027d01000201b77e");
    EXPECT_EQ(result_of(read_one(encode(frame)).received.answer.body), 0);
    EXPECT_TRUE(
        read_one(encode(frame_with(MessageId::terminal_answer, bytes_of("0001800100")))).received.answer.body.empty());
    Frame of_2019 = frame;
    of_2019.properties = 0x4000;
    of_2019.version = 1;
    of_2019.phone = "00000000013912345678";
    EXPECT_EQ(to_hex(answer(of_2019, AnswerResult::accepted, 1)),
              "7e80014005010000000001391234567800017d027d01000200f57e");
}

std::vector<Frame> parts_of(const std::string& body, std::size_t size, std::uint16_t first_serial = 65'535) {
    std::vector<Frame> frames;
    const std::size_t total = (body.size() + size - 1) / size;
    for (std::size_t i = 0; i < total; ++i) {
        Frame frame =
            frame_with(MessageId::locations, body.substr(i * size, size), static_cast<std::uint16_t>(first_serial + i));
        frame.properties |= 0x2000U;
        frame.parts = static_cast<std::uint16_t>(total);
        frame.part = static_cast<std::uint16_t>(i + 1);
        frames.push_back(frame);
    }
    return frames;
}

TEST(Jt808, a_message_in_parts_is_read_when_the_last_has_come_in_any_order) {
    const std::string body = batch(3, 0, {body_of(here()), body_of(here()), body_of(here())});
    std::vector<Frame> frames = parts_of(body, 20);
    std::swap(frames[0], frames[2]);
    frames.insert(frames.begin() + 1, frames[0]);  // one twice
    Parts parts;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const Reading reading = read(encode(frames[i]), parts, now, 1);
        EXPECT_EQ(result_of(reading.received.answer.body), 0);
        EXPECT_TRUE(reading.received.rejected.empty());
        ASSERT_EQ(reading.received.messages.empty(), i + 1 < frames.size());
        if (i + 1 == frames.size()) {
            EXPECT_EQ(reading.received.messages[0].fixes.size(), 3U);
        }
    }
    EXPECT_EQ(parts.present, 0U);
}

TEST(Jt808, parts_that_stay_away_are_given_up) {
    const std::string body = batch(1, 0, {body_of(here())});
    const std::vector<Frame> frames = parts_of(body, 20);
    Parts parts;
    EXPECT_TRUE(read(encode(frames[0]), parts, now, 1).received.rejected.empty());
    const Reading late = read(encode(frames[1]), parts, Instant{now.ms + parts_time_max_ms + 1}, 1);
    EXPECT_EQ(late.received.rejected.size(), 1U);
    EXPECT_TRUE(late.received.messages.empty());
    EXPECT_EQ(parts.present, 1U);
    const Reading other = read(encode(parts_of(body, 20, 100)[0]), parts, Instant{now.ms + parts_time_max_ms + 2}, 1);
    EXPECT_EQ(other.received.rejected.size(), 1U);
    EXPECT_EQ(parts.first_serial, 100);
}

TEST(Jt808, parts_have_bounds) {
    const std::string big(1000, 'x');
    Parts parts;
    bool is_refused = false;
    for (const Frame& frame : parts_of(std::string(parts_max * 1000, 'x'), 1000)) {
        const Reading reading = read(encode(frame), parts, now, 1);
        is_refused = is_refused || result_of(reading.received.answer.body) == 2;
        ASSERT_LE(parts.bytes, parts_bytes_max);
        ASSERT_LE(parts.bodies.size(), parts_max);
    }
    EXPECT_TRUE(is_refused);
    for (const auto& [total, part] : {std::pair{257, 1}, {65'535, 65'535}, {2, 3}, {2, 0}, {0, 0}}) {
        Parts fresh;
        Frame frame = parts_of(big, 1000)[0];
        frame.parts = static_cast<std::uint16_t>(total);
        frame.part = static_cast<std::uint16_t>(part);
        const Reading reading = read(encode(frame), fresh, now, 1);
        EXPECT_EQ(result_of(reading.received.answer.body), 2);
        EXPECT_TRUE(fresh.bodies.empty());
    }
}

Frame any_frame() {
    Frame frame;
    frame.message = *rc::gen::arbitrary<std::uint16_t>();
    frame.body = *rc::gen::container<std::string>(rc::gen::element('\x7E', '\x7D', '\x01', '\x02', 'a'));
    frame.serial = *rc::gen::arbitrary<std::uint16_t>();
    const bool is_of_2019 = *rc::gen::arbitrary<bool>();
    const bool is_part = *rc::gen::arbitrary<bool>();
    frame.properties =
        static_cast<std::uint16_t>(frame.body.size() | (is_of_2019 ? 0x4000U : 0U) | (is_part ? 0x2000U : 0U));
    frame.phone = is_of_2019 ? "7e7d0102030405060708" : "7d7e01027d7e";
    frame.version = is_of_2019 ? *rc::gen::arbitrary<std::uint8_t>() : 0;
    if (is_part) {
        frame.parts = *rc::gen::arbitrary<std::uint16_t>();
        frame.part = *rc::gen::arbitrary<std::uint16_t>();
    }
    return frame;
}

RC_GTEST_PROP(Jt808, what_is_encoded_comes_back_however_the_stream_is_cut, ()) {
    std::vector<Frame> sent;
    std::string stream_bytes = "noise";
    const int count = *rc::gen::inRange(1, 6);
    for (int i = 0; i < count; ++i) {
        sent.push_back(any_frame());
        std::string bytes = encode(sent.back());
        const bool shares_mark = i > 0 && *rc::gen::arbitrary<bool>();
        stream_bytes += shares_mark ? bytes.substr(1) : bytes;
    }
    Stream stream;
    std::vector<Frame> came;
    std::string_view rest = stream_bytes;
    while (!rest.empty()) {
        const std::size_t size = *rc::gen::inRange<std::size_t>(1, rest.size() + 1);
        for (const std::string& bytes : frames_of(stream, rest.substr(0, size))) {
            const auto frame = decode(bytes);
            RC_ASSERT(frame.has_value());
            came.push_back(*frame);
        }
        rest.remove_prefix(size);
    }
    RC_ASSERT(came == sent);
    RC_ASSERT(stream.skipped == 5U);
}

TEST(Jt808, a_stream_without_marks_is_not_kept) {
    Stream stream;
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(frames_of(stream, std::string(1000, 'x')).empty());
    EXPECT_EQ(stream.skipped, 100'000U);
    EXPECT_TRUE(frames_of(stream, "\x7E").empty());
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(frames_of(stream, std::string(1000, 'x')).empty());
        ASSERT_LE(stream.pending.size(), frame_bytes_max);
    }
    const std::string good = encode(frame_with(MessageId::heartbeat, ""));
    EXPECT_EQ(frames_of(stream, good), std::vector<std::string>{good});
}

// Frames of other implementations. Line numbers count from 1 with the heading.
struct Exception {
    std::vector<int> lines;
    const char* reason;
    int result;  // of the answer, -1 for none
};
const Exception exceptions[] = {
    {{25, 34, 36, 46, 50, 61, 67, 69, 70, 71, 100, 102}, "a message of a vendor, not of the standard", 3},
    {{35, 41, 88, 106, 107, 108, 109, 110}, "the check byte is wrong", 2},
    {{112}, "the header states 122 bytes of body, there are 107", 2},
    {{68}, "a text, not a frame", -1},
};

std::vector<std::string> lines_of(const std::string& name) {
    std::ifstream in("../shared/data/tracks/vectors/" + name);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

// A location read from the hex digits by position alone: latitude, longitude and time of a header of 2013 or 2019.
void expect_location_at_its_digits(const std::string& hex, const track::Fix& fix) {
    const bool is_of_2019 = (std::stoul(hex.substr(6, 4), nullptr, 16) & 0x4000U) != 0;
    const std::string body = hex.substr(is_of_2019 ? 36 : 26);
    const std::uint32_t status = static_cast<std::uint32_t>(std::stoul(body.substr(8, 8), nullptr, 16));
    const std::int64_t lat = static_cast<std::int64_t>(std::stoul(body.substr(16, 8), nullptr, 16)) * 10;
    const std::int64_t lon = static_cast<std::int64_t>(std::stoul(body.substr(24, 8), nullptr, 16)) * 10;
    EXPECT_EQ(fix.place.lat_e7, (status & 4U) != 0 ? -lat : lat);
    EXPECT_EQ(fix.place.lon_e7, (status & 8U) != 0 ? -lon : lon);
    EXPECT_EQ((fix.flags & track::flag_not_positioned) == 0, (status & 2U) != 0);
    const std::string t = body.substr(44, 12);
    EXPECT_EQ(to_text(fix.at, 480), "20" + t.substr(0, 2) + "-" + t.substr(2, 2) + "-" + t.substr(4, 2) + "T" +
                                        t.substr(6, 2) + ":" + t.substr(8, 2) + ":" + t.substr(10, 2) + "+08:00");
}

TEST(Jt808, messages_of_112_terminals_are_read_or_refused_for_a_reason) {
    const std::vector<std::string> lines = lines_of("traccar_jt808.tsv");
    if (lines.empty()) GTEST_SKIP() << "../shared/data/tracks is not there";
    ASSERT_EQ(lines.size(), 113U);
    std::map<int, const Exception*> exception_of;
    for (const Exception& exception : exceptions) {
        for (const int line : exception.lines) exception_of[line] = &exception;
    }
    std::size_t locations = 0;
    for (int number = 2; number <= 113; ++number) {
        const std::string& line = lines[static_cast<std::size_t>(number - 1)];
        const auto fields = split(line, '\t');
        const std::string hex(fields.at(1));
        SCOPED_TRACE(format("line {}: {}", number, hex.substr(0, 40)));
        const Reading reading = read_one(bytes_of(hex));
        if (exception_of.contains(number)) {
            SCOPED_TRACE(exception_of[number]->reason);
            EXPECT_FALSE(reading.received.rejected.empty());
            EXPECT_EQ(result_of(reading.received.answer.body), exception_of[number]->result);
            EXPECT_TRUE(reading.received.messages.empty());
            continue;
        }
        EXPECT_TRUE(reading.received.rejected.empty());
        ASSERT_TRUE(reading.frame.has_value());
        const bool is_callers = reading.registration || reading.authentication;
        EXPECT_EQ(result_of(reading.received.answer.body), is_callers ? -1 : 0);
        const Frame& frame = *reading.frame;
        const bool has_location = frame.is(MessageId::location) || frame.is(MessageId::locations);
        if (has_location) {
            ASSERT_EQ(reading.received.messages.size(), 1U);
            const Message& message = reading.received.messages[0];
            ASSERT_FALSE(message.fixes.empty());
            locations += message.fixes.size();
            EXPECT_EQ(message.attributes_left_out, 0U);
            const bool is_plain = frame.is(MessageId::location) && hex.find("7d0") == std::string::npos;
            if (is_plain) expect_location_at_its_digits(hex, message.fixes[0]);
            // The only attribute of the standard that upstream asserts. The others stand in items of vendors, which are
            // kept as they came.
            constexpr std::string_view satellites = "Position.KEY_SATELLITES, ";
            if (fields.at(2).starts_with(satellites)) {
                EXPECT_EQ(value_of(message, 0, "satellites"), fields[2].substr(satellites.size()));
            }
            EXPECT_NE(value_of(message, 0, "status"), "(none)");
        } else if (!is_callers && !frame.body.empty()) {
            EXPECT_EQ(value_of(reading.received.messages.at(0), whole_message, "body"),
                      to_hex(frame.body).substr(0, 1024));
        }
    }
    EXPECT_EQ(locations, 96U);  // counted apart
}

TEST(Jt808, frames_of_another_implementation_come_back_byte_by_byte) {
    std::size_t frames = 0;
    std::size_t bodies = 0;
    for (const std::string& line : lines_of("yezhihao_jt808_frames.txt")) {
        if (!line.starts_with("7e")) continue;
        SCOPED_TRACE(line.substr(0, 40));
        ++frames;
        const std::string bytes = bytes_of(line);
        const auto frame = decode(bytes);
        ASSERT_TRUE(frame.has_value());
        EXPECT_EQ(to_hex(encode(*frame)), line);
        if (!frame->is(MessageId::location)) continue;
        ++bodies;
        EXPECT_EQ(body_of(*location_of(frame->body)), frame->body);
    }
    if (frames == 0) GTEST_SKIP() << "../shared/data/tracks is not there";
    EXPECT_EQ(frames, 96U);
    EXPECT_EQ(bodies, 2U);
}

TEST(Jt808, the_fields_that_another_implementation_asserts_are_the_same) {
    const std::vector<std::string> lines = lines_of("smallchi_jt808_0200_expected.tsv");
    if (lines.empty()) GTEST_SKIP() << "../shared/data/tracks is not there";
    std::map<std::string, std::string> expected;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto fields = split(lines[i], '\t');
        expected[std::string(fields.at(1))] = std::string(trimmed(fields.at(2)));
    }
    const auto frame = decode(bytes_of(split(lines.at(1), '\t').at(0)));
    ASSERT_TRUE(frame.has_value());
    const Location location = *location_of(frame->body);
    const Reading reading = read_one(encode(*frame));
    const Message& message = reading.received.messages.at(0);
    const std::string time = to_text(message.fixes.at(0).at, 480);
    const std::map<std::string, std::string> ours = {
        {"msg_id", format("0x{:04x}", frame->message)},
        {"data_length", format("{}", frame->body.size())},
        {"msg_num", format("{}", frame->serial)},
        {"terminal_phone", frame->device()},
        {"alarm_flag", format("{}", location.alarm)},
        {"status_flag", format("{}", location.status)},
        {"lat_1e6", format("{}", location.lat_e6)},
        {"lng_1e6", format("{}", location.lon_e6)},
        {"altitude_m", format("{}", location.altitude_m)},
        {"speed_0.1kmh", format("{}", location.speed_dm_h)},
        {"direction_deg", format("{}", location.direction)},
        {"gps_time_gmt8", time.substr(0, 10) + time.substr(11, 8)},
        {"mileage_0x01_0.1km", replaced(value_of(message, 0, "mileage_km"), ".", "")},
        {"oil_0x02_0.1L", replaced(value_of(message, 0, "fuel_l"), ".", "")},
    };
    EXPECT_EQ(ours, expected);
}

}  // namespace
}  // namespace ningyi::wire::jt808
