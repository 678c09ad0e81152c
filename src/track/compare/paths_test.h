// SPDX-License-Identifier: Apache-2.0
// For tests: presence by adding up every path through in and out.
#pragma once

#include <cmath>
#include <span>
#include <vector>

#include "track/compare/presence.h"

namespace ningyi::track {

// Slow oracle: the probability of every one of the 2^n paths.
inline std::vector<double> by_all_paths(std::span<const Evidence> evidence, const PresenceModel& model) {
    const double rate = model.leave_per_s + model.enter_per_s;
    const double share = model.enter_per_s / rate;
    const std::size_t n = evidence.size();
    std::vector<double> inside(n, 0.0);
    double all = 0;
    for (std::size_t path = 0; path < (std::size_t{1} << n); ++path) {
        double p = 1;
        for (std::size_t i = 0; i < n; ++i) {
            const bool is_in = ((path >> i) & 1U) != 0;
            if (i == 0) {
                p *= is_in ? share : 1 - share;
            } else {
                const bool was_in = ((path >> (i - 1)) & 1U) != 0;
                const double kept = std::exp(-rate * static_cast<double>(evidence[i].at - evidence[i - 1].at) / 1000);
                const double in = was_in ? share + (1 - share) * kept : share - share * kept;
                p *= is_in ? in : 1 - in;
            }
            if (is_in) p *= std::exp(evidence[i].weight);
        }
        all += p;
        for (std::size_t i = 0; i < n; ++i) {
            if (((path >> i) & 1U) != 0) inside[i] += p;
        }
    }
    for (double& p : inside) p /= all;
    return inside;
}

}  // namespace ningyi::track
