// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>

#include "base/cbor.h"
#include "base/text.h"
#include "engine/finding.h"

namespace ningyi::engine {
namespace {

Finding full() {
    Finding f;
    f.rule = "T-LOC-01", f.version = 3, f.rule_digest = "aa", f.params_digest = "bb";
    f.subject_entity = "order", f.subject = "o-1", f.dedup = "o-2", f.outcome = Outcome::inconclusive;
    f.reason = "missing", f.missing = {"order.home", "track"}, f.entry = "list/3";
    f.clauses = "t?f", f.doubts = "f", f.exceptions = "tf", f.band = "far", f.severity = 2;
    f.result = "suspicious", f.effect = "hold";
    f.values = {{"order.name", "string", "王**", false}, {"over", "length", "", true}};
    f.margin = "-300", f.margin_type = "length", f.at_risk_fen = 4500, f.payable = "60000", f.payable_type = "duration";
    f.date = "2025-08-01", f.agency = "A-1", f.group = "g", f.evidence = {3, 9, 12};
    f.known_now = true, f.position = 77, f.revision = 4;
    return f;
}

TEST(finding, its_canonical_bytes_read_back_to_the_same_finding) {
    for (const Finding& f : {full(), Finding()}) {
        const std::string bytes = canonical(f, true);
        const auto again = finding_of(bytes);
        ASSERT_TRUE(again);
        EXPECT_EQ(canonical(*again, true), bytes);
        EXPECT_EQ(again->id, finding_id(f));
        EXPECT_EQ(again->values, f.values);
        EXPECT_EQ(again->evidence, f.evidence);
        EXPECT_EQ(again->outcome, f.outcome);
    }
}

TEST(finding, what_is_written_straight_is_what_the_tree_of_its_values_encodes_to) {
    Finding long_one = full();
    long_one.subject = std::string(300, 'x'), long_one.at_risk_fen = -70'000, long_one.position = 5'000'000'000;
    for (int i = 0; i < 30; ++i) long_one.values.push_back({format("p{}", i), "length", format("{}", i * 1000), false});
    for (const Finding& f : {full(), Finding(), long_one}) {
        for (const bool with_position : {false, true}) {
            const std::string bytes = canonical(f, with_position);
            const auto tree = cbor::decode(bytes);
            ASSERT_TRUE(tree) << "only what encode() would have written is decoded";
            EXPECT_EQ(cbor::encode(*tree), bytes);
            EXPECT_EQ(tree->items.size(), with_position ? 32U : 28U);
        }
    }
}

TEST(finding, the_id_does_not_depend_on_the_id_field_and_is_fixed_for_ever) {
    Finding f = full();
    const std::string id = finding_id(f);
    f.id = "something";
    EXPECT_EQ(finding_id(f), id);
    EXPECT_EQ(finding_id(Finding()), "455c98dd0f817064eeb6485ed014c2dd74ee4881db11a30416761e005e23b774");
}

// Each change of one field, and whether it is left out without the position.
struct Change {
    std::function<void(Finding&)> apply;
    bool only_with_position = false;
};

TEST(finding, every_field_changes_the_id_and_only_position_fields_leave_the_rest_alone) {
    const std::vector<Change> changes = {
        {[](Finding& f) { f.rule += "x"; }},
        {[](Finding& f) { ++f.version; }},
        {[](Finding& f) { f.rule_digest += "x"; }},
        {[](Finding& f) { f.params_digest += "x"; }},
        {[](Finding& f) { f.subject_entity += "x"; }},
        {[](Finding& f) { f.subject += "x"; }},
        {[](Finding& f) { f.dedup += "x"; }},
        {[](Finding& f) { f.outcome = Outcome::hit; }},
        {[](Finding& f) { f.reason += "x"; }},
        {[](Finding& f) { f.missing.pop_back(); }},
        {[](Finding& f) { f.entry += "x"; }},
        {[](Finding& f) { f.clauses += "t"; }},
        {[](Finding& f) { f.doubts += "t"; }},
        {[](Finding& f) { f.exceptions += "t"; }},
        {[](Finding& f) { f.band += "x"; }},
        {[](Finding& f) { ++f.severity; }},
        {[](Finding& f) { f.result += "x"; }},
        {[](Finding& f) { f.effect += "x"; }},
        {[](Finding& f) { f.values[0].text += "x"; }},
        {[](Finding& f) { f.values[0].path += "x"; }},
        {[](Finding& f) { f.values[0].type += "x"; }},
        {[](Finding& f) { f.values[0].absent = true; }},
        {[](Finding& f) { f.margin += "0"; }},
        {[](Finding& f) { f.margin_type += "x"; }},
        {[](Finding& f) { ++f.at_risk_fen; }},
        {[](Finding& f) { f.payable += "0"; }},
        {[](Finding& f) { f.payable_type += "x"; }},
        {[](Finding& f) { f.date = ""; }},
        {[](Finding& f) { f.agency += "x"; }},
        {[](Finding& f) { f.group += "x"; }},
        {[](Finding& f) { f.evidence.push_back(99); }, true},
        {[](Finding& f) { f.known_now = false; }, true},
        {[](Finding& f) { ++f.position; }, true},
        {[](Finding& f) { ++f.revision; }, true},
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        Finding f = full();
        changes[i].apply(f);
        EXPECT_NE(finding_id(f), finding_id(full())) << i;
        EXPECT_EQ(canonical(f, false) == canonical(full(), false), changes[i].only_with_position) << i;
    }
}

TEST(finding, bytes_that_are_no_finding_are_a_fault) {
    EXPECT_FALSE(finding_of(""));
    EXPECT_FALSE(finding_of("\x01"));
    EXPECT_FALSE(finding_of(canonical(full(), false)));
    const auto decoded = cbor::decode(canonical(full(), true));
    ASSERT_TRUE(decoded);
    for (std::size_t i = 0; i < decoded->items.size(); ++i) {
        cbor::Value changed = *decoded;
        changed.items[i] = cbor::Value::map();
        EXPECT_FALSE(finding_of(cbor::encode(changed))) << i;
        changed.items.erase(changed.items.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_FALSE(finding_of(cbor::encode(changed))) << i;
    }
    cbor::Value far = *decoded;
    far.items[8] = cbor::Value::of(5);
    EXPECT_FALSE(finding_of(cbor::encode(far)));
}

}  // namespace
}  // namespace ningyi::engine
