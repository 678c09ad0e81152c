// SPDX-License-Identifier: Apache-2.0
// The readers of files against real ones. The numbers of GPX were counted apart, by a few lines over another XML
// library.  (tracks.md §14)
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "wire/geojson.h"
#include "wire/gpx.h"
#include "wire/kml.h"
#include "wire/mf_json.h"
#include "wire/track_file.h"

namespace ningyi::wire {
namespace {

namespace fs = std::filesystem;

const std::string data = "../shared/data/tracks/";

std::string file_text(const std::string& name) {
    std::ifstream in(data + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct Counts {
    std::size_t pieces = 0, points = 0, timed = 0;
    bool operator==(const Counts&) const = default;
};

Counts counts_of(const TrackFile& file) {
    Counts counts;
    counts.pieces = file.pieces.size();
    for (const Piece& piece : file.pieces) {
        counts.points += piece.fixes.size();
        for (const track::Fix& fix : piece.fixes) counts.timed += fix.at.ms != track::no_time ? 1 : 0;
    }
    return counts;
}

std::vector<track::Fix> all_fixes(const TrackFile& file) {
    std::vector<track::Fix> fixes;
    for (const Piece& piece : file.pieces) {
        for (track::Fix fix : piece.fixes) {
            fix.seq = 0;
            fixes.push_back(fix);
        }
    }
    return fixes;
}

struct Expected {
    const char* file;
    std::size_t pieces, points, timed, left_out;  // no points: the named error E874
};
constexpr Expected gpx_files[] = {
    {"gpxpy/Mojstrovka.gpx", 1, 184, 184, 0},
    {"gpxpy/around-visnjan-with-car.gpx", 1, 104, 104, 0},
    {"gpxpy/cerknicko-jezero-no-creator.gpx", 7, 296, 296, 0},
    {"gpxpy/cerknicko-jezero-with-elevations-zero.gpx", 7, 296, 296, 0},
    {"gpxpy/cerknicko-jezero-without-elevations.gpx", 7, 296, 295, 0},
    {"gpxpy/cerknicko-jezero.gpx", 7, 296, 296, 0},
    {"gpxpy/cerknicko-without-times.gpx", 7, 296, 5, 0},
    {"gpxpy/custom_schema_locations.gpx", 0, 0, 0, 0},
    {"gpxpy/default_schema_locations.gpx", 0, 0, 0, 0},
    {"gpxpy/first_and_last_elevation.gpx", 1, 10, 10, 0},
    {"gpxpy/gpx-with-node-with-comments.gpx", 1, 1, 1, 0},
    {"gpxpy/gpx1.0_with_all_fields.gpx", 1, 1, 1, 0},
    {"gpxpy/gpx1.1_with_all_fields.gpx", 1, 1, 1, 0},
    {"gpxpy/gpx1.1_with_extensions.gpx", 0, 0, 0, 0},
    {"gpxpy/gpx1.1_with_extensions_without_namespaces.gpx", 0, 0, 0, 0},
    {"gpxpy/gpx_with_garmin_extension.gpx", 0, 0, 0, 0},
    {"gpxpy/korita-zbevnica.gpx", 3, 871, 513, 0},
    {"gpxpy/route.gpx", 0, 0, 0, 0},
    {"gpxpy/track-with-empty-segment.gpx", 1, 9, 9, 0},
    {"gpxpy/track-with-extremes.gpx", 1, 25, 0, 0},
    {"gpxpy/track-with-less-sec-time.gpx", 1, 2, 2, 0},
    {"gpxpy/track-with-small-floats.gpx", 1, 3, 0, 0},
    {"gpxpy/track_with_dilution_errors.gpx", 1, 1, 0, 0},
    {"gpxpy/track_with_speed.gpx", 1, 3, 3, 0},
    {"gpxpy/unicode.gpx", 0, 0, 0, 0},
    {"gpxpy/unicode2.gpx", 0, 0, 0, 0},
    {"gpxpy/unicode_with_bom.gpx", 0, 0, 0, 0},
    {"gpxpy/unicode_with_bom_noencoding.gpx", 0, 0, 0, 0},
    {"graphhopper-map-matching/gpxv1_0.gpx", 1, 14, 14, 0},
    {"graphhopper-map-matching/issue-127.gpx", 1, 2, 0, 0},
    {"graphhopper-map-matching/issue-13.gpx", 1, 29, 29, 0},
    {"graphhopper-map-matching/issue-70.gpx", 1, 17, 17, 0},
    {"graphhopper-map-matching/no_trk.gpx", 0, 0, 0, 0},
    {"graphhopper-map-matching/no_trkpt.gpx", 0, 0, 0, 0},
    {"graphhopper-map-matching/no_trkseg.gpx", 0, 0, 0, 0},
    {"graphhopper-map-matching/test-only-wpt.gpx", 0, 0, 0, 0},
    {"graphhopper-map-matching/test1.gpx", 1, 264, 264, 0},
    {"graphhopper-map-matching/test2.gpx", 1, 2, 2, 0},
    {"graphhopper-map-matching/test2_no_millis.gpx", 1, 3, 0, 0},
    {"graphhopper-map-matching/tour-with-loop.gpx", 1, 11, 11, 0},
    {"graphhopper-map-matching/tour2-with-loop.gpx", 1, 12, 12, 0},
    {"graphhopper-map-matching/tour3-with-long-edge.gpx", 1, 7, 7, 0},
    {"graphhopper-map-matching/tour4-with-uturn.gpx", 1, 5, 5, 0},
    {"leuvenmapmatching/route.gpx", 1, 65, 0, 0},
    {"leuvenmapmatching/route2.gpx", 1, 8, 0, 0},
    {"togeojson/Friday-Evening-Run.gpx", 3, 17, 17, 0},
    {"togeojson/apple_watch_route.gpx", 1, 44, 44, 0},
    {"togeojson/bad.gpx", 0, 0, 0, 2},
    {"togeojson/blue_hills.gpx", 14, 1243, 1243, 0},
    {"togeojson/empty_ele.gpx", 1, 2, 2, 0},
    {"togeojson/empty_trk.gpx", 0, 0, 0, 0},
    {"togeojson/garmin_extensions.gpx", 2, 4, 0, 0},
    {"togeojson/gdal.gpx", 2, 4, 0, 0},
    {"togeojson/missing_hr.gpx", 3, 16, 16, 0},
    {"togeojson/multitrackgpx.gpx", 3, 117, 117, 0},
    {"togeojson/north_core.gpx", 15, 34, 0, 0},
    {"togeojson/opencpn.gpx", 0, 0, 0, 0},
    {"togeojson/osm.gpx", 3, 420, 175, 0},
    {"togeojson/run.gpx", 1, 206, 206, 0},
    {"togeojson/run_gpxtpx.gpx", 1, 42, 42, 0},
    {"togeojson/strava.gpx", 1, 3, 3, 0},
    {"togeojson/style.gpx", 21, 362, 0, 0},
    {"togeojson/trek.gpx", 0, 0, 0, 0},
    {"togeojson/trek_no_rtept.gpx", 0, 0, 0, 0},
    {"togeojson/unique_trkpt.gpx", 1, 1, 1, 0},
    {"togeojson/wpt.gpx", 0, 0, 0, 0},
    {"togeojson/zero_elevation.gpx", 1, 3, 3, 0},
    {"movingpandas/304-to-UL-2019-02-18-0745.gpx", 1, 2144, 2144, 0},
};

class RealFiles : public testing::Test {
protected:
    void SetUp() override {
        if (!fs::exists(data)) GTEST_SKIP() << "the shared tracks are not here";
    }
};

TEST_F(RealFiles, every_gpx_file_has_its_points_or_a_named_error) {
    std::set<std::string> expected;
    for (const Expected& is : gpx_files) {
        expected.insert(is.file);
        const auto read = read_track_file(file_text(is.file), is.file);
        const Faults& said = read ? read->warnings : read.error();
        std::size_t left_out = 0;
        for (const Fault& fault : said) left_out += fault.en.find("left out") != std::string::npos ? 1 : 0;
        EXPECT_EQ(left_out, is.left_out) << is.file;
        if (is.points == 0) {
            ASSERT_FALSE(read) << is.file;
            EXPECT_EQ(read.error().front().code, "E874") << is.file;
        } else {
            ASSERT_TRUE(read) << is.file << ": " << to_text(read.error().front());
            const Counts counts = counts_of(*read);
            EXPECT_EQ(counts, (Counts{is.pieces, is.points, is.timed}))
                << is.file << ": " << counts.pieces << " " << counts.points << " " << counts.timed;
            const auto again = read_gpx(write_gpx(*read), "again.gpx");
            ASSERT_TRUE(again) << is.file;
            EXPECT_EQ(all_fixes(*again), all_fixes(*read)) << is.file;
            EXPECT_EQ(counts_of(*again), counts) << is.file;
        }
    }
    std::size_t present = 0;
    for (const auto& entry : fs::recursive_directory_iterator(data)) {
        if (entry.path().extension() != ".gpx") continue;
        ++present;
        EXPECT_TRUE(expected.contains(fs::relative(entry.path(), data).generic_string())) << entry.path();
    }
    EXPECT_EQ(present, expected.size());
}

TEST_F(RealFiles, kml_tracks_are_read_and_lines_are_shapes) {
    const std::map<std::string, Counts> expected{
        {"gxmultitrack.kml", {2, 26, 26}},
        {"gxtrack.kml", {1, 7, 7}},
        {"inline_style.kml", {3, 29, 0}},
        {"inline_style_mini.kml", {1, 3, 0}},
        {"linestring.kml", {2, 4, 0}},
        {"literal_color.kml", {1, 11, 0}},
        {"multigeometry.kml", {2, 4, 0}},
        {"multigeometry_discrete.kml", {1, 2, 0}},
        {"multigeometry_sibling.kml", {23, 74, 0}},
        {"multitrack.kml", {1, 16, 16}},
        {"non_gx_multitrack.kml", {1, 16, 16}},
        {"noname.kml", {1, 11, 0}},
        {"opacity_override.kml", {1, 2, 0}},
    };
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(data + "togeojson")) {
        if (entry.path().extension() != ".kml") continue;
        ++files;
        const std::string name = entry.path().filename().string();
        const auto read = read_track_file(file_text("togeojson/" + name), name);
        if (const auto found = expected.find(name); found != expected.end()) {
            ASSERT_TRUE(read) << name << ": " << to_text(read.error().front());
            EXPECT_EQ(counts_of(*read), found->second) << name;
        } else {
            ASSERT_FALSE(read) << name;
            EXPECT_EQ(read.error().front().code, "E874") << name;
        }
    }
    EXPECT_EQ(files, 35U);
}

TEST_F(RealFiles, logs_are_told_from_tables) {
    const std::string folder = "google-gps-measurement-tools/";
    const auto nmea = read_track_file(file_text(folder + "MTV.Local1.ublox-F9K.20200206-181434.nmea"), "a.txt");
    ASSERT_TRUE(nmea) << to_text(nmea.error().front());
    EXPECT_EQ(counts_of(*nmea).points, 1653U);
    const auto log = read_track_file(file_text(folder + "pseudoranges_log_2016_06_30_21_26_07.txt"), "a.txt");
    ASSERT_TRUE(log) << to_text(log.error().front());
    EXPECT_EQ(counts_of(*log).points, 216U);
    for (const char* const table : {"trackintel/posmo_trajectory.csv", "google-gps-measurement-tools/mtv_span.csv"}) {
        const auto read = read_track_file(file_text(table), table);
        ASSERT_FALSE(read) << table;
        EXPECT_EQ(read.error().front().code, "E878") << table;
    }
}

TEST_F(RealFiles, tcx_is_a_named_error) {
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(data + "togeojson")) {
        if (entry.path().extension() != ".tcx") continue;
        ++files;
        const auto read = read_track_file(file_text("togeojson/" + entry.path().filename().string()), "a.tcx");
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().front().code, "E878") << entry.path();
        EXPECT_NE(read.error().front().en.find("TCX"), std::string::npos);
    }
    EXPECT_EQ(files, 5U);
}

TEST_F(RealFiles, bodies_of_the_moving_features_api_are_read_or_say_that_they_hold_no_moving_point) {
    const std::map<std::string, Counts> moving{{"temporalGeometrySequence.json", {1, 3, 3}},
                                               {"temporalPrimitiveGeometry.json", {1, 5, 5}}};
    const std::set<std::string> broken{"movingFeature_MF_JSON.json", "temporalProperty_MF_JSON.json"};
    std::size_t valid = 0;
    for (const auto& entry : fs::directory_iterator(data + "ogcapi-movingfeatures")) {
        if (entry.path().extension() != ".json") continue;
        const std::string name = entry.path().filename().string();
        const std::string text = file_text("ogcapi-movingfeatures/" + name);
        const auto json = read_json(text);
        EXPECT_EQ(json.has_value(), !broken.contains(name)) << name;
        const auto read = read_mf_json(text, name);
        if (!json) {
            ASSERT_FALSE(read) << name;
            EXPECT_EQ(read.error().front().file, name);
            EXPECT_GT(read.error().front().line, 0) << name;
            EXPECT_NE(read.error().front().code, "E875") << name;
            continue;
        }
        ++valid;
        if (const auto found = moving.find(name); found != moving.end()) {
            ASSERT_TRUE(read) << name << ": " << to_text(read.error().front());
            EXPECT_EQ(counts_of(*read), found->second) << name;
            const auto again = read_mf_json(write_mf_json(*read), "again");
            ASSERT_TRUE(again) << name;
            EXPECT_EQ(all_fixes(*again), all_fixes(*read)) << name;
        } else {
            ASSERT_FALSE(read) << name;
            EXPECT_EQ(read.error().front().code, "E875") << name;
        }
    }
    EXPECT_EQ(valid, 19U);
    // Features whose geometry is served elsewhere are shapes.
    const auto shape = read_track_file(file_text("ogcapi-movingfeatures/movingFeature.json"), "movingFeature.json");
    ASSERT_TRUE(shape);
    EXPECT_EQ(counts_of(*shape), (Counts{1, 5, 0}));
}

TEST_F(RealFiles, both_forms_of_mf_json_hold_the_same_points) {
    const auto moving = read_track_file(file_text("movingpandas/movingfeatures.json"), "movingfeatures.json");
    const auto trajectory = read_track_file(file_text("movingpandas/mf-trajectory.json"), "mf-trajectory.json");
    ASSERT_TRUE(moving) << to_text(moving.error().front());
    ASSERT_TRUE(trajectory) << to_text(trajectory.error().front());
    EXPECT_EQ(moving->format, "mf-json");
    EXPECT_EQ(counts_of(*moving), (Counts{1, 19, 19}));
    EXPECT_EQ(all_fixes(*moving), all_fixes(*trajectory));
    const auto again = read_mf_json(write_mf_json(*moving), "again");
    ASSERT_TRUE(again);
    EXPECT_EQ(all_fixes(*again), all_fixes(*moving));
    EXPECT_EQ(again->pieces.size(), 19U) << "six hours apart is not known in between";
}

}  // namespace
}  // namespace ningyi::wire
