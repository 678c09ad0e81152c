// SPDX-License-Identifier: Apache-2.0
// C2, live form: presence near a place while fixes arrive. What lies further back than the lag is settled with what is
// known by then and forgotten; the rest is smoothed anew whenever it is asked for. Without a lag it is the sealed form.
// (tracks.md §8, §11)
//
// Against the sealed form, for fixes in order: what differs is the smoothing, by the window alone. The forward state at
// the front of the window holds all that came before; a step is settled with every fix known when the window has grown
// to twice the lag, that is with all that came up to ten to twenty minutes after it, and not with what came later. The
// tests compute just that with the sealed form, and it is equal to 1e-9. So `used`, `observed`, `unobserved` and the
// evidence are equal, and nothing differs while the fixes used (those of the interval, ten minutes either side and the
// next ones beyond) lie within twice the lag. Else `expected` follows, and the other times where a probability passes a
// threshold. The chain forgets with a time constant of 40 minutes, so ten are short where the fixes say little: on
// random walks around the rim for 175 minutes, fixes of 1 to 60 m every 15 s, `expected` differs by 0.5 % of the
// interval on the mean and by 3.4 % at worst (4.5 % in 130 minutes); with a lag of 20 minutes by 0.7 % at worst, of 40
// minutes by 0.04 %.
#pragma once

#include <optional>
#include <vector>

#include "base/time.h"
#include "geo/place.h"
#include "track/compare/presence.h"
#include "track/compare/presence_chain.h"
#include "track/fix.h"

namespace ningyi::track {

constexpr Millis presence_lag_ms = 10 * minutes_ms;

class LivePresence {
public:
    // REQUIRES: 0 < radius_mm. Without a lag nothing is settled before times().
    LivePresence(geo::Place place, double radius_mm, Interval interval, const PresenceModel& model = {},
                 std::optional<Millis> lag = presence_lag_ms);

    // Room for so many fixes.
    void expect(std::size_t fixes);

    // The next fix, marked. Fixes long before the interval and after its end are passed over. REQUIRES: in order.
    void add(const Fix& fix);

    // All that is known, as the sealed form says it: what was not seen up to the end of the interval is possible.
    PresenceTimes times() const&;
    PresenceTimes times() &&;

    // Probability of being inside at the last fix; nothing before the first.
    std::optional<double> now() const;

    // How many fixes are kept.
    std::size_t window() const { return evidence_.size(); }

private:
    void settle();
    // Tallies the first `steps` of the window, smoothed with all of it.
    void tally(PresenceTimes& times, int& side, std::size_t steps, std::vector<double>& probability) const;

    PresenceModel model_;
    Interval interval_;
    std::optional<Millis> lag_;
    Witness witness_;
    Chain chain_;
    PresenceTimes times_;  // settled
    int side_ = 0;         // in (1), out (−1) or not known yet, of the settled part
    bool has_settled_ = false;
    bool is_over_ = false;
    std::vector<Evidence> evidence_;    // the window; its first was settled before if has_settled_
    std::vector<ChainState> filtered_;  // at the same
};

}  // namespace ningyi::track
