// SPDX-License-Identifier: Apache-2.0
#include "track/live/replay.h"

#include <algorithm>

#include "geo/within.h"
#include "track/reading.h"

namespace ningyi::track {
namespace {

constexpr std::uint32_t left_out = marks_without_place | marks_of_time | mark_poor | mark_jump;
constexpr double moving_m_s = 0.8;
// A window with fewer different steps tells nothing.
constexpr std::size_t least_different_steps = 4;

constexpr std::uint64_t base = 0x9E3779B97F4A7C15ULL;
// The base to the length of a window.
constexpr std::uint64_t leaving = [] {
    std::uint64_t power = 1;
    for (std::size_t i = 0; i < CopyWindow::steps; ++i) power *= base;
    return power;
}();

std::uint64_t value_of(const CopyStep& step) {
    std::uint64_t z = static_cast<std::uint64_t>(step.seconds) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ static_cast<std::uint64_t>(step.lat_e6)) * 0x94D049BB133111EBULL;
    z = (z ^ (z >> 29U) ^ static_cast<std::uint64_t>(step.lon_e6)) * 0xD6E8FEB86659FD93ULL;
    return z ^ (z >> 32U);
}

std::int64_t nearest_tenth(std::int64_t value) {
    return (value >= 0 ? value + 5 : value - 5) / 10;
}

bool is_equal(const CopyStep& a, const CopyStep& b) {
    return a.seconds == b.seconds && a.lat_e6 == b.lat_e6 && a.lon_e6 == b.lon_e6;
}

bool is_same_report(const CopyStep& a, const CopyStep& b) {
    return a.at == b.at && a.device == b.device;
}

}  // namespace

const CopyStep& CopyWindow::step(std::size_t back) const {
    return last_[(count_ - 1 - back) % steps];
}

bool CopyWindow::add(const Fix& fix) {
    if ((fix.marks & left_out) != 0) return false;
    if (!plane_) plane_.emplace(fix.place);
    const std::optional<Before> before = std::exchange(before_, Before{fix.at, fix.place});
    if (!before || fix.at <= before->at || fix.at.ms - before->at.ms > interpolated_gap_ms) return false;
    const double limit_m = moving_m_s * static_cast<double>(fix.at.ms - before->at.ms) / 1000;
    if (geo::is_surely_within(before->place, fix.place, limit_m)) return false;
    if (geo::squared_length(plane_->between(before->place, fix.place)) <= limit_m * limit_m) return false;
    const CopyStep step{(fix.at.ms - before->at.ms + 500) / 1000,
                        nearest_tenth(std::int64_t{fix.place.lat_e7} - before->place.lat_e7),
                        nearest_tenth(std::int64_t{fix.place.lon_e7} - before->place.lon_e7), fix.at, fix.device};
    CopyStep& oldest = last_[count_ % steps];
    hash_ = hash_ * base + value_of(step);
    if (count_ >= steps) hash_ -= leaving * value_of(oldest);
    oldest = step;
    ++count_;
    return true;
}

bool CopyWindow::is_telling() const {
    if (count_ < steps) return false;
    std::size_t different = 0;
    for (std::size_t i = 0; i < steps; ++i) {
        bool is_new = true;
        for (std::size_t j = 0; j < i && is_new; ++j) is_new = !is_equal(last_[i], last_[j]);
        different += is_new ? 1 : 0;
    }
    return different >= least_different_steps;
}

LiveReplay::LiveReplay(std::span<const Fix> earlier) {
    CopyWindow window;
    for (const Fix& fix : earlier) {
        if (!window.add(fix)) continue;
        earlier_.push_back(window.step(0));
        if (window.is_telling()) windows_.push_back({window.hash(), earlier_.size() - 1});
    }
    std::sort(windows_.begin(), windows_.end(),
              [](const Window& x, const Window& y) { return x.hash != y.hash ? x.hash < y.hash : x.last < y.last; });
}

// Whether the window equals that of the earlier track that ends at `last`. A report is no copy of itself.
bool LiveReplay::is_copy(std::size_t last) const {
    for (std::size_t back = 0; back < CopyWindow::steps; ++back) {
        const CopyStep& other = earlier_[last - back];
        if (!is_equal(window_.step(back), other) || is_same_report(window_.step(back), other)) return false;
    }
    return true;
}

void LiveReplay::add(const Fix& fix) {
    if (!window_.add(fix)) return;
    next_row_.clear();
    if (window_.is_telling()) {
        auto match = std::lower_bound(windows_.begin(), windows_.end(), window_.hash(),
                                      [](const Window& x, std::uint64_t hash) { return x.hash < hash; });
        std::size_t before = 0;
        for (; match != windows_.end() && match->hash == window_.hash(); ++match) {
            if (!is_copy(match->last)) continue;
            while (before < row_.size() && row_[before].first + 1 < match->last) ++before;
            const bool goes_on = before < row_.size() && row_[before].first + 1 == match->last;
            next_row_.emplace_back(match->last, goes_on ? row_[before].second + 1 : 1);
            longest_ = std::max(longest_, next_row_.back().second);
        }
    }
    std::swap(row_, next_row_);
}

std::int64_t LiveReplay::longest_run() const {
    return longest_ == 0 ? 0 : longest_ + static_cast<std::int64_t>(CopyWindow::steps);
}

std::int64_t LiveReplay::run() const {
    std::int64_t longest = 0;
    for (const auto& [last, windows] : row_) longest = std::max(longest, windows);
    return longest == 0 ? 0 : longest + static_cast<std::int64_t>(CopyWindow::steps);
}

}  // namespace ningyi::track
