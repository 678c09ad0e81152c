// SPDX-License-Identifier: Apache-2.0
// C10: evidence that positions were made up. The claim is that they are real. The flag of the operating system decides;
// without it several features must agree, and one alone never does.  (tracks.md §8, §12)
#pragma once

#include <cstdint>
#include <span>

#include "track/fix.h"
#include "track/measure.h"

namespace ningyi::track {

// How many fixes (or pairs, or jumps) show each feature.
struct MockEvidence {
    std::int64_t flagged = 0;        // the operating system says mock or simulated
    std::int64_t knowing = 0;        // the operating system says yes or no
    std::int64_t zero_accuracy = 0;  // accuracy of exactly 0
    std::int64_t equal_steps = 0;    // fixes in the longest run with one time step to the millisecond, if at least 60
    std::int64_t zero_readings = 0;  // altitude, bearing and speed all 0 on a device that had them otherwise
    std::int64_t speed_differs = 0;  // moving fixes whose stated speed is not that of their displacement
    std::int64_t grid_4 = 0;         // fixes, if all lie on a grid of 1e-4°
    std::int64_t grid_5 = 0;         // or of 1e-5°
    std::int64_t jumps = 0;          // confirmed by C8
    std::int64_t used = 0;
    double nats = 0;
    int features = 0;
};

// REQUIRES: `track` as mark() leaves it.
MockEvidence mock_evidence(std::span<const Fix> track);

// track.mock
Measurement mock(std::span<const Argument> arguments);

}  // namespace ningyi::track
