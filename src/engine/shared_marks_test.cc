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

}  // namespace
}  // namespace ningyi::engine
