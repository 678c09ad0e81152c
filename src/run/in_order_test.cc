// SPDX-License-Identifier: Apache-2.0
#include "run/in_order.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace ningyi::run {
namespace {

TEST(in_order, every_piece_is_made_once_and_taken_in_its_turn_by_who_made_it) {
    for (const std::size_t parts : {1, 2, 5}) {
        for (const std::size_t pieces : {0, 1, 3, 200}) {
            std::vector<std::size_t> held(parts, SIZE_MAX), taken;
            std::atomic<std::size_t> made = 0;
            in_order(
                parts, pieces,
                [&](std::size_t part, std::size_t piece) {
                    held[part] = piece;
                    ++made;
                },
                [&](std::size_t part, std::size_t piece) {
                    EXPECT_EQ(held[part], piece);
                    taken.push_back(piece);
                });
            std::vector<std::size_t> all(pieces);
            std::iota(all.begin(), all.end(), 0U);
            EXPECT_EQ(taken, all);
            EXPECT_EQ(made, pieces);
        }
    }
}

TEST(in_order, a_piece_that_fails_ends_all_and_is_told) {
    for (const std::size_t parts : {1, 2, 4}) {
        for (const bool in_making : {true, false}) {
            std::vector<std::size_t> taken;
            const auto fail_at_seven = [](std::size_t piece, bool here) {
                if (here && piece == 7) throw std::runtime_error("seven");
            };
            EXPECT_THROW(in_order(
                             parts, 100, [&](std::size_t, std::size_t piece) { fail_at_seven(piece, in_making); },
                             [&](std::size_t, std::size_t piece) {
                                 fail_at_seven(piece, !in_making);
                                 taken.push_back(piece);
                             }),
                         std::runtime_error);
            EXPECT_LE(taken.size(), 7U) << "nothing after the one that failed";
        }
    }
}

}  // namespace
}  // namespace ningyi::run
