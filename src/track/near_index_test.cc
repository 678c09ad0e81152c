// SPDX-License-Identifier: Apache-2.0
#include "track/near_index.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "base/random.h"

namespace ningyi::track {
namespace {

// Signatures that share some bins with one of a few forms.
Signature signature(Random& random, const std::vector<Signature>& forms) {
    Signature result = forms[random.below(forms.size())];
    for (std::uint16_t& bin : result.bins) {
        if (random.chance(0.2)) bin = static_cast<std::uint16_t>(random.next());
    }
    return result;
}

std::vector<Signature> forms(Random& random) {
    std::vector<Signature> result(5);
    for (Signature& form : result) {
        for (std::uint16_t& bin : form.bins) bin = static_cast<std::uint16_t>(random.next());
    }
    return result;
}

TEST(near_index, gives_every_part_of_the_block_that_shares_a_band_and_nothing_else) {
    Random random(11);
    const std::vector<Signature> some = forms(random);
    for (const BandRule rule : {BandRule{16, 4}, BandRule{32, 2}}) {
        NearIndex index(rule);
        struct Part {
            std::uint64_t block;
            Signature signature;
        };
        std::map<std::uint32_t, Part> parts;  // the slow index
        for (std::uint32_t round = 0; round < 3000; ++round) {
            if (!parts.empty() && random.chance(0.4)) {
                const auto gone = std::next(parts.begin(), static_cast<std::ptrdiff_t>(random.below(parts.size())));
                ASSERT_TRUE(index.remove(gone->second.block, gone->first, gone->second.signature));
                EXPECT_FALSE(index.remove(gone->second.block, gone->first, gone->second.signature));
                parts.erase(gone);
            } else {
                const Part part{random.below(3), signature(random, some)};
                ASSERT_TRUE(index.add(part.block, round, part.signature));
                parts.emplace(round, part);
            }
            ASSERT_EQ(index.size(), parts.size());
            if (round % 20 != 0) continue;
            const Signature wanted = signature(random, some);
            const std::uint64_t block = random.below(3);
            const auto keys = band_keys(wanted, rule);
            std::vector<NearIndex::Candidate> expected;
            for (const auto& [number, part] : parts) {
                if (part.block != block) continue;
                const auto others = band_keys(part.signature, rule);
                std::uint32_t bands = 0;
                for (std::size_t i = 0; i < keys.size(); ++i) bands += keys[i] == others[i] ? 1 : 0;
                if (bands > 0) expected.push_back({number, bands});
            }
            std::stable_sort(expected.begin(), expected.end(),
                             [](const auto& a, const auto& b) { return a.bands > b.bands; });
            const auto found = index.candidates(block, wanted);
            EXPECT_EQ(found.found, expected);
            EXPECT_FALSE(found.is_cut);
            const auto few = index.candidates(block, wanted, 3);
            EXPECT_EQ(few.is_cut, expected.size() > 3);
            expected.resize(std::min<std::size_t>(3, expected.size()));
            EXPECT_EQ(few.found, expected);
        }
    }
}

TEST(near_index, refuses_what_is_beyond_its_bound) {
    Random random(1);
    const std::vector<Signature> some = forms(random);
    NearIndex index({}, 2);
    EXPECT_TRUE(index.add(1, 1, some[0]));
    EXPECT_FALSE(index.add(1, NearIndex::no_part, some[1]));
    EXPECT_TRUE(index.add(1, 2, some[1]));
    EXPECT_FALSE(index.add(1, 3, some[2]));
    EXPECT_TRUE(index.candidates(1, some[2]).found.empty());
}

}  // namespace
}  // namespace ningyi::track
