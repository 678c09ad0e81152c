// SPDX-License-Identifier: Apache-2.0
// A random draw that anyone can repeat: pool, seed and algorithm give the result, and nothing else does. Systematic
// sampling over the pool ordered by stratum and, inside a stratum, by a hash of seed and id: each stratum gets its
// share, and every id has the same probability wanted / size of the pool.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event.h"

namespace ningyi::casework {

inline constexpr std::string_view draw_algorithm = "sha256-systematic-1";

struct PoolItem {
    std::string stratum;  // rule|agency|month
    std::string id;
    auto operator<=>(const PoolItem&) const = default;
};

// A pool as it stands in the event: "stratum:id,id;stratum:id;", sorted. Characters with a meaning there are written as
// %3A and the like.
std::string pool_text(std::vector<PoolItem> pool);
// Nothing when it is not such a text, is not sorted or names an id twice.
std::optional<std::vector<PoolItem>> pool_of_text(std::string_view text);
// A result as it stands there: "id,id", and the ids of one.
std::string result_text(const std::vector<std::string>& ids);
std::vector<std::string> ids_of_result(std::string_view text);

// The ids drawn, sorted. REQUIRES: 0 <= wanted <= pool.size().
std::vector<std::string> drawn(const std::vector<PoolItem>& pool, std::string_view seed, std::int64_t wanted);

// The number of ids for a share of the pool, rounded to the nearest, at least one of a pool that is not empty.
std::int64_t wanted_of(std::size_t pool, std::int64_t share_ppm);

// Hex SHA-256: of a pool, a result or a text.
std::string digest_of(std::string_view text);

// Computes what an event states about itself and must not be believed: of a draw, the digest of its pool counted again
// and of its result replayed. Absent where the event does not carry what is needed. Other events are left alone.
void add_computed(engine::ClearEvent& event);

}  // namespace ningyi::casework
