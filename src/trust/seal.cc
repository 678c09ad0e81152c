// SPDX-License-Identifier: Apache-2.0
#include "trust/seal.h"

#include "base/check.h"
#include "trust/cipher.h"
#include "trust/sha256.h"

namespace ningyi::trust {
namespace {

constexpr char version = 1;
constexpr char algorithm = 1;         // AES-256-GCM with a key by HKDF-SHA-256
constexpr std::size_t head_size = 4;  // version, algorithm, length of the owner in two bytes

void put_length(std::string& out, std::size_t length) {
    out += static_cast<char>((length >> 8U) & 0xFFU);
    out += static_cast<char>(length & 0xFFU);
}

// Each part has its length before it, so that no two places give the same bytes.
std::string associated_data(const SealedPlace& place) {
    std::string out;
    out.reserve(place.partition.size() + place.type.size() + place.field.size() + 32);
    for (const std::string_view part : {place.partition, place.event.view(), place.type, place.field}) {
        put_length(out, part.size());
        out += part;
    }
    out += version;
    return out;
}

std::string field_key(std::string_view key, const SealedPlace& place) {
    std::string info;
    info.append(place.type).append(1, '.').append(place.field).append(".1");
    return hkdf_sha256(key, info);
}

Fault broken(const SealedPlace& place) {
    return {.code = "E671",
            .zh = "字段 " + std::string(place.field) + " 的密封内容打不开：内容、位置或密钥与密封时不符",
            .en = "the sealed field " + std::string(place.field) +
                  " does not open: its content, place or key are not those of the sealing"};
}

}  // namespace

std::string key_check(std::string_view key) {
    return hmac_sha256(key, "ningyi key check").substr(0, key_check_size);
}

std::string seal(std::string_view key, std::string_view owner, const SealedPlace& place, std::string_view clear) {
    CHECK(owner.size() <= longest_owner);
    const std::string iv = random_bytes(iv_size);
    std::string secret = field_key(key, place);
    const std::string sealed = aes_gcm_encrypt(secret, iv, associated_data(place), clear);
    wipe(secret);
    std::string out;
    out.reserve(head_size + owner.size() + key_check_size + iv_size + sealed.size());
    out += version;
    out += algorithm;
    put_length(out, owner.size());
    out.append(owner).append(key_check(key)).append(iv).append(sealed);
    return out;
}

std::optional<KeyId> key_id_of(std::string_view envelope) {
    if (envelope.size() < head_size || envelope[0] != version || envelope[1] != algorithm) return std::nullopt;
    const std::size_t length = (static_cast<std::size_t>(static_cast<unsigned char>(envelope[2])) << 8U) |
                               static_cast<unsigned char>(envelope[3]);
    if (length > longest_owner || envelope.size() < head_size + length + key_check_size + iv_size + tag_size) {
        return std::nullopt;
    }
    return KeyId{envelope.substr(head_size, length), envelope.substr(head_size + length, key_check_size)};
}

Result<std::string> open(std::string_view key, const SealedPlace& place, std::string_view envelope) {
    const auto id = key_id_of(envelope);
    if (!id) return failure(broken(place));
    const std::string_view rest = envelope.substr(head_size + id->owner.size() + key_check_size);
    std::string secret = field_key(key, place);
    std::optional<std::string> clear =
        aes_gcm_decrypt(secret, rest.substr(0, iv_size), associated_data(place), rest.substr(iv_size));
    wipe(secret);
    if (!clear) return failure(broken(place));
    return std::move(*clear);
}

}  // namespace ningyi::trust
