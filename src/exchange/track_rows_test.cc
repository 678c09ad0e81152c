// SPDX-License-Identifier: Apache-2.0
#include "exchange/track_rows.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.h"
#include "exchange/archive_fixture.h"
#include "exchange/bundle.h"
#include "track/codec.h"
#include "wire/gpx.h"

namespace ningyi::exchange {
namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::string> pack_files{{"p/import/boxes.yaml", R"(import: boxes
title: {zh: 盒子, en: Boxes}
order: 10
key: [box, since]
columns:
  box: {type: text, required: true}
  person: {type: text}
  since: {type: date_or_time}
  until: {type: date_or_time}
events:
  - {event: p.bound, subject: box, happened_at: since, body: {person: person}}
)"},
                                                    {"p/import/points.yaml", R"(import: points
title: {zh: 点, en: Points}
order: 900
columns:
  box: {type: text, required: true, max: 20}
  person: {type: text}
  at: {type: time, required: true}
  lat: {type: latitude, required: true}
  lon: {type: longitude, required: true}
  acc: {type: metres, min: 0}
  level: {type: word, words: [p68, p95]}
  datum: {type: word, words: [wgs84, gcj02, bd09, unknown]}
blocks:
  event: p.points
  folder: walks
  carrier:
    column: person
    else:
      file: boxes
      by: box
      take: person
      valid: {from: since, to: until, at: at}
      else: {text: 'box:{box}'}
  device: box
  fix: {at: at, lat: lat, lon: lon, accuracy: acc, level: level, datum: datum}
  body: {carrier: carrier, device: device, fixes: fixes}
announce: {event: p.received, subject: points, body: {name: {constant: points}, received: {boolean: true}}}
)"}};

// A walk of so many fixes from that time on, one every ten seconds.
wire::TrackFile walk(const std::string& from, int count) {
    wire::TrackFile file;
    file.pieces.emplace_back();
    const Instant first = parse_instant(from).value();
    for (int i = 0; i < count; ++i) {
        track::Fix fix = track::fix_received(Instant{first.ms + i * 10'000}, {317'700'000 + i * 1000, 1'199'700'000},
                                             track::Datum::wgs84);
        fix.accuracy_mm = 6000;
        fix.level = track::Level::p68;
        fix.flags = track::flag_level_derived;
        fix.provider = track::Provider::gnss;
        fix.altitude_mm = 5000 + i;
        file.pieces[0].fixes.push_back(fix);
    }
    return file;
}

class TrackRowsTest : public testing::Test {
protected:
    void SetUp() override {
        mappings_ = read_mappings(pack_files).value();
        folder_ = fs::temp_directory_path() / format("ningyi-walks-{}-{}", ::getpid(),
                                                     testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::remove_all(folder_);
        fs::create_directories(folder_ / "b" / "walks");
        write("bundle.yaml", "name: x\ndatum: gcj02\n");
        write("boxes.csv", "box,person,since,until\nb-1,ann,2026-10-01,2026-10-03\nb-1,bob,2026-10-04,\nb-1x,eve,,\n");
    }
    void TearDown() override { fs::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) {
        files_[name] = text;
        std::ofstream(folder_ / "b" / name, std::ios::binary) << text;
    }

    void run(const std::string& path = "") {
        drafts_.clear();
        auto bundle = Bundle::open(path.empty() ? (folder_ / "b").string() : path, mappings_);
        ASSERT_TRUE(bundle) << to_text(bundle.error().front());
        ImportOptions options;
        options.rejected_path = (folder_ / "rejected.csv").string();
        auto report = (*bundle)->run(options, [&](std::vector<log::Draft>&& group) {
            for (log::Draft& draft : group) drafts_.push_back(std::move(draft));
            return true;
        });
        ASSERT_TRUE(report);
        report_ = std::move(*report);
    }

    std::string rejected() const {
        std::ostringstream text;
        text << std::ifstream(folder_ / "rejected.csv").rdbuf();
        return text.str();
    }

    std::vector<track::Fix> fixes_of(const std::string& carrier) const {
        std::vector<track::Fix> fixes;
        for (const log::Draft& draft : drafts_) {
            if (draft.type != "p.points" || draft.subject != carrier) continue;
            const auto block = track::decode(draft.body.find("fixes")->text).value();
            fixes.insert(fixes.end(), block.begin(), block.end());
        }
        return fixes;
    }

    std::set<Id> ids() const {
        std::set<Id> all;
        for (const log::Draft& draft : drafts_) all.insert(draft.id);
        return all;
    }

    std::vector<Mapping> mappings_;
    std::map<std::string, std::string> files_;
    fs::path folder_;
    std::vector<log::Draft> drafts_;
    ImportReport report_;
};

TEST(DeviceOfFile, the_longest_device_that_begins_the_name_whole) {
    const std::vector<std::string> devices{"a", "a-1", "a-12", "早"};
    EXPECT_EQ(device_of_file("walks/a-1.gpx", devices), "a-1");
    EXPECT_EQ(device_of_file("a-12_monday.gpx", devices), "a-12");
    EXPECT_EQ(device_of_file("a-13.gpx", devices), "a");
    EXPECT_EQ(device_of_file("ab.gpx", devices), "");
    EXPECT_EQ(device_of_file("早 1.gpx", devices), "早");
    EXPECT_EQ(device_of_file("早晚.gpx", devices), "");
}

TEST_F(TrackRowsTest, nmea_without_dates_is_rejected_with_what_to_do) {
    write("walks/b-1.nmea", "$GPGGA,101300,3146.2,N,11958.2,E,1,08,1.2,10,M,0,M,,\n");
    run();
    EXPECT_EQ(report_.exit_status(), 3);
    EXPECT_NE(rejected().find("有 1 个点没有时间：只是形状，不能作为轨迹；请先用 ningyi tracks convert --day"),
              std::string::npos)
        << rejected();
    EXPECT_EQ(rejected().find("“”"), std::string::npos) << "a piece without a name has none in the message";
}

TEST_F(TrackRowsTest, files_of_tracks_become_blocks_of_whoever_carried_the_device_then) {
    write("walks/b-1_a.gpx", wire::write_gpx(walk("2026-10-03T10:00:00+08:00", 200)));
    write("walks/b-1_b.gpx", wire::write_gpx(walk("2026-10-04T10:00:00+08:00", 3)));
    write("walks/b-1x.gpx", wire::write_gpx(walk("2026-10-04T10:00:00+08:00", 2)));
    run();
    EXPECT_EQ(report_.exit_status(), 0) << rejected();
    EXPECT_EQ(fixes_of("ann").size(), 200U) << "the day of `until` is hers still";
    EXPECT_EQ(fixes_of("bob").size(), 3U);
    EXPECT_EQ(fixes_of("eve").size(), 2U);
    const track::Fix fix = fixes_of("bob")[1];
    EXPECT_EQ(fix.datum, track::Datum::gcj02) << "what the bundle says";
    EXPECT_EQ(fix.received, (geo::Place{317'701'000, 1'199'700'000}));
    EXPECT_EQ(fix.accuracy_mm, 6000U);
    EXPECT_EQ(fix.altitude_mm, 5001) << "no column has it, the file has";
    EXPECT_NE(fix.flags & track::flag_level_derived, 0U);
    ASSERT_EQ(report_.files.size(), 2U);
    EXPECT_EQ(report_.files[1].file, "walks/");
    EXPECT_EQ(report_.files[1].rows, 205U);
    EXPECT_TRUE(std::ranges::find(report_.missing, "points") == report_.missing.end());
    EXPECT_EQ(std::ranges::count(drafts_, "p.received", &log::Draft::type), 1);
}

TEST_F(TrackRowsTest, the_same_files_make_the_same_events_whichever_others_are_there) {
    write("walks/b-1_b.gpx", wire::write_gpx(walk("2026-10-04T10:00:00+08:00", 150)));
    run();
    const std::set<Id> before = ids();
    run();
    EXPECT_EQ(ids(), before);
    write("walks/b-1_a.gpx", wire::write_gpx(walk("2026-10-04T09:00:00+08:00", 50)));
    run();
    EXPECT_TRUE(std::ranges::includes(ids(), before)) << "a file more changes no event of the others";
    EXPECT_GT(ids().size(), before.size());
}

TEST_F(TrackRowsTest, an_archive_gives_the_events_of_the_folder) {
    write("walks/b-1.gpx", wire::write_gpx(walk("2026-10-04T10:00:00+08:00", 5)));
    write("points.csv", "box,at,lat,lon\nb-1,2026-10-04T12:00:00+08:00,31.77,119.97\n");
    run();
    EXPECT_EQ(fixes_of("bob").size(), 6U) << "beside the table";
    const std::set<Id> before = ids();
    std::vector<fixture::Entry> entries;
    for (const auto& [name, text] : files_) entries.push_back({.name = "district/" + name, .content = text});
    const std::string path = (folder_ / "b.zip").string();
    std::ofstream(path, std::ios::binary) << fixture::zip_of(entries);
    run(path);
    EXPECT_EQ(ids(), before);
}

TEST_F(TrackRowsTest, what_cannot_be_used_is_rejected_with_file_and_line) {
    write("walks/b-1_good.gpx", wire::write_gpx(walk("2026-10-04T10:00:00+08:00", 2)));
    write("walks/b-1_bad.gpx",
          "<gpx><trk><trkseg>\n<trkpt lat=\"x\" lon=\"1\"/>\n"
          "<trkpt lat=\"31.7\" lon=\"119.9\"><time>2026-10-04T10:00:00Z</time></trkpt>\n"
          "<trkpt lat=\"119.9\" lon=\"31.7\"><time>2026-10-04T10:00:00Z</time></trkpt>\n"
          "<trkpt lat=\"31.7\" lon=\"119.9\"/></trkseg></trk></gpx>");
    write("walks/b-1_tcx.tcx", "<TrainingCenterDatabase/>");
    write("walks/zed.gpx", wire::write_gpx(walk("2026-10-04T10:00:00+08:00", 1)));
    run();
    EXPECT_EQ(report_.exit_status(), 3);
    EXPECT_EQ(fixes_of("bob").size(), 3U);
    EXPECT_EQ(fixes_of("box:zed").size(), 1U);
    const std::string text = rejected();
    EXPECT_NE(text.find("walks/b-1_bad.gpx,2,"), std::string::npos) << text;
    EXPECT_NE(text.find("walks/b-1_bad.gpx,4,"), std::string::npos) << "the other way round: " << text;
    EXPECT_NE(text.find("shape"), std::string::npos) << text;
    EXPECT_NE(text.find("walks/b-1_tcx.tcx"), std::string::npos) << text;
    EXPECT_TRUE(std::ranges::any_of(
        report_.notices, [](const Fault& fault) { return fault.code == "W870" && fault.file == "walks/zed.gpx"; }));
}

TEST(LookUp, who_began_last_counts_and_contradictions_tell_nothing) {
    LookUp table;
    table.add("k", "a", 0, 100);
    table.add("k", "b", 50, INT64_MAX);
    table.add("k", "b", 50, INT64_MAX);
    table.add("m", "a");
    table.add("m", "b");
    EXPECT_EQ(table.value("k", 49), "a");
    EXPECT_EQ(table.value("k", 50), "b");
    EXPECT_EQ(table.value("k", 1000), "b");
    EXPECT_EQ(table.value("k", -1), "");
    EXPECT_EQ(table.value("m", 0), "");
    EXPECT_EQ(table.value("z", 0), "");
    EXPECT_EQ(table.keys(), (std::vector<std::string>{"k", "m"}));
}

}  // namespace
}  // namespace ningyi::exchange
