// SPDX-License-Identifier: Apache-2.0
#include "track/live/stay.h"

#include <cstddef>

namespace ningyi::track {

bool LiveStays::is_near(const Fix& from, const Fix& to) const {
    return geo::squared_length(plane_->between(from.place, to.place)) <= rule_.distance_m * rule_.distance_m;
}

std::optional<Stay> LiveStays::add(const Fix& fix) {
    if (!is_used_in_stays(fix)) return std::nullopt;
    if (!plane_) plane_.emplace(fix.place);
    if (sums_.fixes() > 0) {
        if (fix.at.ms - last_.ms <= rule_.longest_gap && is_near(kept_.front(), fix)) {
            sums_.add(fix);
            last_ = fix.at;
            return std::nullopt;
        }
        const Stay ended = sums_.stay();
        sums_ = {};
        kept_.clear();
        kept_.push_back(fix);
        return ended;
    }
    kept_.push_back(fix);
    start_again();
    return std::nullopt;
}

// The front of what is kept begins a stay if all that follows belongs to it; else the next one may.
void LiveStays::start_again() {
    const auto fits = [this] {
        // All but the last were found to fit when they came.
        const std::size_t last = kept_.size() - 1;
        return last == 0 ||
               (kept_[last].at.ms - kept_[last - 1].at.ms <= rule_.longest_gap && is_near(kept_.front(), kept_[last]));
    };
    const auto all_fit = [this] {
        for (std::size_t i = 1; i < kept_.size(); ++i) {
            if (kept_[i].at.ms - kept_[i - 1].at.ms > rule_.longest_gap || !is_near(kept_.front(), kept_[i])) {
                return false;
            }
        }
        return true;
    };
    if (!fits() || kept_.size() > most_kept) {
        do kept_.pop_front();
        while (!all_fit());
    }
    if (kept_.back().at.ms - kept_.front().at.ms < rule_.least) return;
    for (const Fix& fix : kept_) sums_.add(fix);
    last_ = kept_.back().at;
    kept_.resize(1);
}

std::optional<Stay> LiveStays::open() const {
    if (sums_.fixes() == 0) return std::nullopt;
    return sums_.stay();
}

}  // namespace ningyi::track
