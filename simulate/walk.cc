// SPDX-License-Identifier: Apache-2.0
#include "simulate/walk.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "base/random.h"
#include "geo/place.h"

namespace ningyi::simulate {
namespace {

constexpr double persistence_10_s = 0.95;                // AR(1) over ten seconds: about 200 s
constexpr double persistence_5_s = 0.97467943448089633;  // and over five: its root
constexpr Millis sign_of_life_ms = 60 * seconds_ms;
constexpr double p68_of_sigma = 1.5096;  // tracks.md §3
constexpr double p95_of_sigma = 2.4477;

// Out, held, and back again.
struct Excursion {
    double from_s = 0, ramp_s = 1, hold_s = 0;
    Point reach;

    double share(double at_s) const {
        const double t = at_s - from_s;
        if (t <= 0 || t >= 2 * ramp_s + hold_s) return 0;
        if (t < ramp_s) return t / ramp_s;
        return t <= ramp_s + hold_s ? 1 : (2 * ramp_s + hold_s - t) / ramp_s;
    }
};

struct Noise {
    double sigma_m = 4, jitter_m = 0.6;
    std::int32_t fixed_radius_dm = -1;  // −1: stated from what it really is
};

Noise noise_of(const Walk& walk, Random& random) {
    const double draw = random.unit();
    switch (walk.signal) {
        case Signal::mock: return {0, 0.3, 50};
        case Signal::zero_radius: return {1.5, 0.5, 0};
        case Signal::high_rise: return {22 + 9 * draw, 2, -1};
        case Signal::white_jitter: return {0, 1.5, -1};
        case Signal::fake_route: return {0, 1.2, -1};
        case Signal::basement: return {8 + 6 * draw, 1, -1};
        default: break;
    }
    return walk.platform == Platform::browser ? Noise{6 + 5 * draw, 0.8, -1} : Noise{3.2 + 3.8 * draw, 0.6, -1};
}

std::int32_t rounded_dm(double metres) {
    return static_cast<std::int32_t>(geo::rounded(metres * 10));
}

}  // namespace

double normal(Random& random) {
    const std::uint64_t bits = random.next();
    const auto sum =
        static_cast<std::int64_t>((bits & 0xFFFFU) + (bits >> 16U & 0xFFFFU) + (bits >> 32U & 0xFFFFU) + (bits >> 48U));
    return static_cast<double>(sum - 131070) * (1.7320508075688772 / 65536);
}

void walk(const Walk& walk, std::vector<Step>& steps) {
    CHECK(walk.path != nullptr && !walk.path->empty());
    const std::vector<Waypoint>& path = *walk.path;
    Random random(walk.seed);
    steps.clear();
    const Noise noise = noise_of(walk, random);
    const double span_s = static_cast<double>(walk.span.length()) / 1000;

    std::array<Excursion, 3> excursions;
    if (walk.signal == Signal::drift) {
        for (Excursion& excursion : excursions) {
            excursion.from_s = 180 + random.unit() * std::max(60.0, span_s - 700);
            excursion.ramp_s = 40 + random.unit() * 50;
            excursion.hold_s = 60 + random.unit() * 200;
            const double reach_m = 30 + random.unit() * 120;
            const double east = random.unit() * 2 - 1;
            excursion.reach = {east * reach_m, std::sqrt(1 - east * east) * reach_m * (random.chance(0.5) ? 1 : -1)};
        }
    }
    double gap_from_s = -1;
    double gap_to_s = -1;
    const Millis step_ms = walk.recording.step_ms;
    CHECK(step_ms == 10 * seconds_ms || step_ms == 5 * seconds_ms);
    const double persistence = step_ms == 5 * seconds_ms ? persistence_5_s : persistence_10_s;
    const double fresh = std::sqrt(1 - persistence * persistence);
    const bool is_drawn = walk.signal == Signal::white_jitter || walk.signal == Signal::fake_route;
    if (random.chance(0.06) && !is_drawn) {
        gap_from_s = 300 + random.unit() * std::max(1.0, span_s - 900);
        gap_to_s = gap_from_s + 120 + random.unit() * 360;
    }
    const auto count = static_cast<std::size_t>(walk.span.length() / step_ms) + 1;
    std::size_t outlier = count;  // none
    if (random.chance(0.08) && count > 90 && !is_drawn)
        outlier = 40 + static_cast<std::size_t>(random.below(count - 80));
    const double wild_side = random.chance(0.5) ? 1 : -1;
    double wild_east_m = wild_side * (300 + random.unit() * 1200);
    if (walk.recording.has_stray && count > 90) {
        outlier = count / 2;
        wild_east_m = wild_side * 70'000;
    }

    double east_m = normal(random) * noise.sigma_m;
    double north_m = normal(random) * noise.sigma_m;
    std::size_t leg = 0;  // path[leg] is the next waypoint
    for (std::size_t n = 0; n < count; ++n) {
        const Instant at{walk.span.from.ms + static_cast<Millis>(n) * step_ms};
        const double at_s = static_cast<double>(n) * static_cast<double>(step_ms) / 1000;
        while (leg < path.size() && path[leg].at <= at) ++leg;
        Step step;
        step.at = at;
        double speed_mps = 0;
        if (leg == 0) {
            step.point = path.front().point;
        } else if (leg == path.size()) {
            step.point = path.back().point;
        } else {
            const Waypoint& a = path[leg - 1];
            const Waypoint& b = path[leg];
            const auto whole = static_cast<double>(b.at.ms - a.at.ms);
            const double share = static_cast<double>(at.ms - a.at.ms) / whole;
            step.point = {a.point.east + (b.point.east - a.point.east) * share,
                          a.point.north + (b.point.north - a.point.north) * share};
            speed_mps = std::min(20.0, distance_m(a.point, b.point) / whole * 1000);
        }
        east_m = persistence * east_m + fresh * noise.sigma_m * normal(random);
        north_m = persistence * north_m + fresh * noise.sigma_m * normal(random);
        double stray_m = 0;
        if (walk.signal == Signal::drift) {
            for (const Excursion& excursion : excursions) {
                const double share = excursion.share(at_s);
                step.point.east += excursion.reach.east * share;
                step.point.north += excursion.reach.north * share;
                stray_m += share * std::sqrt(excursion.reach.east * excursion.reach.east +
                                             excursion.reach.north * excursion.reach.north);
            }
        }
        const double jitter_m = walk.signal == Signal::fake_route && speed_mps > 0 ? 0 : noise.jitter_m;
        step.point.east += east_m + jitter_m * normal(random);
        step.point.north += north_m + jitter_m * normal(random);
        const double draw = random.unit();
        const double p68_m =
            std::max(std::max(3.0, p68_of_sigma * noise.sigma_m) * (0.9 + 0.35 * draw), 0.95 * stray_m);
        step.radius_dm = noise.fixed_radius_dm >= 0           ? noise.fixed_radius_dm
                         : walk.platform == Platform::browser ? rounded_dm(p68_m * (p95_of_sigma / p68_of_sigma))
                                                              : rounded_dm(p68_m);
        if (step.radius_dm >= 200) step.radius_dm = (step.radius_dm + 5) / 10 * 10;
        step.speed_dmps = speed_mps > 0.3 ? rounded_dm(speed_mps * (0.9 + 0.2 * draw)) : 0;
        if (n == outlier) {
            step.point.east += wild_east_m;
            step.point.north -= wild_east_m / 2;
        }
        const bool is_dropped = random.below(50) == 0;
        const bool is_in_gap = at_s > gap_from_s && at_s < gap_to_s;
        const bool is_below = walk.signal == Signal::basement && at.ms > walk.service.from.ms + minutes_ms &&
                              at.ms < walk.service.to.ms + 20 * seconds_ms;
        const bool is_silent = at >= walk.recording.silent.from && at < walk.recording.silent.to;
        step.is_sent = !(is_dropped || is_in_gap || is_below || is_silent);
        step.is_sign_of_life =
            walk.recording.is_alive && (is_below || is_silent) && at.ms / step_ms % (sign_of_life_ms / step_ms) == 0;
        steps.push_back(step);
    }
}

}  // namespace ningyi::simulate
