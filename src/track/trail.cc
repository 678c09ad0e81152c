// SPDX-License-Identifier: Apache-2.0
#include "track/trail.h"

#include <algorithm>
#include <limits>

#include "track/reading.h"
#include "track/stay.h"

namespace ningyi::track {
namespace {

constexpr double moving_m_s = 0.8;
constexpr float nowhere = std::numeric_limits<float>::quiet_NaN();

// A longer track is compared by its beginning.
constexpr Millis longest_span = 48 * hours_ms;

// Pairs of stretches are looked at one by one; a path of more stays is taken as one stretch.
constexpr std::size_t most_stretches = 8;

std::int64_t floor_of(Millis at, Millis step) {
    return at / step - (at % step < 0 ? 1 : 0);
}

// Of a path seen every step, sample i at (first + i) · step + phase.
class Grid {
public:
    Grid(const Path& path, Millis step, Millis phase) : path_(path), step_(step), phase_(phase) {
        if (path.points.empty()) return;
        first_ = floor_of(path.points.front().at - phase - 1, step) + 1;
        size_ = std::max<std::int64_t>(0, floor_of(path.points.back().at - phase, step) - first_ + 1);
    }

    std::int64_t first() const { return first_; }
    std::int64_t size() const { return size_; }
    Millis at(std::int64_t sample) const { return (first_ + sample) * step_ + phase_; }
    // The first sample at or after that time.
    std::int64_t from(Millis time) const {
        return std::clamp<std::int64_t>(floor_of(time - phase_ - 1, step_) + 1 - first_, 0, size_);
    }

    // Where the path is at the samples from `begin` to before `end`.
    void locate(std::int64_t begin, std::int64_t end, geo::Offset* places, char* is_known) const {
        if (begin >= end) return;
        const std::vector<Path::Point>& points = path_.points;
        auto after = std::lower_bound(points.begin(), points.end(), at(begin),
                                      [](const Path::Point& point, Millis time) { return point.at < time; });
        Millis time = at(begin);
        for (std::int64_t i = begin; i < end; ++i, time += step_, ++places, ++is_known) {
            while (after->at < time) ++after;
            const Path::Point& to = *after;
            *is_known = 0;
            if (to.at == time) {
                *places = to.offset;
                *is_known = 1;
            } else if (const Path::Point& from = *(after - 1); to.at - from.at <= interpolated_gap_ms) {
                const double share = static_cast<double>(time - from.at) / static_cast<double>(to.at - from.at);
                *places = {from.offset.east + share * (to.offset.east - from.offset.east),
                           from.offset.north + share * (to.offset.north - from.offset.north)};
                *is_known = 1;
            }
        }
    }

    // The speed over two steps, so that the noise of fixes a second apart does not look like motion. `i`: in the arrays
    // of n samples. REQUIRES: is_known[i].
    bool is_fast(const geo::Offset* places, const char* is_known, std::size_t i, std::size_t n) const {
        const std::size_t from = i > 0 && is_known[i - 1] != 0 ? i - 1 : i;
        const std::size_t to = i + 1 < n && is_known[i + 1] != 0 ? i + 1 : i;
        const double limit_m = moving_m_s * static_cast<double>(to - from) * static_cast<double>(step_) / 1000;
        const geo::Offset moved{places[to].east - places[from].east, places[to].north - places[from].north};
        return geo::squared_length(moved) > limit_m * limit_m;
    }

private:
    const Path& path_;
    Millis step_, phase_;
    std::int64_t first_ = 0, size_ = 0;
};

}  // namespace

Path reversed(const Path& path) {
    Path result;
    if (path.points.empty()) return result;
    const Millis mirror = path.points.front().at + path.points.back().at;
    result.points.reserve(path.points.size());
    for (auto point = path.points.rbegin(); point != path.points.rend(); ++point) {
        result.points.push_back({mirror - point->at, point->offset});
    }
    for (auto stay = path.stays.rbegin(); stay != path.stays.rend(); ++stay) {
        result.stays.emplace_back(mirror - stay->second, mirror - stay->first);
    }
    return result;
}

const Samples& Sampler::sample(const Path& path, Millis step, Millis phase) {
    const Grid grid(path, step, phase);
    Samples& samples = samples_;
    samples.stretches.clear();
    samples.first = grid.first();
    samples.size = grid.size();
    // Whatever is at a stay, its ends included, is nowhere.
    const auto add = [&](std::int64_t begin, std::int64_t end) {
        if (begin >= end) return;
        samples.stretches.push_back({begin, end - begin, 0});
    };
    std::int64_t begin = 0;
    for (const auto& [from, to] : path.stays) {
        add(begin, grid.from(from));
        begin = std::max(begin, grid.from(to + 1));
    }
    add(begin, grid.size());
    if (samples.stretches.size() > most_stretches) samples.stretches = {{0, grid.size(), 0}};
    std::int64_t kept = 0;
    std::int64_t longest = 0;
    for (Samples::Stretch& stretch : samples.stretches) {
        stretch.at = static_cast<std::size_t>(kept);
        kept += stretch.length;
        longest = std::max(longest, stretch.length);
    }
    samples.east.assign(static_cast<std::size_t>(kept), nowhere);
    samples.north.assign(static_cast<std::size_t>(kept), nowhere);
    samples.moving_before.assign(static_cast<std::size_t>(kept) + 1, 0);
    // A sample more on either side, for the speed at the ends.
    places_.resize(static_cast<std::size_t>(longest) + 2);
    is_known_.resize(places_.size());
    geo::Offset* const places = places_.data();
    char* const is_known = is_known_.data();
    std::size_t stay = 0;
    std::int32_t moving = 0;
    for (const Samples::Stretch& stretch : samples.stretches) {
        const std::int64_t low = std::max<std::int64_t>(0, stretch.begin - 1);
        const std::int64_t high = std::min(grid.size(), stretch.begin + stretch.length + 1);
        const auto n = static_cast<std::size_t>(high - low);
        grid.locate(low, high, places, is_known);
        const auto skipped = static_cast<std::size_t>(stretch.begin - low);
        for (std::size_t k = 0; k < static_cast<std::size_t>(stretch.length); ++k) {
            const std::size_t i = k + skipped;
            const std::size_t to = stretch.at + k;
            if (is_known[i] != 0) {
                const Millis at = grid.at(low + static_cast<std::int64_t>(i));
                while (stay < path.stays.size() && path.stays[stay].second < at) ++stay;
                const bool is_at_stay = stay < path.stays.size() && path.stays[stay].first <= at;
                if (!is_at_stay && grid.is_fast(places, is_known, i, n)) {
                    samples.east[to] = static_cast<float>(places[i].east);
                    samples.north[to] = static_cast<float>(places[i].north);
                    ++moving;
                }
            }
            samples.moving_before[to + 1] = moving;
        }
    }
    samples.moving = moving;
    return samples;
}

AllSamples all_samples_of(const Path& path, Millis step, Millis phase) {
    const Grid grid(path, step, phase);
    AllSamples samples;
    samples.first = grid.first();
    const auto n = static_cast<std::size_t>(grid.size());
    samples.places.resize(n);
    samples.is_known.assign(n, 0);
    samples.is_moving.assign(n, 0);
    grid.locate(0, grid.size(), samples.places.data(), samples.is_known.data());
    std::size_t stay = 0;
    for (std::size_t i = 0; i < n; ++i) {
        if (samples.is_known[i] == 0) continue;
        const Millis at = grid.at(static_cast<std::int64_t>(i));
        while (stay < path.stays.size() && path.stays[stay].second < at) ++stay;
        if (stay < path.stays.size() && path.stays[stay].first <= at) continue;
        samples.is_moving[i] = grid.is_fast(samples.places.data(), samples.is_known.data(), i, n) ? 1 : 0;
    }
    return samples;
}

Path Trail::path(const geo::Plane& on) const {
    Path path;
    path.points.reserve(points.size());
    for (const Point& point : points) path.points.push_back({point.at, on.offset(point.place)});
    path.stays = stays;
    return path;
}

Trail trail_of(std::span<const Fix> track) {
    Trail trail;
    trail.seen = static_cast<std::int64_t>(track.size());
    CopyWindow window;
    for (const Fix& fix : track) {
        if (window.add(fix) && window.is_telling()) trail.windows.push_back(window.hash());
        if ((fix.marks & marks_off_the_trail) != 0) continue;
        ++trail.used;
        if (!trail.plane) trail.plane.emplace(fix.place);
        if (!trail.points.empty() && fix.at.ms - trail.points.front().at > longest_span) continue;
        trail.points.push_back({fix.at.ms, fix.place});
    }
    for (const Stay& stay : stays(track)) trail.stays.emplace_back(stay.from.ms, stay.to.ms);
    std::sort(trail.windows.begin(), trail.windows.end());
    return trail;
}

OwnTrail own_trail_of(const Trail& trail, Millis step) {
    OwnTrail own;
    if (!trail.plane) return own;
    own.path = trail.path(*trail.plane);
    Sampler sampler;
    sampler.sample(own.path, step, own.path.points.front().at);
    own.samples = std::move(sampler).taken();
    return own;
}

}  // namespace ningyi::track
