// SPDX-License-Identifier: Apache-2.0
#include "track/compare/jitter.h"

#include <algorithm>
#include <cmath>

#include "track/kept.h"
#include "track/live/jitter.h"
#include "track/reading.h"

namespace ningyi::track {
namespace {

constexpr std::int64_t least_fixes = 60;
constexpr Millis longest_step = 5 * seconds_ms;
constexpr double white_below = 0.3;
constexpr double natural_from = 0.6;
// White errors below this are those of a very good receiver.
constexpr double least_white_rms_m = 1.5;
// What the feature is worth in tracks.md §12.
constexpr double nats_of_jitter = 2;

}  // namespace

Jitter jitter_of(std::span<const Fix> track) {
    LiveJitter all(std::max<std::size_t>(1, track.size()));
    for (const Fix& fix : track) all.add(fix);
    return all.jitter();
}

bool is_white(const Jitter& jitter) {
    if (!jitter.rho_east || !jitter.rho_north || jitter.fixes < least_fixes) return false;
    const double largest = std::max(std::fabs(*jitter.rho_east), std::fabs(*jitter.rho_north));
    return largest < white_below && jitter.step <= longest_step && jitter.distinct * 2 >= jitter.fixes &&
           jitter.rms_m >= least_white_rms_m;
}

Measurement jitter(std::span<const Argument> arguments) {
    const Reading reading(arguments, "track.jitter");
    if (!reading.is_complete()) return reading.nothing();
    const std::span<const Fix> track = fixes_within(reading.track("track"), reading.interval("interval"));
    std::optional<Jitter> here;
    const Jitter& found = kept_jitter(track, reading.kept("track"), here);
    Writing writing("track.jitter");
    writing.fact("n", found.fixes);
    writing.fact("distinct", found.distinct);
    writing.fact("seen", static_cast<std::int64_t>(track.size()));
    if (found.fixes > 0) {
        writing.fact("rms", geo::rounded(found.rms_m * 1000));
        writing.fact("step", found.step);
    }
    if (track.empty()) writing.limit(limit_no_track);
    if (found.fixes < least_fixes) writing.limit(limit_few_fixes);
    if (!found.rho_east || !found.rho_north) {
        writing.limit(limit_few_fixes);
        return writing.measurement();
    }
    const double low = std::min(*found.rho_east, *found.rho_north);
    writing.fact("rho", ppm_of(low));
    if (found.fixes < least_fixes) return writing.measurement();
    if (is_white(found)) {
        writing.verdict(Verdict::contradicted, nats_of_jitter);
    } else if (low >= natural_from) {
        writing.verdict(Verdict::supported, nats_of_jitter);
    }
    return writing.measurement();
}

}  // namespace ningyi::track
