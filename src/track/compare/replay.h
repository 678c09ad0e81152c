// SPDX-License-Identifier: Apache-2.0
// C7: a trip against an earlier or another one. The claim is that it was travelled, not copied. The same route is no
// finding; the same timing and the same noise is.  (tracks.md §8, §9)
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/time.h"
#include "track/fix.h"
#include "track/measure.h"

namespace ningyi::track {

// How well one track follows the other at the best lag.
struct Synchrony {
    double median_m = 0;
    Millis lag = 0;            // added to the times of the other
    Millis matched = 0;        // time compared, moving part
    std::int64_t samples = 0;  // moving samples compared
    bool is_reversed = false;  // the other runs backwards
};

struct ReplayRule {
    Millis step = 5 * seconds_ms;
    Millis coarse_step = 30 * seconds_ms;
    std::int64_t least_samples = 24;
    Millis least_matched = 5 * minutes_ms;
    double same_m = 8;
    double other_m = 30;
    std::int64_t copied_run = 24;  // fixes
};

// Nothing when there is too little motion in common at any lag: only what moves outside stays (C3) is compared, so that
// visits to one home are no copies of each other. Excerpts and reversed copies are found too; a reversed other is first
// mirrored between its own first and last instant. A track longer than two days is compared by its first two.
std::optional<Synchrony> synchrony(std::span<const Fix> a, std::span<const Fix> b, const ReplayRule& rule = {});

// The longest run of moving fixes whose steps (seconds, 1e-6° of latitude and longitude) are equal in both, in windows
// of eight steps of which four differ: a straight line at one speed resembles every other. A report (device and time)
// is no copy of itself.
std::int64_t copied_run(std::span<const Fix> a, std::span<const Fix> b);

// track.replay: arguments track, other; facts
//   sync (length, absent when not comparable), matched (duration), lag (duration), samples (count), run (count: longest
//   copied run), reversed (count 0/1), stops (count: stops whose lengths agree within 10 s), together (duration: common
//   time at lag 0), used, seen (counts).
// Contradicted: run ≥ 24, or — unless they were there together — sync ≤ 8 m. They were when the tracks have time in
// common and the best lag is at most 15 minutes: two receivers in one car, or one behind the other; a trip copied three
// hours later is judged although both days overlap. Supported: sync > 30 m. Else insufficient, with no_motion when
// there was none.
Measurement replay(std::span<const Argument> arguments);
// Its verdict, strength and limits; fewer facts.
Measurement replay_verdict(std::span<const Argument> arguments);

}  // namespace ningyi::track
