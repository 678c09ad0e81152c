// SPDX-License-Identifier: Apache-2.0
// Functions of rules on plain numbers (times in ms), for values of ordinary size: the same results as in functions.h,
// without making values. What is out of the ordinary is left to those.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/time.h"
#include "base/zone.h"
#include "cel/tree.h"

namespace ningyi::cel {

enum class Quick : std::uint8_t {
    none,
    on,
    hour,
    weekday,
    clock_between,
    times,
    ratio_of,
    speed,
    absolute,
    least,
    greatest,
    overlap
};

// The quick form of a built-in function; none when it has none.
Quick quick_of(Call call);

// What is no further from 0 counts as ordinary: 139 years in ms, 4,398 km in mm.
constexpr std::int64_t ordinary = INT64_C(1) << 42U;

inline bool is_ordinary(std::int64_t number) {
    return number < ordinary && number > -ordinary;
}

// a / b rounded half away from zero. REQUIRES: b > 0, |a| < 2^62.
inline std::int64_t rounded_quotient(std::int64_t a, std::int64_t b) {
    const std::int64_t quotient = a / b;
    const std::int64_t rest = a % b;
    return quotient + (rest >= b - rest ? 1 : 0) - (-rest >= b + rest ? 1 : 0);
}

// The result in `into`; false when the arguments are not ordinary: the result is then asked of the function itself.
inline bool quick_call(Quick quick, const Node& node, std::span<const std::int64_t> a, const Zone& zone,
                       std::int64_t& into) {
    constexpr std::int64_t ppm = 1000000;
    switch (quick) {
        case Quick::none: return false;
        case Quick::on:
            if (!is_ordinary(a[0])) return false;
            into = zone.date(Instant{a[0]}).days;
            return true;
        case Quick::hour:
            if (!is_ordinary(a[0])) return false;
            into = zone.time_of_day(Instant{a[0]}) / hours_ms;
            return true;
        case Quick::weekday: {
            if (a[0] > INT32_MAX || a[0] < -700000) return false;
            into = (a[0] + 700003) % 7 + 1;  // day 0 was a Thursday, 700,000 is a multiple of 7
            return true;
        }
        case Quick::clock_between: {
            if (!is_ordinary(a[0])) return false;
            const Millis at = zone.time_of_day(Instant{a[0]});
            const bool is_after = at >= node.first;
            const bool is_before = at < node.second;
            into = (node.first <= node.second ? is_after && is_before : is_after || is_before) ? 1 : 0;
            return true;
        }
        case Quick::times:
            if (a[0] >= ordinary / 4 || a[0] <= -ordinary / 4 || a[1] >= 4 * ppm || a[1] <= -4 * ppm) return false;
            into = rounded_quotient(a[0] * a[1], ppm);
            return true;
        case Quick::ratio_of:
            if (a[1] <= 0 || !is_ordinary(a[1]) || a[0] >= ordinary || a[0] <= -ordinary) return false;
            into = rounded_quotient(a[0] * ppm, a[1]);
            return true;
        case Quick::speed:
            if (a[1] <= 0 || !is_ordinary(a[1]) || !is_ordinary(a[0])) return false;
            into = rounded_quotient(a[0] * 1000, a[1]);
            return true;
        case Quick::absolute:
            if (!is_ordinary(a[0])) return false;
            into = a[0] < 0 ? -a[0] : a[0];
            return true;
        case Quick::least: into = *std::min_element(a.begin(), a.end()); return true;
        case Quick::greatest: into = *std::max_element(a.begin(), a.end()); return true;
        case Quick::overlap: {
            for (const std::int64_t time : a) {
                if (!is_ordinary(time)) return false;
            }
            into = std::max<std::int64_t>(std::min(a[1], a[3]) - std::max(a[0], a[2]), 0);
            return true;
        }
    }
    return false;
}

}  // namespace ningyi::cel
