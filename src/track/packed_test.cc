// SPDX-License-Identifier: Apache-2.0
#include "track/packed.h"

#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace ningyi::track {
namespace {

// One bit at a time.
std::string packed_slowly(const std::vector<std::uint64_t>& numbers, unsigned width) {
    std::string bytes(packed_bytes(numbers.size(), width), '\0');
    std::size_t at = 0;
    for (const std::uint64_t number : numbers) {
        for (unsigned bit = 0; bit < width; ++bit, ++at) {
            if (((number >> bit) & 1U) != 0) bytes[at / 8] = static_cast<char>(bytes[at / 8] | (1 << (at % 8)));
        }
    }
    return bytes;
}

TEST(packed, numbers_of_every_width_and_count_come_back) {
    Random random(1);
    for (unsigned width = 0; width <= widest_packed; ++width) {
        for (std::size_t count = 0; count <= 128; count += count < 20 ? 1 : 7) {
            std::vector<std::uint64_t> numbers;
            for (std::size_t i = 0; i < count; ++i) {
                numbers.push_back(width == 0 ? 0 : random.next() >> (widest_packed - width));
            }
            std::string bytes = "before";
            pack(numbers, width, bytes);
            ASSERT_EQ(bytes, "before" + packed_slowly(numbers, width));
            for (const std::size_t beyond : {0, 3, 200}) {
                const std::string read = bytes.substr(6) + std::string(beyond, '\xFF');
                std::vector<std::uint64_t> back(count + unpacking_slack);
                ASSERT_TRUE(unpack(read, count, width, back.data()));
                back.resize(count);
                ASSERT_EQ(back, numbers) << width << " " << count;
            }
        }
    }
}

TEST(packed, bits_that_fill_the_last_byte_must_be_0) {
    std::vector<std::uint64_t> numbers(16);
    EXPECT_TRUE(unpack("\x07", 1, 3, numbers.data()));
    EXPECT_FALSE(unpack("\x0F", 1, 3, numbers.data()));
    EXPECT_EQ(numbers[0], 7U);
}

}  // namespace
}  // namespace ningyi::track
