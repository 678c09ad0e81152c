// SPDX-License-Identifier: Apache-2.0
#include "shapes_limit.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ningyi::bench {
namespace {

// Cell (i, j) of diagonal d = i + j lies at i; b runs backwards along it, so that all reads go forwards. `Step` makes
// the cell out of the distance squared and the least of the three before it.
template <class Step>
double last_cell(const std::vector<geo::Offset>& a, const std::vector<geo::Offset>& b, Step step) {
    const std::size_t n = a.size(), m = b.size();
    constexpr double infinite = std::numeric_limits<double>::infinity();
    std::vector<double> ax(n), ay(n), bx(m), by(m);
    for (std::size_t i = 0; i < n; ++i) ax[i] = a[i].east, ay[i] = a[i].north;
    for (std::size_t j = 0; j < m; ++j) bx[m - 1 - j] = b[j].east, by[m - 1 - j] = b[j].north;
    std::vector<double> now(n + 1, infinite), before(n + 1, infinite), two_before(n + 1, infinite);
    for (std::size_t d = 0; d < n + m - 1; ++d) {
        const std::size_t low = d + 1 > m ? d + 1 - m : 0, high = std::min(d + 1, n);
        const double* const __restrict x = ax.data();
        const double* const __restrict y = ay.data();
        const double* const __restrict u = bx.data() + (m - 1) - d;  // u[i] is b[d − i]
        const double* const __restrict v = by.data() + (m - 1) - d;
        const double* const __restrict left = before.data();  // [i + 1] is cell (i, j − 1), [i] is (i − 1, j)
        const double* const __restrict corner = two_before.data();
        double* const __restrict out = now.data();
        for (std::size_t i = low; i < high; ++i) {
            const double dx = x[i] - u[i], dy = y[i] - v[i];
            const double least = std::min(std::min(left[i + 1], left[i]), corner[i]);
            out[i + 1] = step(dx * dx + dy * dy, d == 0 ? 0.0 : least);
        }
        if (low > 0) now[low] = infinite;
        now[0] = infinite;
        if (high < n) now[high + 1] = infinite;
        std::swap(two_before, before);
        std::swap(before, now);
    }
    return before[n];
}

}  // namespace

double limit_frechet(const std::vector<geo::Offset>& a, const std::vector<geo::Offset>& b) {
    return std::sqrt(last_cell(a, b, [](double square, double least) { return std::max(square, least); }));
}

double limit_dtw(const std::vector<geo::Offset>& a, const std::vector<geo::Offset>& b) {
    return last_cell(a, b, [](double square, double least) { return std::sqrt(square) + least; });
}

bool limit_is_within(const std::vector<geo::Offset>& a, const std::vector<geo::Offset>& b, double limit_m) {
    const auto apart = [&](const geo::Offset& p, const geo::Offset& q) {
        const double east = p.east - q.east, north = p.north - q.north;
        return east * east + north * north > limit_m * limit_m;
    };
    if (apart(a.front(), b.front()) || apart(a.back(), b.back())) return false;
    const auto farthest_is_apart = [&](const std::vector<geo::Offset>& one, const std::vector<geo::Offset>& other) {
        return std::any_of(one.begin(), one.end(), [&](const geo::Offset& p) {
            return std::all_of(other.begin(), other.end(), [&](const geo::Offset& q) { return apart(p, q); });
        });
    };
    return !farthest_is_apart(a, b) && limit_frechet(a, b) <= limit_m;
}

}  // namespace ningyi::bench
