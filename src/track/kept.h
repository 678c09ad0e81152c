// SPDX-License-Identifier: Apache-2.0
// What measures have worked out of one track, kept beside its fixes for the next measure or the next comparison. It
// says nothing that the fixes do not say: a measure answers the same without it.
#pragma once

#include <optional>
#include <span>

#include "track/compare/jitter.h"
#include "track/compare/teleport.h"
#include "track/fix.h"
#include "track/trail.h"

namespace ningyi::track {

struct Kept {
    std::optional<Trail> trail;
    std::optional<OwnTrail> own_trail;
    // Of one stretch of the track: the one that was asked for last.
    std::span<const Fix> stretch;
    std::optional<Jitter> jitter;
    std::optional<Leaps> leaps;  // at road speed
};

// jitter_of() and leaps() at road speed of a stretch: what is kept of it, or worked out and kept; without `kept` worked
// out into `here`.
const Jitter& kept_jitter(std::span<const Fix> stretch, Kept* kept, std::optional<Jitter>& here);
const Leaps& kept_leaps(std::span<const Fix> stretch, Kept* kept, std::optional<Leaps>& here);

}  // namespace ningyi::track
