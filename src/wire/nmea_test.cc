// SPDX-License-Identifier: Apache-2.0
#include "wire/nmea.h"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.h"

namespace ningyi::wire {
namespace {

// A sentence with its checksum.
std::string line(const std::string& inner) {
    unsigned sum = 0;
    for (const char c : inner) sum ^= static_cast<unsigned char>(c);
    return format("${}*{:02X}\r\n", inner, sum);
}

TrackFile read(const std::string& text, std::optional<Date> first_day = {}) {
    auto file = read_nmea(text, "a.nmea", first_day);
    EXPECT_TRUE(file.has_value()) << (file ? "" : to_text(file.error()[0]));
    return file ? std::move(*file) : TrackFile{};
}

std::vector<track::Fix> fixes_of(const std::string& text) {
    TrackFile file = read(text);
    EXPECT_TRUE(file.warnings.empty()) << (file.warnings.empty() ? "" : to_text(file.warnings[0]));
    EXPECT_EQ(file.pieces.size(), 1U);
    return file.pieces.empty() ? std::vector<track::Fix>{} : file.pieces[0].fixes;
}

const std::string rmc = "GNRMC,083059.250,A,3146.3404,N,11958.2,E,10.0,271.5,231126,,,A";

TEST(Nmea, sentences_of_one_time_are_one_fix) {
    const std::vector<track::Fix> fixes =
        fixes_of(line(rmc) + line("GNVTG,271.5,T,,M,10.0,N,18.52,K,A") +
                 line("BDGGA,083059.250,3146.34042,N,11958.20006,E,1,12,0.76,-4.4,M,10.0,M,,") +
                 line("GNGSA,A,3,17,02,,,,,,,,,,,1.48,9.99,1.27,1") + line("GPGSV,1,1,00"));
    ASSERT_EQ(fixes.size(), 1U);
    const track::Fix& fix = fixes[0];
    EXPECT_EQ(to_text(fix.at, 0), "2026-11-23T08:30:59.250Z");
    EXPECT_EQ(fix.place, (geo::Place{317'723'403, 1'199'700'010}));  // 31° 46.34042', 119° 58.20006'
    EXPECT_EQ(fix.speed_mm_s, 5144);
    EXPECT_EQ(fix.bearing_cdeg, 27'150);
    EXPECT_EQ(fix.altitude_mm, -4400);
    EXPECT_EQ(fix.accuracy_mm, 3800U);
    EXPECT_EQ(fix.level, track::Level::p68);
    EXPECT_EQ(fix.flags, track::flag_level_derived);
    EXPECT_EQ(fix.provider, track::Provider::gnss);
}

TEST(Nmea, the_ellipse_of_gst_is_one_standard_deviation_and_comes_before_dilution) {
    const std::vector<track::Fix> fixes =
        fixes_of(line(rmc) + line("GPGGA,083059.250,3146.3404,N,11958.2,E,1,12,0.76,4.4,M,,M,,") +
                 line("GPGST,083059.250,1.8,5.25,1.1,45.0,4.0,3.5,6.0"));
    ASSERT_EQ(fixes.size(), 1U);
    EXPECT_EQ(fixes[0].accuracy_mm, 5250U);
    EXPECT_EQ(fixes[0].level, track::Level::p39);
    EXPECT_EQ(fixes[0].flags, 0U);
    EXPECT_NEAR(track::sigma_mm(fixes[0]), 5250, 0.01);
}

TEST(Nmea, the_day_goes_on_at_midnight) {
    const auto gga = [](const char* time) {
        return line(format("GPGGA,{},3146.3404,N,11958.2,E,1,12,0.8,4.4,M,,M,,", time));
    };
    const std::vector<track::Fix> fixes =
        fixes_of(gga("235958") + gga("235959.5") + line("GPRMC,235959.5,A,3146.3404,N,11958.2,E,,,311225,,,A") +
                 gga("000000") + gga("000001") + gga("235959") + gga("000000"));
    ASSERT_EQ(fixes.size(), 6U);
    EXPECT_EQ(to_text(fixes[0].at, 0), "2025-12-31T23:59:58Z");
    EXPECT_EQ(to_text(fixes[2].at, 0), "2026-01-01T00:00:00Z");
    EXPECT_EQ(to_text(fixes[4].at, 0), "2026-01-01T23:59:59Z");
    EXPECT_EQ(to_text(fixes[5].at, 0), "2026-01-02T00:00:00Z");
    EXPECT_EQ(fixes[0].speed_mm_s, track::no_value);
}

TEST(Nmea, without_a_date_it_is_a_shape_unless_the_day_is_given) {
    const std::string text = line("GPGGA,083059,3146.3404,S,11958.2,W,1,12,0.8,4.4,M,,M,,");
    const TrackFile shape = read(text);
    EXPECT_FALSE(shape.pieces.at(0).is_timed());
    EXPECT_EQ(shape.warnings.size(), 1U);
    EXPECT_EQ(shape.pieces[0].fixes.at(0).place, (geo::Place{-317'723'400, -1'199'700'000}));
    const TrackFile dated = read(text, parse_date("2026-11-23"));
    EXPECT_EQ(to_text(dated.pieces.at(0).fixes.at(0).at, 0), "2026-11-23T08:30:59Z");
    EXPECT_TRUE(dated.warnings.empty());
}

TEST(Nmea, invalid_simulated_and_manual_positions_say_so) {
    const auto flags = [](const std::string& text) { return fixes_of(text).at(0).flags; };
    EXPECT_EQ(flags(line("GPRMC,083059,V,3146.3404,N,11958.2,E,,,231126,,,N")), track::flag_not_positioned);
    EXPECT_EQ(flags(line("GPRMC,083059,A,3146.3404,N,11958.2,E,,,231126,,,S")), track::flag_simulated);
    EXPECT_EQ(flags(line(rmc) + line("GPGGA,083059.250,3146.3404,N,11958.2,E,0,,,,M,,M,,")),
              track::flag_not_positioned);
    EXPECT_EQ(flags(line(rmc) + line("GPGGA,083059.250,3146.3404,N,11958.2,E,8,,,,M,,M,,")), track::flag_simulated);
    EXPECT_EQ(fixes_of(line(rmc) + line("GPGGA,083059.250,3146.3404,N,11958.2,E,7,,,,M,,M,,")).at(0).provider,
              track::Provider::manual);
}

TEST(Nmea, what_cannot_be_used_is_said_with_its_line) {
    const TrackFile file =
        read("\xEF\xBB\xBF" + line(rmc) + "noise\n" + "$GPGGA,083100,3146.3404,N,11958.2,E,1,,,,M,,M,,*00\n" +
             line("GPGGA,083101,3160.0,N,11958.2,E,1,,,,M,,M,,") + line("GPGGA,253101,3146.0,N,11958.2,E,1,,,,M,,M,,") +
             line("GPGGA,083102,3146.0,X,11958.2,E,1,,,,M,,M,,") + line("GPGGA,083103,,,,,0,,,,M,,M,,") +
             line("PUBX,00,083104") + "!AIVDM,1\n\n$\n$*00\n" + line("GPGGA"));
    ASSERT_EQ(file.pieces.size(), 1U);
    EXPECT_EQ(file.pieces[0].fixes.size(), 1U);
    std::vector<int> lines;
    for (const Fault& warning : file.warnings) lines.push_back(warning.line);
    EXPECT_EQ(lines, (std::vector<int>{2, 3, 4, 5, 6, 0}));
    EXPECT_FALSE(read_nmea("", "a").has_value());
    EXPECT_FALSE(read_nmea(std::string(100'000, '$'), "a").has_value());
    EXPECT_FALSE(read_nmea(line("GPRMC,083059,A,,,,,,,231126,,,A"), "a").has_value());
}

TEST(Nmea, a_warning_quotes_nothing_that_could_break_a_line) {
    const TrackFile file = read(line(rmc) + line("GPGGA,083101,31\x1B[2J\x07\xFF,N,11958.2,E,1,,,,M,,M,,"));
    ASSERT_EQ(file.warnings.size(), 2U);  // and that a time has no position
    EXPECT_NE(file.warnings[0].en.find("31\uFFFD[2J\uFFFD\uFFFD"), std::string::npos) << file.warnings[0].en;
}

TEST(Nmea, numbers_beyond_the_fields_do_no_harm) {
    const std::string big(300, '9');
    const std::vector<track::Fix> fixes =
        fixes_of(line("GPRMC,083059,A,99999959.9,N,0.1,E," + big + "," + big + ",231126,,,A") +
                 line("GPGST,083059,," + std::string(12, '9') + ",,,,,") + line("GPGSA,A,3,,,,,,,,,,,,,," + big + ","));
    ASSERT_EQ(fixes.size(), 1U);
    EXPECT_FALSE(geo::is_on_earth(fixes[0].place));
    EXPECT_EQ(fixes[0].speed_mm_s, track::no_value);
}

std::string file_text(const std::string& name) {
    std::ifstream in("../shared/data/tracks/google-gps-measurement-tools/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// The same numbers, written again by another reader.
struct Row {
    Millis time_of_day = 0;
    geo::Place place;
    std::uint32_t accuracy_mm = 0;
};
std::vector<Row> rows_of(const std::string& name) {
    std::vector<Row> rows;
    const std::string text = file_text(name);
    for (const std::string_view row : split(text, '\n')) {
        const auto values = split(trimmed(row), ',');
        if (values.size() != 5 || values[0] == "utc_sec_of_day") continue;
        const auto number = [&](std::size_t i) { return std::stod(std::string(values[i])); };
        const bool has_dilution = number(4) > 0;
        rows.push_back(
            {geo::rounded(number(0) * 1000), geo::place_of_degrees(number(1), number(2)),
             has_dilution ? static_cast<std::uint32_t>(geo::rounded(number(4) * 5000)) : track::no_accuracy});
    }
    return rows;
}

void expect_rows(const std::vector<track::Fix>& fixes, const std::vector<Row>& rows) {
    ASSERT_EQ(fixes.size(), rows.size());
    const Millis day = parse_date("2020-02-07")->days * days_ms;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        ASSERT_EQ(fixes[i].at.ms, day + rows[i].time_of_day) << i;
        ASSERT_LE(std::abs(fixes[i].place.lat_e7 - rows[i].place.lat_e7), 1) << i;
        ASSERT_LE(std::abs(fixes[i].place.lon_e7 - rows[i].place.lon_e7), 1) << i;
        ASSERT_EQ(fixes[i].accuracy_mm, rows[i].accuracy_mm) << i;
    }
}

TEST(Nmea, the_drive_of_one_receiver_is_1653_fixes) {
    const std::string text = file_text("MTV.Local1.ublox-F9K.20200206-181434.nmea");
    if (text.empty()) GTEST_SKIP() << "../shared/data/tracks is not there";
    const TrackFile file = read(text);
    EXPECT_EQ(file.warnings.size(), 13U);  // two sentences run into one
    expect_rows(file.pieces.at(0).fixes, rows_of("mtv_ublox.csv"));
    EXPECT_EQ(file.pieces[0].fixes.size(), 1653U);
}

// All RMC of this file have a wrong checksum, so its date must be given. It has 1,748 GGA: the table beside it begins
// with the second.
TEST(Nmea, the_drive_of_the_other_receiver_is_1748_fixes) {
    const std::string text = file_text("MTV.Local1.SPAN.20200206-181434.gga");
    if (text.empty()) GTEST_SKIP() << "../shared/data/tracks is not there";
    const TrackFile file = read(text, parse_date("2020-02-07"));
    std::vector<track::Fix> fixes = file.pieces.at(0).fixes;
    ASSERT_EQ(fixes.size(), 1748U);
    EXPECT_EQ(to_text(fixes[0].at, 0), "2020-02-07T02:13:31Z");
    fixes.erase(fixes.begin());
    expect_rows(fixes, rows_of("mtv_span.csv"));
    ASSERT_EQ(file.warnings.size(), 21U);  // the first twenty sentences, and how many more
    EXPECT_EQ(file.warnings.back().en, "1728 more sentences with a wrong checksum are left out");
}

}  // namespace
}  // namespace ningyi::wire
