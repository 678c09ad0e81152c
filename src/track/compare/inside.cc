// SPDX-License-Identifier: Apache-2.0
#include "track/compare/inside.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "geo/plane.h"
#include "geo/real.h"
#include "track/reading.h"

namespace ningyi::track {
namespace {

constexpr double most_nats = 10;

// 1/k for k = 1 … 1023; the series below never needs more: its mode is at most 200, its width about 15.
constexpr std::array<double, 1024> reciprocals = [] {
    std::array<double, 1024> values{};
    for (std::size_t k = 1; k < values.size(); ++k) values[k] = 1 / static_cast<double>(k);
    return values;
}();

// Σₖ Pois(k; a) · γ(k+1, b) until the terms fall below 1e-13 past the mode or γ vanishes, where γ is the regularised
// lower incomplete gamma function: γ(k+1, b) = 1 − Σ_{j ≤ k} Pois(j; b).
double series(double a, double b) {
    double weight = geo::real::exp(-a);
    double part = geo::real::exp(-b);
    double below = part;
    double sum = weight * (1 - below);
    // Two terms at a time: the products of one step do not wait for each other.
    for (std::size_t k = 1; k + 1 < reciprocals.size(); k += 2) {
        const double a_first = a * reciprocals[k];
        const double b_first = b * reciprocals[k];
        const double weight_first = weight * a_first;
        const double part_first = part * b_first;
        weight *= a_first * (a * reciprocals[k + 1]);
        part *= b_first * (b * reciprocals[k + 1]);
        const double below_first = below + part_first;
        below += part_first + part;
        const double above = 1 - below;
        const double terms = weight_first * (1 - below_first) + weight * above;
        sum += terms;
        if ((terms < 1e-13 && static_cast<double>(k) > a) || above < 1e-14) break;
    }
    return std::clamp(sum, 0.0, 1.0);
}

}  // namespace

double probability_inside(double distance, double radius, double sigma) {
    const double z = (radius - distance) / sigma;
    if (z > 8) return 1;
    if (z < -8) return 0;
    const double d = distance / sigma;
    const double r = radius / sigma;
    if (d <= 20) return series(d * d / 2, r * r / 2);
    // Far from the centre the rim is nearly straight: a normal distribution and three terms of its curvature. The
    // series would underflow here.
    const double e = 1 / r;
    const double correction = e / 2 + 3.0 / 8 * e * e * z + e * e * e * (5 * (z * z - 1) / 16 + 3.0 / 8);
    return std::clamp(geo::real::normal_cdf(z) - geo::real::normal_density(z) * correction, 0.0, 1.0);
}

std::optional<Inside> inside_of(const Fix& fix, geo::Place place, std::int64_t radius_mm) {
    if ((fix.marks & marks_without_place) != 0 || !geo::is_on_earth(fix.place)) return std::nullopt;
    Inside result;
    const auto radius = static_cast<double>(radius_mm);
    result.distance_mm = geo::distance_m(place, fix.place) * 1000;
    result.sigma_mm = sigma_mm(fix);
    result.probability = probability_inside(result.distance_mm, radius, result.sigma_mm);
    result.least_mm = std::max(0.0, result.distance_mm - sigmas_95 * result.sigma_mm);
    const double p = result.probability;
    if (p >= 0.5) {
        result.verdict = Verdict::supported;
        result.nats = std::min(most_nats, p < 1 ? geo::real::log(p / (1 - p)) : most_nats);
    } else if (geo::rounded(result.least_mm) > radius_mm && !has_doubtful_datum({&fix, 1})) {
        const double z = (result.distance_mm - radius) / result.sigma_mm;
        result.verdict = Verdict::contradicted;
        result.nats = std::min(most_nats, z * z / 2);
    }
    return result;
}

Measurement inside(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.inside");
    if (!reading.is_complete()) return reading.nothing();
    const Fix& fix = reading.fix("fix");
    Writing writing("track.inside");
    const std::int64_t radius_mm = reading.number("radius");
    const auto found = radius_mm > 0 ? inside_of(fix, reading.place("place"), radius_mm) : std::nullopt;
    if (!found) {
        writing.limit(limit_no_track);
        return writing.measurement();
    }
    writing.fact("p", ppm_of(found->probability));
    writing.fact("dist", geo::rounded(found->distance_mm));
    writing.fact("sigma", geo::rounded(found->sigma_mm));
    writing.fact("dist_low", geo::rounded(found->least_mm));

    if ((fix.marks & mark_poor) != 0) writing.limit(limit_poor_accuracy);
    if (has_doubtful_datum({&fix, 1})) writing.limit(limit_datum_suspect);
    if (found->verdict != Verdict::insufficient) writing.verdict(found->verdict, found->nats);
    return writing.measurement();
}

}  // namespace ningyi::track
