// SPDX-License-Identifier: Apache-2.0
#include "track/compare/mock.h"

#include <algorithm>
#include <cmath>

#include "geo/plane.h"
#include "track/compare/teleport.h"
#include "track/reading.h"

namespace ningyi::track {
namespace {

constexpr std::int64_t least_equal_steps = 60;
constexpr std::int64_t least_zero_readings = 20;
constexpr std::int64_t least_grid = 20;
constexpr std::int64_t least_speeds = 20;
constexpr double moving_m_s = 0.8;
constexpr double speed_slack_m_s = 3;
constexpr double nats_of_a_flag = 10;

bool is_used(const Fix& fix) {
    return (fix.marks & marks_without_place) == 0;
}

bool is_all_zero(const Fix& fix) {
    return fix.altitude_mm == 0 && fix.bearing_cdeg == 0 && fix.speed_mm_s == 0;
}

bool has_readings(const Fix& fix) {
    const auto is_given = [](std::int32_t value) { return value != no_value && value != 0; };
    return is_given(fix.altitude_mm) && is_given(fix.bearing_cdeg) && is_given(fix.speed_mm_s);
}

std::int64_t longest_run_of_equal_steps(std::span<const Fix> track) {
    std::int64_t longest = 0;
    std::int64_t run = 1;
    Millis last_step = -1;
    const Fix* before = nullptr;
    for (const Fix& fix : track) {
        if (!is_used(fix)) continue;
        if (before != nullptr) {
            const Millis step = fix.at.ms - before->at.ms;
            run = step == last_step && step > 0 ? run + 1 : 2;
            last_step = step;
            longest = std::max(longest, run);
        }
        before = &fix;
    }
    return longest;
}

// Of the fixes that move by their stated speed or their displacement, those whose two speeds differ by more than 3 m/s
// beyond what the error of both places explains. Nothing unless they are at least 20 and the larger part.
std::int64_t fixes_with_another_speed(std::span<const Fix> track) {
    std::int64_t moving = 0;
    std::int64_t differing = 0;
    const Fix* before = nullptr;
    for (const Fix& fix : track) {
        if (!is_used(fix)) continue;
        if (before != nullptr && fix.speed_mm_s != no_value && fix.at > before->at &&
            fix.at.ms - before->at.ms <= interpolated_gap_ms) {
            const double seconds = static_cast<double>(fix.at.ms - before->at.ms) / 1000;
            const double displaced = geo::distance_m(before->place, fix.place) / seconds;
            const double stated = static_cast<double>(fix.speed_mm_s) / 1000;
            const double sigma_a = sigma_mm(*before) / 1000;
            const double sigma_b = sigma_mm(fix) / 1000;
            const double error = sigmas_95 * std::sqrt(sigma_a * sigma_a + sigma_b * sigma_b) / seconds;
            if (std::max(displaced, stated) > moving_m_s) {
                ++moving;
                if (std::fabs(displaced - stated) > speed_slack_m_s + error) ++differing;
            }
        }
        before = &fix;
    }
    return differing >= least_speeds && differing * 2 > moving ? differing : 0;
}

}  // namespace

MockEvidence mock_evidence(std::span<const Fix> track) {
    MockEvidence evidence;
    bool is_on_grid_4 = true;
    bool is_on_grid_5 = true;
    bool had_readings = false;
    std::int64_t all_zero = 0;
    for (const Fix& fix : track) {
        if (!is_used(fix)) continue;
        ++evidence.used;
        const bool is_known = (fix.flags & flag_mock_known) != 0;
        if (is_known || (fix.flags & flag_simulated) != 0) ++evidence.knowing;
        if ((is_known && (fix.flags & flag_mock) != 0) || (fix.flags & flag_simulated) != 0) ++evidence.flagged;
        if (fix.accuracy_mm == 0) ++evidence.zero_accuracy;
        if (is_all_zero(fix)) ++all_zero;
        had_readings = had_readings || has_readings(fix);
        is_on_grid_4 = is_on_grid_4 && fix.received.lat_e7 % 1000 == 0 && fix.received.lon_e7 % 1000 == 0;
        is_on_grid_5 = is_on_grid_5 && fix.received.lat_e7 % 100 == 0 && fix.received.lon_e7 % 100 == 0;
    }
    if (evidence.used >= least_grid && is_on_grid_4) evidence.grid_4 = evidence.used;
    if (evidence.used >= least_grid && is_on_grid_5 && !is_on_grid_4) evidence.grid_5 = evidence.used;
    if (had_readings && all_zero >= least_zero_readings) evidence.zero_readings = all_zero;
    const std::int64_t run = longest_run_of_equal_steps(track);
    if (run >= least_equal_steps) evidence.equal_steps = run;
    evidence.speed_differs = fixes_with_another_speed(track);
    evidence.jumps = static_cast<std::int64_t>(leaps(track, road_speed_mm_s).jumps.size());

    const auto add = [&evidence](std::int64_t count, double nats) {
        if (count == 0) return;
        evidence.nats += nats;
        ++evidence.features;
    };
    add(evidence.zero_accuracy, 2);
    add(evidence.equal_steps, 1);
    add(evidence.zero_readings, 1);
    add(evidence.speed_differs, 1.5);
    add(evidence.grid_4, 2);
    add(evidence.grid_5, 1);
    add(evidence.jumps, static_cast<double>(std::min<std::int64_t>(evidence.jumps, 3)));
    return evidence;
}

Measurement mock(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.mock");
    if (!reading.is_complete()) return reading.nothing();
    const std::span<const Fix> track = fixes_within(reading.track("track"), reading.interval("interval"));
    const MockEvidence evidence = mock_evidence(track);
    Writing writing("track.mock");
    writing.fact("flagged", evidence.flagged);
    writing.fact("knowing", evidence.knowing);
    writing.fact("zero_accuracy", evidence.zero_accuracy);
    writing.fact("equal_steps", evidence.equal_steps);
    writing.fact("zero_readings", evidence.zero_readings);
    writing.fact("speed_differs", evidence.speed_differs);
    writing.fact("grid_4", evidence.grid_4);
    writing.fact("grid_5", evidence.grid_5);
    writing.fact("jumps", evidence.jumps);
    writing.fact("features", evidence.features);
    writing.fact("nats", mnat_of(evidence.nats));
    writing.fact("used", evidence.used);
    writing.fact("seen", static_cast<std::int64_t>(track.size()));
    if (track.empty())
        writing.limit(limit_no_track);
    else if (evidence.used == 0)
        writing.limit(limit_few_fixes);

    if (evidence.flagged > 0) {
        writing.verdict(Verdict::contradicted, nats_of_a_flag);
    } else if (evidence.nats >= 6 && evidence.features >= 3) {
        writing.verdict(Verdict::contradicted, evidence.nats);
    } else if (evidence.used > 0 && evidence.knowing == evidence.used && evidence.nats < 2) {
        writing.verdict(Verdict::supported, 0);
    }
    return writing.measurement();
}

}  // namespace ningyi::track
