// SPDX-License-Identifier: Apache-2.0
#include "track/signature.h"

#include <algorithm>
#include <cstdlib>

#include "base/check.h"
#include "geo/place.h"
#include "geo/real.h"
#include "track/reading.h"
#include "track/stay.h"

namespace ningyi::track {
namespace {

constexpr std::uint32_t left_out = marks_without_place | marks_of_time | mark_poor | mark_jump;

constexpr std::int64_t nanometres_per_e7 = 11'119'508;  // of latitude, on the sphere of geo/plane.h
constexpr std::int64_t whole_turn_e7 = 2 * std::int64_t{geo::max_lon_e7};

// Rows that share one width, about 6 km at 100 m: the width errs by less than a thousandth inside a band, and columns
// run straight through it.
constexpr std::int64_t rows_a_band = 64;

// Points a line is looked at for each cell it crosses.
constexpr std::int64_t looks_a_cell = 4;

struct Cell {
    std::int64_t row = 0;
    std::int64_t column = 0;
    bool operator==(const Cell&) const = default;
};

// A point counted from the south pole and the date line: never negative.
struct Point {
    std::int64_t lat = 0;
    std::int64_t lon = 0;
};

Point point_of(geo::Place place) {
    return {std::int64_t{place.lat_e7} + geo::max_lat_e7, std::int64_t{place.lon_e7} + geo::max_lon_e7};
}

// The grid: rows of one height, in each band of rows columns of one width. The width comes out of an integer division
// by a cosine in millionths, so that equal places lie in equal cells on every machine.
class Grid {
public:
    explicit Grid(const CellRule& rule)
        : height_(std::max<std::int64_t>(1, rule.cell_mm * 1'000'000 / nanometres_per_e7)),
          slack_ppm_(geo::rounded(rule.hysteresis * 1e6)) {}

    std::int64_t height() const { return height_; }

    std::int64_t width(std::int64_t row) {
        const std::int64_t band = row / rows_a_band;
        if (band == band_) return width_;
        band_ = band;
        const std::int64_t middle_e7 = (band * rows_a_band + rows_a_band / 2) * height_ - geo::max_lat_e7;
        const double cosine = geo::real::cos(static_cast<double>(middle_e7) * 1e-7 * geo::real::radians_per_degree);
        const std::int64_t cosine_ppm = std::max<std::int64_t>(1, geo::rounded(cosine * 1e6));
        width_ = std::clamp<std::int64_t>(height_ * 1'000'000 / cosine_ppm, 1, whole_turn_e7);
        return width_;
    }

    Cell cell(Point point) {
        const std::int64_t row = point.lat / height_;
        return {row, point.lon / width(row)};
    }

    // True while the point is not farther from the cell than the hysteresis allows.
    bool is_still_in(Cell cell, Point point) {
        const std::int64_t lat_slack = height_ * slack_ppm_ / 1'000'000;
        const std::int64_t south = cell.row * height_;
        if (point.lat < south - lat_slack || point.lat >= south + height_ + lat_slack) return false;
        const std::int64_t cell_width = width(cell.row);
        const std::int64_t lon_slack = cell_width * slack_ppm_ / 1'000'000;
        const std::int64_t west = cell.column * cell_width;
        return point.lon >= west - lon_slack && point.lon < west + cell_width + lon_slack;
    }

private:
    std::int64_t height_;
    std::int64_t slack_ppm_;
    std::int64_t band_ = -1;
    std::int64_t width_ = 1;
};

// Smaller cells than the error of a phone, or larger than a district, compare nothing.
CellRule bounded(const CellRule& rule) {
    constexpr std::int64_t least_mm = 10'000;
    constexpr std::int64_t most_mm = 10'000'000;
    return {std::clamp(rule.cell_mm, least_mm, most_mm), std::clamp(rule.hysteresis, 0.0, 0.9)};
}

std::uint64_t key_of(Cell cell) {
    return (static_cast<std::uint64_t>(cell.row) << 32U) | static_cast<std::uint64_t>(cell.column);
}

// The finalizer of splitmix64 (Steele, Lea, Flood 2014).
constexpr std::uint64_t mixed(std::uint64_t value) {
    std::uint64_t z = value + 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
}

std::size_t common_count(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b) {
    std::size_t common = 0;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
        common += a[i] == b[j];
        const bool a_goes_on = a[i] <= b[j];
        const bool b_goes_on = b[j] <= a[i];
        i += a_goes_on;
        j += b_goes_on;
    }
    return common;
}

std::int64_t share_ppm(std::size_t part, std::size_t whole) {
    return whole == 0 ? 0 : static_cast<std::int64_t>(part) * 1'000'000 / static_cast<std::int64_t>(whole);
}

}  // namespace

std::vector<std::uint64_t> visited_cells(std::span<const Fix> track, const CellRule& wanted) {
    const CellRule rule = bounded(wanted);
    Grid grid(rule);
    std::vector<std::uint64_t> cells;
    const Fix* before = nullptr;
    Cell current;
    const auto visit = [&](Point point) {
        if (!cells.empty() && grid.is_still_in(current, point)) return;
        const Cell next = grid.cell(point);
        if (!cells.empty() && next == current) return;
        current = next;
        cells.push_back(key_of(current));
    };
    for (const Fix& fix : track) {
        if ((fix.marks & left_out) != 0) continue;
        const Point to = point_of(fix.place);
        if (before != nullptr && fix.at.ms - before->at.ms <= interpolated_gap_ms) {
            const Point from = point_of(before->place);
            const std::int64_t lat = to.lat - from.lat;
            std::int64_t lon = to.lon - from.lon;
            if (lon > geo::max_lon_e7) lon -= whole_turn_e7;
            if (lon < -std::int64_t{geo::max_lon_e7}) lon += whole_turn_e7;
            const std::int64_t width = grid.width(from.lat / grid.height());
            const std::int64_t steps =
                std::max(std::abs(lat) * looks_a_cell / grid.height(), std::abs(lon) * looks_a_cell / width) + 1;
            // A line that nobody can have travelled is no line.
            const std::int64_t reach_mm = (fix.at.ms - before->at.ms) * static_cast<std::int64_t>(unseen_speed_m_s);
            if (steps <= looks_a_cell * (reach_mm / rule.cell_mm + 2)) {
                for (std::int64_t k = 1; k < steps; ++k) {
                    const std::int64_t turned = from.lon + lon * k / steps + whole_turn_e7;
                    visit({from.lat + lat * k / steps, turned % whole_turn_e7});
                }
            }
        }
        visit(to);
        before = &fix;
    }
    std::sort(cells.begin(), cells.end());
    cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
    return cells;
}

std::optional<Signature> signature_of(std::span<const std::uint64_t> cells) {
    if (cells.size() < cells_min) return std::nullopt;
    Signature signature;
    std::uint64_t filled = 0;
    for (const std::uint64_t cell : cells) {
        const std::uint64_t hash = mixed(cell);
        const std::size_t bin = hash >> 58U;
        const auto value = static_cast<std::uint16_t>((hash >> 42U) & 0xFFFFU);
        const bool is_filled = ((filled >> bin) & 1U) != 0;
        if (!is_filled || value < signature.bins[bin]) signature.bins[bin] = value;
        filled |= std::uint64_t{1} << bin;
    }
    // An empty bin borrows from a filled one, chosen by the number of the bin and of the attempt alone: two sets with
    // the same bin empty borrow from the same place.
    Signature dense = signature;
    for (std::size_t bin = 0; bin < signature_bins; ++bin) {
        if (((filled >> bin) & 1U) != 0) continue;
        for (std::uint64_t attempt = 1;; ++attempt) {
            const std::size_t lender = mixed((attempt << 8U) | bin) >> 58U;
            if (((filled >> lender) & 1U) == 0) continue;
            dense.bins[bin] = signature.bins[lender];
            break;
        }
    }
    return dense;
}

std::vector<std::uint64_t> band_keys(const Signature& signature, const BandRule& rule) {
    CHECK(rule.bands > 0 && rule.rows > 0 && rule.bands * rule.rows <= signature_bins);
    std::vector<std::uint64_t> keys(rule.bands);
    for (std::size_t band = 0; band < rule.bands; ++band) {
        std::uint64_t key = mixed(band);
        for (std::size_t row = 0; row < rule.rows; ++row) key = mixed(key ^ signature.bins[band * rule.rows + row]);
        keys[band] = key;
    }
    return keys;
}

std::int64_t jaccard_ppm(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b) {
    const std::size_t common = common_count(a, b);
    return share_ppm(common, a.size() + b.size() - common);
}

std::int64_t containment_ppm(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b) {
    return share_ppm(common_count(a, b), std::min(a.size(), b.size()));
}

bool is_worth_comparing(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b) {
    const std::size_t common = common_count(a, b);
    return share_ppm(common, a.size() + b.size() - common) > 300'000 ||
           share_ppm(common, std::min(a.size(), b.size())) > 600'000;
}

std::vector<Trip> trips(std::span<const Fix> track) {
    std::vector<Trip> result;
    std::size_t begin = 0;
    // Both ends of a trip are the fixes of the stays it joins.
    const auto add = [&](std::size_t end) {
        const auto usable = std::count_if(track.begin() + static_cast<std::ptrdiff_t>(begin),
                                          track.begin() + static_cast<std::ptrdiff_t>(end),
                                          [](const Fix& fix) { return (fix.marks & left_out) == 0; });
        if (usable >= 3) result.push_back({begin, end});
    };
    const auto position = [&](Instant at) {
        return static_cast<std::size_t>(
            std::lower_bound(track.begin(), track.end(), at, [](const Fix& fix, Instant t) { return fix.at < t; }) -
            track.begin());
    };
    for (const Stay& stay : stays(track)) {
        const std::size_t arrival = position(stay.from);
        add(std::min(arrival + 1, track.size()));
        begin = position(stay.to);
    }
    add(track.size());
    return result;
}

std::vector<Signed> signed_parts(std::span<const Fix> track, const CellRule& rule) {
    std::vector<Signed> parts;
    const auto add = [&](std::span<const Fix> part) {
        std::vector<std::uint64_t> cells = visited_cells(part, rule);
        const std::optional<Signature> signature = signature_of(cells);
        // A part that goes where the whole goes would be found twice.
        if (!signature || (!parts.empty() && parts.front().cells == cells)) return;
        parts.push_back({*signature, std::move(cells)});
    };
    add(track);
    if (parts.empty()) return parts;
    for (const Trip& trip : trips(track)) add(track.subspan(trip.begin, trip.end - trip.begin));
    return parts;
}

}  // namespace ningyi::track
