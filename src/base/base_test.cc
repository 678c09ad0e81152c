// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/cbor.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "base/zone.h"

namespace ningyi {
namespace {

TEST(time, instants_need_an_offset) {
    EXPECT_FALSE(parse_instant("2025-08-01T09:00:00"));
    EXPECT_EQ(parse_instant("2025-08-01T09:00:00+08:00"), parse_instant("2025-08-01T01:00:00Z"));
    EXPECT_EQ(parse_instant("1970-01-01T00:00:01.250Z")->ms, 1250);
}

TEST(time, days_that_do_not_exist_are_refused) {
    EXPECT_FALSE(parse_date("2025-02-29"));
    EXPECT_TRUE(parse_date("2024-02-29"));
    EXPECT_FALSE(parse_date("2025-2-9"));
    EXPECT_FALSE(parse_instant("2025-02-29T00:00:00Z"));
}

TEST(time, printed_instants_read_back) {
    for (const Millis ms : {-1LL, 0LL, 1LL, 951782400000LL, 1754010000123LL}) {
        EXPECT_EQ(parse_instant(to_text(Instant{ms}, 480)), Instant{ms});
        EXPECT_EQ(parse_instant(to_text(Instant{ms}, -90)), Instant{ms});
    }
}

TEST(zone, the_day_begins_at_local_midnight) {
    const Zone zone = Zone::china();
    const Instant late = *parse_instant("2025-07-31T16:00:00Z");
    EXPECT_EQ(to_text(zone.date(late)), "2025-08-01");
    EXPECT_EQ(zone.midnight(zone.date(late)), late);
    EXPECT_EQ(zone.time_of_day(Instant{late.ms - 1}), days_ms - 1);
}

TEST(zone, other_zones_come_from_the_system_table) {
    const auto berlin = Zone::by_name("Europe/Berlin");
    ASSERT_TRUE(berlin);
    EXPECT_EQ(berlin->offset_minutes(*parse_instant("2025-07-01T00:00:00Z")), 120);
    EXPECT_EQ(berlin->offset_minutes(*parse_instant("2025-01-01T00:00:00Z")), 60);
    EXPECT_FALSE(Zone::by_name("Mars/Base"));
}

TEST(text, malformed_utf8_is_recognised) {
    EXPECT_TRUE(is_utf8("宁颐 Ningyi"));
    EXPECT_FALSE(is_utf8("\xC0\x80"));
    EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
    EXPECT_FALSE(is_utf8("\xB9\xA4"));
    EXPECT_EQ(code_points("护理员a"), 4U);
}

TEST(text, a_near_word_is_suggested_and_a_far_one_is_not) {
    EXPECT_EQ(closest("checkin_dst", {"checkin_dist", "pay"}), "checkin_dist");
    EXPECT_EQ(closest("zzz", {"checkin_dist", "pay"}), "");
}

TEST(cbor, what_is_encoded_is_decoded) {
    cbor::Value map = cbor::Value::map();
    map.set("name", cbor::Value::of_text("王"));
    map.set("at", cbor::Value::of(-1754010000123));
    map.set("raw", cbor::Value::of_bytes(std::string("\x00\xff", 2)));
    map.set("yes", cbor::Value::of_bool(true));
    map.set("places", cbor::Value::of_array({cbor::Value::of(1), cbor::Value::of(INT64_MIN)}));
    const auto back = cbor::decode(cbor::encode(map));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, map);
}

TEST(cbor, other_spellings_of_a_value_are_refused) {
    EXPECT_FALSE(cbor::decode(std::string("\x18\x01", 2)));                              // 1 in two bytes
    EXPECT_FALSE(cbor::decode(std::string("\xA2\x61\x62\x01\x61\x61\x01", 7)));          // keys out of order
    EXPECT_FALSE(cbor::decode(std::string("\x01\x01", 2)));                              // bytes after the value
    EXPECT_FALSE(cbor::decode(std::string("\xFB\x00\x00\x00\x00\x00\x00\x00\x00", 9)));  // a float
    EXPECT_FALSE(cbor::decode(std::string("\x9b\xff\xff\xff\xff\xff\xff\xff\xff", 9)));  // absurd length
    EXPECT_FALSE(cbor::decode(std::string(100, '\x81')));                                // too deep
    EXPECT_FALSE(cbor::decode(""));
}

TEST(json, text_cannot_end_the_script_it_stands_in) {
    JsonWriter json;
    json.begin_object()
        .key("a")
        .value("</script>\n\"")
        .key("b")
        .begin_array()
        .value(1)
        .value(true)
        .end_array()
        .end_object();
    EXPECT_EQ(json.text(), R"({"a":"\u003c/script\u003e\n\"","b":[1,true]})");
}

TEST(ids, hexadecimal_and_back) {
    const auto id = Id::from_hex("00112233445566778899aabbccddeeff");
    ASSERT_TRUE(id);
    EXPECT_EQ(id->hex(), "00112233445566778899aabbccddeeff");
    EXPECT_FALSE(Id::from_hex("0011"));
}

}  // namespace
}  // namespace ningyi
