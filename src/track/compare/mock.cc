// SPDX-License-Identifier: Apache-2.0
#include "track/compare/mock.h"

#include <algorithm>
#include <cmath>

#include "geo/plane.h"
#include "track/compare/jitter.h"
#include "track/compare/teleport.h"
#include "track/kept.h"
#include "track/reading.h"

namespace ningyi::track {
namespace {

constexpr std::int64_t least_equal_steps = 60;
constexpr std::int64_t least_zero_readings = 20;
constexpr std::int64_t least_grid = 20;
constexpr std::int64_t least_speeds = 20;
constexpr std::int64_t least_copied = 24;
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

}  // namespace

void MockSums::add(const Fix& fix) {
    if (!is_used(fix)) return;
    if (!plane_) plane_.emplace(fix.place);
    ++counts_.used;
    const bool is_known = (fix.flags & flag_mock_known) != 0;
    if (is_known || (fix.flags & flag_simulated) != 0) ++counts_.knowing;
    if ((is_known && (fix.flags & flag_mock) != 0) || (fix.flags & flag_simulated) != 0) ++counts_.flagged;
    if (fix.accuracy_mm == 0) ++counts_.zero_accuracy;
    if (is_all_zero(fix)) ++all_zero_;
    had_readings_ = had_readings_ || has_readings(fix);
    is_on_grid_4_ = is_on_grid_4_ && fix.received.lat_e7 % 1000 == 0 && fix.received.lon_e7 % 1000 == 0;
    is_on_grid_5_ = is_on_grid_5_ && fix.received.lat_e7 % 100 == 0 && fix.received.lon_e7 % 100 == 0;
    if (before_) {
        const Millis step = fix.at.ms - before_->at.ms;
        run_ = step == last_step_ && step > 0 ? run_ + 1 : 2;
        last_step_ = step;
        longest_run_ = std::max(longest_run_, run_);
        compare_speeds(fix);
    }
    before_ = fix;
}

// Of the fixes that move by their stated speed or their displacement, counts those whose two speeds differ by more than
// 3 m/s beyond what the error of both places explains.
void MockSums::compare_speeds(const Fix& fix) {
    const Millis step = fix.at.ms - before_->at.ms;
    if (fix.speed_mm_s == no_value || step <= 0 || step > interpolated_gap_ms) return;
    const double seconds = static_cast<double>(step) / 1000;
    const double stated = static_cast<double>(fix.speed_mm_s) / 1000;
    const double sigma_a = sigma_mm(*before_) / 1000;
    const double sigma_b = sigma_mm(fix) / 1000;
    const double error = sigmas_95 * std::sqrt(sigma_a * sigma_a + sigma_b * sigma_b) / seconds;
    // The map around the first fix differs from that around the one before by far less than this; only on the edge of a
    // limit it is asked for.
    const double roughly = geo::length(plane_->between(before_->place, fix.place)) / seconds;
    const double between_maps = 1e-6 * (roughly + 1);
    const auto is_on_edge = [&](double value, double limit) { return std::fabs(value - limit) <= between_maps; };
    const bool is_unclear =
        is_on_edge(roughly, moving_m_s) || is_on_edge(std::fabs(roughly - stated), speed_slack_m_s + error);
    const double displaced = is_unclear ? geo::distance_m(before_->place, fix.place) / seconds : roughly;
    if (std::max(displaced, stated) <= moving_m_s) return;
    ++moving_;
    if (std::fabs(displaced - stated) > speed_slack_m_s + error) ++differing_;
}

MockEvidence MockSums::evidence(std::int64_t jumps, std::int64_t white, std::int64_t copied) const {
    MockEvidence evidence = counts_;
    if (evidence.used >= least_grid && is_on_grid_4_) evidence.grid_4 = evidence.used;
    if (evidence.used >= least_grid && is_on_grid_5_ && !is_on_grid_4_) evidence.grid_5 = evidence.used;
    if (had_readings_ && all_zero_ >= least_zero_readings) evidence.zero_readings = all_zero_;
    if (longest_run_ >= least_equal_steps) evidence.equal_steps = longest_run_;
    // A few are nothing, and so is the smaller part.
    if (differing_ >= least_speeds && differing_ * 2 > moving_) evidence.speed_differs = differing_;
    evidence.jumps = jumps;
    evidence.white = white;
    if (copied >= least_copied) evidence.copied = copied;

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
    add(evidence.white, 2);
    add(evidence.copied, 4);
    return evidence;
}

MockEvidence mock_evidence(std::span<const Fix> track, std::int64_t copied, Kept* kept) {
    MockSums sums;
    for (const Fix& fix : track) sums.add(fix);
    std::optional<Jitter> jitter_here;
    std::optional<Leaps> leaps_here;
    const Jitter& noise = kept_jitter(track, kept, jitter_here);
    return sums.evidence(static_cast<std::int64_t>(kept_leaps(track, kept, leaps_here).jumps.size()),
                         is_white(noise) ? noise.fixes : 0, copied);
}

Measurement mock(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.mock");
    if (!reading.is_complete()) return reading.nothing();
    const std::span<const Fix> track = fixes_within(reading.track("track"), reading.interval("interval"));
    const MockEvidence evidence = mock_evidence(track, reading.number("copied"), reading.kept("track"));
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
    writing.fact("white", evidence.white);
    writing.fact("copied", evidence.copied);
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
