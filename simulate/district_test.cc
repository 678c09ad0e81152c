// SPDX-License-Identifier: Apache-2.0
#include "simulate/district.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "geo/place.h"
#include "geo/plane.h"
#include "gtest/gtest.h"

namespace ningyi::simulate {
namespace {

using Row = std::map<std::string, std::string>;

class Folder {
public:
    explicit Folder(const std::string& name) : path_(testing::TempDir() + "simulate_district_" + name) {
        std::filesystem::remove_all(path_);
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

Options sized(const Folder& folder, std::int64_t orders) {
    Options options;
    options.orders = orders;
    options.folder = folder.path();
    return options;
}

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::map<std::string, std::string> files_of(const Folder& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        files[entry.path().filename().string()] = bytes_of(entry.path().string());
    }
    return files;
}

// A plain reader of RFC 4180, for what is written here: no line end inside a field.
std::vector<std::string> fields_of(const std::string& line) {
    std::vector<std::string> fields(1);
    bool is_quoted = false;
    for (const char c : line) {
        if (c == '"') {
            is_quoted = !is_quoted;
        } else if (c == ',' && !is_quoted) {
            fields.emplace_back();
        } else {
            fields.back() += c;
        }
    }
    return fields;
}

struct Table {
    std::vector<std::string> heads;
    std::vector<Row> rows;
    std::size_t ragged = 0;  // rows with another number of fields than the head
};

Table table_of(const Folder& folder, const std::string& name) {
    Table table;
    std::istringstream text(bytes_of(folder.path() + "/" + name));
    std::string line;
    while (std::getline(text, line)) {
        std::vector<std::string> fields = fields_of(line);
        if (table.heads.empty()) {
            table.heads = fields;
            continue;
        }
        if (fields.size() != table.heads.size()) {
            ++table.ragged;
            continue;
        }
        Row row;
        for (std::size_t n = 0; n < fields.size(); ++n) row[table.heads[n]] = fields[n];
        table.rows.push_back(std::move(row));
    }
    return table;
}

std::map<std::string, Row> rows_by(const Table& table, const std::string& key) {
    std::map<std::string, Row> rows;
    for (const Row& row : table.rows) rows[row.at(key)] = row;
    return rows;
}

double number(const Row& row, const std::string& column) {
    return std::strtod(row.at(column).c_str(), nullptr);
}

Instant instant(const Row& row, const std::string& column) {
    const std::optional<Instant> found = parse_instant(row.at(column));
    EXPECT_TRUE(found.has_value()) << column << ": " << row.at(column);
    return found.value_or(Instant{});
}

geo::Place place(const Row& row) {
    return geo::place_of_degrees(number(row, "lat"), number(row, "lon"));
}

TEST(District, the_same_seed_gives_the_same_bytes_and_another_seed_others) {
    const Folder one("one");
    const Folder two("two");
    const Folder other("other");
    ASSERT_TRUE(write_district(sized(one, 150)));
    ASSERT_TRUE(write_district(sized(two, 150)));
    Options different = sized(other, 150);
    different.seed = 8;
    ASSERT_TRUE(write_district(different));
    const auto first = files_of(one);
    EXPECT_EQ(first.size(), 33U);
    EXPECT_EQ(first, files_of(two));
    EXPECT_NE(first.at("orders.csv"), files_of(other).at("orders.csv"));
    EXPECT_NE(first.at("fixes.csv"), files_of(other).at("fixes.csv"));
}

TEST(District, leaving_out_the_fixes_changes_nothing_else) {
    const Folder with("with");
    const Folder without("without");
    ASSERT_TRUE(write_district(sized(with, 120)));
    Options options = sized(without, 120);
    options.without_fixes = true;
    ASSERT_TRUE(write_district(options));
    auto files = files_of(with);
    EXPECT_EQ(files.erase("fixes.csv"), 1U);
    EXPECT_EQ(files, files_of(without));
}

TEST(District, every_file_has_the_columns_of_the_bundle) {
    const std::map<std::string, std::set<std::string>> known = {
        {"agencies.csv", {"agency_id", "name", "uscc", "lat", "lon", "datum", "phone"}},
        {"caregivers.csv",
         {"caregiver_id", "agency_id", "name", "id_number", "phone", "address", "home_lat", "home_lon", "datum",
          "certificate", "valid_to", "team_id", "account"}},
        {"elders.csv",
         {"elder_id", "name", "id_number", "household_id", "address", "lat", "lon", "datum", "area", "street",
          "contact_phone", "contact_kind", "photo_consent", "account", "born_on"}},
        {"items.csv",
         {"item", "name_zh", "name_en", "mode", "reference_minutes", "price_fen", "unit", "evidence", "night",
          "least_gap_minutes"}},
        {"entitlements.csv", {"elder_id", "item", "from", "to", "minutes_per_month", "level"}},
        {"assessments.csv", {"elder_id", "level", "assessed_on", "valid_to", "assessor_id"}},
        {"deaths.csv", {"elder_id", "died_on", "recorded_at"}},
        {"stays.csv", {"elder_id", "kind", "purpose", "from", "to", "recorded_at"}},
        {"other_visits.csv", {"visit_id", "elder_id", "programme", "provider", "start", "end"}},
        {"presences.csv", {"caregiver_id", "kind", "from", "to", "clocked"}},
        {"leaves.csv", {"caregiver_id", "from", "to", "cancelled"}},
        {"family_carers.csv", {"caregiver_id", "elder_id", "from", "to"}},
        {"clocks.csv", {"reading_id", "device_id", "boot_id", "device_at", "server_at", "gps_at", "running_ms"}},
        {"orders.csv", {"order_id",       "agency_id",     "caregiver_id",    "elder_id",      "item",
                        "mode",           "planned_start", "planned_minutes", "service_start", "service_end",
                        "billed_minutes", "pay_fen",       "status",          "device_id",     "recorded_at",
                        "entered",        "edited_at",     "edit_reason",     "fund",          "dispatched_by"}},
        {"checkins.csv",
         {"order_id", "kind", "at", "lat", "lon", "acc_m", "level", "datum", "provider", "mock", "device_id",
          "recorded_at", "method"}},
        {"fixes.csv",
         {"device_id", "caregiver_id", "order_id", "at_ms", "lat", "lon", "acc_m", "level", "provider", "mock",
          "speed_mps", "positioned", "recorded_at_ms"}},
        {"devices.csv", {"device_id", "caregiver_id", "from", "to", "platform", "app_version"}},
        {"outages.csv", {"from", "to", "area", "agency_id", "why"}},
        {"evidence.csv",
         {"order_id", "kind", "sha256", "phash", "at", "lat", "lon", "datum", "signer", "strokes", "token_order"}},
        {"callbacks.csv", {"order_id", "at", "answer", "by"}},
        {"ratings.csv", {"order_id", "at", "rating", "device_id"}},
        {"care_plans.csv", {"elder_id", "item", "from", "to"}},
        {"payments.csv",
         {"payment_id", "fund", "order_id", "elder_id", "service_start", "service_end", "amount_fen", "paid_at",
          "cofunding", "payee", "account", "authorisation"}},
        {"statements.csv", {"agency_id", "from", "until", "frozen_at"}},
        {"adjustments.csv", {"adjustment_id", "order_id", "at"}},
        {"duties.csv", {"staff_id", "caregiver_id", "duty"}},
        {"prices.csv", {"item", "from", "to", "price_fen", "unit"}},
        {"meal_points.csv", {"meal_point_id", "name"}},
        {"meal_months.csv", {"meal_point_id", "month", "meals", "claimed_at"}},
        {"assessors.csv", {"assessor_id", "name", "clientele"}},
        {"assessor_fees.csv", {"assessor_id", "elder_id", "assessed_on", "severe", "billed_at"}},
        {"labels.csv", {"order_id", "scheme", "rule", "expected"}}};
    const Folder folder("columns");
    ASSERT_TRUE(write_district(sized(folder, 250)));
    for (const auto& [name, columns] : known) {
        const Table table = table_of(folder, name);
        EXPECT_EQ(std::set<std::string>(table.heads.begin(), table.heads.end()), columns) << name;
        EXPECT_EQ(table.ragged, 0U) << name;
        const std::set<std::string> may_be_empty = {"adjustments.csv",  "deaths.csv", "stays.csv",
                                                    "presences.csv",    "leaves.csv", "other_visits.csv",
                                                    "family_carers.csv"};
        if (!may_be_empty.contains(name)) {
            EXPECT_FALSE(table.rows.empty()) << name;
        }
    }
    for (const Row& row : table_of(folder, "orders.csv").rows) {
        for (const char* column : {"planned_start", "service_start", "service_end", "recorded_at"})
            instant(row, column);
        EXPECT_LT(instant(row, "service_start"), instant(row, "service_end")) << row.at("order_id");
        EXPECT_LE(instant(row, "service_end"), instant(row, "recorded_at")) << row.at("order_id");
    }
    EXPECT_TRUE(is_utf8(bytes_of(folder.path() + "/elders.csv")));
    EXPECT_NE(bytes_of(folder.path() + "/bundle.yaml").find("\ndatum: wgs84\n"), std::string::npos);
}

TEST(District, has_exactly_the_orders_asked_for_whatever_the_size_and_the_days) {
    for (const auto& [orders, days] :
         {std::pair{1, 28}, {7, 7}, {49, 28}, {333, 10}, {2001, 28}, {500, 366}, {900, 7}, {2300, 60}}) {
        const Folder folder("sizes");
        Options options = sized(folder, orders);
        options.days = days;
        options.without_fixes = true;
        const Result<Summary> summary = write_district(options);
        ASSERT_TRUE(summary);
        EXPECT_EQ(summary->orders, orders);
        EXPECT_EQ(table_of(folder, "orders.csv").rows.size(), static_cast<std::size_t>(orders)) << days << " days";
    }
}

// The district of the demonstration, without its fixes: read once, looked at from several sides.
class Demonstration : public testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = new Folder("demonstration");
        Options options = sized(*folder_, 2000);
        options.without_fixes = true;
        summary_ = new Summary(write_district(options).value());
        orders_ = new Table(table_of(*folder_, "orders.csv"));
        labels_ = new Table(table_of(*folder_, "labels.csv"));
        elders_ = new std::map<std::string, Row>(rows_by(table_of(*folder_, "elders.csv"), "elder_id"));
    }
    static void TearDownTestSuite() {
        delete elders_;
        delete labels_;
        delete orders_;
        delete summary_;
        delete folder_;
    }
    static Folder* folder_;
    static Summary* summary_;
    static Table* orders_;
    static Table* labels_;
    static std::map<std::string, Row>* elders_;
};
Folder* Demonstration::folder_ = nullptr;
Summary* Demonstration::summary_ = nullptr;
Table* Demonstration::orders_ = nullptr;
Table* Demonstration::labels_ = nullptr;
std::map<std::string, Row>* Demonstration::elders_ = nullptr;

TEST_F(Demonstration, has_the_size_of_a_district) {
    EXPECT_EQ(summary_->agencies, 8);
    EXPECT_EQ(summary_->caregivers, 40);
    EXPECT_EQ(summary_->elders, 250);
    EXPECT_EQ(summary_->orders, 2000);
}

TEST_F(Demonstration, every_label_names_something_that_exists) {
    const auto orders = rows_by(*orders_, "order_id");
    const auto agencies = rows_by(table_of(*folder_, "agencies.csv"), "agency_id");
    const auto readings = rows_by(table_of(*folder_, "clocks.csv"), "reading_id");
    const auto payments = rows_by(table_of(*folder_, "payments.csv"), "payment_id");
    const auto assessors = rows_by(table_of(*folder_, "assessors.csv"), "assessor_id");
    std::set<std::string> claims;
    for (const Row& row : table_of(*folder_, "meal_months.csv").rows) {
        claims.insert(row.at("meal_point_id") + '|' + row.at("month"));
    }
    const auto is_entry = [](const std::string& id) {
        return id.starts_with("elder|") && elders_->contains(id.substr(6));
    };
    const std::set<std::string> expected = {"hit", "clear", "exempt", "inconclusive", "any"};
    std::set<std::string> seen;
    for (const Row& label : labels_->rows) {
        const std::string& id = label.at("order_id");
        EXPECT_TRUE(orders.contains(id) || elders_->contains(id) || agencies.contains(id) || readings.contains(id) ||
                    payments.contains(id) || assessors.contains(id) || claims.contains(id) || is_entry(id))
            << id;
        EXPECT_TRUE(expected.contains(label.at("expected"))) << label.at("expected");
        const std::string& rule = label.at("rule");
        EXPECT_TRUE((rule == "*" && label.at("expected") == "any") || rule.size() == 9 || rule == "ML-ME-07" ||
                    rule == "IS-IN-08")
            << rule;
        EXPECT_TRUE(seen.insert(id + label.at("scheme") + rule).second)
            << id << ' ' << label.at("scheme") << ' ' << rule;
    }
}

TEST_F(Demonstration, no_label_contradicts_another) {
    std::map<std::pair<std::string, std::string>, std::string> said;
    for (const Row& label : labels_->rows) {
        const auto [found, is_new] =
            said.emplace(std::pair{label.at("order_id"), label.at("rule")}, label.at("expected"));
        EXPECT_TRUE(is_new || (found->second == "hit") == (label.at("expected") == "hit"))
            << label.at("order_id") << ' ' << label.at("rule");
    }
}

TEST_F(Demonstration, every_scheme_occurs_and_none_is_frequent) {
    for (const char* scheme : {"S1",
                               "S2",
                               "S3",
                               "S4",
                               "S5",
                               "S6",
                               "S7",
                               "S8",
                               "S9",
                               "S10",
                               "S12",
                               "S13",
                               "own_flat",
                               "too_short",
                               "overlap",
                               "over_grant",
                               "far_next",
                               "long_day",
                               "no_check_out",
                               "inpatient",
                               "old_assessment",
                               "wrong_price",
                               "thin_evidence",
                               "split",
                               "two_programmes",
                               "off_plan",
                               "urgent",
                               "paid_twice",
                               "late_edit",
                               "adjusted",
                               "stand_in",
                               "rating_ring",
                               "photo_elsewhere",
                               "near_photo",
                               "same_kitchen",
                               "one_visit",
                               "refuses_photos",
                               "stamp",
                               "village_line",
                               "closed_pair",
                               "bad_certificate",
                               "drift",
                               "high_rise",
                               "basement",
                               "errand",
                               "two_person",
                               "new_phone",
                               "wrong_point",
                               "replay",
                               "replay_other",
                               "silent",
                               "home_town",
                               "bus",
                               "team",
                               "swapped",
                               "dense",
                               "cell_jump",
                               "asleep",
                               "repeated",
                               "retried",
                               "even",
                               "punctual",
                               "odd_hour",
                               "late_upload",
                               "no_network",
                               "make_up",
                               "resident",
                               "respite",
                               "lapsed",
                               "renewed",
                               "renewing",
                               "two_insured",
                               "meal_drop",
                               "nurse",
                               "next_programme",
                               "second_job",
                               "swapped_shift",
                               "leave_cancelled",
                               "related",
                               "family_carer"}) {
        const std::int64_t orders = summary_->orders_of_scheme[scheme];
        EXPECT_GE(orders, 3) << scheme;
        EXPECT_LE(orders, scheme == std::string("drift") ? 140 : 80) << scheme;
    }
    std::set<std::string> wrong;
    for (const Row& label : labels_->rows) {
        if (label.at("expected") == "hit") wrong.insert(label.at("order_id"));
    }
    EXPECT_GE(wrong.size(), 200U);
    EXPECT_LE(wrong.size(), 600U) << "seven orders in ten are honest";
}

TEST_F(Demonstration, nobody_in_it_can_be_a_real_person) {
    std::size_t broken = 0;
    for (const auto& [id, elder] : *elders_) {
        const std::string& number = elder.at("id_number");
        ASSERT_EQ(number.size(), 18U);
        EXPECT_EQ(number.substr(0, 6), "990402");
        const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
        int sum = 0;
        for (std::size_t n = 0; n < 17; ++n) sum += weights[n] * (number[n] - '0');
        if (number[17] != "10X98765432"[sum % 11]) ++broken;
        EXPECT_EQ(elder.at("contact_phone").substr(0, 3), "100");
    }
    EXPECT_EQ(broken, 2U) << "two identity numbers are wrong on purpose";
}

TEST_F(Demonstration, couples_are_served_in_one_household_and_really_overlap) {
    const auto orders = rows_by(*orders_, "order_id");
    std::size_t pairs = 0;
    for (const Row& label : labels_->rows) {
        if (label.at("scheme") != "S10" || label.at("expected") != "exempt") continue;
        const Row& later = orders.at(label.at("order_id"));
        const bool has_partner = std::any_of(orders_->rows.begin(), orders_->rows.end(), [&](const Row& order) {
            return order.at("caregiver_id") == later.at("caregiver_id") &&
                   order.at("elder_id") != later.at("elder_id") &&
                   instant(order, "service_start") < instant(later, "service_start") &&
                   instant(later, "service_start").ms + 10 * minutes_ms < instant(order, "service_end").ms &&
                   elders_->at(order.at("elder_id")).at("household_id") ==
                       elders_->at(later.at("elder_id")).at("household_id");
        });
        EXPECT_TRUE(has_partner) << label.at("order_id");
        ++pairs;
    }
    EXPECT_GE(pairs, 5U);
}

TEST_F(Demonstration, orders_after_a_death_are_labelled_and_those_before_are_not) {
    const auto deaths = rows_by(table_of(*folder_, "deaths.csv"), "elder_id");
    EXPECT_EQ(deaths.size(), 2U);
    const auto orders = rows_by(*orders_, "order_id");
    std::size_t after = 0;
    for (const Row& label : labels_->rows) {
        if (label.at("scheme") != "S8") continue;
        const Row& order = orders.at(label.at("order_id"));
        const Row& death = deaths.at(order.at("elder_id"));
        const bool is_after = order.at("service_start").substr(0, 10) > death.at("died_on");
        EXPECT_EQ(label.at("expected"), is_after ? "hit" : "clear");
        EXPECT_GE(instant(death, "recorded_at").ms - parse_date(death.at("died_on"))->days * days_ms, 19 * days_ms);
        after += is_after ? 1 : 0;
    }
    EXPECT_GE(after, 8U);
}

TEST_F(Demonstration, one_agency_reports_in_another_datum) {
    const auto orders = rows_by(*orders_, "order_id");
    std::size_t far = 0;
    std::size_t wrong = 0;
    for (const Row& check_in : table_of(*folder_, "checkins.csv").rows) {
        if (check_in.at("kind") != "in" || check_in.at("lat").empty()) continue;
        const Row& order = orders.at(check_in.at("order_id"));
        if (order.at("agency_id") != "A08") continue;
        const double metres = geo::distance_m(place(check_in), place(elders_->at(order.at("elder_id"))));
        far += metres > 380 && metres < 640 ? 1 : 0;
        ++wrong;
    }
    EXPECT_EQ(far, wrong);
    EXPECT_EQ(wrong, 100U);
}

TEST_F(Demonstration, browsers_state_a_radius_of_95_percent_and_know_no_mock_flag) {
    const auto devices = rows_by(table_of(*folder_, "devices.csv"), "device_id");
    std::set<std::string> levels;
    for (const Row& check_in : table_of(*folder_, "checkins.csv").rows) {
        if (check_in.at("lat").empty()) continue;
        const bool is_browser = devices.at(check_in.at("device_id")).at("platform") == "browser";
        EXPECT_EQ(check_in.at("level"), is_browser ? "p95" : "p68");
        EXPECT_EQ(check_in.at("mock") == "unknown", is_browser);
        levels.insert(check_in.at("level"));
    }
    EXPECT_EQ(levels.size(), 2U);
}

TEST(HonestDistrict, travel_between_orders_is_feasible_and_nobody_is_in_two_places) {
    const Folder folder("honest");
    Options options = sized(folder, 2000);
    options.honest_only = true;
    options.without_fixes = true;
    ASSERT_TRUE(write_district(options));
    const auto elders = rows_by(table_of(folder, "elders.csv"), "elder_id");
    for (const Row& label : table_of(folder, "labels.csv").rows) {
        if (label.at("expected") == "hit") {
            EXPECT_TRUE(label.at("rule") == "FI-LOC-16" || label.at("rule") == "FI-LOC-17") << label.at("rule");
        }
    }
    const Row* before = nullptr;
    const Table orders = table_of(folder, "orders.csv");
    for (const Row& order : orders.rows) {  // by caregiver and start
        if (before != nullptr && before->at("caregiver_id") == order.at("caregiver_id")) {
            const Row& here = elders.at(before->at("elder_id"));
            const Row& there = elders.at(order.at("elder_id"));
            const auto gap_s =
                static_cast<double>(instant(order, "service_start").ms - instant(*before, "service_end").ms) / 1000;
            if (gap_s < 0) {
                EXPECT_EQ(here.at("household_id"), there.at("household_id")) << order.at("order_id");
            } else {
                EXPECT_LE(geo::distance_m(place(here), place(there)), 7 * gap_s + 200) << order.at("order_id");
            }
        }
        before = &order;
    }
}

TEST(Fixes, come_every_few_seconds_around_a_visit_with_a_few_lost) {
    const Folder folder("fixes");
    const Result<Summary> summary = write_district(sized(folder, 200));
    ASSERT_TRUE(summary);
    const double each = static_cast<double>(summary->fixes) / static_cast<double>(summary->orders);
    EXPECT_GT(each, 330);
    EXPECT_LT(each, 440);

    std::map<std::string, Row> orders = rows_by(table_of(folder, "orders.csv"), "order_id");
    std::map<std::string, std::int64_t> last;
    std::size_t near = 0;
    std::size_t counted = 0;
    const auto elders = rows_by(table_of(folder, "elders.csv"), "elder_id");
    const Table fixes = table_of(folder, "fixes.csv");
    for (const Row& fix : fixes.rows) {
        const std::int64_t at = to_integer(fix.at("at_ms")).value();
        std::int64_t& before = last[fix.at("device_id")];
        EXPECT_GT(at, before) << fix.at("order_id");
        before = at;
        const Row& order = orders.at(fix.at("order_id"));
        EXPECT_GE(at, instant(order, "service_start").ms - 10 * minutes_ms);
        EXPECT_LE(at, instant(order, "service_end").ms + 10 * minutes_ms);
        if (fix.at("positioned") == "no") continue;
        if (at > instant(order, "service_start").ms && at < instant(order, "service_end").ms) {
            near += geo::distance_m(place(fix), place(elders.at(order.at("elder_id")))) < 100 ? 1 : 0;
            ++counted;
        }
    }
    EXPECT_GT(near * 100, counted * 75) << "most of an honest visit is at home";
}

TEST(Options, out_of_range_are_refused_in_two_languages) {
    Options options;
    options.orders = 0;
    options.days = 3;
    const Result<Summary> summary = write_district(options);
    ASSERT_FALSE(summary);
    EXPECT_EQ(summary.error().size(), 3U) << "orders, days and the missing folder";
    for (const Fault& fault : summary.error()) {
        EXPECT_FALSE(fault.zh.empty());
        EXPECT_FALSE(fault.en.empty());
    }
}

TEST(Options, a_folder_that_is_a_file_is_a_fault) {
    const Folder folder("blocked");
    std::ofstream(folder.path()) << "not a folder";
    const Result<Summary> summary = write_district(sized(folder, 10));
    ASSERT_FALSE(summary);
    EXPECT_EQ(summary.error()[0].code, "E712");
}

TEST(Options, a_full_disk_is_a_machine_error) {
    if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no device here that is always full";
    const Folder folder("full");
    std::filesystem::create_directories(folder.path());
    std::filesystem::create_symlink("/dev/full", folder.path() + "/orders.csv");
    EXPECT_THROW((void)write_district(sized(folder, 10)), MachineError);
}

TEST(Progress, only_grows) {
    const Folder folder("progress");
    Options options = sized(folder, 1500);
    options.without_fixes = true;
    std::vector<double> shares;
    options.progress = [&shares](double share) { shares.push_back(share); };
    ASSERT_TRUE(write_district(options));
    EXPECT_FALSE(shares.empty());
    EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
    EXPECT_LE(shares.back(), 1.0);
}

TEST_F(Demonstration, pushed_meal_points_end_their_year_just_above_a_tier) {
    std::map<std::string, int> until;  // by claim, with those of the same year before
    std::map<std::string, int> sum;
    for (const Row& row : table_of(*folder_, "meal_months.csv").rows) {
        int& meals = sum[row.at("meal_point_id") + row.at("month").substr(0, 4)];
        meals += std::stoi(row.at("meals"));
        until[row.at("meal_point_id") + '|' + row.at("month")] = meals;
    }
    EXPECT_EQ(until.size(), 12U * 24U);
    std::size_t pushed = 0;
    for (const Row& label : labels_->rows) {
        if (label.at("rule") != "ML-ME-07") continue;
        const int above = until.at(label.at("order_id")) % 10'000;
        EXPECT_LE(above, 600) << label.at("order_id");
        if (label.at("expected") == "hit") ++pushed;
    }
    EXPECT_EQ(pushed, 2U);
}

TEST_F(Demonstration, one_assessor_bills_nineteen_heads_where_sixteen_were_assessed) {
    std::set<std::string> registered;
    for (const Row& row : table_of(*folder_, "assessments.csv").rows) {
        registered.insert(row.at("assessor_id") + row.at("elder_id") + row.at("assessed_on"));
    }
    std::map<std::string, std::pair<int, int>> heads;  // by assessor: billed, of them registered
    for (const Row& row : table_of(*folder_, "assessor_fees.csv").rows) {
        auto& [billed, real] = heads[row.at("assessor_id")];
        ++billed;
        if (registered.contains(row.at("assessor_id") + row.at("elder_id") + row.at("assessed_on"))) ++real;
    }
    EXPECT_EQ(heads.size(), 12U);
    for (const auto& [assessor, count] : heads) {
        if (assessor == "P09") {
            EXPECT_EQ(count, (std::pair{19, 16}));
        } else {
            EXPECT_EQ(count.first, count.second) << assessor;
        }
    }
}

}  // namespace
}  // namespace ningyi::simulate
