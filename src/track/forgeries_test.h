// SPDX-License-Identifier: Apache-2.0
// For tests: trips through made-up streets, and what forgers make of a track.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "geo/plane.h"
#include "track/clean.h"
#include "track/fix.h"
#include "track/walks_test.h"

namespace ningyi::track {

// Nearly normal, variance 1: twelve uniform numbers.
inline double normal(Random& random) {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += random.unit();
    return sum;
}

inline void move(Fix& fix, geo::Offset by) {
    fix.place = geo::Plane(fix.place).place(by);
    fix.received = fix.place;
}

inline std::vector<Fix> later(std::vector<Fix> track, Millis by) {
    for (Fix& fix : track) fix.at.ms += by;
    mark(track);
    return track;
}

// `sigma_m` on each axis, each fix by itself.
inline std::vector<Fix> with_white_noise(std::vector<Fix> track, double sigma_m, std::uint64_t seed = 1) {
    Random random(seed);
    for (Fix& fix : track) move(fix, {sigma_m * normal(random), sigma_m * normal(random)});
    mark(track);
    return track;
}

// `sigma_m` on each axis, wandering with a memory of one minute.
inline std::vector<Fix> with_wandering_noise(std::vector<Fix> track, double sigma_m, std::uint64_t seed = 1) {
    Random random(seed);
    geo::Offset error{sigma_m * normal(random), sigma_m * normal(random)};
    for (std::size_t i = 0; i < track.size(); ++i) {
        if (i > 0) {
            const double kept = std::exp(-static_cast<double>(track[i].at.ms - track[i - 1].at.ms) / 60'000);
            const double fresh = sigma_m * std::sqrt(1 - kept * kept);
            error = {error.east * kept + fresh * normal(random), error.north * kept + fresh * normal(random)};
        }
        move(track[i], error);
    }
    mark(track);
    return track;
}

inline std::vector<Fix> every_second_fix(const std::vector<Fix>& track) {
    std::vector<Fix> result;
    for (std::size_t i = 0; i < track.size(); i += 2) result.push_back(track[i]);
    mark(result);
    return result;
}

inline std::vector<Fix> backwards(std::vector<Fix> track) {
    if (track.empty()) return track;
    const Millis mirror = track.front().at.ms + track.back().at.ms;
    std::reverse(track.begin(), track.end());
    for (std::size_t i = 0; i < track.size(); ++i) {
        track[i].at.ms = mirror - track[i].at.ms;
        track[i].seq = static_cast<std::uint32_t>(i);
    }
    mark(track);
    return track;
}

inline std::vector<Fix> rounded_to_e4(std::vector<Fix> track) {
    for (Fix& fix : track) {
        fix.place = geo::place_of_degrees(static_cast<double>(geo::rounded(geo::lat_degrees(fix.place) * 1e4)) / 1e4,
                                          static_cast<double>(geo::rounded(geo::lon_degrees(fix.place) * 1e4)) / 1e4);
        fix.received = fix.place;
    }
    mark(track);
    return track;
}

inline std::vector<Fix> middle_half(const std::vector<Fix>& track) {
    const auto quarter = static_cast<std::ptrdiff_t>(track.size() / 4);
    std::vector<Fix> result(track.begin() + quarter, track.end() - quarter);
    mark(result);
    return result;
}

// A crossing of streets, 150 m apart.
struct Crossing {
    int east = 0;
    int north = 0;
};

// A way of `blocks` through a district of 6 km by 6 km, seldom turning.
inline std::vector<Crossing> way(Random& random, int blocks) {
    std::vector<Crossing> crossings{
        {static_cast<int>(random.between(-20, 20)), static_cast<int>(random.between(-20, 20))}};
    int east = 1, north = 0;
    for (int i = 0; i < blocks; ++i) {
        if (random.chance(0.3)) {
            std::swap(east, north);
            if (random.chance(0.5)) east = -east, north = -north;
        }
        Crossing next{crossings.back().east + east, crossings.back().north + north};
        if (std::abs(next.east) > 20 || std::abs(next.north) > 20) {
            east = -east, north = -north;
            next = {crossings.back().east + east, crossings.back().north + north};
        }
        crossings.push_back(next);
    }
    return crossings;
}

// Somebody rides that way: another speed on each block, red lights at some crossings, a fix every 5 s with a wandering
// error of 4 m.
inline std::vector<Fix> ride(const std::vector<Crossing>& crossings, std::uint64_t seed, Millis start = nine) {
    Random random(seed);
    std::vector<std::pair<Millis, geo::Offset>> corners;
    Millis at = start;
    for (std::size_t i = 0; i < crossings.size(); ++i) {
        const geo::Offset corner{crossings[i].east * 150.0, crossings[i].north * 150.0};
        if (i > 0) at += geo::rounded(150'000 / (3 + 4 * random.unit()));
        corners.emplace_back(at, corner);
        if (random.chance(0.25)) corners.emplace_back(at += random.between(5, 60) * seconds_ms, corner);
    }
    std::vector<Fix> track;
    std::size_t leg = 0;
    for (Millis now = start; now <= at; now += 5 * seconds_ms) {
        while (leg + 2 < corners.size() && corners[leg + 1].first < now) ++leg;
        const auto& [from_at, from] = corners[leg];
        const auto& [to_at, to] = corners[leg + 1];
        const double share =
            to_at == from_at ? 0 : static_cast<double>(now - from_at) / static_cast<double>(to_at - from_at);
        track.push_back(
            fix_at(now, {from.east + share * (to.east - from.east), from.north + share * (to.north - from.north)}));
        track.back().seq = static_cast<std::uint32_t>(track.size());
    }
    return with_wandering_noise(track, 4, seed + 1'000'000);
}

}  // namespace ningyi::track
