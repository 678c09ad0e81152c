// SPDX-License-Identifier: Apache-2.0
#include "exchange/personal_columns.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "exchange/bundle.h"
#include "exchange/rejects.h"

namespace ningyi::exchange {
namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::string> pack_files = {{"p/import/people.yaml", R"(import: people
title: {zh: 人员, en: People}
columns:
  person: {type: text, required: true}
  phone: {type: integer, min: 10000000000}
  name: {type: text, max: 4}
  age: {type: integer, max: 150}
  lat: {type: latitude}
  lon: {type: longitude}
  datum: {type: word, words: [wgs84, gcj02]}
events:
  - event: p.registered
    subject: person
    happened_at: beginning
    body:
      phone: phone
      name: {text: '{name}'}
      age: age
      home: {place: {lat: lat, lon: lon, datum: datum}}
)"}};

model::Dictionary people() {
    model::Dictionary dictionary;
    model::Entity person;
    person.name = "person";
    const auto field = [&](const char* name, int level) {
        model::Field one;
        one.name = name;
        one.level = level;
        person.fields.push_back(one);
    };
    field("phone", 3);
    field("name", 3);
    field("age", 2);
    field("home", 4);
    dictionary.entities.push_back(person);
    model::EventType registered;
    registered.name = "p.registered";
    registered.subject = "person";
    dictionary.events.push_back(registered);
    return dictionary;
}

TEST(personal_columns, a_rejected_row_does_not_repeat_what_a_protected_cell_holds) {
    auto mappings = read_mappings(pack_files);
    ASSERT_TRUE(mappings);
    mark_personal_columns(*mappings, people());
    const fs::path folder = fs::path(testing::TempDir()) / "personal_columns";
    fs::remove_all(folder);
    fs::create_directories(folder / "b");
    std::ofstream(folder / "b" / "people.csv") << "person,phone,name,age,lat,lon,datum\n"
                                                  "P1,138-0000-9999,张三,40,31.7,119.9,wgs84\n"
                                                  "P2,13800009999,欧阳某某某,40,31.7,119.9,wgs84\n"
                                                  "P3,13800009999,张三,400,31.7,119.9,wgs84\n"
                                                  "P4,13800009999,张三,40,131.7654,119.9,wgs84\n"
                                                  "P5,13800009999,张三,40,31.7,119.9,wgs48\n";
    std::ofstream(folder / "b" / "labels.csv") << "order_id,scheme\n";
    auto bundle = Bundle::open((folder / "b").string(), *mappings);
    ASSERT_TRUE(bundle) << to_text(bundle.error().front());
    const std::string path = (folder / "rejected.csv").string();
    const auto report = (*bundle)->run({.rejected_path = path}, [](std::vector<log::Draft>&&) { return true; });
    ASSERT_TRUE(report);
    EXPECT_EQ(report->rejected, 5U);
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    const std::string all = text.str();
    for (const char* secret : {"0000-9999", "阳某", "31.76"}) EXPECT_EQ(all.find(secret), std::string::npos) << all;
    for (const char* shown : {",phone,1***,", ",name,欧***,", ",age,400,", ",lat,1***,", ",datum,wgs48,"})
        EXPECT_NE(all.find(shown), std::string::npos) << shown << "\n" << all;
    for (const Fault& notice : report->notices) EXPECT_NE(notice.code, "W863") << "labels of a simulation are expected";
}

TEST(personal_columns, one_character_is_all_that_is_shown) {
    EXPECT_EQ(first_character("张三"), "张***");
    EXPECT_EQ(first_character("1"), "1***");
    EXPECT_EQ(first_character(""), "");
}

}  // namespace
}  // namespace ningyi::exchange
