// SPDX-License-Identifier: Apache-2.0
#include "log/checkpoint.h"

#include <array>

#include "base/check.h"
#include "base/text.h"
#include "trust/sha256.h"

namespace ningyi::log {
namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view signature_mark = "\xE2\x80\x94 ";  // an em dash and a space begin a signature line
constexpr std::size_t key_hash_size = 4;
constexpr char ed25519_type = 1;

std::string to_base64(std::string_view bytes) {
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t here = std::min<std::size_t>(3, bytes.size() - at);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            bits = (bits << 8U) | (i < here ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) out += i <= here ? digits[(bits >> (18U - 6U * i)) & 0x3FU] : '=';
    }
    return out;
}

// REQUIRES nothing: anything that to_base64 would not have written gives a text that to_base64 does not lead back to.
std::string from_base64(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const std::size_t digit = digits.find(c);
        if (digit == std::string_view::npos) break;
        bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>((bits >> count) & 0xFFU);
        }
    }
    return out;
}

std::string body_of(const Checkpoint& checkpoint) {
    return format("{}\n{}\n{}\ntime {}\nprevious {}\n", checkpoint.origin, checkpoint.size, to_base64(checkpoint.root),
                  to_text(checkpoint.time, 0), checkpoint.previous.empty() ? "none" : to_hex(checkpoint.previous));
}

std::string key_hash(std::string_view origin, std::string_view public_key) {
    std::string named(origin);
    named += '\n';
    named += ed25519_type;
    named += public_key;
    return trust::sha256(named).substr(0, key_hash_size);
}

std::string signature_line(std::string_view origin, std::string_view public_key, std::string_view signature) {
    return format("{}{} {}\n", signature_mark, origin,
                  to_base64(key_hash(origin, public_key) + std::string(signature)));
}

tl::unexpected<Faults> bad_text() {
    return failure(
        {.code = "E661", .zh = "检查点不是规范的文本", .en = "the checkpoint is not a text as it should be"});
}

}  // namespace

std::string note_of(const Checkpoint& checkpoint, const trust::KeyPair& keys) {
    CHECK(checkpoint.root.size() == trust::digest_size);
    const std::string body = body_of(checkpoint);
    return body + "\n" + signature_line(checkpoint.origin, keys.public_key, trust::signature_of(keys, body));
}

Result<Checkpoint> checkpoint_of(std::string_view note, std::string_view public_key) {
    const std::vector<std::string_view> lines = split(note, '\n');
    if (lines.size() != 8 || !lines[3].starts_with("time ") || !lines[4].starts_with("previous ")) return bad_text();
    Checkpoint checkpoint;
    checkpoint.origin = lines[0];
    const auto size = to_integer(lines[1]);
    const auto time = parse_instant(lines[3].substr(5));
    if (!size || *size < 0 || !time) return bad_text();
    checkpoint.size = static_cast<std::uint64_t>(*size);
    checkpoint.root = from_base64(lines[2]);
    checkpoint.time = *time;
    const std::string_view previous = lines[4].substr(9);
    if (previous != "none") {
        const auto hash = from_hex(previous);
        if (!hash || hash->size() != trust::digest_size) return bad_text();
        checkpoint.previous = *hash;
    }
    if (checkpoint.root.size() != trust::digest_size) return bad_text();
    const std::string signed_bytes = from_base64(lines[6].substr(std::min(lines[6].size(), lines[6].rfind(' ') + 1)));
    if (signed_bytes.size() != key_hash_size + trust::signature_size) return bad_text();
    const std::string signature = signed_bytes.substr(key_hash_size);
    const std::string body = body_of(checkpoint);
    // Written again it must be the same text: there is one spelling of each checkpoint.
    if (body + "\n" + signature_line(checkpoint.origin, public_key, signature) != note) return bad_text();
    if (!trust::is_signed(public_key, body, signature)) {
        return failure({.code = "E662",
                        .zh = format("大小为 {} 的检查点签名不符", checkpoint.size),
                        .en = format("the checkpoint of size {} has a wrong signature", checkpoint.size)});
    }
    return checkpoint;
}

std::string hash_of_note(std::string_view note) {
    return trust::sha256(note);
}

}  // namespace ningyi::log
