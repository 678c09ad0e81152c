// SPDX-License-Identifier: Apache-2.0
// How far a share of a sample may lie from the share of all: Wilson's interval at 95 % (z = 1.96), in integers, because
// gates and pauses rest on it. Shares are parts per million.
#pragma once

#include <cstdint>

namespace ningyi::casework {

inline constexpr std::int64_t million = 1'000'000;

struct Interval {
    std::int64_t low_ppm = 0, high_ppm = million;
    bool operator==(const Interval&) const = default;
};

// Of `of` cases `yes` were so. The low end is rounded down and the high end up, so that a gate never passes by
// rounding. Without cases everything is possible: 0 to 100 %. REQUIRES: 0 <= yes <= of <= 10^9.
Interval wilson(std::int64_t yes, std::int64_t of);

// A sample whose cases stand for different numbers of others. `add` a case with the probability with which it was
// drawn; the interval is that of n_eff = (Σw)² / Σw² cases, w = 1 / probability (rules.md §9.3). At most 10^6 cases.
class WeightedShare {
public:
    void add(bool yes, std::int64_t probability_ppm);  // REQUIRES: 1 <= probability_ppm <= 1,000,000
    std::int64_t cases() const { return cases_; }
    std::int64_t share_ppm() const;              // rounded to the nearest; 0 without cases
    std::int64_t effective_thousandths() const;  // n_eff · 1000
    Interval interval() const;

private:
    std::int64_t cases_ = 0;
    std::int64_t yes_ = 0, all_ = 0;  // sums of weights, in thousandths
    __extension__ unsigned __int128 squares_ = 0;
};

}  // namespace ningyi::casework
