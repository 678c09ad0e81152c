// SPDX-License-Identifier: Apache-2.0
#include "track/codec.h"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "geo/plane.h"
#include "track/crc32c.h"
#include "track/real_tracks_test.h"

namespace ningyi::track {
namespace {

Fix any_fix(Random& random) {
    const auto datum = static_cast<Datum>(random.below(4));
    const geo::Place received =
        random.chance(0.9)
            ? geo::Place{static_cast<std::int32_t>(random.between(310'000'000, 320'000'000)),
                         static_cast<std::int32_t>(random.between(1'190'000'000, 1'210'000'000))}
            : geo::Place{static_cast<std::int32_t>(random.next()), static_cast<std::int32_t>(random.next())};
    Fix fix = fix_received(Instant{random.between(-1'000'000'000'000, 4'000'000'000'000)}, received, datum);
    const auto reading = [&random] { return random.chance(0.2) ? no_value : static_cast<std::int32_t>(random.next()); };
    fix.accuracy_mm = random.chance(0.2) ? no_accuracy : static_cast<std::uint32_t>(random.next());
    fix.speed_mm_s = reading();
    fix.bearing_cdeg = reading();
    fix.altitude_mm = reading();
    fix.mono_ms = random.chance(0.3) ? no_time : random.between(0, 10'000'000'000);
    fix.boot = static_cast<std::uint32_t>(random.next());
    fix.flags = static_cast<std::uint32_t>(random.next()) & all_flags;
    fix.level = static_cast<Level>(random.below(5));
    fix.provider = static_cast<Provider>(random.below(9));
    return fix;
}

TEST(codec, every_fix_comes_back_to_the_last_digit_with_its_coordinates_as_received) {
    Random random(1);
    for (int run = 0; run < 500; ++run) {
        std::vector<Fix> fixes;
        const std::size_t n = 1 + random.below(fixes_per_block);
        for (std::size_t i = 0; i < n; ++i) {
            fixes.push_back(any_fix(random));
            fixes.back().seq = static_cast<std::uint32_t>(i);
        }
        const auto block = encode(fixes);
        ASSERT_TRUE(block) << to_text(block.error().front());
        const auto back = decode(*block);
        ASSERT_TRUE(back) << to_text(back.error().front());
        ASSERT_EQ(*back, fixes);
    }
}

TEST(codec, columns_asked_for_alone_are_those_of_the_fixes) {
    Random random(2);
    BlockColumns columns;
    std::vector<Fix> behind;
    for (int run = 0; run < 500; ++run) {
        std::vector<Fix> fixes;
        const bool is_steady = random.chance(0.5);
        const std::size_t n = 1 + random.below(fixes_per_block);
        for (std::size_t i = 0; i < n; ++i) {
            fixes.push_back(is_steady && i > 0 ? fixes.back() : any_fix(random));
            if (is_steady) fixes.back().at.ms += 1000;
        }
        const std::string block = encode(fixes).value();
        const auto wanted = static_cast<std::uint32_t>(random.below(16));
        ASSERT_EQ(decode_columns(block, wanted, columns).value(), n);
        ASSERT_EQ(columns.n, n);
        for (std::size_t i = 0; i < n; ++i) {
            if ((wanted & BlockColumns::time) != 0) {
                ASSERT_EQ(columns.at_ms[i], fixes[i].at.ms);
            }
            if ((wanted & BlockColumns::place) != 0) {
                ASSERT_EQ((geo::Place{columns.lat_e7[i], columns.lon_e7[i]}), fixes[i].place);
            }
            if ((wanted & BlockColumns::accuracy) != 0) {
                ASSERT_EQ(columns.accuracy_mm[i], fixes[i].accuracy_mm);
                ASSERT_EQ(columns.level[i], fixes[i].level);
                ASSERT_EQ(columns.provider[i], fixes[i].provider);
            }
            if ((wanted & BlockColumns::flags) != 0) {
                ASSERT_EQ(columns.flag_bits[i], fixes[i].flags);
            }
        }
        const std::size_t had = behind.size();
        ASSERT_EQ(decode_into(block, behind).value(), n);
        const std::vector<Fix> alone = decode(block).value();
        ASSERT_TRUE(
            std::equal(alone.begin(), alone.end(), behind.begin() + static_cast<std::ptrdiff_t>(had), behind.end()));
        ASSERT_FALSE(decode_into(block.substr(1), behind));
        ASSERT_EQ(behind.size(), had + n);
    }
}

TEST(codec, the_ends_of_every_range_come_back) {
    Fix low;
    low.at = Instant{-62'135'596'800'000};
    low.place = low.received = {INT32_MIN, INT32_MIN};
    low.accuracy_mm = 0;
    low.speed_mm_s = INT32_MIN + 1;
    low.mono_ms = 0;
    Fix high;
    high.at = Instant{253'402'300'799'999};
    high.place = high.received = {INT32_MAX, INT32_MAX};
    high.accuracy_mm = no_accuracy - 1;
    high.speed_mm_s = high.bearing_cdeg = high.altitude_mm = INT32_MAX;
    high.boot = UINT32_MAX;
    high.seq = 1;
    const std::vector<Fix> fixes = {low, high};
    const auto block = encode(fixes);
    ASSERT_TRUE(block);
    EXPECT_EQ(decode(*block).value(), fixes);
}

TEST(codec, a_block_is_not_empty_and_not_too_large) {
    EXPECT_FALSE(encode({}));
    EXPECT_FALSE(encode(std::vector<Fix>(129)));
    Fix fix;
    fix.at = Instant{INT64_MAX};
    EXPECT_FALSE(encode({&fix, 1}));
    fix.at = {};
    fix.mono_ms = INT64_MAX;
    EXPECT_FALSE(encode({&fix, 1}));
}

TEST(codec, one_wrong_bit_anywhere_is_noticed) {
    Random random(3);
    std::vector<Fix> fixes;
    for (int i = 0; i < 20; ++i) fixes.push_back(any_fix(random));
    const std::string block = encode(fixes).value();
    for (std::size_t byte = 0; byte < block.size(); ++byte) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string wrong = block;
            wrong[byte] = static_cast<char>(wrong[byte] ^ (1 << bit));
            const auto back = decode(wrong);
            ASSERT_FALSE(back);
            EXPECT_FALSE(back.error().front().zh.empty());
            EXPECT_FALSE(back.error().front().en.empty());
        }
    }
    for (std::size_t length = 0; length < block.size(); ++length) EXPECT_FALSE(decode(block.substr(0, length)));
    EXPECT_FALSE(decode(block + '\0'));
}

std::uint32_t crc32c_bit_by_bit(std::string_view bytes) {
    std::uint32_t sum = ~0U;
    for (const char c : bytes) {
        sum ^= static_cast<std::uint8_t>(c);
        for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1U) ^ ((sum & 1U) != 0 ? 0x82F63B78U : 0U);
    }
    return ~sum;
}

// With the checksum put right, so that the columns themselves are read.
TEST(codec, a_forged_block_is_refused_or_holds_fixes_that_can_be_written_again) {
    Random random(5);
    std::vector<Fix> fixes;
    for (int i = 0; i < 40; ++i) fixes.push_back(any_fix(random));
    const std::string block = encode(fixes).value();
    int refused = 0;
    for (int run = 0; run < 8000; ++run) {
        std::string forged = block.substr(0, block.size() - 4);
        if (random.chance(0.3)) forged.resize(random.below(forged.size() + 40), static_cast<char>(random.next()));
        for (std::uint64_t change = random.below(4); change > 0 && !forged.empty(); --change) {
            forged[random.below(forged.size())] = static_cast<char>(random.next());
        }
        const std::uint32_t sum = crc32c_bit_by_bit(forged);
        for (unsigned i = 0; i < 4; ++i) forged += static_cast<char>((sum >> (8 * i)) & 0xFFU);
        const auto back = decode(forged);
        if (!back) {
            ++refused;
            continue;
        }
        const auto again = encode(*back);
        if (again) {
            EXPECT_EQ(decode(*again).value(), *back);
        }
    }
    EXPECT_GT(refused, 400);
}

TEST(codec, the_checksum_is_the_same_by_instruction_by_tables_and_bit_by_bit) {
    Random random(8);
    for (std::size_t length = 0; length < 200; ++length) {
        std::string bytes;
        for (std::size_t i = 0; i < length; ++i) bytes += static_cast<char>(random.next());
        ASSERT_EQ(crc32c(bytes), crc32c_bit_by_bit(bytes));
        ASSERT_EQ(crc32c_by_tables(bytes), crc32c_bit_by_bit(bytes));
    }
}

TEST(codec, the_checksum_is_crc32c) {
    // Its check value, through a block: the sum of the bytes before it.
    const std::string block = encode(std::vector<Fix>(1)).value();
    EXPECT_EQ(crc32c_bit_by_bit("123456789"), 0xE3069283U);
    const std::uint32_t sum = crc32c_bit_by_bit(std::string_view(block).substr(0, block.size() - 4));
    for (unsigned i = 0; i < 4; ++i) {
        EXPECT_EQ(static_cast<std::uint8_t>(block[block.size() - 4 + i]), (sum >> (8 * i)) & 0xFFU);
    }
}

TEST(codec, the_bounds_of_a_block_are_those_of_its_fixes) {
    Fix a = fix_received(Instant{5000}, {310000000, 1200000000}, Datum::wgs84);
    Fix b = fix_received(Instant{2000}, {300000000, 1210000000}, Datum::wgs84);
    const auto bounds = bounds_of(encode(std::vector<Fix>{a, b}).value()).value();
    EXPECT_EQ(bounds.fixes, 2U);
    EXPECT_EQ(bounds.first, Instant{2000});
    EXPECT_EQ(bounds.last, Instant{5000});
    EXPECT_EQ(bounds.low, (geo::Place{300000000, 1200000000}));
    EXPECT_EQ(bounds.high, (geo::Place{310000000, 1210000000}));
}

double bytes_per_fix(const std::vector<Fix>& track) {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < track.size(); i += fixes_per_block) {
        bytes += encode(std::span(track).subspan(i, std::min(fixes_per_block, track.size() - i))).value().size();
    }
    return static_cast<double>(bytes) / static_cast<double>(track.size());
}

TEST(codec, everything_a_phone_states_of_a_drive_takes_at_most_ten_bytes_a_fix) {
    Random random(6);
    for (const Datum datum : {Datum::wgs84, Datum::gcj02, Datum::bd09}) {
        std::vector<Fix> track;
        const geo::Plane plane({317'700'000, 1'199'700'000});
        for (int i = 0; i < 1280; ++i) {
            Fix fix = fix_received(Instant{1'754'010'000'000 + i * 5000},
                                   plane.place({i * 40.0 + random.unit() * 8, random.unit() * 8}), datum);
            fix.accuracy_mm = 4000 + 100 * static_cast<std::uint32_t>(random.below(40));
            fix.level = Level::p68;
            fix.provider = Provider::gnss;
            fix.flags = flag_mock_known | flag_moving;
            fix.mono_ms = 7'000'000 + i * 5000;
            fix.boot = 1;
            track.push_back(fix);
        }
        EXPECT_LT(bytes_per_fix(track), 10) << name_of(datum);
    }
}

TEST(codec, a_second_of_a_real_track_takes_a_few_bytes) {
    const std::vector<Fix> car = car_by_span();
    const std::vector<Fix> phone = indoor_phone();
    if (car.empty() || phone.empty()) GTEST_SKIP() << "the real tracks are not beside the project";
    RecordProperty("car_bytes_per_fix", std::to_string(bytes_per_fix(car)));
    RecordProperty("phone_bytes_per_fix", std::to_string(bytes_per_fix(phone)));
    EXPECT_LT(bytes_per_fix(car), 3.5);
    EXPECT_LT(bytes_per_fix(phone), 11);
}

}  // namespace
}  // namespace ningyi::track
