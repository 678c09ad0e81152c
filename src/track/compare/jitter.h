// SPDX-License-Identifier: Apache-2.0
// C11: the residuals of satellite fixes inside stays. The claim is natural noise. A receiver's error wanders: each
// residual resembles the one before. Noise added by a program does not.  (tracks.md §8)
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/time.h"
#include "track/fix.h"
#include "track/measure.h"

namespace ningyi::track {

struct Jitter {
    std::int64_t fixes = 0;     // satellite fixes inside stays
    std::int64_t distinct = 0;  // of their coordinates
    Millis step = 0;            // median time between successive ones of a stay
    double rms_m = 0;           // of both axes together
    // Correlation of successive residuals, by axis; nothing where an axis shows no residual at all.
    std::optional<double> rho_east;
    std::optional<double> rho_north;
};

// REQUIRES: `track` as mark() leaves it.
Jitter jitter_of(std::span<const Fix> track);

// True for noise of a program: white on both axes, in at least 60 fixes at most 5 s apart, with neither repeats nor
// errors below a metre.
bool is_white(const Jitter& jitter);

// track.jitter: arguments track, interval (optional). Contradicted: white on both axes, at least 60 fixes at most 5 s
// apart, and neither repeats nor errors below a metre, which the best receivers have. Supported: correlated on both
// axes. Without satellite fixes of a phone at rest, or with one coordinate only, nothing is said.
Measurement jitter(std::span<const Argument> arguments);

}  // namespace ningyi::track
