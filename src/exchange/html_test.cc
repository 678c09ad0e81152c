// SPDX-License-Identifier: Apache-2.0
#include "exchange/html.h"

#include <gtest/gtest.h>

namespace ningyi::exchange {
namespace {

TEST(html_words, markup_in_data_is_text) {
    EXPECT_EQ(html_escaped("<a href='x'>\"&\x01"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;\xEF\xBF\xBD");
}

}  // namespace
}  // namespace ningyi::exchange
