// SPDX-License-Identifier: Apache-2.0
#include "track/compare/companion.h"

#include <algorithm>
#include <cmath>

#include "geo/plane.h"
#include "geo/real.h"
#include "track/motion.h"
#include "track/reading.h"
#include "track/stay.h"

namespace ningyi::track {
namespace {

constexpr Millis sample_step_ms = 30 * seconds_ms;
constexpr double neighbourhood_m = 1000;  // within which strangers are spread
constexpr double most_nats_a_sample = 3;

// How much better one pocket explains the distance than two strangers of one neighbourhood.
double nats_of_sample(double squared_m, double sigma_m) {
    const double variance = sigma_m * sigma_m;
    const double nats = geo::real::log(neighbourhood_m * neighbourhood_m / (2 * variance)) - squared_m / (2 * variance);
    return std::clamp(nats, -most_nats_a_sample, most_nats_a_sample);
}

// The first multiple of the sample step at or after `at`.
Millis first_sample(Millis at) {
    const Millis rest = ((at % sample_step_ms) + sample_step_ms) % sample_step_ms;
    return rest == 0 ? at : at + sample_step_ms - rest;
}

// How far to either side of an instant inside a stay a track is looked at to tell motion from noise.
constexpr Millis look_around_ms = 10 * seconds_ms;

// Whether what looks like motion is the noise of a phone lying still. Asked in rising order of time.
class Stillness {
public:
    Stillness(std::span<const Fix> track, double moving_m_s) : stays_(stays(track)), moving_m_s_(moving_m_s) {
        if (stays_.empty()) return;
        for (const Fix& fix : track)
            if ((fix.marks & marks_without_company) == 0) fixes_.push_back(&fix);
    }

    // True inside a stay (C3) unless the track surely went on there: between the fixes around twenty seconds about that
    // time it moved as fast as motion is, and farther than both their 95 % circles.
    bool holds(Millis at) {
        while (next_ < stays_.size() && stays_[next_].to.ms < at) ++next_;
        if (next_ >= stays_.size() || stays_[next_].from.ms > at) return false;
        const auto after = [](Millis time, const Fix* fix) { return time < fix->at.ms; };
        const auto to = std::upper_bound(fixes_.begin(), fixes_.end(), at + look_around_ms - 1, after);
        const auto from = std::upper_bound(fixes_.begin(), fixes_.end(), at - look_around_ms, after);
        if (to == fixes_.end() || from == fixes_.begin()) return true;
        const Fix& first = **(from - 1);
        const Fix& last = **to;
        const double moved_m = geo::distance_m(first.place, last.place);
        const double sigma_m = std::sqrt(sigma_mm(first) * sigma_mm(first) + sigma_mm(last) * sigma_mm(last)) / 1000;
        const double seconds = static_cast<double>(last.at.ms - first.at.ms) / 1000;
        return moved_m <= sigmas_95 * sigma_m || moved_m <= moving_m_s_ * seconds;
    }

private:
    std::vector<Stay> stays_;
    double moving_m_s_;
    std::vector<const Fix*> fixes_;
    std::size_t next_ = 0;
};

}  // namespace

Company company(std::span<const Fix> a, std::span<const Fix> b, double within_m, double moving_m_s) {
    Company result;
    Stillness a_still(a, moving_m_s), b_still(b, moving_m_s);
    for (const JointPiece& piece : joint_pieces(a, b, marks_without_company, std::nullopt)) {
        result.common += piece.to - piece.from;
        if (piece.speed_a_m_s <= moving_m_s || piece.speed_b_m_s <= moving_m_s) continue;
        const Millis middle = piece.from + (piece.to - piece.from) / 2;
        if (a_still.holds(middle) || b_still.holds(middle)) continue;
        result.moving_ms += static_cast<double>(piece.to - piece.from);
        const double together = seconds_within(piece, within_m);
        result.together_ms += together * 1000;
        result.path_m += together * (piece.speed_a_m_s + piece.speed_b_m_s) / 2;
        for (Millis at = first_sample(piece.from); at < piece.to; at += sample_step_ms) {
            const double seconds = static_cast<double>(at - piece.from) / 1000;
            result.nats += nats_of_sample(squared_distance_at(piece, seconds), piece.sigma_m);
        }
    }
    return result;
}

Measurement companion(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.companion");
    if (!reading.is_complete()) return reading.nothing();
    const std::span<const Fix> a = reading.track("track");
    const std::span<const Fix> b = reading.track("other");
    const Company found = company(a, b, static_cast<double>(reading.number("within")) / 1000,
                                  static_cast<double>(reading.number("moving_speed")) / 1000);
    const Millis least_time = reading.number("least_time");
    const std::int64_t least_path_mm = reading.number("least_path");

    Writing writing("track.companion");
    const Millis moving = geo::rounded(found.moving_ms);
    const Millis together = geo::rounded(found.together_ms);
    const std::int64_t path_mm = geo::rounded(found.path_m * 1000);
    writing.fact("common", found.common);
    writing.fact("moving", moving);
    writing.fact("together", together);
    writing.fact("path", path_mm);
    std::int64_t share = 0;
    if (moving > 0) {
        share = ppm_of(found.together_ms / found.moving_ms);
        writing.fact("share", share);
    }
    if (a.empty() || b.empty()) writing.limit(limit_no_track);
    if (moving < least_time) writing.limit(limit_no_motion);

    if (together > 0 && together >= least_time && path_mm >= least_path_mm && share >= reading.number("share")) {
        writing.verdict(Verdict::contradicted, found.nats);
    } else if (moving > 0 && moving >= least_time && share <= 100'000) {
        writing.verdict(Verdict::supported, -found.nats);
    }
    return writing.measurement();
}

}  // namespace ningyi::track
