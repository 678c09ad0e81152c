// SPDX-License-Identifier: Apache-2.0
#include "track/fix.h"

#include <algorithm>

namespace ningyi::track {
namespace {

// Accuracy given for sources that state none, or none to be believed.
constexpr double least_network_accuracy_mm = 20'000;
constexpr double least_sigma_mm = 3'000;

// One over the radius of the level in standard deviations of one axis, √(−2 ln(1 − p)).
double sigmas_per_radius(Level level) {
    switch (level) {
        case Level::p39: return 1;
        case Level::p50: return 1 / 1.1774100225154747;
        case Level::p95: return 1 / sigmas_95;
        case Level::unknown:
        case Level::p68: return 1 / sigmas_68;
    }
    return 1 / sigmas_68;
}

bool is_of_a_network(Provider provider) {
    switch (provider) {
        case Provider::unknown:
        case Provider::network:
        case Provider::wifi:
        case Provider::cell: return true;
        case Provider::gnss:
        case Provider::fused:
        case Provider::passive:
        case Provider::wearable:
        case Provider::manual: return false;
    }
    return true;
}

// The standard deviation before the floor of 3 m.
double stated_sigma_mm(const Fix& fix) {
    constexpr double network_sigma_mm = least_network_accuracy_mm / sigmas_68;
    if (fix.accuracy_mm == 0 || fix.accuracy_mm == no_accuracy) return network_sigma_mm;
    const double sigma = fix.accuracy_mm * sigmas_per_radius(fix.level);
    return is_of_a_network(fix.provider) ? std::max(sigma, network_sigma_mm) : sigma;
}

}  // namespace

double sigma_mm(const Fix& fix) {
    return std::max(stated_sigma_mm(fix), least_sigma_mm);
}

double accuracy_68_mm(const Fix& fix) {
    return sigma_mm(fix) * sigmas_68;
}

Fix fix_received(Instant at, geo::Place received, Datum datum) {
    Fix fix;
    fix.at = at;
    fix.received = received;
    fix.datum = datum;
    fix.place = geo::to_wgs84(received, datum);
    if (datum == Datum::gcj02 || datum == Datum::bd09) fix.conversion = geo::conversion_version;
    return fix;
}

std::string_view name_of(Level level) {
    switch (level) {
        case Level::unknown: return "unknown";
        case Level::p39: return "p39";
        case Level::p50: return "p50";
        case Level::p68: return "p68";
        case Level::p95: return "p95";
    }
    return "unknown";
}

std::string_view name_of(Provider provider) {
    switch (provider) {
        case Provider::unknown: return "unknown";
        case Provider::gnss: return "gnss";
        case Provider::network: return "network";
        case Provider::wifi: return "wifi";
        case Provider::cell: return "cell";
        case Provider::fused: return "fused";
        case Provider::passive: return "passive";
        case Provider::wearable: return "wearable";
        case Provider::manual: return "manual";
    }
    return "unknown";
}

}  // namespace ningyi::track
