// SPDX-License-Identifier: Apache-2.0
#include "casework/draw.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/text.h"
#include "trust/sha256.h"

namespace ningyi::casework {
namespace {

__extension__ using Wide = unsigned __int128;

std::uint64_t number_of(std::string_view digest) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8; ++i) number = (number << 8U) | static_cast<unsigned char>(digest[i]);
    return number;
}

constexpr std::string_view with_meaning = ":;,%";

std::string escaped(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        if (with_meaning.find(letter) == std::string_view::npos) {
            out += letter;
        } else {
            out += format("%{:02X}", static_cast<unsigned char>(letter));
        }
    }
    return out;
}

// Nothing when a character with a meaning stands there plainly.
std::optional<std::string> unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            if (with_meaning.find(text[i]) != std::string_view::npos) return std::nullopt;
            out += text[i];
            continue;
        }
        const auto letter = i + 2 < text.size() ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
        if (!letter) return std::nullopt;
        out += *letter;
        i += 2;
    }
    return out;
}

const cbor::Value* field(const engine::ClearEvent& event, std::string_view name, cbor::Kind kind) {
    const cbor::Value* value = event.body.find(name);
    return value != nullptr && value->kind == kind ? value : nullptr;
}

}  // namespace

std::string pool_text(std::vector<PoolItem> pool) {
    std::sort(pool.begin(), pool.end());
    std::string text;
    for (std::size_t i = 0; i < pool.size(); ++i) {
        const bool is_first = i == 0 || pool[i - 1].stratum != pool[i].stratum;
        if (is_first) text += (i == 0 ? "" : ";") + escaped(pool[i].stratum) + ":";
        text += (is_first ? "" : ",") + escaped(pool[i].id);
    }
    return pool.empty() ? text : text + ";";
}

std::optional<std::vector<PoolItem>> pool_of_text(std::string_view text) {
    std::vector<PoolItem> pool;
    if (text.empty()) return pool;
    if (text.back() != ';') return std::nullopt;
    text.remove_suffix(1);
    for (const std::string_view group : split(text, ';')) {
        const std::size_t colon = group.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        const auto stratum = unescaped(group.substr(0, colon));
        if (!stratum) return std::nullopt;
        for (const std::string_view word : split(group.substr(colon + 1), ',')) {
            const auto id = unescaped(word);
            if (!id || id->empty()) return std::nullopt;
            pool.push_back({*stratum, *id});
        }
    }
    if (!std::is_sorted(pool.begin(), pool.end())) return std::nullopt;
    std::set<std::string_view> ids;
    for (const PoolItem& item : pool) {
        if (!ids.insert(item.id).second) return std::nullopt;
    }
    return pool;
}

std::string result_text(const std::vector<std::string>& ids) {
    std::string text;
    for (const std::string& id : ids) text += (text.empty() ? "" : ",") + escaped(id);
    return text;
}

std::vector<std::string> ids_of_result(std::string_view text) {
    std::vector<std::string> ids;
    for (const std::string_view word : split(text, ',')) {
        if (const auto id = unescaped(word); id && !id->empty()) ids.push_back(*id);
    }
    return ids;
}

std::vector<std::string> drawn(const std::vector<PoolItem>& pool, std::string_view seed, std::int64_t wanted) {
    CHECK(0 <= wanted && static_cast<std::size_t>(wanted) <= pool.size());
    struct Placed {
        const PoolItem* item;
        std::string hash;
    };
    std::vector<Placed> placed;
    placed.reserve(pool.size());
    for (const PoolItem& item : pool) {
        trust::Sha256 hash;
        placed.push_back({&item, hash.add(seed).add("\n").add(item.id).digest()});
    }
    std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
        return std::tie(a.item->stratum, a.hash, a.item->id) < std::tie(b.item->stratum, b.hash, b.item->id);
    });
    std::vector<std::string> result;
    if (pool.empty()) return result;
    // Going through the pool, a wheel of `size` marks turns by `wanted` marks an id; who sees it pass its beginning is
    // drawn. Wherever it starts, that happens exactly `wanted` times.
    const Wide size = pool.size(), step = static_cast<std::uint64_t>(wanted);
    const Wide start = number_of(trust::Sha256().add(seed).add("\nstart").digest()) % pool.size();
    for (std::size_t i = 0; i < placed.size(); ++i) {
        if ((start + step * i) % size < step) result.push_back(placed[i].item->id);
    }
    std::sort(result.begin(), result.end());
    return result;
}

std::int64_t wanted_of(std::size_t pool, std::int64_t share_ppm) {
    if (pool == 0) return 0;
    const auto nearest =
        static_cast<std::int64_t>((Wide{pool} * static_cast<std::uint64_t>(share_ppm) + 500'000) / 1'000'000);
    return std::clamp<std::int64_t>(nearest, 1, static_cast<std::int64_t>(pool));
}

std::string digest_of(std::string_view text) {
    return to_hex(trust::sha256(text));
}

void add_computed(engine::ClearEvent& event) {
    if (event.type != "core.draw_made" || event.body.kind != cbor::Kind::map) return;
    std::erase_if(event.body.pairs,
                  [](const auto& pair) { return pair.first == "replayed" || pair.first == "pool_counted"; });
    const cbor::Value* pool_said = field(event, "pool", cbor::Kind::text);
    const cbor::Value* seed = field(event, "seed", cbor::Kind::text);
    const cbor::Value* algorithm = field(event, "algorithm", cbor::Kind::text);
    const cbor::Value* wanted = field(event, "wanted", cbor::Kind::integer);
    if (pool_said == nullptr) return;
    const std::string counted = digest_of(pool_said->text);
    std::string replayed;
    if (seed != nullptr && wanted != nullptr && algorithm != nullptr && algorithm->text == draw_algorithm) {
        const auto pool = pool_of_text(pool_said->text);
        // A pool that names an id twice, or fewer ids than wanted, has no result at all: no digest equals "".
        if (pool && wanted->integer >= 0 && static_cast<std::uint64_t>(wanted->integer) <= pool->size()) {
            replayed = digest_of(result_text(drawn(*pool, seed->text, wanted->integer)));
        } else {
            replayed = "impossible";
        }
    }
    event.body.set("pool_counted", cbor::Value::of_text(counted));
    if (!replayed.empty()) event.body.set("replayed", cbor::Value::of_text(replayed));
}

}  // namespace ningyi::casework
