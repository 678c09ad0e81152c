// SPDX-License-Identifier: Apache-2.0
#include "engine/shared_marks.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/random.h"

namespace ningyi::engine {
namespace {

TEST(shared_marks, name_the_records_that_a_plain_map_names_whatever_is_added_and_dropped) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        SharedMarks marks;
        std::map<RecordIndex, std::set<std::uint64_t>> plain;
        std::size_t size = 0;
        for (int step = 0; step < 3000; ++step) {
            const auto record = static_cast<RecordIndex>(random.below(400));
            if (const auto known = plain.find(record); known != plain.end()) {
                marks.drop(record, std::vector<std::uint64_t>(known->second.begin(), known->second.end()));
                size -= known->second.size();
                plain.erase(known);
            }
            if (random.chance(0.8)) {
                std::set<std::uint64_t>& own = plain[record];
                for (std::uint64_t i = random.below(60); i > 0; --i) own.insert(random.below(5000));
                marks.add(record, std::vector<std::uint64_t>(own.begin(), own.end()));
                size += own.size();
            }
            if (step % 50 != 0) continue;
            ASSERT_EQ(marks.size(), size);
            std::vector<std::uint64_t> asked;
            for (int i = 0; i < 5; ++i) asked.push_back(random.below(5000));
            std::vector<RecordIndex> expected;
            for (const auto& [other, own] : plain) {
                const auto is_own = [&](std::uint64_t mark) { return own.contains(mark); };
                if (std::any_of(asked.begin(), asked.end(), is_own)) expected.push_back(other);
            }
            ASSERT_EQ(marks.with_any(asked), expected) << step;
        }
    }
}

TEST(shared_marks, many_added_at_once_are_found_as_those_added_one_by_one) {
    Random random(3);
    SharedMarks at_once, one_by_one;
    for (RecordIndex record = 0; record < 2000; ++record) {
        std::set<std::uint64_t> own;
        for (std::uint64_t i = random.below(40); i > 0; --i) own.insert(random.below(1U << 20U) << 12U);
        const std::vector<std::uint64_t> marks(own.begin(), own.end());
        at_once.add_to_settle(record, marks);
        one_by_one.add(record, marks);
    }
    at_once.settle();
    EXPECT_EQ(at_once.size(), one_by_one.size());
    std::size_t found = 0;
    for (int i = 0; i < 2000; ++i) {
        const std::vector<std::uint64_t> asked{random.below(1U << 20U) << 12U, random.below(1U << 20U) << 12U};
        ASSERT_EQ(at_once.with_any(asked), one_by_one.with_any(asked));
        found += at_once.with_any(asked).size();
    }
    EXPECT_GT(found, 100U);
}

}  // namespace
}  // namespace ningyi::engine
