// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"
#include "trust/merkle.h"
#include "trust/sha256.h"

namespace ningyi::trust {
namespace {

std::vector<std::string> leaves_of(std::size_t count) {
    std::vector<std::string> leaves;
    for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash("leaf " + std::to_string(i)));
    return leaves;
}

// The definition of RFC 9162 §2.1.1, word for word: slow, and the oracle of everything else here.
std::string root_by_definition(std::span<const std::string> leaves) {
    if (leaves.empty()) return sha256({});
    if (leaves.size() == 1) return leaves[0];
    std::size_t split = 1;
    while (split * 2 < leaves.size()) split *= 2;
    return sha256("\x01" + root_by_definition(leaves.first(split)) + root_by_definition(leaves.subspan(split)));
}

TEST(merkle, the_vectors_known_from_certificate_transparency_come_out) {
    const std::vector<std::string> data = {
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
    const std::vector<std::string> roots = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    MerkleTree tree;
    EXPECT_EQ(to_hex(tree.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (std::size_t i = 0; i < data.size(); ++i) {
        tree.add(leaf_hash(*from_hex(data[i])));
        EXPECT_EQ(to_hex(tree.root()), roots[i]) << i + 1;
    }
}

TEST(merkle, the_growing_root_is_the_defined_one_and_survives_being_stored) {
    const auto leaves = leaves_of(200);
    MerkleTree tree;
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        tree.add(leaves[size - 1]);
        ASSERT_EQ(tree.size(), size);
        ASSERT_EQ(tree.root(), root_by_definition(std::span(leaves).first(size)));
        ASSERT_LE(tree.peaks().size(), 8U);
        const auto again = MerkleTree::restored(size, tree.peaks());
        ASSERT_TRUE(again);
        ASSERT_EQ(again->root(), tree.root());
    }
    EXPECT_FALSE(MerkleTree::restored(200, {}));
    EXPECT_FALSE(MerkleTree::restored(1, {"short"}));
}

TEST(merkle, every_leaf_of_every_tree_up_to_200_is_proved_and_no_other) {
    const auto leaves = leaves_of(200);
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        const auto tree = std::span(leaves).first(size);
        const std::string root = root_of(tree);
        for (std::size_t index = 0; index < size; ++index) {
            const Proof proof = inclusion_proof(tree, index);
            ASSERT_TRUE(proves_inclusion(proof, leaves[index], index, size, root)) << index << " of " << size;
            ASSERT_FALSE(proves_inclusion(proof, leaves[(index + 1) % 200], index, size, root));
            ASSERT_FALSE(proves_inclusion(proof, leaves[index], index + size, size, root));
        }
    }
}

TEST(merkle, every_pair_of_trees_up_to_200_is_proved_consistent) {
    const auto leaves = leaves_of(200);
    std::vector<std::string> roots{sha256({})};
    for (std::size_t size = 1; size <= leaves.size(); ++size) roots.push_back(root_of(std::span(leaves).first(size)));
    for (std::size_t second = 1; second <= leaves.size(); ++second) {
        for (std::size_t first = 1; first <= second; ++first) {
            const Proof proof = consistency_proof(std::span(leaves).first(second), first);
            ASSERT_TRUE(proves_consistency(proof, first, roots[first], second, roots[second]))
                << first << " " << second;
            ASSERT_FALSE(proves_consistency(proof, first, roots[first - 1], second, roots[second]));
            ASSERT_FALSE(proves_consistency(proof, first, roots[first], second, roots[second - 1]));
        }
    }
}

TEST(merkle, nothing_is_proved_of_an_empty_tree) {
    EXPECT_FALSE(proves_inclusion({}, std::string(32, 'x'), 0, 0, sha256({})));
    EXPECT_FALSE(proves_consistency({}, 0, sha256({}), 5, std::string(32, 'x')));
    EXPECT_FALSE(proves_consistency({}, 6, sha256({}), 5, std::string(32, 'x')));
}

RC_GTEST_PROP(merkle, a_forged_inclusion_proof_is_refused, ()) {
    const auto size = *rc::gen::inRange<std::size_t>(2, 513);
    const auto leaves = leaves_of(size);
    const auto index = *rc::gen::inRange<std::size_t>(0, size);
    const std::string root = root_of(leaves);
    Proof proof = inclusion_proof(leaves, index);
    const auto step = *rc::gen::inRange<std::size_t>(0, proof.size());
    switch (*rc::gen::inRange(0, 5)) {
        case 0: proof[step][*rc::gen::inRange<std::size_t>(0, 32)] ^= 1; break;
        case 1: proof.erase(proof.begin() + static_cast<std::ptrdiff_t>(step)); break;
        case 2: proof.push_back(proof[step]); break;
        case 3: proof[step].pop_back(); break;
        case 4: proof.insert(proof.begin(), leaves[index]); break;
    }
    RC_ASSERT_FALSE(proves_inclusion(proof, leaves[index], index, size, root));
}

RC_GTEST_PROP(merkle, a_rewritten_beginning_is_never_proved_consistent, ()) {
    const auto second = *rc::gen::inRange<std::size_t>(2, 513);
    const auto first = *rc::gen::inRange<std::size_t>(1, second);
    auto leaves = leaves_of(second);
    const std::string first_root = root_of(std::span(leaves).first(first));
    leaves[*rc::gen::inRange<std::size_t>(0, first)] = leaf_hash("rewritten");
    const Proof proof = consistency_proof(leaves, first);
    RC_ASSERT_FALSE(proves_consistency(proof, first, first_root, second, root_of(leaves)));
}

}  // namespace
}  // namespace ningyi::trust
