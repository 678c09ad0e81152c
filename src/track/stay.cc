// SPDX-License-Identifier: Apache-2.0
#include "track/stay.h"

#include <cmath>

#include "geo/plane.h"

namespace ningyi::track {
namespace {

Stay stay_of(std::span<const Fix* const> fixes) {
    const geo::Place origin = fixes.front()->place;
    const geo::Place origin_received = fixes.front()->received;
    double weights = 0;
    double lat = 0, lon = 0, lat_received = 0, lon_received = 0;
    for (const Fix* fix : fixes) {
        const double sigma = sigma_mm(*fix);
        const double weight = 1 / (sigma * sigma);
        weights += weight;
        lat += weight * static_cast<double>(std::int64_t{fix->place.lat_e7} - origin.lat_e7);
        lon += weight * static_cast<double>(std::int64_t{fix->place.lon_e7} - origin.lon_e7);
        lat_received += weight * static_cast<double>(std::int64_t{fix->received.lat_e7} - origin_received.lat_e7);
        lon_received += weight * static_cast<double>(std::int64_t{fix->received.lon_e7} - origin_received.lon_e7);
    }
    Stay stay;
    stay.from = fixes.front()->at;
    stay.to = fixes.back()->at;
    stay.place = geo::place_of_degrees((origin.lat_e7 + lat / weights) / 1e7, (origin.lon_e7 + lon / weights) / 1e7);
    stay.received = geo::place_of_degrees((origin_received.lat_e7 + lat_received / weights) / 1e7,
                                          (origin_received.lon_e7 + lon_received / weights) / 1e7);
    stay.sigma_mm = std::sqrt(static_cast<double>(fixes.size()) / weights);
    stay.fixes = fixes.size();
    stay.datum = fixes.front()->datum;
    for (const Fix* fix : fixes) {
        if (fix->datum != stay.datum) stay.datum = Datum::unknown;
    }
    return stay;
}

}  // namespace

std::vector<Stay> stays(std::span<const Fix> track, const StayRule& rule) {
    std::vector<const Fix*> used;
    for (const Fix& fix : track) {
        if ((fix.marks & (marks_without_place | mark_poor | mark_jump)) == 0) used.push_back(&fix);
    }
    std::vector<Stay> result;
    if (used.empty()) return result;
    const geo::Plane plane(used.front()->place);
    const auto is_near = [&](std::size_t from, std::size_t to) {
        const geo::Offset offset = plane.between(used[from]->place, used[to]->place);
        return geo::squared_length(offset) <= rule.distance_m * rule.distance_m;
    };
    std::size_t i = 0;
    std::size_t later = 0;  // the first fix that would make a stay from i on last long enough
    while (i < used.size()) {
        while (later < used.size() && used[later]->at.ms - used[i]->at.ms < rule.least) ++later;
        // Most fixes of a moving track are told apart from a stay by that one alone.
        if (later == used.size() || !is_near(i, later)) {
            ++i;
            continue;
        }
        std::size_t j = i + 1;
        while (j < used.size() && used[j]->at.ms - used[j - 1]->at.ms <= rule.longest_gap && is_near(i, j)) ++j;
        if (used[j - 1]->at.ms - used[i]->at.ms < rule.least) {
            ++i;
            continue;
        }
        result.push_back(stay_of({used.data() + i, j - i}));
        i = j;
    }
    return result;
}

}  // namespace ningyi::track
