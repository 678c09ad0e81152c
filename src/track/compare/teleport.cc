// SPDX-License-Identifier: Apache-2.0
#include "track/compare/teleport.h"

#include <algorithm>
#include <cmath>

#include "geo/plane.h"
#include "geo/within.h"
#include "track/kept.h"
#include "track/reading.h"

namespace ningyi::track {
namespace {

constexpr double most_nats = 10;

// What the fold finds where every step is within the limit, as on most tracks; nothing where one is not.
std::optional<Leaps> no_leaps(std::span<const Fix> track, double limit_m_s) {
    Leaps found;
    std::optional<geo::Plane> plane;
    const Fix* before = nullptr;
    double sigma_before = 0, sigma_after = 0, sigma_step = 0;
    for (const Fix& fix : track) {
        if ((fix.marks & (marks_without_place | mark_clock)) != 0) continue;
        ++found.used;
        const double sigma = sigma_mm(fix) / 1000;
        if (before == nullptr) {
            plane.emplace(fix.place);
        } else {
            if (found.used == 2 || sigma != sigma_after || sigma_before != sigma_after)
                sigma_step = std::sqrt(sigma_after * sigma_after + sigma * sigma);
            // Within the error of both ends there is no distance: most steps need no map.
            const double error_m = sigmas_95 * sigma_step;
            double low_m = 0;
            if (!geo::is_surely_within(before->place, fix.place, error_m)) {
                const double distance_m = std::sqrt(geo::squared_length(plane->between(before->place, fix.place)));
                low_m = std::max(0.0, distance_m - error_m);
            }
            const Millis since = fix.at.ms - before->at.ms;
            const double seconds = std::max(1.0, static_cast<double>(since) / 1000);
            if (low_m > limit_m_s * seconds) return std::nullopt;
            if (low_m > 0) found.speed_max_mm_s = std::max(found.speed_max_mm_s, low_m * 1000 / seconds);
            if (since <= interpolated_gap_ms) found.observed += since;
        }
        before = &fix;
        sigma_before = sigma_after;
        sigma_after = sigma;
    }
    return found;
}

}  // namespace

// One step between two fixes: how far at least, and how long.
struct LiveLeaps::Step {
    double distance_m = 0;
    double low_m = 0;    // what is left of it beyond the 95 % error of both ends
    double sigma_m = 0;  // of the difference, one axis
    double seconds = 1;  // at least 1
    bool is_within(double limit_m_s) const { return low_m <= limit_m_s * seconds; }
};

LiveLeaps::Step LiveLeaps::step_between(const Spot& a, const Spot& b) const {
    Step step;
    step.sigma_m = std::sqrt(a.sigma_m * a.sigma_m + b.sigma_m * b.sigma_m);
    step.distance_m = std::sqrt(geo::squared_length(plane_->between(a.place, b.place)));
    step.low_m = std::max(0.0, step.distance_m - sigmas_95 * step.sigma_m);
    step.seconds = std::max(1.0, static_cast<double>(b.at.ms - a.at.ms) / 1000);
    return step;
}

// A fix agrees with a landing when it can be reached from there and lies nearer to it than to the start.
bool LiveLeaps::agrees(std::size_t waiting, const Spot& start, const Spot& landing) const {
    if (waiting >= waiting_count_) return false;
    const Spot& fix = waiting_[waiting];
    return step_between(landing, fix).is_within(limit_m_s_) &&
           geo::squared_length(plane_->between(landing.place, fix.place)) <
               geo::squared_length(plane_->between(start.place, fix.place));
}

// One stray fix may be reached slowly enough, after a fix that was missed, and still be left too fast. It is the stray
// when what came before it reaches the landing without it and lies far nearer to it.
bool LiveLeaps::is_stray(const Spot& before, const Spot& start, const Spot& landing) const {
    return step_between(before, landing).is_within(limit_m_s_) &&
           4 * geo::squared_length(plane_->between(before.place, landing.place)) <
               geo::squared_length(plane_->between(start.place, landing.place));
}

void LiveLeaps::add(const Fix& fix, std::size_t index) {
    if ((fix.marks & (marks_without_place | mark_clock)) != 0) return;
    ++found_.used;
    const Spot spot{fix.place, fix.at, index, sigma_mm(fix) / 1000};
    if (!reference_) {
        plane_.emplace(fix.place);
        reference_ = previous_ = spot;
        last_at_ = fix.at;
        return;
    }
    waiting_[waiting_count_++] = spot;
    if (waiting_count_ < waiting_.size()) return;
    judge(waiting_[0], 1);
    std::move(waiting_.begin() + 1, waiting_.end(), waiting_.begin());
    --waiting_count_;
}

void LiveLeaps::end() {
    for (std::size_t i = 0; i < waiting_count_; ++i) judge(waiting_[i], i + 1);
    waiting_count_ = 0;
}

// `waiting`: where the fixes after it wait.
void LiveLeaps::judge(const Spot& fix, std::size_t waiting) {
    const Spot start = *reference_;
    const Step step = step_between(start, fix);
    const Millis since_last = fix.at.ms - last_at_->ms;
    if (since_last <= interpolated_gap_ms) found_.observed += since_last;
    last_at_ = fix.at;
    if (step.is_within(limit_m_s_)) {
        found_.speed_max_mm_s = std::max(found_.speed_max_mm_s, step.low_m * 1000 / step.seconds);
        previous_ = start;
        reference_ = fix;
        ++support_;
        return;
    }
    if (!agrees(waiting, start, fix) || !agrees(waiting + 1, start, fix)) {
        found_.outliers.push_back(fix.index);
        return;
    }
    if (support_ < 2 || is_stray(*previous_, start, fix)) {
        found_.outliers.push_back(start.index);
    } else {
        const double z = (step.distance_m - limit_m_s_ * step.seconds) / step.sigma_m;
        const double speed = step.low_m * 1000 / step.seconds;
        found_.jumps.push_back({fix.at, fix.index, speed, std::min(most_nats, z * z / 2)});
        found_.speed_max_mm_s = std::max(found_.speed_max_mm_s, speed);
    }
    previous_ = fix;
    reference_ = fix;
    support_ = 1;
}

Leaps leaps(std::span<const Fix> track, double limit_mm_s) {
    if (auto none = no_leaps(track, limit_mm_s / 1000)) return std::move(*none);
    LiveLeaps fold(limit_mm_s);
    for (std::size_t i = 0; i < track.size(); ++i) fold.add(track[i], i);
    fold.end();
    return fold.found();
}

Measurement teleport(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.teleport");
    if (!reading.is_complete()) return reading.nothing();
    const std::span<const Fix> track = fixes_within(reading.track("track"), reading.interval("interval"));
    const std::int64_t limit_mm_s = std::max<std::int64_t>(reading.number("limit_speed"), 0);
    std::optional<Leaps> here;
    if (limit_mm_s != road_speed_mm_s) here = leaps(track, static_cast<double>(limit_mm_s));
    const Leaps& found = here ? *here : kept_leaps(track, reading.kept("track"), here);

    Writing writing("track.teleport");
    writing.fact("jumps", static_cast<std::int64_t>(found.jumps.size()));
    writing.fact("used", static_cast<std::int64_t>(found.used));
    writing.fact("seen", static_cast<std::int64_t>(track.size()));
    writing.fact("outliers", static_cast<std::int64_t>(found.outliers.size()));
    if (found.used > 1) writing.fact("speed_max", geo::rounded(found.speed_max_mm_s));
    Millis span = 0;
    if (!track.empty()) span = track.back().at.ms - track.front().at.ms;
    writing.fact("observed", found.observed);

    if (has_mark(track, mark_clock)) writing.limit(limit_clock_step);
    if (track.empty())
        writing.limit(limit_no_track);
    else if (found.used < 3)
        writing.limit(limit_few_fixes);
    const bool is_covered = span > 0 && found.observed * 10 >= span * 8;
    if (!is_covered) writing.limit(limit_low_coverage);

    if (!found.jumps.empty()) {
        const auto worst = std::max_element(found.jumps.begin(), found.jumps.end(),
                                            [](const Jump& a, const Jump& b) { return a.nats < b.nats; });
        writing.fact("at", worst->at.ms);
        writing.verdict(Verdict::contradicted, worst->nats);
    } else if (is_covered && found.used >= 3 && !writing.has_limit(limit_clock_step)) {
        writing.verdict(Verdict::supported, 0);
    }
    return writing.measurement();
}

}  // namespace ningyi::track
