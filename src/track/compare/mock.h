// SPDX-License-Identifier: Apache-2.0
// C10: evidence that positions were made up. The claim is that they are real. The flag of the operating system decides;
// without it several features must agree, and one alone never does.  (tracks.md §8, §12)
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/time.h"
#include "geo/plane.h"
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
    std::int64_t white = 0;          // fixes of stays whose noise is a program's by C11
    std::int64_t copied = 0;         // longest run copied from elsewhere by C7, if at least 24
    std::int64_t used = 0;
    double nats = 0;
    int features = 0;
};

// Running sums: the features that fixes show one by one, in the order of their time. One pass, no memory of the track.
class MockSums {
public:
    void add(const Fix& fix);

    // With what other measures found of the same fixes.
    MockEvidence evidence(std::int64_t jumps, std::int64_t white, std::int64_t copied) const;

private:
    void compare_speeds(const Fix& fix);

    MockEvidence counts_;
    bool is_on_grid_4_ = true;
    bool is_on_grid_5_ = true;
    bool had_readings_ = false;
    std::int64_t all_zero_ = 0;
    std::int64_t longest_run_ = 0;
    std::int64_t run_ = 1;
    Millis last_step_ = -1;
    std::int64_t moving_ = 0;
    std::int64_t differing_ = 0;
    std::optional<Fix> before_;
    std::optional<geo::Plane> plane_;  // around the first fix
};

// REQUIRES: `track` as mark() leaves it. `copied`: fixes of the longest run copied from another track
// (track.replay), 0 when none was looked for.
MockEvidence mock_evidence(std::span<const Fix> track, std::int64_t copied = 0, Kept* kept = nullptr);

// track.mock
Measurement mock(std::span<const Argument> arguments);

}  // namespace ningyi::track
