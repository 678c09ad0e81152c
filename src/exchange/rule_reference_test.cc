// SPDX-License-Identifier: Apache-2.0
#include "exchange/rule_reference.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "pack/pack.h"

namespace ningyi::exchange {
namespace {

pack::Loaded loaded_packs() {
    pack::Files files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator("packs")) {
        if (!entry.is_regular_file()) continue;
        std::ifstream in(entry.path(), std::ios::binary);
        files[std::filesystem::relative(entry.path(), "packs").string()] = {std::istreambuf_iterator<char>(in), {}};
    }
    return pack::load(files, pack::measure_shapes());
}

class RuleReference : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(loaded.faults.empty()); }
    pack::Loaded loaded = loaded_packs();
    std::map<std::string, std::string> pages = rule_reference(loaded.set, Zone::china());
};

TEST_F(RuleReference, has_a_page_for_every_rule_and_a_list_of_all) {
    EXPECT_EQ(pages.size(), loaded.set.rules.size() + 1);
    for (const rule::Rule& rule : loaded.set.rules) {
        ASSERT_TRUE(pages.contains(rule.id + ".md")) << rule.id;
        EXPECT_NE(pages["README.md"].find("[" + rule.id + "](" + rule.id + ".md)"), std::string::npos) << rule.id;
    }
}

TEST_F(RuleReference, says_every_clause_parameter_limit_and_test_of_a_rule) {
    for (const rule::Rule& rule : loaded.set.rules) {
        const std::string& page = pages[rule.id + ".md"];
        const auto has = [&](const std::string& text) {
            EXPECT_NE(page.find(text), std::string::npos) << rule.id << " lacks " << text;
        };
        for (const rule::Clause& clause : rule.clauses) has("**" + clause.id + "**");
        for (const rule::Clause& doubt : rule.doubts) has("**" + doubt.id + "**");
        for (const rule::Clause& exception : rule.exceptions) has("**" + exception.id + "**");
        for (const auto& [local, name] : rule.params) has("(`" + local + "`)");
        for (const std::string& cite : rule.cite) has("**" + cite + "**");
        for (const rule::Rule::Innocent& innocent : rule.innocent) has(innocent.text.zh + " · " + innocent.text.en);
        has(rule.misses.zh);
        has(rule.do_first.en);
        for (const yaml::Node& test : rule.tests) {
            if (test.find("name")->text.find('|') == std::string::npos) has(test.find("name")->text);
        }
    }
}

TEST_F(RuleReference, leaves_no_place_of_a_sentence_without_words) {
    for (const auto& [name, page] : pages) {
        // A place that has no label would show its path: "「order.pay」".
        EXPECT_EQ(page.find("「order."), std::string::npos) << name;
        EXPECT_EQ(page.find("[order."), std::string::npos) << name;
    }
}

}  // namespace
}  // namespace ningyi::exchange
