// SPDX-License-Identifier: Apache-2.0
#include "track/live/jitter.h"

#include <algorithm>
#include <cmath>

namespace ningyi::track {
namespace {

constexpr std::uint32_t left_out = marks_without_place | marks_of_time | mark_poor | mark_jump;

// A minute at rest holds enough fixes; the five minutes of a visit are not needed.
constexpr StayRule rest{.distance_m = 100, .least = minutes_ms, .longest_gap = 2 * minutes_ms};

// The mean product of neighbours over the mean square.
std::optional<double> rho(double products, double squares, std::int64_t fixes, std::int64_t pairs) {
    if (squares == 0 || pairs == 0) return std::nullopt;
    return products / static_cast<double>(pairs) / (squares / static_cast<double>(fixes));
}

}  // namespace

LiveJitter::LiveJitter(std::size_t most) : most_(most), stays_(rest) {}

void LiveJitter::Axis::add(double x, bool is_first) {
    if (is_first) {
        first = x;
    } else {
        products += last * x;
    }
    sum += x;
    squares += x * x;
    last = x;
}

void LiveJitter::Residuals::add(const Axis& axis, std::int64_t fixes) {
    const auto n = static_cast<double>(fixes);
    const double mean = axis.sum / n;
    // Σ(x − m)² and Σ(x − m)(x' − m) over neighbours, multiplied out. Without any residual x is 0 throughout.
    squares += std::max(0.0, axis.squares - n * mean * mean);
    products += axis.products - mean * (2 * axis.sum - axis.first - axis.last) + (n - 1) * mean * mean;
}

void LiveJitter::Total::add(const Sums& stay) {
    if (stay.fixes == 0) return;
    fixes += stay.fixes;
    pairs += stay.fixes - 1;
    east.add(stay.east, stay.fixes);
    north.add(stay.north, stay.fixes);
}

void LiveJitter::add_to_stay(const Fix& fix) {
    if ((fix.marks & left_out) != 0 || fix.provider != Provider::gnss) return;
    const bool is_first = open_.fixes == 0;
    if (is_first) {
        open_.plane.emplace(fix.place);
    } else {
        const Millis step = fix.at.ms - open_.last.ms;
        const auto known = steps_.lower_bound(step);
        if (steps_.size() < most_ || (known != steps_.end() && known->first == step)) {
            ++steps_[step];
        } else {
            ++(known != steps_.end() ? known : std::prev(known))->second;
        }
    }
    const geo::Offset offset = open_.plane->offset(fix.place);
    open_.east.add(offset.east, is_first);
    open_.north.add(offset.north, is_first);
    open_.last = fix.at;
    ++open_.fixes;
    if (places_.size() < most_) {
        places_.insert((std::uint64_t{static_cast<std::uint32_t>(fix.place.lat_e7)} << 32U) |
                       static_cast<std::uint32_t>(fix.place.lon_e7));
    }
}

void LiveJitter::add(const Fix& fix) {
    if (!is_used_in_stays(fix)) return;
    const bool was_open = stays_.is_open();
    if (stays_.add(fix)) {
        ended_.add(open_);
        open_ = {};
    } else if (was_open) {
        add_to_stay(fix);
        return;
    }
    waiting_.push_back(fix);
    // Those that no stay begins with any more are forgotten; with the others one may have begun.
    while (waiting_.size() > stays_.fixes()) waiting_.pop_front();
    if (!stays_.is_open()) return;
    for (const Fix& own : waiting_) add_to_stay(own);
    waiting_.clear();
}

std::size_t LiveJitter::kept() const {
    return std::max({waiting_.size(), places_.size(), steps_.size()});
}

Jitter LiveJitter::jitter() const {
    Total total = ended_;
    total.add(open_);
    Jitter result;
    result.fixes = total.fixes;
    if (total.fixes == 0) return result;
    result.distinct = static_cast<std::int64_t>(places_.size());
    // The median; of an even number the larger of the two in the middle.
    std::int64_t before = 0;
    for (const auto& [step, count] : steps_) {
        before += count;
        result.step = step;
        if (before > total.pairs / 2) break;
    }
    result.rms_m = std::sqrt((total.east.squares + total.north.squares) / static_cast<double>(total.fixes));
    if (result.distinct < 2) return result;
    result.rho_east = rho(total.east.products, total.east.squares, total.fixes, total.pairs);
    result.rho_north = rho(total.north.products, total.north.squares, total.fixes, total.pairs);
    return result;
}

}  // namespace ningyi::track
