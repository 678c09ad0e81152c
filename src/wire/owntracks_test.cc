// SPDX-License-Identifier: Apache-2.0
#include "wire/owntracks.h"

#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace ningyi::wire {
namespace {

std::string value_of(const Message& message, std::uint32_t fix, std::string_view name) {
    for (const Attribute& attribute : message.attributes) {
        if (attribute.fix == fix && attribute.name == name) return attribute.value;
    }
    return "(none)";
}

void expect_recorded(const Received& received) {
    EXPECT_EQ(received.answer.status, 200);
    EXPECT_EQ(received.answer.body, "[]");
}

TEST(Owntracks, a_location_is_a_fix_in_our_units) {
    const Received received = read_owntracks(
        R"({"_type":"location","lat":31.7723456,"lon":119.97,"tst":1764000000,"acc":12,"alt":-3,"vel":36,"cog":271,
            "vac":4,"batt":67,"bs":2,"t":"u","conn":"m","tid":"JJ"})",
        {"li", "phone"});
    expect_recorded(received);
    EXPECT_TRUE(received.rejected.empty());
    ASSERT_EQ(received.messages.size(), 1U);
    const Message& message = received.messages[0];
    EXPECT_EQ(message.device, "li/phone");
    ASSERT_EQ(message.fixes.size(), 1U);
    const track::Fix& fix = message.fixes[0];
    EXPECT_EQ(fix.at.ms, 1'764'000'000'000);
    EXPECT_EQ(fix.place, (geo::Place{317'723'456, 1'199'700'000}));
    EXPECT_EQ(fix.accuracy_mm, 12'000U);
    EXPECT_EQ(fix.level, track::Level::p68);
    EXPECT_EQ(fix.altitude_mm, -3000);
    EXPECT_EQ(fix.speed_mm_s, 10'000);
    EXPECT_EQ(fix.bearing_cdeg, 27'100);
    EXPECT_EQ(fix.flags, track::flag_charging);
    EXPECT_EQ(fix.provider, track::Provider::unknown);
    EXPECT_EQ(value_of(message, 0, "batt"), "67");
    EXPECT_EQ(value_of(message, 0, "vac"), "4");
    EXPECT_EQ(value_of(message, 0, "conn"), "m");
}

TEST(Owntracks, zero_and_minus_one_are_absent) {
    for (const char* value : {"0", "-1", "0.0", "-1.0", "null"}) {
        const std::string body = replaced(
            R"({"_type":"location","lat":0,"lon":0,"tst":1,"acc":@,"alt":@,"vel":@,"cog":@,"vac":@})", "@", value);
        const Received received = read_owntracks(body);
        const track::Fix& fix = received.messages.at(0).fixes.at(0);
        EXPECT_EQ(fix.accuracy_mm, track::no_accuracy) << value;
        EXPECT_EQ(fix.altitude_mm, track::no_value);
        EXPECT_EQ(fix.speed_mm_s, track::no_value);
        EXPECT_EQ(fix.bearing_cdeg, track::no_value);
        EXPECT_TRUE(received.messages[0].attributes.empty());
    }
}

TEST(Owntracks, the_login_names_the_device_before_the_topic_and_the_tracker) {
    const std::string body = R"({"_type":"location","lat":1,"lon":2,"tst":3,"topic":"owntracks/li/a1","tid":"JJ"})";
    EXPECT_EQ(read_owntracks(body, {"u", "d"}).messages.at(0).device, "u/d");
    EXPECT_EQ(read_owntracks(body, {"u", ""}).messages.at(0).device, "u");
    EXPECT_EQ(read_owntracks(body).messages.at(0).device, "li/a1");
    EXPECT_EQ(read_owntracks(R"({"_type":"location","lat":1,"lon":2,"tst":3,"tid":"JJ"})").messages.at(0).device, "JJ");
    EXPECT_EQ(read_owntracks(R"({"_type":"location","lat":1,"lon":2,"tst":3})").messages.at(0).device, "");
    EXPECT_EQ(read_owntracks(body, {"u\r\nX-Evil: 1", "d\xFF"}).messages.at(0).device,
              "u\uFFFD\uFFFDX-Evil: 1/d\uFFFD");
    EXPECT_LE(read_owntracks(body, {std::string(5000, 'u'), "d"}).messages.at(0).device.size(), 128U);
}

TEST(Owntracks, an_array_is_read_by_device) {
    const Received received = read_owntracks(
        R"([{"_type":"location","lat":1,"lon":2,"tst":3,"tid":"a"}, {"_type":"location","lat":4,"lon":5,"tst":6,"tid":"b"},
            {"_type":"location","lat":7,"lon":8,"tst":9,"tid":"a","batt":5}, {"_type":"lwt","tst":1,"tid":"a"}])");
    expect_recorded(received);
    ASSERT_EQ(received.messages.size(), 2U);
    EXPECT_EQ(received.messages[0].fixes.size(), 2U);
    EXPECT_EQ(received.messages[1].fixes.size(), 1U);
    EXPECT_EQ(value_of(received.messages[0], 1, "batt"), "5");
    EXPECT_EQ(value_of(received.messages[0], whole_message, "_type"), "lwt");
}

TEST(Owntracks, other_types_and_empty_bodies_are_taken) {
    const Received received = read_owntracks(
        R"({"_type":"transition","wtst":1,"lat":1,"lon":2,"tst":3,"event":"enter","desc":"家\n"})", {"u", "d"});
    expect_recorded(received);
    EXPECT_TRUE(received.rejected.empty());
    EXPECT_TRUE(received.messages.at(0).fixes.empty());
    EXPECT_EQ(value_of(received.messages[0], whole_message, "event"), "enter");
    EXPECT_EQ(value_of(received.messages[0], whole_message, "desc"), "家\uFFFD");
    for (const char* body : {"", " \n", "[]"}) {
        const Received nothing = read_owntracks(body);
        expect_recorded(nothing);
        EXPECT_TRUE(nothing.messages.empty());
        EXPECT_TRUE(nothing.rejected.empty());
    }
}

TEST(Owntracks, what_cannot_be_read_is_rejected_and_never_sent_again) {
    const std::string deep = std::string(100, '[') + std::string(100, ']');
    const std::string many = "[" + std::string(20'002, ' ') + "0" + [] {
        std::string text;
        for (int i = 0; i < 10'000; ++i) text += ",0";
        return text;
    }() + "]";
    for (const std::string& body :
         {std::string("{"), std::string("nonsense"), std::string("{}"), std::string("7"), deep, many,
          std::string(R"({"_type":1})"), std::string("\xFF"), std::string(body_bytes_max + 1, ' ') + "{}",
          std::string(R"({"_type":"location","lon":2,"tst":3})"),
          std::string(R"({"_type":"location","lat":"1","lon":2,"tst":3})"),
          std::string(R"({"_type":"location","lat":1,"lon":2,"tst":"3"})"),
          std::string(R"({"_type":"location","lat":1,"lon":2,"tst":-3})"),
          std::string(R"({"_type":"location","lat":1,"lon":2,"tst":1e300})"),
          std::string(R"({"_type":"location","lat":1,"lat":1,"lon":2,"tst":3})")}) {
        const Received received = read_owntracks(body);
        expect_recorded(received);
        EXPECT_TRUE(received.messages.empty()) << body.substr(0, 60);
        ASSERT_FALSE(received.rejected.empty()) << body.substr(0, 60);
        EXPECT_LE(received.rejected.size(), 100U);
        EXPECT_EQ(received.rejected[0].file, "OwnTracks");
    }
}

TEST(Owntracks, numbers_beyond_the_fields_do_no_harm) {
    const Received received = read_owntracks(
        R"({"_type":"location","lat":1e300,"lon":-1e300,"tst":1764000000,"acc":1e300,"alt":1e300,"vel":-1e300,"cog":1e300})");
    const track::Fix& fix = received.messages.at(0).fixes.at(0);
    EXPECT_FALSE(geo::is_on_earth(fix.place));
    EXPECT_EQ(fix.accuracy_mm, track::no_accuracy - 1);
    EXPECT_EQ(fix.altitude_mm, track::no_value);
    EXPECT_EQ(fix.speed_mm_s, track::no_value);
}

TEST(Owntracks, messages_of_another_implementation_are_read) {
    std::ifstream in("../shared/data/tracks/vectors/traccar_owntracks.tsv");
    if (!in) GTEST_SKIP() << "../shared/data/tracks is not there";
    std::size_t messages = 0;
    std::string line;
    std::getline(in, line);  // the heading
    while (std::getline(in, line)) {
        ++messages;
        const std::string body(split(line, '\t').at(2));
        SCOPED_TRACE(body);
        const nlohmann::json json = nlohmann::json::parse(body);
        const Received received = read_owntracks(body);
        expect_recorded(received);
        EXPECT_TRUE(received.rejected.empty());
        ASSERT_EQ(received.messages.size(), 1U);
        ASSERT_EQ(received.messages[0].fixes.size(), 1U);
        const track::Fix& fix = received.messages[0].fixes[0];
        EXPECT_EQ(fix.at.ms, json["tst"].get<std::int64_t>() * 1000);
        EXPECT_EQ(fix.place, geo::place_of_degrees(json["lat"].get<double>(), json["lon"].get<double>()));
        if (json.contains("acc")) {
            EXPECT_EQ(fix.accuracy_mm, json["acc"].get<unsigned>() * 1000);
        } else {
            EXPECT_EQ(fix.accuracy_mm, track::no_accuracy);
        }
        const int vel = json.value("vel", 0);
        const int expected = vel == 0 ? track::no_value : static_cast<int>(geo::rounded(vel * 10'000.0 / 36));
        EXPECT_EQ(fix.speed_mm_s, expected);
        EXPECT_EQ(fix.altitude_mm, json.value("alt", 0) == 0 ? track::no_value : json["alt"].get<int>() * 1000);
        if (json.contains("batt")) {
            EXPECT_EQ(value_of(received.messages[0], 0, "batt"), json["batt"].dump());
        }
    }
    EXPECT_EQ(messages, 6U);
}

}  // namespace
}  // namespace ningyi::wire
