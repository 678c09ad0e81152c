// SPDX-License-Identifier: Apache-2.0
#include "casework/wilson.h"

#include <algorithm>

#include "base/check.h"

namespace ningyi::casework {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t z_hundredths = 196;
constexpr std::uint64_t z_squared_ppm = 3'841'600;  // 1.96² · 10^6
constexpr std::uint64_t weight_of_certainty = 1000;

// The largest integer whose square is not above x (Newton, from above).
Wide root(Wide x) {
    if (x < 2) return x;
    Wide at = x, next = x / 2 + 1;
    while (next < at) {
        at = next;
        next = (at + x / at) / 2;
    }
    return at;
}

// With cases counted in millionths, so that n_eff need not be whole:
//   (yes + z²/2 ± z·√(yes·no/n + z²/4)) / (n + z²)
Interval interval_of(std::uint64_t yes_ppm, std::uint64_t of_ppm) {
    if (of_ppm == 0) return {};
    const Wide yes = yes_ppm, of = of_ppm;
    const Wide under_root = yes * (of - yes) / of + z_squared_ppm / 4;      // millionths
    const Wide half = z_hundredths * root(under_root * million * million);  // hundredths of 10^9
    const Wide below = (of + z_squared_ppm) * 100'000;                      // both sides times 100,000
    const Wide middle = (yes + z_squared_ppm / 2) * 100'000;
    const Wide up = (middle + half) * million, down = middle > half ? (middle - half) * million : 0;
    return {static_cast<std::int64_t>(std::min<Wide>(down / below, million)),
            static_cast<std::int64_t>(std::min<Wide>((up + below - 1) / below, million))};
}

}  // namespace

Interval wilson(std::int64_t yes, std::int64_t of) {
    CHECK(0 <= yes && yes <= of && of <= 1'000'000'000);
    return interval_of(static_cast<std::uint64_t>(yes) * million, static_cast<std::uint64_t>(of) * million);
}

void WeightedShare::add(bool yes, std::int64_t probability_ppm) {
    CHECK(1 <= probability_ppm && probability_ppm <= million && cases_ < million);
    const std::uint64_t weight = (weight_of_certainty * million + static_cast<std::uint64_t>(probability_ppm) / 2) /
                                 static_cast<std::uint64_t>(probability_ppm);
    ++cases_;
    all_ += static_cast<std::int64_t>(weight);
    if (yes) yes_ += static_cast<std::int64_t>(weight);
    squares_ += Wide{weight} * weight;
}

std::int64_t WeightedShare::share_ppm() const {
    if (all_ == 0) return 0;
    const Wide all = static_cast<std::uint64_t>(all_);
    return static_cast<std::int64_t>((Wide{static_cast<std::uint64_t>(yes_)} * million + all / 2) / all);
}

std::int64_t WeightedShare::effective_thousandths() const {
    if (cases_ == 0) return 0;
    const Wide all = static_cast<std::uint64_t>(all_);
    return static_cast<std::int64_t>(all * all * 1000 / squares_);
}

Interval WeightedShare::interval() const {
    if (cases_ == 0) return {};
    const Wide all = static_cast<std::uint64_t>(all_), yes = static_cast<std::uint64_t>(yes_);
    const Wide effective = all * all * million / squares_;
    return interval_of(static_cast<std::uint64_t>(effective * yes / all), static_cast<std::uint64_t>(effective));
}

}  // namespace ningyi::casework
