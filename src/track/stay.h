// SPDX-License-Identifier: Apache-2.0
// C3: stays. From a fix on, as long as the following ones lie within a distance of it and none comes after a long
// silence; kept when it lasted. A list without a verdict.  (tracks.md §8)
#pragma once

#include <span>
#include <vector>

#include "base/time.h"
#include "geo/place.h"
#include "track/fix.h"

namespace ningyi::track {

struct StayRule {
    double distance_m = 100;
    Millis least = 5 * minutes_ms;
    Millis longest_gap = 15 * minutes_ms;
};

struct Stay {
    Instant from;
    Instant to;                  // time of its last fix
    geo::Place place;            // centroid, weighted by 1/σ²
    geo::Place received;         // the same of the coordinates as received
    Datum datum = Datum::wgs84;  // declared for `received`; unknown when its fixes differ in it
    double sigma_mm = 0;         // of one typical fix: errors of one place do not average away
    std::size_t fixes = 0;
};

// True if stays look at the fix: poor ones and outliers are left out.
inline bool is_used_in_stays(const Fix& fix) {
    return (fix.marks & (marks_without_place | mark_poor | mark_jump)) == 0;
}

// Running sums of the fixes of one stay.
class StaySums {
public:
    void add(const Fix& fix);
    std::size_t fixes() const { return fixes_; }
    Stay stay() const;  // REQUIRES: a fix was added

private:
    std::size_t fixes_ = 0;
    Instant from_, to_;
    geo::Place origin_, origin_received_;  // the first fix; the sums are differences from it
    Datum datum_ = Datum::wgs84;
    double weights_ = 0;
    double lat_ = 0, lon_ = 0, lat_received_ = 0, lon_received_ = 0;
};

// In order, disjoint. REQUIRES: `track` as mark() leaves it. Poor fixes and outliers are left out.
std::vector<Stay> stays(std::span<const Fix> track, const StayRule& rule = {});

}  // namespace ningyi::track
