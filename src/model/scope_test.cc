// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "model/scope.h"

namespace ningyi::model {
namespace {

TEST(scope, who_holds_the_files_sees_every_agency) {
    const Scope scope = Scope::of_file_holder("clerk", 2);
    EXPECT_EQ(scope.actor(), "clerk");
    EXPECT_EQ(scope.max_level(), 2);
    EXPECT_TRUE(scope.sees_agency("A-1"));
    EXPECT_TRUE(scope.sees_agency(""));
}

TEST(scope, a_masked_value_shows_its_first_character_and_at_most_seven_stars) {
    EXPECT_EQ(masked("王小明"), "王**");
    EXPECT_EQ(masked("王"), "王");
    EXPECT_EQ(masked(""), "");
    EXPECT_EQ(masked("320402195001011234"), "3*******");
    EXPECT_EQ(masked("\xff\xfe"), "\xEF\xBF\xBD*");
}

}  // namespace
}  // namespace ningyi::model
