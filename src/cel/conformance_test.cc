// SPDX-License-Identifier: Apache-2.0
#include "cel/conformance.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cel/conformance_suite.h"

namespace ningyi::cel {
namespace {

TEST(conformance, every_test_of_the_suite_in_scope_passes) {
    const std::filesystem::path folder = "../shared/data/cel";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the CEL conformance suite is not at " << folder;
    SuiteResult result;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        if (file.path().extension() != ".json") continue;
        std::ifstream stream(file.path());
        run_suite(nlohmann::json::parse(stream), result);
    }
    for (const auto& [tier, count] : result.tiers) {
        RecordProperty(tier, std::to_string(count.passed) + " of " + std::to_string(count.total));
    }
    for (const SuiteFailure& failure : result.failures) {
        if (failure.tier == tier_out_of_scope) continue;
        ADD_FAILURE() << failure.name << ": " << failure.expression << "\n got " << failure.got << "\n expected "
                      << failure.expected;
    }
    ASSERT_FALSE(result.tiers.empty());
}

Value value(std::string_view text, ReferenceOptions options = {}, const std::vector<Value>& values = {}) {
    const auto expression = reference_expression(text, options);
    if (!expression) return Value::error(to_text(expression.error().front()));
    return reference_value(*expression, values);
}

TEST(conformance, a_missing_key_is_an_error_or_absent_by_one_switch) {
    ReferenceOptions options;
    EXPECT_TRUE(value("{'a': 1}.b == 1", options).is_error());
    EXPECT_TRUE(value("{'a': 1}['b'] == 1", options).is_error());
    EXPECT_TRUE(value("{'a': 1}.b == 1 || true", options).is_true());
    options.missing_key_is_absent = true;
    EXPECT_TRUE(value("{'a': 1}.b == 1", options).is_absent());
    EXPECT_TRUE(value("{'a': 1}['b'] == 1", options).is_absent());
    EXPECT_TRUE(value("{'a': 1}.b == 1 && 1 / 0 == 1", options).is_absent());
    EXPECT_TRUE(value("{'a': 1}.b == 1 && false", options).is_false());
    EXPECT_TRUE(value("has({'a': 1}.b)", options).is_false());
}

TEST(conformance, variables_of_macros_hide_names_and_a_leading_dot_finds_them_again) {
    ReferenceOptions options;
    options.variables = {"y.z", "x.y.z"};
    options.container = "x";
    const std::vector<Value> values = {Value::of_int(42), Value::of_int(7)};
    EXPECT_EQ(value("y.z", options, values).number(), 7);
    EXPECT_EQ(value(".y.z", options, values).number(), 42);
    EXPECT_TRUE(value("[{'z': 0}].exists(y, y.z == 0)", options, values).is_true());
    EXPECT_TRUE(value("[{'z': 0}].exists(y, .y.z == 42)", options, values).is_true());
}

TEST(conformance, work_that_grows_without_bound_is_stopped) {
    EXPECT_TRUE(value("'x'.replace('', 'yyyyyyyyyyyyyyyyyyyy').replace('', 'zzzzzzzzzzzzzzzzzzzz').replace('', "
                      "'zzzzzzzzzzzzzzzzzzzz').replace('', 'zzzzzzzzzzzzzzzzzzzz').replace('', 'zzzzzzzzzzzzzzzzzzzz')")
                    .is_error());
    std::string deep = "[0]";
    for (int i = 0; i < 40; ++i) deep = "cel.bind(a, " + deep + ", a + a)";
    EXPECT_TRUE(value(deep).is_error());
    std::string nested = "[0]";
    for (int i = 0; i < 40; ++i) nested = "cel.bind(a, " + nested + ", [a, a])";
    EXPECT_TRUE(value(nested + " == " + nested).is_error());
    EXPECT_TRUE(value("'%s'.format([" + nested + "])").is_error());
}

TEST(conformance, depth_is_bounded_before_anything_is_built) {
    const std::string open(300, '(');
    EXPECT_TRUE(value(open + "1" + std::string(300, ')')).is_error());
    EXPECT_TRUE(value(std::string(300, '-') + "x").is_error());
    std::string chain = "1";
    for (int i = 0; i < 300; ++i) chain += " + 1";
    EXPECT_TRUE(value(chain).is_error());
    std::string wide = "true";
    for (int i = 0; i < 3000; ++i) wide += " && true";
    EXPECT_TRUE(value(wide).is_true());
}

}  // namespace
}  // namespace ningyi::cel
