// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/text.h"
#include "trust/cipher.h"
#include "trust/seal.h"
#include "trust/sha256.h"
#include "trust/sign.h"

namespace ningyi::trust {
namespace {

std::string bytes(std::string_view hex) {
    return *from_hex(hex);
}

TEST(sha256, published_digests_come_out) {
    EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(sha256, pieces_hash_like_the_whole_and_the_next_digest_starts_anew) {
    Sha256 hash;
    EXPECT_EQ(hash.add("a").add("").add("bc").digest(), sha256("abc"));
    EXPECT_EQ(hash.add("abc").digest(), sha256("abc"));
    EXPECT_EQ(hash.digest(), sha256(""));
}

TEST(hmac, vectors_of_rfc_4231_come_out) {
    EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(to_hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(hkdf, the_vector_without_salt_of_rfc_5869_comes_out) {
    EXPECT_EQ(to_hex(hkdf_sha256(std::string(22, '\x0b'), "", 42)),
              "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(aes_gcm, a_published_vector_comes_out_and_back) {
    const std::string key(32, '\0');
    const std::string iv(12, '\0');
    const std::string clear(16, '\0');
    const std::string sealed = aes_gcm_encrypt(key, iv, "", clear);
    EXPECT_EQ(to_hex(sealed), "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
    EXPECT_EQ(aes_gcm_decrypt(key, iv, "", sealed), clear);
    EXPECT_EQ(aes_gcm_decrypt(key, iv, "other", sealed), std::nullopt);
    EXPECT_EQ(aes_gcm_decrypt(key, iv, "", sealed.substr(1)), std::nullopt);
    EXPECT_EQ(aes_gcm_decrypt(key, iv, "", "short"), std::nullopt);
}

TEST(ed25519, the_first_vector_of_rfc_8032_comes_out) {
    const KeyPair keys = key_pair_of(bytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
    EXPECT_EQ(to_hex(keys.public_key), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    const std::string signature = signature_of(keys, "");
    EXPECT_EQ(
        to_hex(signature),
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595b"
        "be24655141438e7a100b");
    EXPECT_TRUE(is_signed(keys.public_key, "", signature));
}

TEST(ed25519, another_message_key_or_signature_is_refused) {
    const KeyPair keys = key_pair_of(std::string(32, 'k'));
    const KeyPair other = key_pair_of(std::string(32, 'o'));
    std::string signature = signature_of(keys, "one order");
    EXPECT_TRUE(is_signed(keys.public_key, "one order", signature));
    EXPECT_FALSE(is_signed(keys.public_key, "two orders", signature));
    EXPECT_FALSE(is_signed(other.public_key, "one order", signature));
    EXPECT_FALSE(is_signed("", "one order", signature));
    EXPECT_FALSE(is_signed(keys.public_key, "one order", ""));
    signature[5] = static_cast<char>(signature[5] ^ 1);
    EXPECT_FALSE(is_signed(keys.public_key, "one order", signature));
}

TEST(random_bytes, two_secrets_differ) {
    EXPECT_NE(random_bytes(32), random_bytes(32));
}

const Id an_event = Id::from_bytes("0123456789abcdef");
const SealedPlace place{"district", an_event, "people.moved_in", "home"};

TEST(seal, what_was_sealed_opens_with_its_key_in_its_place) {
    const std::string key(32, 'k');
    for (const std::size_t size : {0U, 1U, 16U, 1300U, 100000U}) {
        const std::string clear(size, 'x');
        const std::string envelope = seal(key, "elder/e1", place, clear);
        EXPECT_EQ(key_id_of(envelope)->owner, "elder/e1");
        EXPECT_EQ(key_id_of(envelope)->check, key_check(key));
        EXPECT_EQ(open(key, place, envelope), clear);
    }
}

TEST(seal, a_value_moved_to_another_event_field_type_or_partition_does_not_open) {
    const std::string key(32, 'k');
    const std::string envelope = seal(key, "elder/e1", place, "secret");
    SealedPlace elsewhere = place;
    elsewhere.event = Id::from_bytes("0123456789abcdeX");
    EXPECT_FALSE(open(key, elsewhere, envelope));
    elsewhere = place;
    elsewhere.field = "phone";
    EXPECT_FALSE(open(key, elsewhere, envelope));
    elsewhere = place;
    elsewhere.type = "people.moved_out";
    EXPECT_FALSE(open(key, elsewhere, envelope));
    elsewhere = place;
    elsewhere.partition = "other";
    EXPECT_FALSE(open(key, elsewhere, envelope));
    EXPECT_FALSE(open(std::string(32, 'l'), place, envelope));
}

TEST(seal, every_single_changed_byte_of_the_sealed_part_is_noticed_and_nothing_crashes) {
    const std::string key(32, 'k');
    const std::string envelope = seal(key, "elder/e1", place, "secret");
    const std::size_t sealed_from = 4 + std::string_view("elder/e1").size() + key_check_size;
    for (std::size_t at = 0; at < envelope.size(); ++at) {
        std::string changed = envelope;
        changed[at] = static_cast<char>(changed[at] ^ 0x10);
        const auto opened = open(key, place, changed);
        if (at >= sealed_from || at < 4) {
            EXPECT_FALSE(opened) << at;
        }
        EXPECT_FALSE(open(key, place, envelope.substr(0, at))) << at;
    }
}

TEST(seal, equal_values_are_sealed_differently_each_time) {
    const std::string key(32, 'k');
    EXPECT_NE(seal(key, "o", place, "same"), seal(key, "o", place, "same"));
}

TEST(seal, keys_of_one_owner_are_told_apart) {
    EXPECT_NE(key_check(std::string(32, 'k')), key_check(std::string(32, 'l')));
    EXPECT_EQ(key_check(std::string(32, 'k')).size(), key_check_size);
}

}  // namespace
}  // namespace ningyi::trust
