// SPDX-License-Identifier: Apache-2.0
#include "casework/draw.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "casework/test_decisions.h"

namespace ningyi::casework {
namespace {

std::vector<PoolItem> pool_of(int strata, int each) {
    std::vector<PoolItem> pool;
    for (int s = 0; s < strata; ++s) {
        for (int i = 0; i < each; ++i) pool.push_back({"s" + std::to_string(s), "f" + std::to_string(s * each + i)});
    }
    return *pool_of_text(pool_text(pool));
}

TEST(Draw, the_same_seed_gives_the_same_ids_and_another_seed_others) {
    const auto pool = pool_of(10, 30);
    EXPECT_EQ(drawn(pool, "2026-11-24", 15), drawn(pool, "2026-11-24", 15));
    EXPECT_NE(drawn(pool, "2026-11-24", 15), drawn(pool, "2026-11-25", 15));
}

TEST(Draw, exactly_as_many_as_wanted_are_drawn_and_every_stratum_gets_its_share) {
    const auto pool = pool_of(10, 30);
    std::map<std::string, std::string> stratum;
    for (const PoolItem& item : pool) stratum[item.id] = item.stratum;
    for (std::int64_t wanted = 0; wanted <= 300; wanted += 7) {
        const auto ids = drawn(pool, "s", wanted);
        EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), static_cast<std::size_t>(wanted));
        std::map<std::string, std::int64_t> of;
        for (const std::string& id : ids) ++of[stratum.at(id)];
        for (const auto& [name, count] : of) EXPECT_LE(std::abs(count * 10 - wanted), 10) << name << " " << wanted;
    }
}

// 2,000 seeds, 20 of 200: each id should be drawn about 200 times; five standard deviations are 67.
TEST(Draw, every_id_has_the_same_chance) {
    const auto pool = pool_of(4, 50);
    std::map<std::string, int> times;
    for (int seed = 0; seed < 2000; ++seed) {
        for (const std::string& id : drawn(pool, std::to_string(seed), 20)) ++times[id];
    }
    ASSERT_EQ(times.size(), 200U);
    for (const auto& [id, count] : times) EXPECT_NEAR(count, 200, 67) << id;
}

TEST(Draw, a_pool_that_is_not_sorted_or_names_an_id_twice_is_none) {
    EXPECT_TRUE(pool_of_text("").has_value());
    EXPECT_TRUE(pool_of_text("a:1,3;b:2;").has_value());
    for (const char* wrong :
         {"a:1", "a1;", "b:1;a:2;", "a:1;b:1;", "a:1:2;", "a:2,1;", "a:,1;", "a:1%;", "a:1%2;", "a:1;;"})
        EXPECT_FALSE(pool_of_text(wrong).has_value()) << wrong;
}

TEST(Draw, names_with_any_character_come_back) {
    std::vector<PoolItem> pool = {{"R|a:1|2026-10", "x,y"}, {"R|a;2|2026-10", "100%"}, {"R|甲|2026-10", "z"}};
    std::sort(pool.begin(), pool.end());
    EXPECT_EQ(pool_of_text(pool_text(pool)), pool);
    const std::vector<std::string> ids = {"100%", "x,y", "z"};
    EXPECT_EQ(ids_of_result(result_text(ids)), ids);
    EXPECT_TRUE(ids_of_result("").empty());
}

TEST(Draw, what_an_event_says_of_itself_is_computed_again) {
    const std::string pool = pool_text(pool_of(2, 10));
    const std::string result = result_text(drawn(pool_of(2, 10), "x", 3));
    engine::ClearEvent event = decision("core.draw_made", 1,
                                        {{"draw_id", "D"},
                                         {"algorithm", std::string(draw_algorithm)},
                                         {"seed", "x"},
                                         {"wanted", "#3"},
                                         {"pool", pool},
                                         {"replayed", "as I say"},
                                         {"pool_counted", "as I say"}});
    add_computed(event);
    EXPECT_EQ(event.body.find("replayed")->text, digest_of(result));
    EXPECT_EQ(event.body.find("pool_counted")->text, digest_of(pool));
    event.body.set("wanted", cbor::Value::of(21));
    add_computed(event);
    EXPECT_EQ(event.body.find("replayed")->text, "impossible");
    event.body.set("algorithm", cbor::Value::of_text("dice"));
    add_computed(event);
    EXPECT_EQ(event.body.find("replayed"), nullptr) << "an algorithm nobody knows cannot be replayed";
}

TEST(Draw, a_small_share_of_a_small_pool_is_one) {
    EXPECT_EQ(wanted_of(0, 50'000), 0);
    EXPECT_EQ(wanted_of(3, 50'000), 1);
    EXPECT_EQ(wanted_of(100, 50'000), 5);
    EXPECT_EQ(wanted_of(3, 1'000'000), 3);
}

}  // namespace
}  // namespace ningyi::casework
