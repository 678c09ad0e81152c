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

// In order, disjoint. REQUIRES: `track` as mark() leaves it. Poor fixes and outliers are left out.
std::vector<Stay> stays(std::span<const Fix> track, const StayRule& rule = {});

}  // namespace ningyi::track
