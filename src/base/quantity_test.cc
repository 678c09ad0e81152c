// SPDX-License-Identifier: Apache-2.0
#include "base/quantity.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace ningyi {
namespace {

TEST(quantity, every_unit_of_the_packs_is_exact) {
    EXPECT_EQ(parse_quantity("300m"), (Quantity{Dimension::length, 300000}));
    EXPECT_EQ(parse_quantity("1.5km"), (Quantity{Dimension::length, 1500000}));
    EXPECT_EQ(parse_quantity("12mm"), (Quantity{Dimension::length, 12}));
    EXPECT_EQ(parse_quantity("90s"), (Quantity{Dimension::duration, 90000}));
    EXPECT_EQ(parse_quantity("20min"), (Quantity{Dimension::duration, 1200000}));
    EXPECT_EQ(parse_quantity("24h"), (Quantity{Dimension::duration, 86400000}));
    EXPECT_EQ(parse_quantity("30d"), (Quantity{Dimension::duration, 2592000000}));
    EXPECT_EQ(parse_quantity("500ms"), (Quantity{Dimension::duration, 500}));
    EXPECT_EQ(parse_quantity("45yuan"), (Quantity{Dimension::money, 4500}));
    EXPECT_EQ(parse_quantity("0.05yuan"), (Quantity{Dimension::money, 5}));
    EXPECT_EQ(parse_quantity("4500fen"), (Quantity{Dimension::money, 4500}));
    EXPECT_EQ(parse_quantity("80%"), (Quantity{Dimension::ratio, 800000}));
    EXPECT_EQ(parse_quantity("5‰"), (Quantity{Dimension::ratio, 5000}));
    EXPECT_EQ(parse_quantity("162km/h"), (Quantity{Dimension::speed, 45000}));
    EXPECT_EQ(parse_quantity("45m/s"), (Quantity{Dimension::speed, 45000}));
    EXPECT_EQ(parse_quantity("-2m"), (Quantity{Dimension::length, -2000}));
}

TEST(quantity, what_is_finer_than_the_base_unit_is_refused) {
    for (const char* text : {"0.5mm", "1.0005m", "0.001yuan", "0.5ms", "0.00001%", "100km/h", "1.5fen"}) {
        const Result<Quantity> quantity = parse_quantity(text);
        ASSERT_FALSE(quantity) << text;
        EXPECT_EQ(quantity.error()[0].code, "E205");
        EXPECT_NE(quantity.error()[0].en.find("finer"), std::string::npos) << text;
    }
}

TEST(quantity, what_has_no_unit_or_another_one_is_refused) {
    for (const char* text : {"", "300", "m", "300 m", "3.m", ".5m", "1e3m", "3m2", "3M", "+3m", "1.2.3m",
                             "9999999999999999m", "999999999999999d"}) {
        EXPECT_FALSE(parse_quantity(text)) << text;
    }
    EXPECT_EQ(parse_quantity("20min", Dimension::duration), 1200000);
    EXPECT_FALSE(parse_quantity("20m", Dimension::duration));
}

RC_GTEST_PROP(quantity, printed_quantities_read_back, (std::int64_t amount)) {
    for (const Dimension dimension :
         {Dimension::length, Dimension::duration, Dimension::money, Dimension::ratio, Dimension::speed}) {
        const Quantity quantity{dimension, amount % 10'000'000'000'000};
        RC_ASSERT(parse_quantity(to_text(quantity)) == quantity);
    }
}

TEST(quantity, printed_in_the_largest_whole_unit) {
    EXPECT_EQ(to_text(Quantity{Dimension::duration, 1200000}), "20min");
    EXPECT_EQ(to_text(Quantity{Dimension::duration, 120001}), "120001ms");
    EXPECT_EQ(to_text(Quantity{Dimension::ratio, 125000}), "12.5%");
    EXPECT_EQ(to_text(Quantity{Dimension::money, 4550}), "4550fen");
}

}  // namespace
}  // namespace ningyi
