// SPDX-License-Identifier: Apache-2.0
// What every store of the ledger must do, as GoogleTest cases. A store's test includes this in one file and
// instantiates LedgerConformance with its stores.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "ledger/ledger.h"
#include "log/test_folder.h"

namespace ningyi::ledger {

struct LedgerStore {
    std::string name;
    bool durable = true;
    std::function<std::unique_ptr<Ledger>(const std::filesystem::path& folder)> open;
};

inline void PrintTo(const LedgerStore& store, std::ostream* out) {
    *out << store.name;
}

inline engine::Finding test_finding(const std::string& rule, const std::string& subject, int revision = 0,
                                    engine::Outcome outcome = engine::Outcome::hit) {
    engine::Finding finding;
    finding.rule = rule;
    finding.version = 1;
    finding.subject_entity = "order";
    finding.subject = subject;
    finding.outcome = outcome;
    finding.agency = "A-1";
    finding.date = "2025-08-01";
    finding.values = {{"over", "length", "120", false}};
    finding.evidence = {1, 2};
    finding.position = 2;
    finding.revision = revision;
    finding.id = engine::finding_id(finding);
    return finding;
}

class LedgerConformance : public testing::TestWithParam<LedgerStore> {
protected:
    void SetUp() override { reopen(); }
    void reopen() {
        ledger_.reset();
        ledger_ = GetParam().open(folder_.path());
    }
    Ledger& ledger() { return *ledger_; }

    // Canonical bytes of what a query finds, in order.
    std::vector<std::string> found(const Query& query) {
        std::vector<std::string> out;
        ledger().find(all_, query, [&](const engine::Finding& finding) {
            EXPECT_EQ(finding.id, engine::finding_id(finding));
            out.push_back(engine::canonical(finding, true));
            return true;
        });
        return out;
    }
    static std::vector<std::string> bytes_of(const std::vector<engine::Finding>& findings) {
        std::vector<std::string> out;
        for (const engine::Finding& finding : findings) out.push_back(engine::canonical(finding, true));
        return out;
    }

    const model::Scope all_ = model::Scope::of_file_holder("tester", 4);
    log::TestFolder folder_;
    std::unique_ptr<Ledger> ledger_;
};

TEST_P(LedgerConformance, a_new_ledger_is_empty) {
    EXPECT_EQ(ledger().position(), 0U);
    EXPECT_TRUE(found({}).empty());
    EXPECT_TRUE(ledger().counts(all_).empty());
    EXPECT_EQ(ledger().find_one(all_, "0123456789"), std::nullopt);
    EXPECT_EQ(ledger().property("x"), std::nullopt);
}

TEST_P(LedgerConformance, findings_come_back_whole_ordered_by_rule_subject_dedup_and_revision) {
    auto pair = test_finding("R-1", "o-1");
    pair.dedup = "o-9";
    pair.id = engine::finding_id(pair);
    const std::vector<engine::Finding> ordered = {test_finding("R-1", "o-1"), pair, test_finding("R-1", "o-2"),
                                                  test_finding("R-2", "o-1")};
    const std::vector<engine::Finding> shuffled = {ordered[3], ordered[1], ordered[2], ordered[0]};
    ledger().record(7, engine::FindingBook(shuffled), {});
    EXPECT_EQ(found({}), bytes_of(ordered));
    EXPECT_EQ(ledger().position(), 7U);
}

TEST_P(LedgerConformance, the_last_revision_is_current_and_the_old_ones_are_kept) {
    const std::vector<engine::Finding> first = {test_finding("R-1", "o-1", 0), test_finding("R-1", "o-2", 0)};
    const std::vector<engine::Finding> second = {test_finding("R-1", "o-1", 1, engine::Outcome::exempt)};
    const std::vector<engine::Finding> third = {test_finding("R-1", "o-1", 2, engine::Outcome::inconclusive)};
    ledger().record(1, engine::FindingBook(first), {});
    ledger().record(2, engine::FindingBook(second), {});
    ledger().record(3, engine::FindingBook(third), {});
    EXPECT_EQ(found({}), bytes_of({third[0], first[1]}));
    EXPECT_EQ(found({.current_only = false}), bytes_of({first[0], second[0], third[0], first[1]}));
    EXPECT_EQ(found({.outcome = engine::Outcome::hit}), bytes_of({first[1]})) << "an old hit is no hit";
    EXPECT_EQ(found({.subject = "o-1"}), bytes_of({third[0]}));
}

TEST_P(LedgerConformance, versions_of_a_rule_have_their_own_revisions) {
    auto next_version = test_finding("R-1", "o-1");
    next_version.version = 2;
    next_version.id = engine::finding_id(next_version);
    const std::vector<engine::Finding> both = {test_finding("R-1", "o-1", 0), next_version};
    ledger().record(1, engine::FindingBook(both), {});
    EXPECT_EQ(found({}).size(), 2U);
}

TEST_P(LedgerConformance, queries_narrow_by_rule_subject_agency_and_outcome_up_to_a_limit) {
    auto elsewhere = test_finding("R-1", "o-3");
    elsewhere.agency = "A-2";
    elsewhere.id = engine::finding_id(elsewhere);
    const std::vector<engine::Finding> all = {test_finding("R-1", "o-1"),
                                              test_finding("R-1", "o-2", 0, engine::Outcome::exempt), elsewhere,
                                              test_finding("R-2", "o-1")};
    ledger().record(1, engine::FindingBook(all), {});
    EXPECT_EQ(found({.rule = "R-1"}), bytes_of({all[0], all[1], all[2]}));
    EXPECT_EQ(found({.subject = "o-1"}), bytes_of({all[0], all[3]}));
    EXPECT_EQ(found({.agency = "A-2"}), bytes_of({all[2]}));
    EXPECT_EQ(found({.outcome = engine::Outcome::exempt}), bytes_of({all[1]}));
    EXPECT_EQ(found({.rule = "R-2", .subject = "o-1", .agency = "A-1"}), bytes_of({all[3]}));
    EXPECT_EQ(found({.limit = 2}), bytes_of({all[0], all[1]}));
    EXPECT_TRUE(found({.limit = 0}).empty());
    std::size_t visited = 0;
    ledger().find(all_, {}, [&](const engine::Finding&) { return ++visited < 3; });
    EXPECT_EQ(visited, 3U);
}

TEST_P(LedgerConformance, one_finding_is_found_by_eight_digits_of_its_id_when_they_are_enough) {
    const std::vector<engine::Finding> all = {test_finding("R-1", "o-1"), test_finding("R-1", "o-2")};
    ledger().record(1, engine::FindingBook(all), {});
    EXPECT_EQ(ledger().find_one(all_, all[0].id)->id, all[0].id);
    EXPECT_EQ(ledger().find_one(all_, all[1].id.substr(0, 8))->id, all[1].id);
    EXPECT_EQ(ledger().find_one(all_, all[1].id.substr(0, 7)), std::nullopt);
    EXPECT_EQ(ledger().find_one(all_, "zzzzzzzz"), std::nullopt);
    EXPECT_EQ(ledger().find_one(all_, "%%%%%%%%"), std::nullopt);
    EXPECT_EQ(ledger().find_one(all_, all[0].id + "0"), std::nullopt);
}

TEST_P(LedgerConformance, counts_are_replaced_as_a_whole) {
    const std::vector<Count> first = {{"R-1", 1, "2025-08-01", "A-1", engine::Outcome::clear, 10},
                                      {"R-2", 1, "2025-08-01", "A-1", engine::Outcome::not_applicable, 3}};
    const std::vector<Count> second = {{"R-1", 1, "2025-08-01", "A-1", engine::Outcome::clear, 12}};
    ledger().record(1, {}, first);
    EXPECT_EQ(ledger().counts(all_), first);
    ledger().record(2, {}, second);
    EXPECT_EQ(ledger().counts(all_), second);
}

TEST_P(LedgerConformance, a_record_that_cannot_stand_leaves_nothing_behind) {
    const std::vector<engine::Finding> first = {test_finding("R-1", "o-1")};
    const std::vector<Count> counts = {{"R-1", 1, "", "", engine::Outcome::clear, 10}};
    ledger().record(5, engine::FindingBook(first), counts);
    const std::vector<engine::Finding> twice = {test_finding("R-1", "o-2"), test_finding("R-1", "o-1")};
    EXPECT_THROW(ledger().record(6, engine::FindingBook(twice), {}), MachineError);
    EXPECT_EQ(ledger().position(), 5U);
    EXPECT_EQ(found({}), bytes_of(first));
    EXPECT_EQ(ledger().counts(all_), counts);
}

TEST_P(LedgerConformance, cleared_and_computed_again_it_holds_the_same_bytes) {
    const std::vector<engine::Finding> all = {test_finding("R-1", "o-1", 0), test_finding("R-1", "o-1", 1),
                                              test_finding("R-2", "o-1", 0)};
    const std::vector<Count> counts = {{"R-1", 1, "", "", engine::Outcome::clear, 10}};
    ledger().record(5, engine::FindingBook(all), counts);
    ledger().set_property("mode", "known_then");
    const auto before = found({.current_only = false});
    ledger().clear();
    EXPECT_EQ(ledger().position(), 0U);
    EXPECT_TRUE(found({.current_only = false}).empty());
    EXPECT_TRUE(ledger().counts(all_).empty());
    EXPECT_EQ(ledger().property("mode"), std::nullopt);
    ledger().record(5, engine::FindingBook(all), counts);
    EXPECT_EQ(found({.current_only = false}), before);
    EXPECT_EQ(ledger().counts(all_), counts);
}

TEST_P(LedgerConformance, what_was_recorded_outlives_closing) {
    if (!GetParam().durable) GTEST_SKIP() << "this store lives in memory only";
    const std::vector<engine::Finding> all = {test_finding("R-1", "o-1")};
    const std::vector<Count> counts = {{"R-1", 1, "", "", engine::Outcome::clear, 10}};
    ledger().record(5, engine::FindingBook(all), counts);
    ledger().set_property("mode", "a");
    ledger().set_property("mode", "b");
    reopen();
    EXPECT_EQ(ledger().position(), 5U);
    EXPECT_EQ(found({}), bytes_of(all));
    EXPECT_EQ(ledger().counts(all_), counts);
    EXPECT_EQ(ledger().property("mode"), "b");
}

}  // namespace ningyi::ledger
