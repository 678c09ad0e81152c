// SPDX-License-Identifier: Apache-2.0
// What the comparison of trips (compare/replay.h) wants to know of one track, worked out once, so that a track compared
// with many others is not gone through again for each.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/time.h"
#include "geo/plane.h"
#include "track/fix.h"
#include "track/live/replay.h"

namespace ningyi::track {

// Fixes with one of these are no part of a trip.
constexpr std::uint32_t marks_off_the_trail = marks_without_place | marks_of_time | mark_poor | mark_jump;

// A path seen every step: sample i is at (first + i) · step + phase. Only the stretches between stays are kept; in them
// a place is nowhere unless the path moves there, and a distance to nowhere is no number.
struct Samples {
    struct Stretch {
        std::int64_t begin = 0;  // its first sample
        std::int64_t length = 0;
        std::size_t at = 0;  // where that is in `east` and `north`
    };
    std::int64_t first = 0;
    std::int64_t size = 0;  // samples from end to end, kept or not
    std::int64_t moving = 0;
    std::vector<Stretch> stretches;  // in order
    std::vector<float> east;
    std::vector<float> north;
    std::vector<std::int32_t> moving_before;  // of the first i kept samples; one longer
    std::int64_t moving_in(const Stretch& stretch, std::int64_t begin, std::int64_t length) const {
        const std::size_t from = stretch.at + static_cast<std::size_t>(begin - stretch.begin);
        return moving_before[from + static_cast<std::size_t>(length)] - moving_before[from];
    }
};

// A track as a broken line on the map, with the times at which it stayed.
struct Path {
    struct Point {
        Millis at = 0;
        geo::Offset offset;
    };
    std::vector<Point> points;
    std::vector<std::pair<Millis, Millis>> stays;
};

// The same line run backwards, between the same two instants.
Path reversed(const Path& path);

// Samples paths; keeps its memory from one to the next.
class Sampler {
public:
    // Valid until the next. REQUIRES: 0 < step.
    const Samples& sample(const Path& path, Millis step, Millis phase);
    Samples taken() && { return std::move(samples_); }

private:
    Samples samples_;
    std::vector<geo::Offset> places_;
    std::vector<char> is_known_;
};

// The same with nothing left out: where a place is known, and where it moves.
struct AllSamples {
    std::int64_t first = 0;
    std::vector<geo::Offset> places;
    std::vector<char> is_known;
    std::vector<char> is_moving;
    std::size_t size() const { return places.size(); }
};
AllSamples all_samples_of(const Path& path, Millis step, Millis phase);

struct Trail {
    struct Point {
        Millis at = 0;
        geo::Place place;
    };
    std::int64_t seen = 0;
    std::int64_t used = 0;
    std::vector<Point> points;  // used, of the first two days
    std::vector<std::pair<Millis, Millis>> stays;
    std::optional<geo::Plane> plane;     // around the first point
    std::vector<std::uint64_t> windows;  // hashes of the telling windows of eight steps (live/replay.h), sorted

    // On a plane of another.
    Path path(const geo::Plane& on) const;
};

// REQUIRES: `track` as mark() leaves it.
Trail trail_of(std::span<const Fix> track);

// A trail as the first of a pair: on its own plane, sampled from its first point on, so that samples of a steady track
// fall on its fixes.
struct OwnTrail {
    Path path;
    Samples samples;
};
OwnTrail own_trail_of(const Trail& trail, Millis step);

}  // namespace ningyi::track
