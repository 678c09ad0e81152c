// SPDX-License-Identifier: Apache-2.0
#include "wire/osmand.h"

#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace ningyi::wire {
namespace {

constexpr Instant now{1'764'000'000'000};

std::string value_of(const Message& message, std::uint32_t fix, std::string_view name) {
    for (const Attribute& attribute : message.attributes) {
        if (attribute.fix == fix && attribute.name == name) return attribute.value;
    }
    return "(none)";
}

Message message_of(std::string_view target, std::string_view body = "") {
    const Received received = read_osmand(target, body, now);
    EXPECT_EQ(received.answer.status, 200) << target;
    EXPECT_TRUE(received.answer.body.empty());
    EXPECT_TRUE(received.rejected.empty())
        << target << (received.rejected.empty() ? "" : to_text(received.rejected[0]));
    return received.messages.empty() ? Message{} : received.messages[0];
}

track::Fix fix_of(std::string_view target, std::string_view body = "") {
    const Message message = message_of(target, body);
    EXPECT_EQ(message.fixes.size(), 1U) << target;
    return message.fixes.empty() ? track::Fix{} : message.fixes[0];
}

TEST(Osmand, a_form_is_a_fix_in_our_units) {
    const Message message = message_of(
        "/?id=123456&timestamp=1377177267&lat=31.7723456&lon=119.97&speed=10&bearing=271.5&altitude=-3.5&accuracy=12.5"
        "&batt=87&charge=true&hdop=0.8&driverUniqueId=D1");
    EXPECT_EQ(message.device, "123456");
    ASSERT_EQ(message.fixes.size(), 1U);
    const track::Fix& fix = message.fixes[0];
    EXPECT_EQ(fix.at.ms, 1'377'177'267'000);
    EXPECT_EQ(fix.place, (geo::Place{317'723'456, 1'199'700'000}));
    EXPECT_EQ(fix.speed_mm_s, 5144);  // 10 knots
    EXPECT_EQ(fix.bearing_cdeg, 27'150);
    EXPECT_EQ(fix.altitude_mm, -3500);
    EXPECT_EQ(fix.accuracy_mm, 12'500U);
    EXPECT_EQ(fix.level, track::Level::p68);
    EXPECT_EQ(fix.flags, track::flag_charging);
    EXPECT_EQ(value_of(message, 0, "batt"), "87");
    EXPECT_EQ(value_of(message, 0, "hdop"), "0.8");
    EXPECT_EQ(value_of(message, 0, "driverUniqueId"), "D1");
}

TEST(Osmand, the_body_of_a_post_is_read_as_the_query_is) {
    EXPECT_EQ(fix_of("/", "id=1&timestamp=1&lat=1&lon=2").place, (geo::Place{10'000'000, 20'000'000}));
    EXPECT_EQ(fix_of("/?id=1", "timestamp=1&lat=1&lon=2").at.ms, 1000);
}

TEST(Osmand, times_are_seconds_milliseconds_or_text) {
    const auto at = [](std::string_view time) {
        return fix_of("id=1&lat=1&lon=2&timestamp=" + std::string(time)).at.ms;
    };
    EXPECT_EQ(at("2147483646"), 2'147'483'646'000);
    EXPECT_EQ(at("2147483647"), 2'147'483'647);
    EXPECT_EQ(at("1442068686579"), 1'442'068'686'579);
    EXPECT_EQ(at("2016-01-27T18%3A55%3A47Z"), 1'453'920'947'000);
    EXPECT_EQ(at("2016-01-28T02%3A55%3A47.5%2B08:00"), 1'453'920'947'500);
    EXPECT_EQ(at("2014-06-04+09%3A10%3A11"), 1'401'873'011'000);
    for (const char* time : {"", "x", "-5", "1e300", "2014-13-04+09:10:11", "2016-01-27T18:55:47", "nan"}) {
        const Received received = read_osmand("id=1&lat=1&lon=2&timestamp=" + std::string(time), "", now);
        EXPECT_EQ(received.rejected.size(), 1U) << time;
        EXPECT_TRUE(received.messages.empty());
        EXPECT_EQ(received.answer.status, 200);
    }
}

TEST(Osmand, without_a_time_the_received_one_stands_and_is_marked) {
    const Message message = message_of("id=1&lat=1&lon=2");
    EXPECT_EQ(message.fixes.at(0).at, now);
    EXPECT_EQ(value_of(message, 0, "time_source"), "received");
}

TEST(Osmand, without_a_place_it_is_a_radio_record) {
    const Message message =
        message_of("id=1&timestamp=5&cell=257,02,16,2224&cell=257,02,16,2223,-90&wifi=00-14-22-01-23-45,-80");
    EXPECT_TRUE(message.fixes.empty());
    EXPECT_EQ(message.attributes.size(), 4U);
    EXPECT_EQ(value_of(message, whole_message, "timestamp"), "5");
    EXPECT_EQ(value_of(message, whole_message, "wifi"), "00-14-22-01-23-45,-80");
}

TEST(Osmand, values_that_are_no_numbers_are_absent_or_flagged) {
    EXPECT_EQ(fix_of("id=1&timestamp=1&lat=north&lon=2").flags, track::flag_not_a_number);
    EXPECT_EQ(fix_of("id=1&timestamp=1&lat=nan&lon=2").flags, track::flag_not_a_number);
    EXPECT_EQ(fix_of("id=1&timestamp=1&location=60.0").flags, track::flag_not_a_number);
    const track::Fix fix = fix_of("id=1&timestamp=1&lat=1&lon=2&speed=-1&bearing=x&accuracy=-1&altitude=1e300&valid=0");
    EXPECT_EQ(fix.speed_mm_s, track::no_value);
    EXPECT_EQ(fix.bearing_cdeg, track::no_value);
    EXPECT_EQ(fix.altitude_mm, track::no_value);
    EXPECT_EQ(fix.accuracy_mm, track::no_accuracy);
    EXPECT_EQ(fix.flags, track::flag_not_positioned);
    EXPECT_EQ(fix_of("id=1&timestamp=1&lat=1&lon=2&valid=true&accuracy=0").accuracy_mm, 0U);
    EXPECT_EQ(fix_of("id=1&timestamp=1&lat=1&lon=2&heading=5").bearing_cdeg, 500);
    EXPECT_FALSE(geo::is_on_earth(fix_of("id=1&timestamp=1&lat=1e300&lon=2").place));
}

TEST(Osmand, a_form_without_a_device_is_400_and_a_wrong_one_is_rejected) {
    for (const char* target : {"", "/", "/?", "/?lat=1&lon=2", "/?id=&lat=1&lon=2", "&&&=&=", "%"}) {
        const Received received = read_osmand(target, "", now);
        EXPECT_EQ(received.answer.status, 400) << target;
        EXPECT_TRUE(received.messages.empty());
        EXPECT_FALSE(received.rejected.empty());
    }
    for (const char* target :
         {"id=1&lat=1", "id=1&lat=1&lat=2&lon=3", "id=1&id=2&lat=1&lon=3", "id=1&heading=1&bearing=2&lat=1&lon=2"}) {
        const Received received = read_osmand(target, "", now);
        EXPECT_EQ(received.answer.status, 200) << target;
        EXPECT_TRUE(received.messages.empty());
        EXPECT_EQ(received.rejected.size(), 1U) << target;
    }
}

TEST(Osmand, names_and_values_cannot_inject) {
    const Message message =
        message_of("id=a%0D%0Ab%00%FF&timestamp=1&lat=1&lon=2&x%0Ay=%1B[2J&bad=%zz%4&notificationToken=T");
    EXPECT_EQ(message.device, "a\uFFFD\uFFFDb\uFFFD\uFFFD");
    EXPECT_EQ(value_of(message, 0, "x\uFFFDy"), "\uFFFD[2J");
    EXPECT_EQ(value_of(message, 0, "bad"), "%zz%4");
    EXPECT_EQ(value_of(message, 0, "notificationToken"), "(none)");
    std::string many = "id=1&timestamp=1&lat=1&lon=2";
    for (int i = 0; i < 1000; ++i) many += "&a=" + std::string(50, 'x');
    EXPECT_EQ(message_of(many).attributes.size(), attributes_max);
    EXPECT_EQ(message_of(many).attributes_left_out, 1000 - attributes_max);
    EXPECT_EQ(read_osmand(std::string(body_bytes_max + 1, 'x'), "", now).answer.status, 400);
}

TEST(Osmand, json_is_a_fix_in_our_units) {
    const Message message =
        message_of("/", R"({"device_id":"8737767034","location":{"timestamp":"2021-07-21T08:06:34.444Z",
        "coords":{"latitude":-6.1148096,"longitude":106.6837015,"accuracy":3.8,"speed":18.67,"speed_accuracy":0.26,
        "heading":63,"altitude":-1,"floor":null,"altitude_accuracy":-1},"is_moving":true,"mock":true,"age":60001,"odometer":0,
        "activity":{"type":"still","confidence":100},"battery":{"is_charging":true,"level":0.79},"extras":{"n":-1}}})");
    EXPECT_EQ(message.device, "8737767034");
    const track::Fix& fix = message.fixes.at(0);
    EXPECT_EQ(to_text(fix.at, 0), "2021-07-21T08:06:34.444Z");
    EXPECT_EQ(fix.place, (geo::Place{-61'148'096, 1'066'837'015}));
    EXPECT_EQ(fix.accuracy_mm, 3800U);
    EXPECT_EQ(fix.speed_mm_s, 18'670);
    EXPECT_EQ(fix.bearing_cdeg, 6300);
    EXPECT_EQ(fix.altitude_mm, -1000);
    EXPECT_EQ(fix.flags,
              track::flag_mock_known | track::flag_mock | track::flag_moving | track::flag_charging | track::flag_aged);
    EXPECT_EQ(value_of(message, 0, "coords.speed_accuracy"), "0.26");
    EXPECT_EQ(value_of(message, 0, "coords.altitude_accuracy"), "(none)");
    EXPECT_EQ(value_of(message, 0, "battery.level"), "0.79");
    EXPECT_EQ(value_of(message, 0, "activity.type"), "still");
    EXPECT_EQ(value_of(message, 0, "extras.n"), "-1");
    EXPECT_EQ(value_of(message, 0, "age"), "60001");
}

TEST(Osmand, the_age_is_in_seconds_for_clients_that_say_when_they_recorded) {
    const auto flags = [](std::string_view age) {
        return fix_of("", format(R"({{"device_id":"1","location":{{"timestamp":"2021-07-21T08:06:34Z",
            "coords":{{"latitude":1,"longitude":2}},{}}}}})",
                                 age))
            .flags;
    };
    EXPECT_EQ(flags(R"("age":188)"), 0U);  // 188 ms
    EXPECT_EQ(flags(R"("age":60000)"), 0U);
    EXPECT_EQ(flags(R"("age":60001)"), track::flag_aged);
    EXPECT_EQ(flags(R"("age":188,"recorded_at":"2021-07-21T08:09:34Z")"), track::flag_aged);
    EXPECT_EQ(flags(R"("age":60.5)"), track::flag_aged);
    EXPECT_EQ(flags(R"("age":-1)"), 0U);
    EXPECT_EQ(flags(R"("mock":false)"), track::flag_mock_known);
}

TEST(Osmand, json_of_several_locations_is_one_message) {
    const Message message = message_of("", R"({"device_id":7,"location":[{"coords":{"latitude":1,"longitude":2}},
        {"timestamp":"2021-07-21T08:06:34Z","coords":{"latitude":3,"longitude":4},"event":"x"}],"app":"a"})");
    EXPECT_EQ(message.device, "7");
    ASSERT_EQ(message.fixes.size(), 2U);
    EXPECT_EQ(message.fixes[0].at, now);
    EXPECT_EQ(value_of(message, 0, "time_source"), "received");
    EXPECT_EQ(value_of(message, 1, "time_source"), "(none)");
    EXPECT_EQ(value_of(message, 1, "event"), "x");
    EXPECT_EQ(value_of(message, whole_message, "app"), "a");
}

TEST(Osmand, json_that_cannot_be_read_is_rejected) {
    for (const char* body : {"{", "[]", "{}", R"({"location":{"coords":{"latitude":1,"longitude":2}}})",
                             R"({"device_id":""})", R"({"device_id":{},"location":{}})"}) {
        const Received received = read_osmand("/?id=1", body, now);
        EXPECT_EQ(received.answer.status, 400) << body;
        EXPECT_FALSE(received.rejected.empty());
    }
    for (const char* body :
         {R"({"device_id":"1"})", R"({"device_id":"1","location":7})",
          R"({"device_id":"1","location":{"coords":{"latitude":1}}})",
          R"({"device_id":"1","location":{"timestamp":"x","coords":{"latitude":1,"longitude":2}}})"}) {
        const Received received = read_osmand("", body, now);
        EXPECT_EQ(received.answer.status, 200) << body;
        EXPECT_TRUE(received.messages.empty()) << body;
        EXPECT_EQ(received.rejected.size(), 1U) << body;
    }
    EXPECT_EQ(read_osmand("", std::string(60, '['), now).answer.status, 400);
}

TEST(Osmand, messages_of_another_implementation_are_read) {
    std::ifstream in("../shared/data/tracks/vectors/traccar_osmand.tsv");
    if (!in) GTEST_SKIP() << "../shared/data/tracks is not there";
    std::size_t messages = 0;
    std::string line;
    std::getline(in, line);  // the heading
    while (std::getline(in, line)) {
        ++messages;
        SCOPED_TRACE(line);
        const auto fields = split(line, '\t');
        const bool is_json = fields.at(1) == "POST-json";
        const Received received = is_json ? read_osmand("/", fields.at(2), now) : read_osmand(fields.at(2), "", now);
        if (fields[0] == "verifyNull") {
            EXPECT_EQ(received.answer.status, 400);
            continue;
        }
        EXPECT_EQ(received.answer.status, 200);
        EXPECT_TRUE(received.rejected.empty());
        ASSERT_EQ(received.messages.size(), 1U);
        const Message& message = received.messages[0];
        EXPECT_FALSE(message.device.empty());
        if (fields[0] == "verifyNotNull") {  // radio only
            EXPECT_TRUE(message.fixes.empty());
            EXPECT_EQ(value_of(message, whole_message, "cell"), "257,02,16,2224");
            continue;
        }
        ASSERT_EQ(message.fixes.size(), 1U);
        EXPECT_TRUE(geo::is_on_earth(message.fixes[0].place));
        EXPECT_EQ(message.fixes[0].flags & track::flag_not_a_number, 0U);
        if (is_json) {
            const auto coords = nlohmann::json::parse(std::string(fields[2]))["location"]["coords"];
            EXPECT_EQ(message.fixes[0].place,
                      geo::place_of_degrees(coords["latitude"].get<double>(), coords["longitude"].get<double>()));
        }
        if (fields[0] == "verifyAttribute") {
            EXPECT_EQ(value_of(message, 0, "extras.device_integer_twelve_test"), "12");
        }
    }
    EXPECT_EQ(messages, 15U);
}

}  // namespace
}  // namespace ningyi::wire
