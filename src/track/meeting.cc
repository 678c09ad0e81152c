// SPDX-License-Identifier: Apache-2.0
#include "track/meeting.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "geo/plane.h"
#include "geo/real.h"
#include "track/compare/companion.h"
#include "track/reading.h"

namespace ningyi::track {
namespace {

constexpr std::int64_t cell_e7 = 8993;  // 100 m of latitude
constexpr std::int64_t all_longitudes_e7 = 2 * std::int64_t{geo::max_lon_e7};
constexpr double piece_m = 100;    // a line is covered in boxes of at most this length
constexpr double map_slack = 1.1;  // the plane of the comparison and the grid differ by less
constexpr double polar_degrees = 85;

// An element: slot (27 bits, coming round after 1,276 years, which can only add a candidate), row (18), column (19).
constexpr unsigned column_bits = 19;
constexpr unsigned row_bits = 18;
constexpr std::uint64_t slot_mask = (std::uint64_t{1} << (64 - column_bits - row_bits)) - 1;

std::int64_t floor_of(std::int64_t value, std::int64_t step) {
    return value >= 0 ? value / step : -((-value + step - 1) / step);
}

double cosine_of(std::int64_t lat_e7) {
    return geo::real::cos(static_cast<double>(lat_e7) * 1e-7 * geo::real::radians_per_degree);
}

// Width of the cells of a row in 1e-7° of longitude: 100 m in its middle; near the poles one cell goes round.
std::int64_t column_e7(std::int64_t row) {
    const std::int64_t middle = row * cell_e7 + cell_e7 / 2 - geo::max_lat_e7;
    if (std::fabs(static_cast<double>(middle)) > polar_degrees * 1e7) return all_longitudes_e7;
    return geo::rounded(static_cast<double>(cell_e7) / cosine_of(middle));
}

struct Box {
    std::int64_t south, north, west, east;  // 1e-7°
};

class Cover {
public:
    // All cells that the box touches, in this slot.
    void add(std::uint64_t slot, const Box& box) {
        const std::int64_t last_row =
            floor_of(std::min<std::int64_t>(box.north, geo::max_lat_e7) + geo::max_lat_e7, cell_e7);
        for (std::int64_t row = std::max<std::int64_t>(0, floor_of(box.south + geo::max_lat_e7, cell_e7));
             row <= last_row; ++row) {
            if (row != known_row_) {
                known_row_ = row;
                known_width_ = column_e7(row);
            }
            add_columns(slot, row, box.west, box.east);
        }
    }
    std::vector<std::uint64_t> sorted() && {
        std::sort(elements_.begin(), elements_.end());
        elements_.erase(std::unique(elements_.begin(), elements_.end()), elements_.end());
        return std::move(elements_);
    }

private:
    void add_columns(std::uint64_t slot, std::int64_t row, std::int64_t west, std::int64_t east) {
        if (east - west >= all_longitudes_e7) {
            west = -std::int64_t{geo::max_lon_e7};
            east = geo::max_lon_e7;
        }
        if (west < -std::int64_t{geo::max_lon_e7}) {
            add_columns(slot, row, west + all_longitudes_e7, geo::max_lon_e7);
            west = -std::int64_t{geo::max_lon_e7};
        }
        if (east > geo::max_lon_e7) {
            add_columns(slot, row, -std::int64_t{geo::max_lon_e7}, east - all_longitudes_e7);
            east = geo::max_lon_e7;
        }
        const std::int64_t last = (east + geo::max_lon_e7) / known_width_;
        for (std::int64_t column = (west + geo::max_lon_e7) / known_width_; column <= last; ++column) {
            const std::uint64_t element = (slot << (column_bits + row_bits)) |
                                          (static_cast<std::uint64_t>(row) << column_bits) |
                                          static_cast<std::uint64_t>(column);
            if (elements_.empty() || elements_.back() != element) elements_.push_back(element);
        }
    }

    std::vector<std::uint64_t> elements_;
    std::int64_t known_row_ = -1;
    std::int64_t known_width_ = 1;
};

// The straight line between two fixes, cut at the slots and into short pieces, each with its surroundings.
void cover_line(Cover& cover, const Fix& from, const Fix& to, double metres, double reach_m) {
    const auto whole = static_cast<double>(to.at.ms - from.at.ms);
    const auto lat = static_cast<double>(from.place.lat_e7);
    const auto lon = static_cast<double>(from.place.lon_e7);
    const double lat_step = static_cast<double>(to.place.lat_e7) - lat;
    double lon_step = static_cast<double>(to.place.lon_e7) - lon;
    const auto around = static_cast<double>(all_longitudes_e7);
    if (lon_step > around / 2) lon_step -= around;
    if (lon_step < -around / 2) lon_step += around;
    const double reach_lat = reach_m / geo::metres_per_e7;
    const double furthest = std::max(std::fabs(lat), std::fabs(lat + lat_step)) + reach_lat;
    const double reach_lon =
        furthest > polar_degrees * 1e7 ? around : reach_lat / cosine_of(static_cast<std::int64_t>(furthest));

    const std::int64_t last_slot = floor_of(to.at.ms, meeting_slot_ms);
    for (std::int64_t slot = floor_of(from.at.ms, meeting_slot_ms); slot <= last_slot; ++slot) {
        const double start = std::max(0.0, static_cast<double>(slot * meeting_slot_ms - from.at.ms) / whole);
        const double end = std::min(1.0, static_cast<double>((slot + 1) * meeting_slot_ms - from.at.ms) / whole);
        const double pieces = std::max(1.0, std::ceil(metres * (end - start) / piece_m));
        for (double i = 0; i < pieces; ++i) {
            const double a = start + (end - start) * i / pieces;
            const double b = start + (end - start) * (i + 1) / pieces;
            const auto [south, north] = std::minmax({lat + lat_step * a, lat + lat_step * b});
            const auto [west, east] = std::minmax({lon + lon_step * a, lon + lon_step * b});
            cover.add(static_cast<std::uint64_t>(slot) & slot_mask,
                      {static_cast<std::int64_t>(std::floor(south - reach_lat)),
                       static_cast<std::int64_t>(std::ceil(north + reach_lat)),
                       static_cast<std::int64_t>(std::floor(west - reach_lon)),
                       static_cast<std::int64_t>(std::ceil(east + reach_lon))});
        }
    }
}

}  // namespace

std::vector<std::uint64_t> meeting_slots(std::span<const Fix> track, const MeetingRule& rule) {
    // A little slower than moving counts too: the comparison measures speed on its own plane.
    const double least_m_s = rule.moving_m_s / map_slack;
    const double reach_m = rule.within_m / 2 * map_slack + 1;
    Cover cover;
    const Fix* before = nullptr;
    std::optional<geo::Plane> plane;  // around the first fix: tells those at rest, who are most, without a map of each
    for (const Fix& fix : track) {
        if ((fix.marks & marks_without_company) != 0) continue;
        if (!plane) plane.emplace(fix.place);
        if (before != nullptr && fix.at > before->at && fix.at.ms - before->at.ms <= interpolated_gap_ms) {
            const double seconds = static_cast<double>(fix.at.ms - before->at.ms) / 1000;
            constexpr double between_maps = 1 + 1e-6;
            const double roughly = geo::length(plane->between(before->place, fix.place));
            const bool may_move = roughly * between_maps > least_m_s * seconds;
            const double metres = may_move ? geo::distance_m(before->place, fix.place) : 0;
            if (may_move && metres > least_m_s * seconds && metres <= fastest_meeting_m_s * seconds) {
                cover_line(cover, *before, fix, metres, reach_m);
            }
        }
        before = &fix;
    }
    return std::move(cover).sorted();
}

bool may_have_met(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b) {
    auto i = a.begin();
    auto j = b.begin();
    while (i != a.end() && j != b.end()) {
        if (*i == *j) return true;
        if (*i < *j) {
            ++i;
        } else {
            ++j;
        }
    }
    return false;
}

std::vector<CompanyCandidate> company_candidates(std::span<const std::vector<std::uint64_t>> slots) {
    std::vector<std::pair<std::uint64_t, std::size_t>> visits;
    for (std::size_t track = 0; track < slots.size(); ++track) {
        for (const std::uint64_t element : slots[track]) visits.emplace_back(element, track);
    }
    std::sort(visits.begin(), visits.end());
    std::vector<CompanyCandidate> candidates;
    std::size_t compacted = 0;  // up to here each pair stands once
    const auto compact = [&] {
        std::sort(candidates.begin(), candidates.end());
        candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
        compacted = candidates.size();
    };
    for (std::size_t i = 0; i < visits.size();) {
        std::size_t end = i;
        while (end < visits.size() && visits[end].first == visits[i].first) ++end;
        for (std::size_t a = i; a < end; ++a) {
            for (std::size_t b = a + 1; b < end; ++b) candidates.push_back({visits[a].second, visits[b].second});
        }
        // Companions share many slots: keep the list as long as the pairs, not as their meetings.
        if (candidates.size() > 2 * compacted + 100'000) compact();
        i = end;
    }
    compact();
    return candidates;
}

}  // namespace ningyi::track
