// SPDX-License-Identifier: Apache-2.0
#include "track/live/datum.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "geo/real.h"

namespace ningyi::track {
namespace {

constexpr double anchor_sigma_m = 30;  // a flat is not a point
constexpr double wrong_share = 0.1;    // of dwells whose address is wrong
constexpr double surroundings_m2 = geo::real::pi * 3000 * 3000;
constexpr double least_nats = 10;
constexpr std::int64_t least_dwells = 3;
constexpr std::int64_t least_anchors = 2;

geo::Place expected(geo::Place anchor, Reference reference) {
    switch (reference) {
        case Reference::wgs84: return anchor;
        case Reference::gcj02: return geo::from_wgs84(anchor, geo::Datum::gcj02);
        case Reference::bd09: return geo::from_wgs84(anchor, geo::Datum::bd09);
        case Reference::gcj02_twice:
            return geo::from_wgs84(geo::from_wgs84(anchor, geo::Datum::gcj02), geo::Datum::gcj02);
    }
    return anchor;
}

double log_likelihood(geo::Offset residual, double sigma_m) {
    const double variance = sigma_m * sigma_m + anchor_sigma_m * anchor_sigma_m;
    const double bell =
        geo::real::exp(-geo::squared_length(residual) / (2 * variance)) / (2 * geo::real::pi * variance);
    return geo::real::log((1 - wrong_share) * bell + wrong_share / surroundings_m2);
}

std::optional<Reference> reference_of(geo::Datum declared) {
    switch (declared) {
        case geo::Datum::wgs84: return Reference::wgs84;
        case geo::Datum::gcj02: return Reference::gcj02;
        case geo::Datum::bd09: return Reference::bd09;
        case geo::Datum::unknown: return std::nullopt;
    }
    return std::nullopt;
}

// Of an even number the mean of the two in the middle.
std::optional<double> median(std::vector<double> values) {
    if (values.empty()) return std::nullopt;
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace

void LiveDatum::add(const Dwell& dwell) {
    const Reference stated = reference_of(declared_).value_or(Reference::wgs84);
    geo::Offset own;
    for (std::size_t h = 0; h < references; ++h) {
        const auto reference = static_cast<Reference>(h);
        const geo::Place there = expected(dwell.anchor, reference);
        const geo::Offset residual = geo::Plane(there).offset(dwell.received);
        sums_.log_likelihood[h] += log_likelihood(residual, dwell.sigma_mm / 1000);
        if (reference == stated) own = residual;
    }
    if (residuals_.size() < most_) {
        residuals_.push_back(own);
    } else {
        // In a circle: the oldest gives way.
        residuals_[static_cast<std::size_t>(sums_.dwells) % most_] = own;
    }
    if (anchors_.size() < most_) anchors_.insert(dwell.anchor_id);
    ++sums_.dwells;
}

std::size_t LiveDatum::kept() const {
    return std::max(residuals_.size(), anchors_.size());
}

DatumEvidence LiveDatum::evidence() const {
    DatumEvidence evidence = sums_;
    const std::optional<Reference> stated = reference_of(declared_);
    std::vector<double> east;
    std::vector<double> north;
    for (const geo::Offset& residual : residuals_) {
        east.push_back(residual.east);
        north.push_back(residual.north);
    }
    evidence.anchors = static_cast<std::int64_t>(anchors_.size());
    evidence.east_m = median(std::move(east));
    evidence.north_m = median(std::move(north));

    const auto& likelihood = evidence.log_likelihood;
    evidence.best = static_cast<Reference>(std::max_element(likelihood.begin(), likelihood.end()) - likelihood.begin());
    if (!stated) return evidence;
    const double own = likelihood[static_cast<std::size_t>(*stated)];
    double best_other = -1e300;
    for (std::size_t h = 0; h < references; ++h) {
        if (h != static_cast<std::size_t>(*stated)) best_other = std::max(best_other, likelihood[h]);
    }
    evidence.best_over_declared = std::max(0.0, best_other - own);
    evidence.declared_over_other = std::max(0.0, own - best_other);
    const bool is_enough = evidence.dwells >= least_dwells && evidence.anchors >= least_anchors;
    if (is_enough && evidence.best_over_declared >= least_nats) {
        evidence.verdict = Verdict::contradicted;
    } else if (is_enough && evidence.declared_over_other >= least_nats) {
        evidence.verdict = Verdict::supported;
    }
    return evidence;
}

}  // namespace ningyi::track
