// SPDX-License-Identifier: Apache-2.0
#include "wire/track_file.h"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/text.h"
#include "wire/decimal.h"
#include "wire/geojson.h"
#include "wire/gpx.h"
#include "wire/kml.h"
#include "wire/mf_json.h"

namespace ningyi::wire {
namespace {

std::string code_of(const Result<TrackFile>& read) {
    return read ? "" : read.error().front().code;
}

std::string gpx(const std::string& points, const std::string& more = "") {
    return "<?xml version=\"1.0\"?>\n<gpx version=\"1.1\" xmlns=\"http://www.topografix.com/GPX/1/1\">" + more +
           "<trk><name>walk</name><trkseg>\n" + points + "\n</trkseg></trk></gpx>";
}

TEST(Decimal, text_becomes_a_scaled_integer_exactly) {
    EXPECT_EQ(scaled_decimal("11.997", 7), 119'970'000);
    EXPECT_EQ(scaled_decimal("-12.345678955", 7), -123'456'790);
    EXPECT_EQ(scaled_decimal("0.00000005", 7), 1);
    EXPECT_EQ(scaled_decimal("0.000000049999999999999999999999", 7), 0);
    EXPECT_EQ(scaled_decimal("9.1e-05", 7), 910);
    EXPECT_EQ(scaled_decimal("+.5", 0), 1);
    EXPECT_EQ(scaled_decimal("5.", 1), 50);
    EXPECT_EQ(scaled_decimal("1e3", 2), 100'000);
    EXPECT_EQ(scaled_decimal("1e-400", 7), 0);
    for (const char* const wrong :
         {"", "-", ".", "1,5", "nan", "inf", "0x10", "1e", "1e+", "1 ", "１", "1e19", "9223372036854775808", "1e99999"})
        EXPECT_FALSE(scaled_decimal(wrong, 0)) << wrong;
    EXPECT_EQ(scaled_decimal("9223372036854775807", 0), INT64_MAX);
}

TEST(Decimal, what_is_written_reads_back) {
    rc::check([](std::int64_t value) {
        const int decimals = *rc::gen::inRange(0, 19);
        RC_PRE(value != INT64_MIN);
        std::string text;
        append_decimal(text, value, decimals);
        RC_ASSERT(scaled_decimal(text, decimals) == value);
    });
}

TEST(Gpx, a_point_says_what_the_format_has) {
    const auto read = read_gpx(gpx("<trkpt lat=\"31.77\" lon=\"119.97\"><ele>5.25</ele>"
                                   "<time>2026-10-04T09:00:00.5+08:00</time><fix>3d</fix><hdop>1.2</hdop>"
                                   "<extensions><gpxtpx:TrackPointExtension xmlns:gpxtpx=\"urn:g\"><gpxtpx:speed>1.5"
                                   "</gpxtpx:speed><gpxtpx:course>270.25</gpxtpx:course></gpxtpx:TrackPointExtension>"
                                   "</extensions></trkpt>"),
                               "a.gpx");
    ASSERT_TRUE(read) << to_text(read.error().front());
    EXPECT_EQ(read->format, "gpx 1.1");
    ASSERT_EQ(read->pieces.size(), 1U);
    EXPECT_EQ(read->pieces[0].name, "walk");
    ASSERT_EQ(read->pieces[0].fixes.size(), 1U);
    const track::Fix& fix = read->pieces[0].fixes[0];
    EXPECT_EQ(fix.place, (geo::Place{317'700'000, 1'199'700'000}));
    EXPECT_EQ(fix.at.ms, parse_instant("2026-10-04T01:00:00.500Z")->ms);
    EXPECT_EQ(fix.altitude_mm, 5250);
    EXPECT_EQ(fix.accuracy_mm, 6000U);
    EXPECT_EQ(fix.level, track::Level::p68);
    EXPECT_EQ(fix.flags, static_cast<std::uint32_t>(track::flag_level_derived));
    EXPECT_EQ(fix.provider, track::Provider::gnss);
    EXPECT_EQ(fix.speed_mm_s, 1500);
    EXPECT_EQ(fix.bearing_cdeg, 27'025);
    EXPECT_EQ(fix.seq, 3U) << "the line it stands on";
}

TEST(Gpx, a_point_without_accuracy_states_none) {
    const auto read = read_gpx(gpx("<trkpt lat=\"1\" lon=\"2\"/>"), "a.gpx");
    ASSERT_TRUE(read);
    const track::Fix& fix = read->pieces[0].fixes[0];
    EXPECT_EQ(fix.accuracy_mm, track::no_accuracy);
    EXPECT_EQ(fix.level, track::Level::unknown);
    EXPECT_EQ(fix.at.ms, track::no_time);
    EXPECT_FALSE(read->pieces[0].is_timed());
}

TEST(Gpx, a_bad_number_costs_one_point_and_is_said_with_its_line) {
    const auto read = read_gpx(gpx("<trkpt lat=\"31,77\" lon=\"119.97\"/>\n<trkpt lat=\"31.77\" lon=\"119.97\"/>\n"
                                   "<trkpt lat=\"1\" lon=\"1\"><time>yesterday</time></trkpt>\n"
                                   "<trkpt lat=\"1\" lon=\"1\"><ele>high</ele></trkpt>"),
                               "a.gpx");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->pieces[0].fixes.size(), 2U);
    ASSERT_EQ(read->warnings.size(), 3U);
    EXPECT_EQ(read->warnings[0].line, 3);
    EXPECT_NE(read->warnings[0].zh.find("31,77"), std::string::npos);
    EXPECT_EQ(read->warnings[1].line, 5);
    EXPECT_EQ(read->warnings[2].line, 6);
    EXPECT_EQ(read->pieces[0].fixes[1].altitude_mm, track::no_value);
}

TEST(Gpx, a_receiver_without_a_fix_is_not_positioned) {
    const auto read = read_gpx(gpx("<trkpt lat=\"1\" lon=\"2\"><fix>none</fix></trkpt>"), "a.gpx");
    ASSERT_TRUE(read);
    EXPECT_NE(read->pieces[0].fixes[0].flags & track::flag_not_positioned, 0U);
}

TEST(Gpx, routes_and_waypoints_are_plans_not_tracks) {
    EXPECT_EQ(code_of(read_gpx("<gpx><wpt lat=\"1\" lon=\"2\"/><rte><rtept lat=\"1\" lon=\"2\"/></rte></gpx>", "a")),
              "E874");
    const auto read = read_gpx(gpx("<trkpt lat=\"1\" lon=\"2\"/>", "<wpt lat=\"1\" lon=\"2\"/>"), "a.gpx");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->pieces[0].fixes.size(), 1U);
    EXPECT_EQ(read->warnings.size(), 1U);
}

TEST(Gpx, an_empty_segment_leaves_the_names_of_the_others_alone) {
    const auto read = read_gpx(
        "<gpx><trk><name>a</name><trkseg/></trk><trk><name>b</name><trkseg><trkpt lat=\"1\" lon=\"2\"/></trkseg>"
        "<trkseg><trkpt lat=\"1\" lon=\"2\"/></trkseg></trk><trk><trkseg/><trkseg><trkpt lat=\"1\" lon=\"2\"/></trkseg>"
        "<name>c</name></trk></gpx>",
        "a.gpx");
    ASSERT_TRUE(read);
    ASSERT_EQ(read->pieces.size(), 3U);
    EXPECT_EQ(read->pieces[0].name, "b");
    EXPECT_EQ(read->pieces[1].name, "b");
    EXPECT_EQ(read->pieces[2].name, "c");
}

TEST(Gpx, document_types_depth_and_broken_xml_are_refused_with_a_line) {
    const auto bomb = read_gpx("<?xml version=\"1.0\"?>\n<!DOCTYPE gpx [<!ENTITY a \"b\">]>\n<gpx/>", "a.gpx");
    ASSERT_EQ(code_of(bomb), "E831");
    EXPECT_EQ(bomb.error().front().line, 2);
    std::string deep = "<gpx>";
    for (int i = 0; i < 40; ++i) deep += "<a>";
    EXPECT_EQ(code_of(read_gpx(deep, "a.gpx")), "E831");
    EXPECT_EQ(code_of(read_gpx("<gpx><trk>", "a.gpx")), "E831");
    EXPECT_EQ(code_of(read_gpx("<svg/>", "a.gpx")), "E872");
}

TEST(Kml, times_and_coordinates_belong_together_by_their_order) {
    const auto read = read_kml(
        "<kml xmlns:gx=\"urn:gx\"><Placemark><name>n</name><gx:MultiTrack><gx:Track>"
        "<when>2026-10-04T01:00:00Z</when><when>2026-10-04T01:00:10Z</when><when>2026-10-04T01:00:20Z</when>\n"
        "<gx:coord>119.97 31.77 5</gx:coord><gx:coord/><gx:coord>119.98 31.78</gx:coord>"
        "<ExtendedData><SchemaData><gx:SimpleArrayData name=\"accuracy\"><gx:value>8.5</gx:value><gx:value/>"
        "<gx:value>9</gx:value></gx:SimpleArrayData></SchemaData></ExtendedData></gx:Track><gx:Track>"
        "<when>2026-10-04T02:00:00Z</when></gx:Track></gx:MultiTrack></Placemark></kml>",
        "a.kml");
    ASSERT_TRUE(read) << to_text(read.error().front());
    ASSERT_EQ(read->pieces.size(), 1U);
    EXPECT_EQ(read->pieces[0].name, "n");
    ASSERT_EQ(read->pieces[0].fixes.size(), 2U);
    EXPECT_EQ(read->pieces[0].fixes[0].altitude_mm, 5000);
    EXPECT_EQ(read->pieces[0].fixes[0].accuracy_mm, 8500U);
    EXPECT_EQ(read->pieces[0].fixes[1].at.ms, parse_instant("2026-10-04T01:00:20Z")->ms);
    EXPECT_EQ(read->pieces[0].fixes[1].seq, 2U);
    EXPECT_EQ(read->warnings.size(), 1U) << "a time without a place";
}

TEST(GeoJson, lines_with_times_and_points_with_times_are_tracks) {
    const auto line = read_geojson(
        R"({"type":"Feature","properties":{"coordTimes":["2026-10-04T01:00:00Z",1790989210000]},
            "geometry":{"type":"LineString","coordinates":[[119.97,31.77,5.5],[119.98,31.78]]}})",
        "a.geojson");
    ASSERT_TRUE(line) << to_text(line.error().front());
    ASSERT_EQ(line->pieces[0].fixes.size(), 2U);
    EXPECT_EQ(line->pieces[0].fixes[0].altitude_mm, 5500);
    EXPECT_EQ(line->pieces[0].fixes[1].at.ms, 1'790'989'210'000);
    const auto points = read_geojson(
        R"({"type":"FeatureCollection","features":[
            {"type":"Feature","geometry":{"type":"Point","coordinates":[119.97,31.77]},
             "properties":{"timestamp":"2026-10-04T01:00:00Z","accuracy":12.5,"speed":1}},
            {"type":"Feature","geometry":{"type":"Point","coordinates":[119.97,"x"]},
             "properties":{"time":"2026-10-04T01:00:05Z"}},
            {"type":"Feature","geometry":{"type":"Point","coordinates":[1,1]},"properties":{}},
            {"type":"Feature","geometry":{"type":"Point","coordinates":[119.97,31.77]},
             "properties":{"time":"2026-10-04T01:00:10Z","hdop":2}}]})",
        "a.geojson");
    ASSERT_TRUE(points);
    ASSERT_EQ(points->pieces.size(), 1U);
    ASSERT_EQ(points->pieces[0].fixes.size(), 2U);
    EXPECT_EQ(points->pieces[0].fixes[0].accuracy_mm, 12'500U);
    EXPECT_EQ(points->pieces[0].fixes[1].accuracy_mm, 10'000U);
    EXPECT_EQ(points->warnings.size(), 2U);
}

TEST(GeoJson, another_reference_system_is_refused) {
    EXPECT_EQ(
        code_of(read_geojson(
            R"({"type":"LineString","coordinates":[[1,2],[3,4]],"crs":{"type":"name","properties":{"name":"EPSG:3857"}}})",
            "a")),
        "E872");
}

TEST(MfJson, properties_come_at_the_times_of_the_points) {
    const auto read = read_mf_json(
        R"({"type":"Feature","temporalGeometry":{"type":"MovingGeometryCollection","prisms":[{"type":"MovingPoint",
            "datetimes":[1000,"1970-01-01T00:00:02Z"],"coordinates":[[1,2],[3,4]],"interpolation":"Linear"},
            {"type":"MovingPolygon"}]},"temporalProperties":[{"datetimes":[2000],"speed":{"type":"Measure",
            "form":"KMH","values":[36]},"accuracy":{"form":"MTR","values":[7]}}]})",
        "a.json");
    ASSERT_TRUE(read) << to_text(read.error().front());
    ASSERT_EQ(read->pieces[0].fixes.size(), 2U);
    EXPECT_EQ(read->pieces[0].fixes[0].speed_mm_s, track::no_value);
    EXPECT_EQ(read->pieces[0].fixes[1].speed_mm_s, 10'000);
    EXPECT_EQ(read->pieces[0].fixes[1].accuracy_mm, 7000U);
    EXPECT_EQ(read->warnings.size(), 1U);
}

TEST(TrackFile, what_we_do_not_read_is_named) {
    EXPECT_EQ(code_of(read_track_file("", "a")), "E876");
    EXPECT_EQ(code_of(read_track_file("\xEF\xBB\xBF \r\n", "a")), "E876");
    for (const char* const other : {"<TrainingCenterDatabase/>", "<svg/>", "PK\x03\x04zip", "\x1F\x8B gz",
                                    "OziExplorer Track Point File Version 2.1\n", "id,at,lat\n1,2,3\n", "hello"})
        EXPECT_EQ(code_of(read_track_file(other, "a")), "E878") << other;
    EXPECT_EQ(code_of(read_track_file("[1,2]", "a")), "E872");
    EXPECT_FALSE(read_track_file("{\"a\":", "a"));
    EXPECT_FALSE(read_track_file("<gpx", "a"));
}

TEST(TrackFile, the_content_says_the_format) {
    const std::string bom = "\xEF\xBB\xBF";
    EXPECT_EQ(read_track_file(bom + gpx("<trkpt lat=\"1\" lon=\"2\"/>"), "a.json")->format, "gpx 1.1");
    EXPECT_EQ(read_track_file("<!-- a --><kml><LineString><coordinates>1,2 3,4</coordinates></LineString></kml>", "a")
                  ->format,
              "kml");
    EXPECT_EQ(read_track_file(bom + R"({"type":"LineString","coordinates":[[1,2],[3,4]]})", "a.gpx")->format,
              "geojson");
    EXPECT_EQ(read_track_file(R"({"type":"MovingPoint","coordinates":[[1,2]],"datetimes":[1]})", "a")->format,
              "mf-json");
}

// Any track, as far as a format may hold it.
rc::Gen<TrackFile> any_track(bool with_untimed) {
    using rc::gen::element;
    using rc::gen::inRange;
    using rc::gen::just;
    using rc::gen::oneOf;
    const auto fix = rc::gen::map(
        rc::gen::tuple(inRange<std::int64_t>(0, 4'000'000'000'000), inRange(-900'000'000, 900'000'001),
                       inRange(-1'800'000'000, 1'800'000'001),
                       oneOf(just(track::no_accuracy), inRange<std::uint32_t>(0, 5'000'000)),
                       oneOf(just(track::no_value), inRange(-100'000, 1'000'000)),
                       oneOf(just(track::no_value), inRange(0, 36'000)),
                       oneOf(just(track::no_value), inRange(-500'000, 9'000'000)),
                       oneOf(just(0U), inRange<std::uint32_t>(0, track::all_flags + 1)), inRange(0, 5), inRange(0, 9),
                       inRange(0, 4)),
        [with_untimed](const auto& made) {
            const auto& [at, lat, lon, accuracy, speed, bearing, altitude, flags, level, provider, odd] = made;
            track::Fix one = track::fix_received(Instant{at}, {lat, lon}, track::Datum::wgs84);
            if (odd == 0 && with_untimed) one.at.ms = track::no_time;
            if (odd == 1) one.datum = track::Datum::unknown;
            one.accuracy_mm = accuracy;
            one.speed_mm_s = speed;
            one.bearing_cdeg = bearing;
            one.altitude_mm = altitude;
            one.flags = flags;
            one.level = static_cast<track::Level>(level);
            one.provider = static_cast<track::Provider>(provider);
            return one;
        });
    const auto piece = rc::gen::map(rc::gen::pair(element<std::string>("", "a", "早 & <晚>"),
                                                  rc::gen::nonEmpty(rc::gen::container<std::vector<track::Fix>>(fix))),
                                    [](const auto& made) { return Piece{.name = made.first, .fixes = made.second}; });
    return rc::gen::map(rc::gen::nonEmpty(rc::gen::container<std::vector<Piece>>(piece)),
                        [](const auto& pieces) { return TrackFile{.name = "甲", .pieces = pieces}; });
}

std::vector<Piece> pieces_of(const TrackFile& file) {
    std::vector<Piece> pieces = file.pieces;
    for (Piece& piece : pieces) {
        for (track::Fix& fix : piece.fixes) fix.seq = 0;
    }
    return pieces;
}

bool is_same(const std::vector<Piece>& a, const std::vector<Piece>& b) {
    return std::ranges::equal(a, b,
                              [](const Piece& x, const Piece& y) { return x.name == y.name && x.fixes == y.fixes; });
}

TEST(TrackFile, what_gpx_and_geojson_write_reads_back_equal) {
    rc::check([] {
        const TrackFile file = *rc::gen::resize(30, any_track(true));
        for (const std::string& text : {write_gpx(file), write_geojson(file)}) {
            const auto again = read_track_file(text, "again");
            RC_ASSERT(again.has_value());
            RC_ASSERT(again->name == file.name);
            RC_ASSERT(is_same(pieces_of(*again), pieces_of(file)));
            RC_ASSERT(again->warnings.empty());
        }
    });
}

TEST(TrackFile, what_mf_json_writes_reads_back_in_linear_pieces) {
    rc::check([] {
        const TrackFile file = *rc::gen::resize(30, any_track(false));
        const auto again = read_track_file(write_mf_json(file), "again");
        RC_ASSERT(again.has_value());
        std::vector<track::Fix> before, after;
        for (const Piece& piece : pieces_of(file)) before.insert(before.end(), piece.fixes.begin(), piece.fixes.end());
        for (const Piece& piece : pieces_of(*again)) {
            after.insert(after.end(), piece.fixes.begin(), piece.fixes.end());
            for (std::size_t i = 1; i < piece.fixes.size(); ++i) {
                RC_ASSERT(piece.fixes[i - 1].at < piece.fixes[i].at);
                RC_ASSERT(piece.fixes[i].at.ms - piece.fixes[i - 1].at.ms <= 120'000);
            }
        }
        RC_ASSERT(before == after);
    });
}

TEST(TrackFile, an_unknown_datum_does_not_become_a_known_one_on_the_way) {
    TrackFile file;
    file.pieces.push_back(
        {.name = "", .fixes = {track::fix_received(Instant{1}, {317'700'000, 1'199'700'000}, track::Datum::unknown)}});
    for (const std::string& text : {write_gpx(file), write_geojson(file), write_mf_json(file)})
        EXPECT_EQ(read_track_file(text, "a")->pieces[0].fixes[0].datum, track::Datum::unknown) << text;
}

}  // namespace
}  // namespace ningyi::wire
