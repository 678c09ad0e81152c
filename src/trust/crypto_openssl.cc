// SPDX-License-Identifier: Apache-2.0
// sha256.h, cipher.h and sign.h by OpenSSL 3: the only file that names it.
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/check.h"
#include "base/result.h"
#include "trust/cipher.h"
#include "trust/sha256.h"
#include "trust/sign.h"

namespace ningyi::trust {
namespace {

struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Free>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Free>;

// A step of the library that fails only when memory or the installation is broken.
void must(int result, const char* what) {
    if (result != 1) throw MachineError(std::string("OpenSSL 出错 | OpenSSL failed: ") + what);
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

int int_size(std::string_view bytes) {
    CHECK(bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
    return static_cast<int>(bytes.size());
}

// Fetched once: looking an algorithm up costs more than hashing a small event.
const EVP_MD* sha256_algorithm() {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (algorithm == nullptr) throw MachineError("OpenSSL 没有 SHA-256 | OpenSSL has no SHA-256");
    return algorithm;
}

const EVP_CIPHER* gcm_algorithm() {
    static const EVP_CIPHER* const algorithm = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    if (algorithm == nullptr) throw MachineError("OpenSSL 没有 AES-256-GCM | OpenSSL has no AES-256-GCM");
    return algorithm;
}

DigestContext new_digest_context() {
    DigestContext context(EVP_MD_CTX_new());
    if (!context) throw std::bad_alloc();
    return context;
}

void start(EVP_MD_CTX* context) {
    must(EVP_DigestInit_ex2(context, sha256_algorithm(), nullptr), "digest init");
}

void add_to(EVP_MD_CTX* context, std::string_view bytes) {
    must(EVP_DigestUpdate(context, bytes.data(), bytes.size()), "digest update");
}

std::string finished(EVP_MD_CTX* context) {
    std::string digest(digest_size, '\0');
    must(EVP_DigestFinal_ex(context, bytes_of(digest), nullptr), "digest final");
    return digest;
}

// One context a thread, used again for every small digest.
EVP_MD_CTX* thread_digest() {
    thread_local const DigestContext context = new_digest_context();
    return context.get();
}

EVP_CIPHER_CTX* thread_cipher() {
    thread_local const CipherContext context(EVP_CIPHER_CTX_new());
    if (!context) throw std::bad_alloc();
    return context.get();
}

PrivateKey private_key_of(std::string_view private_key) {
    CHECK(private_key.size() == key_size);
    PrivateKey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(private_key), private_key.size()));
    if (!key) throw MachineError("OpenSSL 没有 Ed25519 | OpenSSL has no Ed25519");
    return key;
}

}  // namespace

std::string sha256(std::string_view bytes) {
    EVP_MD_CTX* const context = thread_digest();
    start(context);
    add_to(context, bytes);
    return finished(context);
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    constexpr std::size_t block = 64;
    std::string pad(key.size() > block ? sha256(key) : std::string(key));
    pad.resize(block, '\0');
    EVP_MD_CTX* const context = thread_digest();
    for (char& c : pad) c = static_cast<char>(c ^ 0x36);
    start(context);
    add_to(context, pad);
    add_to(context, bytes);
    const std::string inner = finished(context);
    for (char& c : pad) c = static_cast<char>(c ^ 0x36 ^ 0x5C);
    start(context);
    add_to(context, pad);
    add_to(context, inner);
    wipe(pad);
    return finished(context);
}

struct Sha256::State {
    DigestContext context = new_digest_context();
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
    start(state_->context.get());
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::add(std::string_view bytes) {
    add_to(state_->context.get(), bytes);
    return *this;
}

std::string Sha256::digest() {
    std::string digest = finished(state_->context.get());
    start(state_->context.get());
    return digest;
}

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    must(RAND_bytes(bytes_of(bytes), int_size(bytes)), "random bytes");
    return bytes;
}

std::string hkdf_sha256(std::string_view key, std::string_view info, std::size_t size) {
    CHECK(size <= 255 * digest_size);
    std::string extracted = hmac_sha256(std::string(digest_size, '\0'), key);
    std::string out;
    std::string block;
    for (unsigned counter = 1; out.size() < size; ++counter) {
        block.append(info).push_back(static_cast<char>(counter));
        block = hmac_sha256(extracted, block);
        out += block;
    }
    wipe(extracted);
    wipe(block);
    out.resize(size);
    return out;
}

std::string aes_gcm_encrypt(std::string_view key, std::string_view iv, std::string_view associated,
                            std::string_view clear) {
    CHECK(key.size() == key_size && iv.size() == iv_size);
    EVP_CIPHER_CTX* const context = thread_cipher();
    std::string out(clear.size() + tag_size, '\0');
    int written = 0;
    must(EVP_EncryptInit_ex2(context, gcm_algorithm(), bytes_of(key), bytes_of(iv), nullptr), "encrypt init");
    must(EVP_EncryptUpdate(context, nullptr, &written, bytes_of(associated), int_size(associated)), "encrypt data");
    must(EVP_EncryptUpdate(context, bytes_of(out), &written, bytes_of(clear), int_size(clear)), "encrypt update");
    must(EVP_EncryptFinal_ex(context, bytes_of(out) + written, &written), "encrypt final");
    must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_size), bytes_of(out) + clear.size()),
         "encrypt tag");
    return out;
}

std::optional<std::string> aes_gcm_decrypt(std::string_view key, std::string_view iv, std::string_view associated,
                                           std::string_view sealed) {
    CHECK(key.size() == key_size);
    if (iv.size() != iv_size || sealed.size() < tag_size) return std::nullopt;
    EVP_CIPHER_CTX* const context = thread_cipher();
    const std::string_view ciphertext = sealed.substr(0, sealed.size() - tag_size);
    std::array<char, tag_size> tag{};
    std::copy(sealed.end() - tag_size, sealed.end(), tag.begin());
    std::string out(ciphertext.size(), '\0');
    int written = 0;
    must(EVP_DecryptInit_ex2(context, gcm_algorithm(), bytes_of(key), bytes_of(iv), nullptr), "decrypt init");
    must(EVP_DecryptUpdate(context, nullptr, &written, bytes_of(associated), int_size(associated)), "decrypt data");
    must(EVP_DecryptUpdate(context, bytes_of(out), &written, bytes_of(ciphertext), int_size(ciphertext)),
         "decrypt update");
    must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_size), tag.data()), "decrypt tag");
    if (EVP_DecryptFinal_ex(context, bytes_of(out) + written, &written) != 1) return std::nullopt;
    return out;
}

void wipe(std::string& secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
    secret.clear();
}

KeyPair key_pair_of(std::string_view private_key) {
    const PrivateKey key = private_key_of(private_key);
    KeyPair keys{std::string(private_key), std::string(key_size, '\0')};
    std::size_t size = keys.public_key.size();
    must(EVP_PKEY_get_raw_public_key(key.get(), bytes_of(keys.public_key), &size), "public key");
    return keys;
}

std::string signature_of(const KeyPair& keys, std::string_view message) {
    const PrivateKey key = private_key_of(keys.private_key);
    const DigestContext context = new_digest_context();
    must(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()), "sign init");
    std::string signature(signature_size, '\0');
    std::size_t size = signature.size();
    must(EVP_DigestSign(context.get(), bytes_of(signature), &size, bytes_of(message), message.size()), "sign");
    return signature;
}

bool is_signed(std::string_view public_key, std::string_view message, std::string_view signature) {
    if (public_key.size() != key_size || signature.size() != signature_size) return false;
    const PrivateKey key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(public_key), public_key.size()));
    if (!key) return false;
    const DigestContext context = new_digest_context();
    must(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()), "verify init");
    return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size()) ==
           1;
}

}  // namespace ningyi::trust
