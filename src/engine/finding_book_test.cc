// SPDX-License-Identifier: Apache-2.0
#include "engine/finding_book.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "base/random.h"
#include "base/text.h"

namespace ningyi::engine {
namespace {

// A finding with something odd in every field, one in `kinds` shapes.
Finding some_finding(Random& random, std::uint64_t kinds) {
    const auto text = [&](std::uint64_t longest) {
        std::string out;
        for (std::uint64_t size = random.below(longest + 1); size > 0; --size)
            out += static_cast<char>(random.below(256));
        return out;
    };
    Random shape(random.below(kinds));
    Finding f;
    f.rule = format("R-{}", shape.below(5)), f.version = static_cast<std::int64_t>(shape.below(300)) - 100;
    f.rule_digest = format("{}", shape.below(3)), f.params_digest = format("{}", shape.below(3));
    f.subject_entity = "order", f.outcome = static_cast<Outcome>(shape.below(5)),
    f.reason = format("{}", shape.below(3));
    for (std::uint64_t i = shape.below(3); i > 0; --i) f.missing.push_back(format("m{}", shape.below(4)));
    f.clauses = format("{}", shape.below(9)), f.doubts = format("{}", shape.below(9)), f.exceptions = "f";
    f.band = format("{}", shape.below(2)), f.severity = static_cast<int>(shape.below(4));
    f.result = "notice", f.effect = "hold", f.margin_type = "length", f.payable_type = "duration";
    f.known_now = shape.below(2) == 1;
    for (std::uint64_t i = shape.below(20); i > 0; --i)
        f.values.push_back({format("p{}", i), shape.below(2) == 0 ? "string" : "length", "", shape.below(3) == 0});
    for (UsedValue& used : f.values) used.text = used.absent ? "" : text(20);
    f.subject = format("o-{}", random.below(50)), f.dedup = random.below(2) == 0 ? "" : text(3), f.entry = text(4);
    f.margin = text(5), f.payable = text(5), f.date = text(10), f.agency = text(200), f.group = text(5);
    f.at_risk_fen = static_cast<std::int64_t>(random.below(UINT64_MAX)), f.position = random.below(UINT64_MAX);
    f.revision = static_cast<int>(random.below(300)) - 20;
    for (std::uint64_t i = random.below(6); i > 0; --i) f.evidence.push_back(random.below(UINT64_MAX));
    const std::uint64_t kind = random.below(4);
    f.id = kind == 0 ? text(40) : kind == 1 ? std::string(32, 'x') : finding_id(f);
    if (kind == 2) f.id[5] = 'A';  // hexadecimal, but not as digests are written
    return f;
}

std::string whole(const Finding& finding) {
    return finding.id + "|" + canonical(finding, true);
}

TEST(FindingBook, what_goes_in_comes_out_whole) {
    Random random(7);
    std::vector<Finding> findings = {Finding()};
    for (int i = 0; i < 3000; ++i) findings.push_back(some_finding(random, i % 2 == 0 ? 20 : UINT64_MAX));
    findings.push_back(findings[5]);
    findings.back().agency = std::string(3 << 20, 'a');  // more than a block holds
    findings.push_back(findings[6]);
    const FindingBook book(findings);
    ASSERT_EQ(book.size(), findings.size());
    Finding used_again;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        EXPECT_EQ(whole(book.at(i)), whole(findings[i])) << i;
        book.read(i, used_again);
        EXPECT_EQ(whole(used_again), whole(findings[i])) << i;
        EXPECT_EQ(book.outcome(i), findings[i].outcome);
        EXPECT_EQ(book.rule(i), findings[i].rule);
    }
}

TEST(FindingBook, bytes_that_were_cut_or_grew_do_not_fit_and_damaged_ones_do_no_harm) {
    Random random(11);
    for (int i = 0; i < 200; ++i) {
        const FindingBook book({some_finding(random, UINT64_MAX)});
        const std::string own(book.own_bytes(0));
        Finding into;
        EXPECT_TRUE(FindingBook::put_together(book.shape(0), own, into));
        for (std::size_t size = 0; size < own.size(); ++size)
            EXPECT_FALSE(FindingBook::put_together(book.shape(0), own.substr(0, size), into)) << size;
        EXPECT_FALSE(FindingBook::put_together(book.shape(0), own + "x", into));
        for (std::size_t at = 0; at < own.size(); ++at) {
            std::string damaged = own;
            damaged[at] = static_cast<char>(random.below(256));
            FindingBook::put_together(book.shape(0), damaged, into);
        }
    }
}

TEST(FindingBook, it_sorts_by_rule_subject_and_key) {
    Random random(8);
    std::vector<Finding> findings;
    for (int i = 0; i < 2000; ++i) findings.push_back(some_finding(random, 30));
    const auto key = [](const Finding& f) { return std::tie(f.rule, f.subject, f.dedup); };
    std::sort(findings.begin(), findings.end(), [&](const Finding& a, const Finding& b) { return key(a) < key(b); });
    const auto twice = std::unique(findings.begin(), findings.end(),
                                   [&](const Finding& a, const Finding& b) { return key(a) == key(b); });
    findings.erase(twice, findings.end());
    std::vector<Finding> shuffled = findings;
    for (std::size_t i = shuffled.size(); i > 1; --i) std::swap(shuffled[i - 1], shuffled[random.below(i)]);
    FindingBook book(shuffled);
    book.sort();
    for (std::size_t i = 0; i < findings.size(); ++i) EXPECT_EQ(whole(book.at(i)), whole(findings[i])) << i;
}

TEST(FindingBook, it_keeps_a_finding_in_a_fraction_of_what_it_takes_unpacked) {
    Finding f;
    f.rule = "R-1", f.rule_digest = std::string(64, 'a'), f.params_digest = std::string(64, 'b'), f.agency = "A-1";
    for (int i = 0; i < 15; ++i) f.values.push_back({format("order.field_{}", i), "length", "700000", false});
    FindingBook book;
    for (int i = 0; i < 20'000; ++i) {
        f.subject = format("order-{:08}", i);
        f.id = finding_id(f);
        book.add(f);
    }
    EXPECT_LT(book.bytes() / book.size(), 250U);
}

TEST(FindingBook, it_can_be_emptied_and_used_again) {
    Random random(9);
    FindingBook book;
    book.add(some_finding(random, 3));
    book.clear();
    EXPECT_TRUE(book.empty());
    const Finding finding = some_finding(random, 3);
    book.add(finding);
    ASSERT_EQ(book.size(), 1U);
    EXPECT_EQ(whole(book.at(0)), whole(finding));
}

}  // namespace
}  // namespace ningyi::engine
