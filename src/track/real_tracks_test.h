// SPDX-License-Identifier: Apache-2.0
// Real tracks for the tests, read from beside the project. Each is empty when its file is not there; the tests then say
// so and skip.
#pragma once

#include <vector>

#include "geo/place.h"
#include "track/fix.h"

namespace ningyi::track {

// Two receivers in one car at the same time, one fix a second; the accuracy is not stated.
std::vector<Fix> car_by_ublox();
std::vector<Fix> car_by_span();

// Two receivers of another car for one minute, at 10 Hz and every 2 s.
std::vector<Fix> short_drive_by_ublox();
std::vector<Fix> short_drive_by_phone_chip();

// A phone indoors, with accuracies of 20 to 956 m, one fix a minute, in order of arrival: the newest first.
std::vector<Fix> indoor_phone();
constexpr geo::Place indoor_place{473'773'352, 85'468'769};  // median of its 193 fixes of at most 40 m

// A bus, one fix a second.
std::vector<Fix> bus();

// One drive as taken each second and each quarter of a minute.
std::vector<Fix> drive_each_second();
std::vector<Fix> drive_each_quarter_minute();

// A phone lying still, one fix a second, with accuracies of 3 to 4 m. `day`: 0 or 1.
std::vector<Fix> phone_lying_still(int day);

}  // namespace ningyi::track
