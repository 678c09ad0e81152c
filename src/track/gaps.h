// SPDX-License-Identifier: Apache-2.0
// Silence: where a track says nothing. A gap is a limit of what other measures may say, never a finding about a place.
// (tracks.md §8)
#pragma once

#include <span>
#include <vector>

#include "base/time.h"
#include "track/fix.h"
#include "track/measure.h"

namespace ningyi::track {

// Stretches of `interval` longer than `limit` without a fix that has a place and a believable time, in order. The ends
// of the interval count like fixes.
std::vector<Interval> silences(std::span<const Fix> track, Interval interval, Millis limit);

// track.gaps: the silences of an interval; `alive` is the part of them in which the terminal gave signs of life, at
// most five minutes apart, without a position.
Measurement gaps(std::span<const Argument> arguments);

// track.usable: what a track has to say around an interval (an instant: an interval without length). The claim is that
// the position was shown; it is never contradicted, for silence proves nothing.
Measurement usable(std::span<const Argument> arguments);

}  // namespace ningyi::track
