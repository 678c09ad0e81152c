// SPDX-License-Identifier: Apache-2.0
#include "wire/gnss_logger.h"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.h"

namespace ningyi::wire {
namespace {

TrackFile read(const std::string& text) {
    auto file = read_gnss_logger(text, "log.txt");
    EXPECT_TRUE(file.has_value()) << (file ? "" : to_text(file.error()[0]));
    return file ? std::move(*file) : TrackFile{};
}

TEST(GnssLogger, a_line_of_2016_has_8_columns) {
    const TrackFile file =
        read("# Fix,Provider\nFix,gps,37.422541,-122.081659,-33.000000,0.940000,3.5,1467321969000\nRaw,1,2\n");
    EXPECT_TRUE(file.warnings.empty());
    const track::Fix& fix = file.pieces.at(0).fixes.at(0);
    EXPECT_EQ(to_text(fix.at, 0), "2016-06-30T21:26:09Z");
    EXPECT_EQ(fix.place, (geo::Place{374'225'410, -1'220'816'590}));
    EXPECT_EQ(fix.altitude_mm, -33'000);
    EXPECT_EQ(fix.speed_mm_s, 940);
    EXPECT_EQ(fix.accuracy_mm, 3500U);
    EXPECT_EQ(fix.level, track::Level::p68);
    EXPECT_EQ(fix.provider, track::Provider::gnss);
    EXPECT_EQ(fix.bearing_cdeg, track::no_value);
    EXPECT_EQ(fix.mono_ms, track::no_time);
    EXPECT_EQ(fix.flags, 0U);
    EXPECT_EQ(fix.seq, 2U);
}

TEST(GnssLogger, a_line_of_today_has_14_columns_or_more) {
    const TrackFile file = read(
        "Fix,FLP,31.7723456,119.97,4.4,1.25,11.5,271.5,1764000000123,0.3,20,987654321000,3.1,1,12,0.2,0\n"
        "Fix,GPS,31.7723456,119.97,,,,,1764000001123,,,,,0\r\n"
        "Fix,NLP,31.7723456,119.97,,,,,1764000002123,,,,,\r\n");
    ASSERT_EQ(file.pieces.at(0).fixes.size(), 3U);
    const track::Fix& fix = file.pieces[0].fixes[0];
    EXPECT_EQ(fix.at.ms, 1'764'000'000'123);
    EXPECT_EQ(fix.bearing_cdeg, 27'150);
    EXPECT_EQ(fix.accuracy_mm, 11'500U);
    EXPECT_EQ(fix.mono_ms, 987'654);
    EXPECT_EQ(fix.provider, track::Provider::fused);
    EXPECT_EQ(fix.flags, track::flag_mock_known | track::flag_mock);
    EXPECT_EQ(file.pieces[0].fixes[1].flags, track::flag_mock_known);
    EXPECT_EQ(file.pieces[0].fixes[1].accuracy_mm, track::no_accuracy);
    EXPECT_EQ(file.pieces[0].fixes[1].mono_ms, track::no_time);
    EXPECT_EQ(file.pieces[0].fixes[2].flags, 0U);
    EXPECT_EQ(file.pieces[0].fixes[2].provider, track::Provider::network);
}

TEST(GnssLogger, what_cannot_be_used_is_said_with_its_line) {
    const TrackFile file = read(
        "Fix,gps,1,2,3,4,5,6\nFix,gps,x,2,3,4,5,6\nFix,gps,1,2,3,4,5,-6\nFix,gps,1,2,3\n"
        "Fix,gps,1,2,3,4,5,99999999999999999999\nFix,gps,1,2,3,4,5,6,7,8,9,10\n");
    EXPECT_EQ(file.pieces.at(0).fixes.size(), 1U);
    std::vector<int> lines;
    for (const Fault& warning : file.warnings) lines.push_back(warning.line);
    EXPECT_EQ(lines, (std::vector<int>{2, 3, 4, 5, 6}));
    EXPECT_FALSE(read_gnss_logger("", "a").has_value());
    EXPECT_FALSE(read_gnss_logger("Fix," + std::string(100'000, ','), "a").has_value());
}

TEST(GnssLogger, two_logs_of_a_phone_lying_still_are_216_and_207_fixes) {
    for (const auto& [name, count] : {std::pair{"pseudoranges_log_2016_06_30_21_26_07.txt", 216U},
                                      std::pair{"pseudoranges_log_2016_08_22_14_45_50.txt", 207U}}) {
        std::ifstream in(std::string("../shared/data/tracks/google-gps-measurement-tools/") + name, std::ios::binary);
        if (!in) GTEST_SKIP() << "../shared/data/tracks is not there";
        const TrackFile file = read({std::istreambuf_iterator<char>(in), {}});
        EXPECT_TRUE(file.warnings.empty());
        EXPECT_EQ(file.pieces.at(0).fixes.size(), count);
        for (const track::Fix& fix : file.pieces[0].fixes) {
            EXPECT_NE(fix.accuracy_mm, track::no_accuracy);
            EXPECT_EQ(fix.provider, track::Provider::gnss);
            EXPECT_NEAR(fix.place.lat_e7, 374'225'500, 5000);
        }
    }
}

}  // namespace
}  // namespace ningyi::wire
