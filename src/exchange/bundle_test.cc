// SPDX-License-Identifier: Apache-2.0
#include "exchange/bundle.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "exchange/archive_fixture.h"
#include "exchange/rejects.h"
#include "track/codec.h"

namespace ningyi::exchange {
namespace {

namespace fs = std::filesystem;

// Mappings of a made-up pack: nothing here depends on the packs of the project.
const std::map<std::string, std::string> pack_files = {{"p/import/visits.yaml", R"(import: visits
title: {zh: 访问, en: Visits}
required: true
key: [visit_id]
amend_by: recorded_at
columns:
  visit_id: {type: text, required: true, max: 20}
  person: {type: text}
  kind: {type: word, words: [in, out]}
  start: {type: time, required: true}
  end: {type: time}
  minutes: {type: minutes, min: 0, max: 1440}
  day: {type: date}
  recorded_at: {type: time}
  lat: {type: latitude}
  lon: {type: longitude}
  datum: {type: word, words: [wgs84, gcj02, bd09, unknown]}
  acc: {type: metres, min: 0}
events:
  - event: p.visited
    amended: p.visit_amended
    subject: visit_id
    happened_at: [end, start]
    body:
      person: person
      team: {file: people, by: person, take: team, else: {constant: none}}
      minutes: minutes
      note: {text: 'came {kind}'}
      home: {place: {lat: lat, lon: lon, datum: datum}}
      known: {datum_known: {lat: lat, lon: lon, datum: datum}}
  - event: p.came_in
    when: {kind: in}
    subject: {text: '{visit_id}|{kind}'}
    happened_at: start
    body:
      at: {fix: {at: start, lat: lat, lon: lon, datum: datum, accuracy: acc}}
checks:
  - {column: end, not_before: start}
announce: {event: p.received, subject: visits, body: {name: {constant: visits}, received: {boolean: true}}}
)"},
                                                       {"p/import/people.yaml", R"(import: people
title: {zh: 人员, en: People}
order: 10
key: [person]
columns:
  person: {type: text, required: true}
  team: {type: text}
events:
  - event: p.registered
    subject: person
    happened_at: beginning
    body: {team: team}
    require: [team]
)"},
                                                       {"p/import/points.yaml", R"(import: points
title: {zh: 点, en: Points}
order: 900
columns:
  device: {type: text, required: true}
  person: {type: text}
  at: {type: time, required: true}
  lat: {type: latitude}
  lon: {type: longitude}
  positioned: {type: boolean}
blocks:
  event: p.points
  carrier: {column: person, else: {text: 'device:{device}'}}
  device: device
  fix: {at: at, lat: lat, lon: lon, positioned: positioned}
  body: {carrier: carrier, device: device, fixes: fixes}
)"}};

const std::string info = "name: 示范区\ndistrict: '320402'\nzone: Asia/Shanghai\ndatum: wgs84\nas_of: 2025-09-01\n";

std::vector<Mapping> mappings() {
    auto read = read_mappings(pack_files);
    EXPECT_TRUE(read.has_value()) << (read ? "" : to_text(read.error().front()));
    return read ? *read : std::vector<Mapping>{};
}

class BundleTest : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() /
                  ("ningyi-bundle-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "-" +
                   testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::remove_all(folder_);
        fs::create_directories(folder_ / "b");
        write("bundle.yaml", info);
    }
    void TearDown() override { fs::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) {
        std::ofstream(folder_ / "b" / name, std::ios::binary) << text;
    }

    std::string rejected() const {
        std::ostringstream text;
        text << std::ifstream(folder_ / "rejected.csv").rdbuf();
        return text.str();
    }

    // Runs the bundle (or an archive) and keeps what came of it.
    bool run(const std::string& archive = "", std::size_t stop_after = SIZE_MAX) {
        drafts_.clear();
        faults_.clear();
        std::string path = (folder_ / "b").string();
        if (!archive.empty()) {
            path = (folder_ / "b.zip").string();
            std::ofstream(path, std::ios::binary) << archive;
        }
        auto bundle = Bundle::open(path, mappings_);
        if (!bundle) {
            faults_ = bundle.error();
            return false;
        }
        auto report = (*bundle)->run({.rejected_path = (folder_ / "rejected.csv").string(), .group = 7},
                                     [&](std::vector<log::Draft>&& group) {
                                         for (log::Draft& draft : group) drafts_.push_back(std::move(draft));
                                         return drafts_.size() < stop_after;
                                     });
        if (!report) {
            faults_ = report.error();
            return false;
        }
        report_ = *report;
        return true;
    }

    std::vector<log::Draft> of(const std::string& type) const {
        std::vector<log::Draft> found;
        for (const log::Draft& draft : drafts_) {
            if (draft.type == type) found.push_back(draft);
        }
        return found;
    }

    const FileReport& file(const std::string& mapping) const {
        for (const FileReport& one : report_.files) {
            if (one.mapping == mapping) return one;
        }
        throw std::runtime_error("no report of " + mapping);
    }

    bool notices(const std::string& code) const {
        return std::ranges::any_of(report_.notices, [&](const Fault& fault) { return fault.code == code; });
    }

    fs::path folder_;
    std::vector<Mapping> mappings_ = mappings();
    std::vector<log::Draft> drafts_;
    ImportReport report_;
    Faults faults_;
};

const std::string visits_header = "visit_id,person,kind,start,end,minutes,day,recorded_at,lat,lon,datum,acc\n";

TEST_F(BundleTest, rows_become_drafts_with_places_fixes_look_ups_and_subjects) {
    write("people.csv", "person,team\nc1,north\n");
    write("visits.csv", visits_header +
                            "v1,c1,in,2025-08-01T09:00:00+08:00,2025-08-01T10:00:00+08:00,60,2025-08-01,,31.7712345,"
                            "119.9712345,gcj02,12.5\n"
                            "v2,c2,out,2025-08-01T09:00:00+08:00,,,,,,,,\n");
    ASSERT_TRUE(run());
    EXPECT_EQ(report_.exit_status(), 0);
    ASSERT_EQ(of("p.visited").size(), 2U);
    const log::Draft visited = of("p.visited")[0];
    EXPECT_EQ(visited.subject, "v1");
    EXPECT_EQ(visited.happened_at, *parse_instant("2025-08-01T10:00:00+08:00"));
    EXPECT_EQ(visited.body.find("team")->text, "north");
    EXPECT_EQ(of("p.visited")[1].body.find("team")->text, "none");
    EXPECT_EQ(visited.body.find("minutes")->integer, 60 * minutes_ms);
    const auto& home = visited.body.find("home")->items;
    const geo::Place wgs = geo::to_wgs84({317'712'345, 1'199'712'345}, geo::Datum::gcj02);
    EXPECT_EQ(home[0].integer, wgs.lat_e7);
    EXPECT_EQ(home[2].integer, 1);
    EXPECT_EQ(home[3].integer, 317'712'345);
    EXPECT_EQ(visited.body.find("known")->integer, 1);
    EXPECT_EQ(visited.body.find("note")->text, "came in");
    EXPECT_EQ(of("p.visited")[1].body.find("home"), nullptr);
    ASSERT_EQ(of("p.came_in").size(), 1U);
    EXPECT_EQ(of("p.came_in")[0].subject, "v1|in");
    EXPECT_EQ(of("p.came_in")[0].body.find("at")->items[6].integer, 12'500);
    ASSERT_EQ(of("p.received").size(), 1U);
    EXPECT_EQ(of("p.received")[0].body.find("received")->integer, 1);
}

TEST_F(BundleTest, a_text_of_columns_none_of_which_is_filled_is_absent) {
    write("visits.csv", visits_header + "v1,c1,,2025-08-01T09:00:00+08:00,,,,,,,,\n");
    ASSERT_TRUE(run());
    ASSERT_EQ(of("p.visited").size(), 1U);
    EXPECT_EQ(of("p.visited")[0].body.find("note"), nullptr);
}

TEST_F(BundleTest, a_file_without_a_usable_row_was_not_received) {
    write("visits.csv", visits_header + "v1,c1,in,2025/08/01,,,,,,,,\n");
    ASSERT_TRUE(run());
    EXPECT_EQ(report_.rejected, 1U);
    EXPECT_TRUE(of("p.received").empty());
    write("visits.csv", visits_header);
    ASSERT_TRUE(run());
    EXPECT_EQ(of("p.received").size(), 1U);
}

TEST_F(BundleTest, rows_that_contradict_each_other_tell_nothing_to_other_files) {
    write("people.csv", "person,team\nc1,north\nc2,south\nc1,west\nc2,south\nc2,\n");
    write("visits.csv", visits_header +
                            "v1,c1,in,2025-08-01T09:00:00+08:00,,,,,,,,\n"
                            "v2,c2,in,2025-08-01T09:00:00+08:00,,,,,,,,\n");
    ASSERT_TRUE(run());
    ASSERT_EQ(of("p.visited").size(), 2U);
    EXPECT_EQ(of("p.visited")[0].body.find("team")->text, "none");
    EXPECT_EQ(of("p.visited")[1].body.find("team")->text, "south");
}

TEST_F(BundleTest, the_same_bundle_gives_the_same_ids_and_an_import_that_stopped_gives_a_part_of_them) {
    std::string visits = visits_header;
    for (int i = 0; i < 100; ++i) visits += format("v{},c1,in,2025-08-01T09:00:00+08:00,,,,,31.7,119.9,,\n", i);
    write("visits.csv", visits);
    ASSERT_TRUE(run());
    std::set<Id> first;
    for (const log::Draft& draft : drafts_) first.insert(draft.id);
    EXPECT_EQ(first.size(), drafts_.size());
    ASSERT_TRUE(run("", 20));
    EXPECT_LT(drafts_.size(), first.size());
    for (const log::Draft& draft : drafts_) EXPECT_TRUE(first.contains(draft.id));
    ASSERT_TRUE(run());
    EXPECT_EQ(drafts_.size(), first.size());
    for (const log::Draft& draft : drafts_) EXPECT_TRUE(first.contains(draft.id));
}

TEST_F(BundleTest, the_same_row_twice_is_taken_once_and_other_content_amends_by_its_record_time) {
    write("visits.csv", visits_header +
                            "v1,c9,,2025-08-01T09:00:00+08:00,,60,,2025-08-03T00:00:00+08:00,,,,\n"
                            "v1,c1,,2025-08-01T09:00:00+08:00,,50,,2025-08-02T00:00:00+08:00,,,,\n"
                            "v2,c1,,2025-08-01T09:00:00+08:00,,,,,,,,\n"
                            "v2,c1,,2025-08-01T09:00:00+08:00,,,,,,,,\n"
                            "v1,c1,,2025-08-01T09:00:00+08:00,,50,,2025-08-02T00:00:00+08:00,,,,\n");
    ASSERT_TRUE(run());
    EXPECT_EQ(report_.exit_status(), 0);
    EXPECT_EQ(file("visits").repeated, 2U);
    EXPECT_EQ(file("visits").amended, 1U);
    ASSERT_EQ(of("p.visited").size(), 2U);
    ASSERT_EQ(of("p.visit_amended").size(), 1U);
    const log::Draft amended = of("p.visit_amended")[0];
    EXPECT_EQ(amended.body.find("person")->text, "c9");
    EXPECT_EQ(amended.happened_at, *parse_instant("2025-08-03T00:00:00+08:00"));
}

TEST_F(BundleTest, rows_that_cannot_be_used_are_listed_with_what_was_expected_and_the_rest_goes_on) {
    write("visits.csv", visits_header +
                            "v1,c1,in,2025/8/1,,,,,,,,\n"
                            "v2,c1,inn,2025-08-01T09:00:00+08:00,,,01-08-2025,,,,,\n"
                            ",c1,in,2025-08-01T09:00:00+08:00,,,,,,,,\n"
                            "v4,c1,in,2025-08-01T09:00:00+08:00,2025-08-01T08:00:00+08:00,,,,,,,\n"
                            "v5,=cmd(),in,45870,,,,,,,,\n"
                            "v6,\"c1,in,2025-08-01T09:00:00+08:00,,,,,,,,\n"
                            "v7,c1,in,2025-08-01T09:00:00+08:00,,,,,,,,\n");
    ASSERT_TRUE(run());
    EXPECT_EQ(report_.exit_status(), 3);
    EXPECT_EQ(file("visits").rows, 7U);
    EXPECT_EQ(file("visits").used, 1U);
    EXPECT_EQ(file("visits").rejected, 6U);
    const std::string text = rejected();
    EXPECT_NE(text.find("visits.csv,2,start,2025/8/1,"), std::string::npos);
    EXPECT_NE(text.find("visits.csv,3,day,01-08-2025,"), std::string::npos);
    EXPECT_NE(text.find("visits.csv,3,kind,inn,"), std::string::npos);
    EXPECT_NE(text.find("visits.csv,4,visit_id,,"), std::string::npos);
    EXPECT_NE(text.find("visits.csv,5,end,"), std::string::npos);
    EXPECT_NE(text.find("Excel 日期序号"), std::string::npos);
    EXPECT_NE(text.find("visits.csv,7,4,"), std::string::npos);
    EXPECT_NE(text.find("引号没有闭合"), std::string::npos);
}

TEST_F(BundleTest, swapped_zero_and_half_coordinates_are_found) {
    write("visits.csv", visits_header +
                            "v1,c1,in,2025-08-01T09:00:00+08:00,,,,,119.97,31.77,,\n"
                            "v2,c1,in,2025-08-01T09:00:00+08:00,,,,,80.5,41.2,,\n"
                            "v3,c1,in,2025-08-01T09:00:00+08:00,,,,,0,0,,\n"
                            "v4,c1,in,2025-08-01T09:00:00+08:00,,,,,31.77,,,\n"
                            "v5,c1,in,2025-08-01T09:00:00+08:00,,,,,41.2,80.5,,\n");
    ASSERT_TRUE(run());
    EXPECT_EQ(file("visits").rejected, 3U);
    EXPECT_EQ(file("visits").positions_left_out, 1U);
    EXPECT_TRUE(notices("W868"));
    EXPECT_EQ(of("p.came_in").size(), 2U);
    EXPECT_EQ(of("p.came_in")[0].body.find("at"), nullptr);
    EXPECT_NE(of("p.came_in")[1].body.find("at"), nullptr);
    const std::string text = rejected();
    EXPECT_NE(text.find("是否填反"), std::string::npos);
    EXPECT_NE(text.find("经纬度填反：对调后在中国境内"), std::string::npos);
    EXPECT_NE(text.find("同时填写或同时留空"), std::string::npos);
}

TEST_F(BundleTest, mixed_datums_unknown_columns_gbk_and_files_without_rows_are_noticed) {
    write("visits.csv",
          "visit_id,start,lat,lon,datum,weather\nv1,2025-08-01T09:00:00+08:00,31.7,119.9,gcj02,sunny\nv2,2025-08-01T09:"
          "00:00+08:00,31.7,119.9,,rain\n");
    write("people.csv", "person,team\n");
    write("other.csv", "x\n1\n");
    ASSERT_TRUE(run());
    EXPECT_EQ(report_.exit_status(), 0);
    EXPECT_TRUE(notices("W867"));
    EXPECT_TRUE(notices("W865"));
    EXPECT_TRUE(notices("W866"));
    EXPECT_TRUE(notices("W863"));
    EXPECT_EQ(file("visits").datums, (std::array<std::uint64_t, 4>{1, 1, 0, 0}));
    EXPECT_EQ(file("visits").unknown_columns, std::vector<std::string>{"weather"});
    EXPECT_EQ(report_.missing, std::vector<std::string>{"points"});
    write("people.csv", "person,team\nc1,\xB1\xB1\n");
    ASSERT_TRUE(run());
    EXPECT_TRUE(notices("W861"));
    EXPECT_EQ(of("p.registered")[0].body.find("team")->text, "北");
}

TEST_F(BundleTest, a_field_that_a_rule_requires_and_no_file_has_rejects_the_row) {
    write("visits.csv", visits_header + "v1,c1,,2025-08-01T09:00:00+08:00,,,,,,,,\n");
    write("people.csv", "person,team\nc1,\n");
    ASSERT_TRUE(run());
    EXPECT_EQ(report_.exit_status(), 3);
    EXPECT_EQ(file("people").rejected, 1U);
    EXPECT_NE(rejected().find("people.csv,2,team,"), std::string::npos);
}

TEST_F(BundleTest, times_may_be_milliseconds_in_a_column_ending_in_ms) {
    write("visits.csv", "visit_id,start_ms\nv1,1754010000123\nv2,17540100001234567\n");
    ASSERT_TRUE(run());
    ASSERT_EQ(of("p.visited").size(), 1U);
    EXPECT_EQ(of("p.visited")[0].happened_at.ms, 1'754'010'000'123);
    EXPECT_NE(rejected().find("visits.csv,3,start_ms,"), std::string::npos);
}

TEST_F(BundleTest, missing_files_and_columns_and_double_columns_make_a_file_unusable) {
    EXPECT_FALSE(run());
    EXPECT_EQ(faults_.at(0).code, "E852");
    EXPECT_NE(faults_.at(0).zh.find("visits.csv"), std::string::npos);
    write("visits.csv", "visit_id,strt\nv1,x\n");
    EXPECT_FALSE(run());
    EXPECT_EQ(faults_.at(0).code, "E855");
    EXPECT_NE(faults_.at(0).zh.find("“start”；是“strt”吗？"), std::string::npos);
    write("visits.csv", "");
    EXPECT_FALSE(run());
    EXPECT_EQ(faults_.at(0).code, "E802");
    write("visits.csv", "visit_id,start\nv1,2025-08-01T09:00:00+08:00\n");
    write("people.csv", "person;team\nc1;x\n");
    ASSERT_TRUE(run());
    EXPECT_EQ(report_.exit_status(), 2);
    EXPECT_EQ(report_.unusable.at(0).code, "E805");
    EXPECT_EQ(of("p.visited").size(), 1U);
}

TEST_F(BundleTest, a_wrong_bundle_yaml_and_a_path_that_is_none_are_named_with_their_place) {
    write("visits.csv", visits_header);
    write("bundle.yaml", "name: x\nzone: Asia/Nowhere\ndatum: mars\n");
    EXPECT_FALSE(run());
    ASSERT_GE(faults_.size(), 2U);
    EXPECT_EQ(faults_[0].file, "bundle.yaml");
    EXPECT_GT(faults_[0].line, 0);
    EXPECT_FALSE(Bundle::open((folder_ / "nothing").string(), mappings_).has_value());
}

TEST_F(BundleTest, an_archive_gives_the_same_drafts_as_the_folder) {
    const std::string visits = visits_header + "v1,c1,in,2025-08-01T09:00:00+08:00,,,,,31.7,119.9,,\n";
    write("visits.csv", visits);
    ASSERT_TRUE(run());
    const auto first = drafts_;
    ASSERT_TRUE(run(
        fixture::zip_of({{"示范区/bundle.yaml", info}, {"示范区/visits.csv", visits}, {"__MACOSX/visits.csv", "x"}})));
    ASSERT_EQ(drafts_.size(), first.size());
    for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(drafts_[i].id, first[i].id);
}

TEST_F(BundleTest, a_bundle_given_twice_in_one_archive_is_refused) {
    const std::string visits = visits_header + "v1,c1,in,2025-08-01T09:00:00+08:00,,,,,,,,\n";
    EXPECT_FALSE(run(fixture::zip_of({{"a/visits.csv", visits}, {"b/visits.csv", visits}})));
    EXPECT_EQ(faults_.at(0).code, "E853");
    EXPECT_NE(faults_.at(0).zh.find("放了两次"), std::string::npos);
}

TEST_F(BundleTest, a_bomb_and_a_cut_archive_are_refused) {
    EXPECT_FALSE(run(fixture::zip_of({fixture::bomb("visits.csv", 1 + 258 * 40'000)})));
    const std::string zip = fixture::zip_of({{"visits.csv", visits_header}});
    EXPECT_FALSE(run(zip.substr(0, zip.size() - 5)));
    EXPECT_EQ(faults_.at(0).code, "E821");
}

TEST_F(BundleTest, points_become_blocks_of_one_carrier_device_and_day_that_decode_to_the_same_fixes) {
    write("visits.csv", visits_header);
    std::string points = "device,person,at,lat,lon\n";
    for (int i = 0; i < 300; ++i)
        points += format("d1,c1,{},31.77{:05d},119.97\n", to_text(Instant{1'754'000'000'000 + i * 10'000}, 480), i);
    points += "d2,,2025-08-01T23:59:55+08:00,31.7,119.9\nd2,,2025-08-02T00:00:05+08:00,31.7,119.9\n";
    write("points.csv", points);
    ASSERT_TRUE(run());
    const auto blocks = of("p.points");
    ASSERT_EQ(blocks.size(), 5U);
    std::size_t total = 0;
    for (const log::Draft& block : blocks) {
        const auto fixes = track::decode(block.body.find("fixes")->text);
        ASSERT_TRUE(fixes.has_value());
        total += fixes->size();
        EXPECT_EQ(block.happened_at, fixes->back().at);
        EXPECT_EQ(block.subject, block.body.find("carrier")->text);
    }
    EXPECT_EQ(total, 302U);
    EXPECT_EQ(track::decode(blocks[0].body.find("fixes")->text)->at(5).place, (geo::Place{317'700'005, 1'199'700'000}));
    EXPECT_EQ(std::ranges::count_if(blocks, [](const log::Draft& block) { return block.subject == "device:d2"; }), 2);
}

TEST_F(BundleTest, a_sign_of_life_without_a_position_is_a_fix_that_says_so) {
    write("visits.csv", visits_header);
    write("points.csv",
          "device,person,at,lat,lon,positioned\n"
          "d1,c1,2025-08-01T09:00:00+08:00,31.77,119.97,yes\n"
          "d1,c1,2025-08-01T09:01:00+08:00,,,no\n"
          "d1,c1,2025-08-01T09:02:00+08:00,31.78,119.97,no\n"
          "d1,c1,2025-08-01T09:03:00+08:00,31.77,119.97,\n"
          "d1,c1,2025-08-01T09:04:00+08:00,,,\n");
    ASSERT_TRUE(run());
    const auto blocks = of("p.points");
    ASSERT_EQ(blocks.size(), 1U);
    const auto fixes = track::decode(blocks[0].body.find("fixes")->text);
    ASSERT_TRUE(fixes.has_value());
    ASSERT_EQ(fixes->size(), 4U) << "the last row has neither a position nor says so: it is rejected";
    for (std::size_t i = 0; i < fixes->size(); ++i) {
        const bool is_silent = i == 1 || i == 2;
        EXPECT_EQ((fixes->at(i).flags & track::flag_not_positioned) != 0, is_silent) << i;
        EXPECT_EQ(fixes->at(i).place == geo::Place{}, is_silent) << i;
    }
}

TEST_F(BundleTest, a_file_of_fixes_without_a_column_of_coordinates_cannot_be_used) {
    write("visits.csv", visits_header);
    write("points.csv", "device,person,at,lat,positioned\nd1,c1,2025-08-01T09:00:00+08:00,31.77,yes\n");
    run();
    EXPECT_TRUE(std::ranges::any_of(report_.unusable, [](const Fault& fault) { return fault.code == "E855"; }));
}

TEST(Rejects, a_disk_that_is_full_is_a_machine_failure) {
    if (!fs::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full here";
    Rejects rejects("/dev/full");
    const auto fill = [&] {
        for (int i = 0; i < 10'000; ++i)
            rejects.add(Reject{.file = "orders.csv", .line = i, .column = "at", .value = "x"});
        rejects.finish();
    };
    EXPECT_THROW(fill(), MachineError);
}

TEST(Rejects, long_values_are_cut_and_bytes_that_are_no_character_are_replaced) {
    EXPECT_EQ(cut("护理员甲", 3), "护理员…");
    EXPECT_EQ(cut("\xFFx", 120), "\xEF\xBF\xBDx");
}

TEST(Mappings, every_fault_is_reported_with_its_place) {
    const auto mapping = read_mapping(
        "import: x\ntitle: {zh: 甲, en: A}\ncolumns:\n  a: {type: text}\n  b: {type: tme}\nevents:\n  - event: p.x\n   "
        " subject: aa\n    happened_at: a\n    body: {f: c}\n    require: [g]\nsurplus: 1\n",
        "p/import/x.yaml", "p");
    ASSERT_FALSE(mapping.has_value());
    std::set<int> lines;
    for (const Fault& fault : mapping.error()) {
        EXPECT_EQ(fault.file, "p/import/x.yaml");
        lines.insert(fault.line);
    }
    for (const int line : {5, 8, 9, 10, 12}) EXPECT_TRUE(lines.contains(line)) << line;
}

TEST(Mappings, the_mappings_of_the_packs_of_this_project_are_right) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator("packs")) {
        const std::string path = fs::relative(entry.path(), "packs").generic_string();
        if (path.find("/import/") == std::string::npos || !path.ends_with(".yaml")) continue;
        std::ostringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        files[path] = text.str();
    }
    const auto read = read_mappings(files);
    ASSERT_TRUE(read.has_value()) << to_text(read.error().front());
    EXPECT_GE(read->size(), 15U);
    EXPECT_EQ(std::ranges::count_if(*read, [](const Mapping& mapping) { return mapping.required; }), 1);
}

}  // namespace
}  // namespace ningyi::exchange
