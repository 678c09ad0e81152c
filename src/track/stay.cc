// SPDX-License-Identifier: Apache-2.0
#include "track/stay.h"

#include <cmath>

#include "geo/plane.h"
#include "geo/within.h"

namespace ningyi::track {

void StaySums::add(const Fix& fix) {
    if (fixes_ == 0) {
        from_ = fix.at;
        origin_ = fix.place;
        origin_received_ = fix.received;
        datum_ = fix.datum;
    }
    ++fixes_;
    to_ = fix.at;
    if (fix.datum != datum_) datum_ = Datum::unknown;
    const double sigma = sigma_mm(fix);
    const double weight = 1 / (sigma * sigma);
    weights_ += weight;
    lat_ += weight * static_cast<double>(std::int64_t{fix.place.lat_e7} - origin_.lat_e7);
    lon_ += weight * static_cast<double>(std::int64_t{fix.place.lon_e7} - origin_.lon_e7);
    lat_received_ += weight * static_cast<double>(std::int64_t{fix.received.lat_e7} - origin_received_.lat_e7);
    lon_received_ += weight * static_cast<double>(std::int64_t{fix.received.lon_e7} - origin_received_.lon_e7);
}

Stay StaySums::stay() const {
    Stay stay;
    stay.from = from_;
    stay.to = to_;
    stay.place =
        geo::place_of_degrees((origin_.lat_e7 + lat_ / weights_) / 1e7, (origin_.lon_e7 + lon_ / weights_) / 1e7);
    stay.received = geo::place_of_degrees((origin_received_.lat_e7 + lat_received_ / weights_) / 1e7,
                                          (origin_received_.lon_e7 + lon_received_ / weights_) / 1e7);
    stay.sigma_mm = std::sqrt(static_cast<double>(fixes_) / weights_);
    stay.fixes = fixes_;
    stay.datum = datum_;
    return stay;
}

std::vector<Stay> stays(std::span<const Fix> track, const StayRule& rule) {
    std::vector<const Fix*> used;
    for (const Fix& fix : track) {
        if (is_used_in_stays(fix)) used.push_back(&fix);
    }
    std::vector<Stay> result;
    if (used.empty()) return result;
    const geo::Plane plane(used.front()->place);
    const auto is_near = [&](std::size_t from, std::size_t to) {
        if (geo::is_surely_within(used[from]->place, used[to]->place, rule.distance_m)) return true;
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
        StaySums sums;
        for (std::size_t k = i; k < j; ++k) sums.add(*used[k]);
        result.push_back(sums.stay());
        i = j;
    }
    return result;
}

}  // namespace ningyi::track
