// SPDX-License-Identifier: Apache-2.0
#include "track/compare/dwell.h"

#include <algorithm>
#include <array>
#include <set>

#include "geo/plane.h"
#include "track/reading.h"
#include "track/stay.h"

namespace ningyi::track {
namespace {

// Dwells this near the middle of all dwells at an address count as one cluster.
constexpr double cluster_m = 60;
// Below this share in one cluster the dwells contradict each other rather than the register.
constexpr double cluster_share = 0.6;

enum DwellFact : std::size_t { lat, lon, place_lat, place_lon, sigma, anchor_lat, anchor_lon, who, lasts, declared };

std::int32_t degrees_e7(const std::optional<std::int64_t>& fact) {
    return static_cast<std::int32_t>(fact.value_or(0));
}

// The datum that most of them declare, the first of equals.
geo::Datum declared_by_most(std::span<const Gathered> dwells) {
    std::array<std::int64_t, 4> votes{};
    for (const Gathered& gathered : dwells) ++votes.at(static_cast<std::size_t>(gathered.declared));
    return static_cast<geo::Datum>(std::max_element(votes.begin(), votes.end()) - votes.begin());
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace

Measurement dwell(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.dwell");
    if (!reading.is_complete()) return reading.nothing();
    Writing writing("track.dwell");
    const std::span<const Fix> track = fixes_within(reading.track("track"), reading.interval("interval"));
    const std::vector<Stay> all = stays(track);
    if (all.empty()) {
        writing.limit(track.empty() ? limit_no_track : limit_few_fixes);
        return writing.measurement();
    }
    // The longest; of equal ones the first.
    const Stay& longest = *std::max_element(
        all.begin(), all.end(), [](const Stay& a, const Stay& b) { return a.to.ms - a.from.ms < b.to.ms - b.from.ms; });
    writing.fact("lat", longest.received.lat_e7);
    writing.fact("lon", longest.received.lon_e7);
    writing.fact("place_lat", longest.place.lat_e7);
    writing.fact("place_lon", longest.place.lon_e7);
    writing.fact("sigma", geo::rounded(longest.sigma_mm));
    if (arguments.size() > 2 && arguments[2].present) {
        writing.fact("anchor_lat", arguments[2].place.lat_e7);
        writing.fact("anchor_lon", arguments[2].place.lon_e7);
    }
    if (arguments.size() > 3 && arguments[3].present) writing.fact("who", arguments[3].number);
    writing.fact("lasts", longest.to.ms - longest.from.ms);
    writing.fact("declared", static_cast<std::int64_t>(longest.datum));
    writing.verdict(Verdict::supported, 0);
    return writing.measurement();
}

std::optional<Gathered> dwell_of(const Measurement& m) {
    if (m.facts.size() <= declared || !m.facts[lat]) return std::nullopt;
    Gathered gathered;
    gathered.received = {degrees_e7(m.facts[lat]), degrees_e7(m.facts[lon])};
    gathered.place = {degrees_e7(m.facts[place_lat]), degrees_e7(m.facts[place_lon])};
    gathered.sigma_mm = static_cast<double>(m.facts[sigma].value_or(0));
    if (m.facts[anchor_lat])
        gathered.anchor = geo::Place{degrees_e7(m.facts[anchor_lat]), degrees_e7(m.facts[anchor_lon])};
    gathered.subject = static_cast<std::uint64_t>(m.facts[who].value_or(0));
    gathered.lasts = m.facts[lasts].value_or(0);
    gathered.declared = static_cast<geo::Datum>(m.facts[declared].value_or(0));
    return gathered;
}

Measurement datum(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.datum");
    if (!reading.is_complete()) return reading.nothing();
    Writing writing("track.datum");
    // Coordinates as received mean nothing without the datum they were declared in.
    const bool is_stated = arguments.size() > 1 && arguments[1].present;
    const geo::Datum stated = is_stated
                                  ? static_cast<geo::Datum>(std::clamp<std::int64_t>(reading.number("declared"), 0, 3))
                                  : declared_by_most(arguments[0].dwells);
    std::vector<Dwell> dwells;
    for (const Gathered& gathered : arguments[0].dwells) {
        if (!gathered.anchor || (!is_stated && gathered.declared != stated)) continue;
        // Two people at one point are one anchor.
        const std::uint64_t id =
            (static_cast<std::uint64_t>(static_cast<std::uint32_t>(gathered.anchor->lat_e7)) << 32U) |
            static_cast<std::uint32_t>(gathered.anchor->lon_e7);
        dwells.push_back({gathered.received, gathered.sigma_mm, *gathered.anchor, id});
    }
    const DatumEvidence evidence = datum_evidence(dwells, stated);
    if (dwells.empty()) writing.limit(limit_no_track);
    writing.fact("declared", static_cast<std::int64_t>(stated));
    writing.fact("best", static_cast<std::int64_t>(evidence.best));
    writing.fact("llr", mnat_of(evidence.best_over_declared));
    writing.fact("dwells", evidence.dwells);
    writing.fact("anchors", evidence.anchors);
    if (evidence.east_m) writing.fact("east", geo::rounded(*evidence.east_m * 1000));
    if (evidence.north_m) writing.fact("north", geo::rounded(*evidence.north_m * 1000));
    if (evidence.east_m && evidence.north_m) {
        writing.fact("offset", geo::rounded(geo::length({*evidence.east_m, *evidence.north_m}) * 1000));
    }
    writing.verdict(evidence.verdict, evidence.verdict == Verdict::contradicted ? evidence.best_over_declared
                                                                                : evidence.declared_over_other);
    return writing.measurement();
}

Measurement address(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.address");
    if (!reading.is_complete()) return reading.nothing();
    Writing writing("track.address");
    const geo::Place registered = reading.place("place");
    const geo::Plane plane(registered);
    std::vector<double> easts;
    std::vector<double> norths;
    for (const Gathered& gathered : arguments[0].dwells) {
        const geo::Offset offset = plane.offset(gathered.place);
        easts.push_back(offset.east);
        norths.push_back(offset.north);
    }
    if (easts.empty()) {
        writing.limit(limit_no_track);
        return writing.measurement();
    }
    const geo::Offset middle{median(easts), median(norths)};
    std::int64_t visits = 0;
    std::set<std::uint64_t> subjects;
    for (std::size_t i = 0; i < easts.size(); ++i) {
        if (geo::length({easts[i] - middle.east, norths[i] - middle.north}) > cluster_m) continue;
        ++visits;
        if (arguments[0].dwells[i].subject != 0) subjects.insert(arguments[0].dwells[i].subject);
    }
    const double distance_m = geo::length(middle);
    const double share = static_cast<double>(visits) / static_cast<double>(easts.size());
    writing.fact("visits", visits);
    writing.fact("subjects", static_cast<std::int64_t>(subjects.size()));
    writing.fact("seen", static_cast<std::int64_t>(easts.size()));
    writing.fact("distance", geo::rounded(distance_m * 1000));
    writing.fact("share", ppm_of(share));
    const bool enough = visits >= reading.number("least_visits") &&
                        static_cast<std::int64_t>(subjects.size()) >= reading.number("least_subjects") &&
                        share >= cluster_share;
    if (!enough) {
        writing.limit(limit_few_fixes);
        return writing.measurement();
    }
    const bool far = geo::rounded(distance_m * 1000) > reading.number("distance");
    writing.verdict(far ? Verdict::contradicted : Verdict::supported, static_cast<double>(visits));
    return writing.measurement();
}

}  // namespace ningyi::track
