// SPDX-License-Identifier: Apache-2.0
#include "track/compare/shape.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include "base/check.h"
#include "track/reading.h"

namespace ningyi::track {
namespace {

constexpr std::uint32_t left_out = marks_without_place | mark_poor | mark_jump;
constexpr std::size_t most_points = 3000;

constexpr float far_away = std::numeric_limits<float>::infinity();
constexpr double very_far = std::numeric_limits<double>::infinity();

// Points in whole millimetres, one array an axis. Differences of any two fit in 32 bits.
struct Grid {
    std::vector<std::int32_t> east;
    std::vector<std::int32_t> north;
    std::size_t size() const { return east.size(); }
};

std::int32_t millimetres(double metres) {
    constexpr std::int64_t most = 1'000'000'000;
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(geo::rounded(metres * 1000), -most, most));
}

// Counted from `origin`, a point of one of both lines: only what is 1,000 km from it is cut off.
Grid grid_of(Line line, geo::Offset origin) {
    Grid grid;
    grid.east.reserve(line.size());
    grid.north.reserve(line.size());
    for (const geo::Offset& point : line) {
        grid.east.push_back(millimetres(point.east - origin.east));
        grid.north.push_back(millimetres(point.north - origin.north));
    }
    return grid;
}

// Backwards, so that along an anti-diagonal both arrays are read forwards.
Grid backwards(Grid grid) {
    std::reverse(grid.east.begin(), grid.east.end());
    std::reverse(grid.north.begin(), grid.north.end());
    return grid;
}

// One anti-diagonal of the table of all pairs. Cell i of it follows from cells i − 1 and i of the one before and from
// cell i − 1 of the one before that; all cells are independent of each other, so that many are computed at once.
template <class Value>
struct Diagonal {
    const std::int32_t* a_east;
    const std::int32_t* a_north;
    const std::int32_t* b_east;
    const std::int32_t* b_north;
    const Value* one;  // cell i − 1 of the anti-diagonal before
    const Value* two;  // cell i − 1 of the one before that
    Value* now;        // cell i
    std::size_t cells;
};

[[gnu::always_inline]] inline float squared_mm(std::int32_t a_east, std::int32_t b_east, std::int32_t a_north,
                                               std::int32_t b_north) {
    const auto east = static_cast<float>(a_east - b_east);
    const auto north = static_cast<float>(a_north - b_north);
    return east * east + north * north;
}

[[gnu::always_inline]] inline void frechet_cells(const Diagonal<float>& d) {
    const std::int32_t* __restrict a_east = d.a_east;
    const std::int32_t* __restrict a_north = d.a_north;
    const std::int32_t* __restrict b_east = d.b_east;
    const std::int32_t* __restrict b_north = d.b_north;
    const float* __restrict one = d.one;
    const float* __restrict two = d.two;
    float* __restrict now = d.now;
    for (std::size_t i = 0; i < d.cells; ++i) {
        const float squared = squared_mm(a_east[i], b_east[i], a_north[i], b_north[i]);
        float least = one[i] < one[i + 1] ? one[i] : one[i + 1];
        least = two[i] < least ? two[i] : least;
        now[i] = squared > least ? squared : least;
    }
}

[[gnu::always_inline]] inline void dtw_cells(const Diagonal<double>& d) {
    const std::int32_t* __restrict a_east = d.a_east;
    const std::int32_t* __restrict a_north = d.a_north;
    const std::int32_t* __restrict b_east = d.b_east;
    const std::int32_t* __restrict b_north = d.b_north;
    const double* __restrict one = d.one;
    const double* __restrict two = d.two;
    double* __restrict now = d.now;
    for (std::size_t i = 0; i < d.cells; ++i) {
        const float distance = std::sqrt(squared_mm(a_east[i], b_east[i], a_north[i], b_north[i]));
        double least = one[i] < one[i + 1] ? one[i] : one[i + 1];
        least = two[i] < least ? two[i] : least;
        now[i] = static_cast<double>(distance) + least;
    }
}

// Cells that a walk within the limit reaches: all bits set, else none.
[[gnu::always_inline]] inline void reach_cells(const Diagonal<std::int32_t>& d, float limit_squared) {
    const std::int32_t* __restrict a_east = d.a_east;
    const std::int32_t* __restrict a_north = d.a_north;
    const std::int32_t* __restrict b_east = d.b_east;
    const std::int32_t* __restrict b_north = d.b_north;
    const std::int32_t* __restrict one = d.one;
    const std::int32_t* __restrict two = d.two;
    std::int32_t* __restrict now = d.now;
    for (std::size_t i = 0; i < d.cells; ++i) {
        const float squared = squared_mm(a_east[i], b_east[i], a_north[i], b_north[i]);
        const std::int32_t is_free = squared <= limit_squared ? -1 : 0;
        now[i] = is_free & (one[i] | one[i + 1] | two[i]);
    }
}

void frechet_plain(const Diagonal<float>& d) {
    frechet_cells(d);
}
void dtw_plain(const Diagonal<double>& d) {
    dtw_cells(d);
}
void reach_plain(const Diagonal<std::int32_t>& d, float limit_squared) {
    reach_cells(d, limit_squared);
}

// The same code for wider registers. Nothing is contracted or reordered, so the bits are the same.
#if defined(__x86_64__)
__attribute__((target("avx2"))) void frechet_wide(const Diagonal<float>& d) {
    frechet_cells(d);
}
__attribute__((target("avx2"))) void dtw_wide(const Diagonal<double>& d) {
    dtw_cells(d);
}
__attribute__((target("avx2"))) void reach_wide(const Diagonal<std::int32_t>& d, float limit_squared) {
    reach_cells(d, limit_squared);
}
bool is_wide(Kernel kernel) {
    return kernel == Kernel::widest && __builtin_cpu_supports("avx2") != 0;
}
#else
constexpr auto frechet_wide = frechet_plain;
constexpr auto dtw_wide = dtw_plain;
constexpr auto reach_wide = reach_plain;
bool is_wide(Kernel) {
    return false;
}
#endif

// Goes through all anti-diagonals; `step` fills one. Cell i of an anti-diagonal is at i + 1 of its buffer, so that what
// lies outside the table is `outside`. Gives the last cell.
template <class Value, class Step>
Value last_cell(const Grid& a, const Grid& b, Value first, Value outside, Step step) {
    const std::size_t n = a.size();
    const std::size_t m = b.size();
    std::vector<Value> buffers[3];
    for (auto& buffer : buffers) buffer.assign(n + 1, outside);
    buffers[0][1] = first;
    for (std::size_t k = 1; k < n + m - 1; ++k) {
        const std::size_t low = k < m ? 0 : k - m + 1;
        const std::size_t high = std::min(k, n - 1);
        const std::size_t b_low = m - 1 + low - k;  // of the line run backwards
        step(Diagonal<Value>{a.east.data() + low, a.north.data() + low, b.east.data() + b_low, b.north.data() + b_low,
                             buffers[(k + 2) % 3].data() + low, buffers[(k + 1) % 3].data() + low,
                             buffers[k % 3].data() + low + 1, high - low + 1});
    }
    return buffers[(n + m - 2) % 3][n];
}

double squared_distance(geo::Offset a, geo::Offset b) {
    return geo::squared_length({a.east - b.east, a.north - b.north});
}

double distance(geo::Offset a, geo::Offset b) {
    return std::sqrt(squared_distance(a, b));
}

double nearest_point_squared(geo::Offset point, Line line) {
    double least = very_far;
    for (const geo::Offset& other : line) least = std::min(least, squared_distance(point, other));
    return least;
}

// A line as the segments that distances are taken from.
class Segments {
public:
    explicit Segments(Line line) {
        for (std::size_t i = 0; i + 1 < std::max<std::size_t>(line.size(), 2); ++i) {
            const geo::Offset from = line[i];
            const geo::Offset to = line[std::min(i + 1, line.size() - 1)];
            const geo::Offset along{to.east - from.east, to.north - from.north};
            const double square = geo::squared_length(along);
            segments_.push_back({from, along, square > 0 ? 1 / square : 0});
        }
    }
    double nearest_squared(geo::Offset point) const {
        double least = very_far;
        for (const Segment& segment : segments_) {
            const double east = point.east - segment.from.east;
            const double north = point.north - segment.from.north;
            double share = (east * segment.along.east + north * segment.along.north) * segment.inverse_square;
            share = share < 0 ? 0 : share;
            share = share > 1 ? 1 : share;
            const double away_east = east - share * segment.along.east;
            const double away_north = north - share * segment.along.north;
            const double squared = away_east * away_east + away_north * away_north;
            least = squared < least ? squared : least;
        }
        return least;
    }

private:
    struct Segment {
        geo::Offset from;
        geo::Offset along;
        double inverse_square;
    };
    std::vector<Segment> segments_;
};

double mean_to_points(Line a, Line b) {
    double sum = 0;
    for (const geo::Offset& point : a) sum += std::sqrt(nearest_point_squared(point, b));
    return sum / static_cast<double>(a.size());
}

double mean_to_segments(Line a, Line b) {
    const Segments segments(b);
    double sum = 0;
    for (const geo::Offset& point : a) sum += std::sqrt(segments.nearest_squared(point));
    return sum / static_cast<double>(a.size());
}

// The part of a segment that lies within the limit of a point, as shares of its length; empty if low > high.
struct Free {
    double low = 1;
    double high = 0;
    bool is_empty() const { return low > high; }
};

Free free_part(geo::Offset point, geo::Offset from, geo::Offset to, double limit_squared) {
    const geo::Offset along{to.east - from.east, to.north - from.north};
    const geo::Offset away{from.east - point.east, from.north - point.north};
    const bool has_start = geo::squared_length(away) <= limit_squared;
    const bool has_end = squared_distance(to, point) <= limit_squared;
    if (has_start && has_end) return {0, 1};
    const double square = geo::squared_length(along);
    const double half = away.east * along.east + away.north * along.north;
    const double discriminant = half * half - square * (geo::squared_length(away) - limit_squared);
    if (square == 0 || discriminant < 0) return {};
    const double root = std::sqrt(discriminant);
    const double low = has_start ? 0 : (-half - root) / square;
    const double high = has_end ? 1 : (-half + root) / square;
    if (low > 1 || high < 0) return {};
    return {std::max(0.0, low), std::min(1.0, high)};
}

struct Box {
    double west = very_far, east = -very_far, south = very_far, north = -very_far;
};

Box box_of(Line line) {
    Box box;
    for (const geo::Offset& point : line) {
        box.west = std::min(box.west, point.east);
        box.east = std::max(box.east, point.east);
        box.south = std::min(box.south, point.north);
        box.north = std::max(box.north, point.north);
    }
    return box;
}

// A lower bound of every Fréchet distance: the first points meet, and the last, and every edge of one bounding box is
// reached by the other line.
double least_frechet_m(Line a, Line b) {
    const Box of_a = box_of(a);
    const Box of_b = box_of(b);
    return std::max({distance(a.front(), b.front()), distance(a.back(), b.back()), std::fabs(of_a.west - of_b.west),
                     std::fabs(of_a.east - of_b.east), std::fabs(of_a.south - of_b.south),
                     std::fabs(of_a.north - of_b.north)});
}

double longest_edge_m(Line line) {
    double longest = 0;
    for (std::size_t i = 1; i < line.size(); ++i) longest = std::max(longest, squared_distance(line[i - 1], line[i]));
    return std::sqrt(longest);
}

// The free space of Alt and Godau, one segment of `a` at a time. Both lines have a segment.
bool has_free_walk(Line a, Line b, double limit_squared) {
    const std::size_t m = b.size();
    // Along segment j of b at the point of a reached so far: what a walk can reach.
    std::vector<Free> left(m - 1);
    bool is_connected = true;
    for (std::size_t j = 0; j + 1 < m && is_connected; ++j) {
        left[j] = free_part(a[0], b[j], b[j + 1], limit_squared);
        if (left[j].is_empty() || left[j].low > 0) {
            left[j] = {};
            break;
        }
        is_connected = left[j].high >= 1;
    }
    bool is_start_connected = true;  // along a, at the first point of b
    Free below;
    for (std::size_t i = 0; i + 1 < a.size(); ++i) {
        below = {};
        if (is_start_connected) {
            below = free_part(b[0], a[i], a[i + 1], limit_squared);
            if (below.is_empty() || below.low > 0) below = {};
            is_start_connected = !below.is_empty() && below.high >= 1;
        }
        bool is_any = false;
        for (std::size_t j = 0; j + 1 < m; ++j) {
            const bool from_left = !left[j].is_empty();
            const bool from_below = !below.is_empty();
            if (!from_left && !from_below) continue;
            Free right = free_part(a[i + 1], b[j], b[j + 1], limit_squared);
            if (!from_below && !right.is_empty()) right.low = std::max(right.low, left[j].low);
            Free above = free_part(b[j + 1], a[i], a[i + 1], limit_squared);
            if (!from_left && !above.is_empty()) above.low = std::max(above.low, below.low);
            left[j] = right.is_empty() ? Free{} : right;
            below = above.is_empty() ? Free{} : above;
            is_any = is_any || !right.is_empty();
        }
        const bool is_last = i + 2 == a.size();
        if (!is_any && !is_last) return false;
    }
    return (!left.back().is_empty() && left.back().high >= 1) || (!below.is_empty() && below.high >= 1);
}

// Distances by rows, of the table of all pairs with a row and a column before the first: `cell` gives the value from
// the indices and the three neighbours.
template <class Value, class First, class Cell>
Value table(Line a, Line b, First first, Cell cell) {
    std::vector<Value> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = first(0, j);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        Value diagonal = row[0];
        row[0] = first(i, 0);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const Value above = row[j];
            row[j] = cell(i - 1, j - 1, diagonal, above, row[j - 1]);
            diagonal = above;
        }
    }
    return row.back();
}

std::vector<geo::Offset> line_of(std::span<const Fix> track, const geo::Plane& plane) {
    std::vector<geo::Offset> line;
    for (const Fix& fix : track) {
        if ((fix.marks & left_out) == 0) line.push_back(plane.offset(fix.place));
    }
    return line;
}

}  // namespace

double discrete_frechet_m(Line a, Line b, Kernel kernel) {
    CHECK(!a.empty() && !b.empty());
    const Grid of_a = grid_of(a, a.front());
    const Grid of_b = backwards(grid_of(b, a.front()));
    const float first = squared_mm(of_a.east.front(), of_b.east.back(), of_a.north.front(), of_b.north.back());
    const float squared = last_cell(of_a, of_b, first, far_away, is_wide(kernel) ? frechet_wide : frechet_plain);
    return std::sqrt(static_cast<double>(squared)) / 1000;
}

double dtw_m(Line a, Line b, Kernel kernel) {
    CHECK(!a.empty() && !b.empty());
    const Grid of_a = grid_of(a, a.front());
    const Grid of_b = backwards(grid_of(b, a.front()));
    const float first = squared_mm(of_a.east.front(), of_b.east.back(), of_a.north.front(), of_b.north.back());
    return last_cell(of_a, of_b, static_cast<double>(std::sqrt(first)), very_far,
                     is_wide(kernel) ? dtw_wide : dtw_plain) /
           1000;
}

bool is_within_discrete_frechet(Line a, Line b, double limit_m, Kernel kernel) {
    CHECK(!a.empty() && !b.empty());
    // A millimetre more than the rounding of both lines can take away: ends and boxes only say what is surely apart.
    const double surely_apart_m = limit_m * 1.000001 + 0.002;
    if (squared_distance(a.front(), b.front()) > surely_apart_m * surely_apart_m) return false;
    if (squared_distance(a.back(), b.back()) > surely_apart_m * surely_apart_m) return false;
    if (least_frechet_m(a, b) > surely_apart_m) return false;
    const Grid of_a = grid_of(a, a.front());
    const Grid of_b = backwards(grid_of(b, a.front()));
    const std::size_t n = of_a.size();
    const std::size_t m = of_b.size();
    const auto limit_squared = static_cast<float>(limit_m * 1000 * (limit_m * 1000));
    const auto step = is_wide(kernel) ? reach_wide : reach_plain;
    struct Band {
        std::vector<std::int32_t> cells;
        std::size_t low = 1, high = 0;  // what is reached lies between
        bool is_empty() const { return low > high; }
    };
    Band bands[3];
    for (Band& band : bands) band.cells.assign(n + 1, 0);
    const float first = squared_mm(of_a.east.front(), of_b.east.back(), of_a.north.front(), of_b.north.back());
    if (first > limit_squared || limit_m < 0) return false;
    bands[0].cells[1] = -1;
    bands[0].low = bands[0].high = 0;
    for (std::size_t k = 1; k < n + m - 1; ++k) {
        const Band& one = bands[(k + 2) % 3];
        const Band& two = bands[(k + 1) % 3];
        Band& now = bands[k % 3];
        if (!now.is_empty()) {
            std::fill(now.cells.begin() + static_cast<std::ptrdiff_t>(now.low + 1),
                      now.cells.begin() + static_cast<std::ptrdiff_t>(now.high + 2), 0);
        }
        now.low = 1;
        now.high = 0;
        if (one.is_empty() && two.is_empty()) return false;
        std::size_t low = n;
        std::size_t high = 0;
        if (!one.is_empty()) {
            low = std::min(low, one.low);
            high = std::max(high, one.high + 1);
        }
        if (!two.is_empty()) {
            low = std::min(low, two.low + 1);
            high = std::max(high, two.high + 1);
        }
        low = std::max(low, k < m ? 0 : k - m + 1);
        high = std::min({high, k, n - 1});
        if (low > high) continue;
        const std::size_t b_low = m - 1 + low - k;
        step({of_a.east.data() + low, of_a.north.data() + low, of_b.east.data() + b_low, of_b.north.data() + b_low,
              one.cells.data() + low, two.cells.data() + low, now.cells.data() + low + 1, high - low + 1},
             limit_squared);
        while (low <= high && now.cells[low + 1] == 0) ++low;
        while (high > low && now.cells[high + 1] == 0) --high;
        now.low = low;
        now.high = high;
    }
    return bands[(n + m - 2) % 3].cells[n] != 0;
}

bool is_within_frechet(Line a, Line b, double limit_m) {
    CHECK(!a.empty() && !b.empty());
    if (limit_m < 0) return false;
    const double limit_squared = limit_m * limit_m;
    if (squared_distance(a.front(), b.front()) > limit_squared) return false;
    if (squared_distance(a.back(), b.back()) > limit_squared) return false;
    if (least_frechet_m(a, b) > limit_m * 1.000001) return false;
    if (a.size() == 1 || b.size() == 1) {
        // A point and a line: the farthest point of the line.
        const Line line = a.size() == 1 ? b : a;
        const geo::Offset point = a.size() == 1 ? a.front() : b.front();
        return std::all_of(line.begin(), line.end(),
                           [&](geo::Offset other) { return squared_distance(point, other) <= limit_squared; });
    }
    return has_free_walk(a, b, limit_squared);
}

std::int64_t frechet_mm(Line a, Line b) {
    // Below: the ends, the boxes, and what the points lie apart less one edge (Eiter and Mannila 1994). Above: the
    // points.
    const double points_mm = discrete_frechet_m(a, b) * 1000;
    const double edge_mm = std::max(longest_edge_m(a), longest_edge_m(b)) * 1000;
    const double least_mm = std::max(least_frechet_m(a, b) * 1000, points_mm * 0.999999 - edge_mm);
    std::int64_t low = std::max<std::int64_t>(0, geo::rounded(least_mm - 2));
    std::int64_t high = geo::rounded(points_mm * 1.000001) + 2;
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        // A micrometre more, so that the rounding of a distance that is whole does not add one.
        if (is_within_frechet(a, b, (static_cast<double>(middle) + 0.001) / 1000)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

double directed_hausdorff_points_m(Line a, Line b) {
    CHECK(!a.empty() && !b.empty());
    double most = 0;
    for (const geo::Offset& point : a) most = std::max(most, nearest_point_squared(point, b));
    return std::sqrt(most);
}

double directed_hausdorff_segments_m(Line a, Line b) {
    CHECK(!a.empty() && !b.empty());
    const Segments segments(b);
    double most = 0;
    for (const geo::Offset& point : a) most = std::max(most, segments.nearest_squared(point));
    return std::sqrt(most);
}

double hausdorff_points_m(Line a, Line b) {
    return std::max(directed_hausdorff_points_m(a, b), directed_hausdorff_points_m(b, a));
}
double hausdorff_segments_m(Line a, Line b) {
    return std::max(directed_hausdorff_segments_m(a, b), directed_hausdorff_segments_m(b, a));
}
double average_hausdorff_m(Line a, Line b) {
    CHECK(!a.empty() && !b.empty());
    return (mean_to_points(a, b) + mean_to_points(b, a)) / 2;
}
double sspd_m(Line a, Line b) {
    CHECK(!a.empty() && !b.empty());
    return (mean_to_segments(a, b) + mean_to_segments(b, a)) / 2;
}

std::int64_t lcss_length(Line a, Line b, double within_m) {
    const double limit = within_m * within_m;
    return table<std::int32_t>(
        a, b, [](std::size_t, std::size_t) { return 0; },
        [&](std::size_t i, std::size_t j, std::int32_t diagonal, std::int32_t above, std::int32_t before) {
            return squared_distance(a[i], b[j]) < limit ? diagonal + 1 : std::max(above, before);
        });
}

double lcss_distance(Line a, Line b, double within_m) {
    CHECK(!a.empty() && !b.empty());
    return 1 - static_cast<double>(lcss_length(a, b, within_m)) / static_cast<double>(std::min(a.size(), b.size()));
}

double edr(Line a, Line b, double within_m) {
    CHECK(!a.empty() && !b.empty());
    const double limit = within_m * within_m;
    const auto edits = table<std::int32_t>(
        a, b, [](std::size_t i, std::size_t j) { return static_cast<std::int32_t>(i + j); },
        [&](std::size_t i, std::size_t j, std::int32_t diagonal, std::int32_t above, std::int32_t before) {
            const std::int32_t replaced = diagonal + (squared_distance(a[i], b[j]) < limit ? 0 : 1);
            return std::min({replaced, above + 1, before + 1});
        });
    return static_cast<double>(edits) / static_cast<double>(std::max(a.size(), b.size()));
}

double erp_m(Line a, Line b, geo::Offset gap) {
    CHECK(!a.empty() && !b.empty());
    std::vector<double> gap_a, gap_b, sum_a{0}, sum_b{0};
    for (const geo::Offset& point : a) {
        gap_a.push_back(distance(point, gap));
        sum_a.push_back(sum_a.back() + gap_a.back());
    }
    for (const geo::Offset& point : b) {
        gap_b.push_back(distance(point, gap));
        sum_b.push_back(sum_b.back() + gap_b.back());
    }
    return table<double>(
        a, b, [&](std::size_t i, std::size_t j) { return sum_a[i] + sum_b[j]; },
        [&](std::size_t i, std::size_t j, double diagonal, double above, double before) {
            return std::min({diagonal + distance(a[i], b[j]), above + gap_a[i], before + gap_b[j]});
        });
}

std::optional<Synchronous> synchronous_distance(std::span<const Fix> a, std::span<const Fix> b) {
    std::vector<double> distances;
    std::optional<geo::Plane> plane;
    const Fix* before = nullptr;  // of b, at or before the fix of a
    std::size_t next = 0;
    for (const Fix& fix : a) {
        if ((fix.marks & left_out) != 0) continue;
        if (!plane) plane.emplace(fix.place);
        while (next < b.size() && b[next].at <= fix.at) {
            if ((b[next].marks & left_out) == 0) before = &b[next];
            ++next;
        }
        if (before == nullptr) continue;
        geo::Offset away = plane->between(fix.place, before->place);
        if (before->at != fix.at) {
            const auto after = std::find_if(b.begin() + static_cast<std::ptrdiff_t>(next), b.end(),
                                            [](const Fix& other) { return (other.marks & left_out) == 0; });
            if (after == b.end() || after->at.ms - before->at.ms > interpolated_gap_ms) continue;
            const geo::Offset end = plane->between(fix.place, after->place);
            const double share =
                static_cast<double>(fix.at.ms - before->at.ms) / static_cast<double>(after->at.ms - before->at.ms);
            away = {away.east + share * (end.east - away.east), away.north + share * (end.north - away.north)};
        }
        distances.push_back(geo::length(away));
    }
    if (distances.empty()) return std::nullopt;
    std::sort(distances.begin(), distances.end());
    // The least value that so many hundredths of all do not exceed.
    const auto quantile = [&](std::size_t hundredths) {
        return distances[(distances.size() * hundredths + 99) / 100 - 1];
    };
    return Synchronous{quantile(50), quantile(90), quantile(99), distances.back(),
                       static_cast<std::int64_t>(distances.size())};
}

Measurement shape(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.shape");
    if (!reading.is_complete()) return reading.nothing();
    const std::optional<Interval> interval = reading.interval("interval");
    const std::span<const Fix> a = fixes_within(reading.track("track"), interval);
    const std::span<const Fix> b = fixes_within(reading.track("other"), interval);
    Writing writing("track.shape");
    writing.fact("seen", static_cast<std::int64_t>(a.size() + b.size()));
    const auto write = [&](std::string_view name, double metres) { writing.fact(name, geo::rounded(metres * 1000)); };
    if (const auto found = synchronous_distance(a, b)) {
        write("sync_p50", found->p50_m);
        write("sync_p90", found->p90_m);
        write("sync_p99", found->p99_m);
        write("sync_max", found->max_m);
        writing.fact("common", found->fixes);
    }
    const auto first = std::find_if(a.begin(), a.end(), [](const Fix& fix) { return (fix.marks & left_out) == 0; });
    const geo::Plane plane(first == a.end() ? geo::Place{} : first->place);
    const std::vector<geo::Offset> of_a = line_of(a, plane);
    const std::vector<geo::Offset> of_b = line_of(b, plane);
    writing.fact("used", static_cast<std::int64_t>(of_a.size() + of_b.size()));
    if (of_a.empty() || of_b.empty()) {
        writing.limit(limit_no_track);
        return writing.measurement();
    }
    if (of_a.size() > most_points || of_b.size() > most_points) {
        writing.limit(limit_crowded);
        return writing.measurement();
    }
    write("sspd", sspd_m(of_a, of_b));
    write("hausdorff", hausdorff_points_m(of_a, of_b));
    write("hausdorff_line", hausdorff_segments_m(of_a, of_b));
    write("hausdorff_mean", average_hausdorff_m(of_a, of_b));
    write("dtw", dtw_m(of_a, of_b));
    write("frechet_points", discrete_frechet_m(of_a, of_b));
    writing.fact("frechet", frechet_mm(of_a, of_b));
    write("erp", erp_m(of_a, of_b, {0, 0}));
    if (const std::int64_t within_mm = reading.number("within"); within_mm > 0) {
        const double within_m = static_cast<double>(within_mm) / 1000;
        writing.fact("lcss", ppm_of(lcss_distance(of_a, of_b, within_m)));
        writing.fact("edr", ppm_of(edr(of_a, of_b, within_m)));
    }
    return writing.measurement();
}

}  // namespace ningyi::track
