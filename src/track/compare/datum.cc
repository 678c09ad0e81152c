// SPDX-License-Identifier: Apache-2.0
#include "track/compare/datum.h"

#include <algorithm>

#include "track/live/datum.h"

namespace ningyi::track {

DatumEvidence datum_evidence(std::span<const Dwell> dwells, geo::Datum declared) {
    LiveDatum all(declared, std::max<std::size_t>(2, dwells.size()));
    for (const Dwell& dwell : dwells) all.add(dwell);
    return all.evidence();
}

}  // namespace ningyi::track
