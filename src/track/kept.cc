// SPDX-License-Identifier: Apache-2.0
#include "track/kept.h"

namespace ningyi::track {
namespace {

void stand_on(std::span<const Fix> stretch, Kept& kept) {
    if (kept.stretch.data() == stretch.data() && kept.stretch.size() == stretch.size()) return;
    kept.stretch = stretch;
    kept.jitter.reset();
    kept.leaps.reset();
}

}  // namespace

const Jitter& kept_jitter(std::span<const Fix> stretch, Kept* kept, std::optional<Jitter>& here) {
    if (kept != nullptr) stand_on(stretch, *kept);
    std::optional<Jitter>& jitter = kept != nullptr ? kept->jitter : here;
    if (!jitter) jitter = jitter_of(stretch);
    return *jitter;
}

const Leaps& kept_leaps(std::span<const Fix> stretch, Kept* kept, std::optional<Leaps>& here) {
    if (kept != nullptr) stand_on(stretch, *kept);
    std::optional<Leaps>& leaps = kept != nullptr ? kept->leaps : here;
    if (!leaps) leaps = track::leaps(stretch, static_cast<double>(road_speed_mm_s));
    return *leaps;
}

}  // namespace ningyi::track
