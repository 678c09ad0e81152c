// SPDX-License-Identifier: Apache-2.0
#include "track/measure.h"

#include <array>

#include "track/compare/approach.h"
#include "track/compare/companion.h"
#include "track/compare/dwell.h"
#include "track/compare/inside.h"
#include "track/compare/jitter.h"
#include "track/compare/mock.h"
#include "track/compare/overlap.h"
#include "track/compare/plan.h"
#include "track/compare/presence.h"
#include "track/compare/range.h"
#include "track/compare/replay.h"
#include "track/compare/shape.h"
#include "track/compare/teleport.h"
#include "track/compare/together.h"
#include "track/gaps.h"

namespace ningyi::track {
namespace {

using enum ArgumentKind;
using P = ParameterDefinition;
using F = FactDefinition;

constexpr std::array inside_parameters = {P{"fix", fix, true}, P{"place", place, true},
                                          P{"radius", length, false, 100'000}};
constexpr std::array inside_facts = {F{"p", FactKind::ratio}, F{"dist", FactKind::length}, F{"sigma", FactKind::length},
                                     F{"dist_low", FactKind::length}};

constexpr std::array presence_parameters = {P{"track", track, true}, P{"place", place, true},
                                            P{"interval", interval, true}, P{"radius", length, false, 100'000}};
constexpr std::array presence_facts = {
    F{"claimed", FactKind::duration},    F{"expected", FactKind::duration}, F{"sure", FactKind::duration},
    F{"possible", FactKind::duration},   F{"out", FactKind::duration},      F{"observed", FactKind::duration},
    F{"unobserved", FactKind::duration}, F{"enter_lo", FactKind::instant},  F{"enter_hi", FactKind::instant},
    F{"exit_lo", FactKind::instant},     F{"exit_hi", FactKind::instant},   F{"for", FactKind::strength},
    F{"against", FactKind::strength},    F{"flips", FactKind::count},       F{"used", FactKind::count},
    F{"seen", FactKind::count}};

constexpr std::array gaps_parameters = {P{"track", track, true}, P{"interval", interval, true},
                                        P{"limit", duration, false, 15 * minutes_ms}};
constexpr std::array gaps_facts = {F{"count", FactKind::count},    F{"longest", FactKind::duration},
                                   F{"total", FactKind::duration}, F{"alive", FactKind::duration},
                                   F{"used", FactKind::count},     F{"seen", FactKind::count}};

constexpr std::array usable_parameters = {P{"track", track, true}, P{"interval", interval, true},
                                          P{"reach", duration, false, 5 * minutes_ms}};
constexpr std::array usable_facts = {F{"usable", FactKind::count}, F{"seen", FactKind::count},
                                     F{"poor", FactKind::count}, F{"longest", FactKind::duration},
                                     F{"accuracy", FactKind::length}};

constexpr std::array teleport_parameters = {P{"track", track, true}, P{"interval", interval, false},
                                            P{"limit_speed", count, false, road_speed_mm_s}};
constexpr std::array teleport_facts = {F{"jumps", FactKind::count},       F{"speed_max", FactKind::count},
                                       F{"at", FactKind::instant},        F{"outliers", FactKind::count},
                                       F{"observed", FactKind::duration}, F{"used", FactKind::count},
                                       F{"seen", FactKind::count}};

constexpr std::array mock_parameters = {P{"track", track, true}, P{"interval", interval, false},
                                        P{"copied", count, false, 0}};
constexpr std::array mock_facts = {
    F{"flagged", FactKind::count},     F{"knowing", FactKind::count},       F{"zero_accuracy", FactKind::count},
    F{"equal_steps", FactKind::count}, F{"zero_readings", FactKind::count}, F{"speed_differs", FactKind::count},
    F{"grid_4", FactKind::count},      F{"grid_5", FactKind::count},        F{"jumps", FactKind::count},
    F{"white", FactKind::count},       F{"copied", FactKind::count},        F{"features", FactKind::count},
    F{"nats", FactKind::strength},     F{"used", FactKind::count},          F{"seen", FactKind::count}};

constexpr std::array approach_parameters = {P{"track", track, true}, P{"other", track, true}, P{"within", length, true},
                                            P{"interval", interval, false}};
constexpr std::array approach_facts = {F{"min", FactKind::length},        F{"min_low", FactKind::length},
                                       F{"at", FactKind::instant},        F{"near", FactKind::duration},
                                       F{"observed", FactKind::duration}, F{"span", FactKind::duration}};

constexpr std::array companion_parameters = {P{"track", track, true},
                                             P{"other", track, true},
                                             P{"within", length, false, 50'000},
                                             P{"moving_speed", count, false, 800},
                                             P{"least_time", duration, false, 5 * minutes_ms},
                                             P{"least_path", length, false, 500'000},
                                             P{"share", ratio, false, 500'000}};
constexpr std::array companion_facts = {F{"moving", FactKind::duration}, F{"together", FactKind::duration},
                                        F{"path", FactKind::length}, F{"share", FactKind::ratio},
                                        F{"common", FactKind::duration}};

constexpr std::array jitter_parameters = {P{"track", track, true}, P{"interval", interval, false}};
constexpr std::array jitter_facts = {F{"rho", FactKind::ratio},      F{"rms", FactKind::length},
                                     F{"distinct", FactKind::count}, F{"n", FactKind::count},
                                     F{"step", FactKind::duration},  F{"seen", FactKind::count}};

constexpr std::array together_parameters = {P{"track", track, true}, P{"other", track, true},
                                            P{"interval", interval, true}, P{"radius", length, false, 100'000}};
constexpr std::array together_facts = {
    F{"claimed", FactKind::duration},    F{"expected", FactKind::duration}, F{"sure", FactKind::duration},
    F{"possible", FactKind::duration},   F{"out", FactKind::duration},      F{"observed", FactKind::duration},
    F{"unobserved", FactKind::duration}, F{"enter_lo", FactKind::instant},  F{"enter_hi", FactKind::instant},
    F{"exit_lo", FactKind::instant},     F{"exit_hi", FactKind::instant},   F{"for", FactKind::strength},
    F{"against", FactKind::strength},    F{"flips", FactKind::count},       F{"own", FactKind::strength},
    F{"other", FactKind::strength},      F{"moved", FactKind::length},      F{"moving", FactKind::count},
    F{"charging", FactKind::count},      F{"used", FactKind::count},        F{"seen", FactKind::count}};

constexpr std::array plan_parameters = {P{"track", track, true}, P{"visits", visits, true}, P{"place", place, false},
                                        P{"interval", interval, false}, P{"radius", length, false, 100'000}};
constexpr std::array plan_facts = {F{"late_low", FactKind::duration},
                                   F{"late_high", FactKind::duration},
                                   F{"early", FactKind::duration},
                                   F{"ratio", FactKind::ratio},
                                   F{"coverage", FactKind::ratio},
                                   F{"missed", FactKind::count},
                                   F{"visits", FactKind::count},
                                   F{"missed_count", FactKind::count},
                                   F{"plan_ratio", FactKind::ratio},
                                   F{"plan_coverage", FactKind::ratio},
                                   F{"late_worst", FactKind::duration},
                                   F{"stray", FactKind::count},
                                   F{"stray_longest", FactKind::duration},
                                   F{"order_tau", FactKind::ratio},
                                   F{"seen", FactKind::count}};

constexpr std::array range_parameters = {P{"track", track, true}, P{"place", place, true},
                                         P{"interval", interval, false}, P{"beyond", length, true}};
constexpr std::array range_facts = {F{"farthest", FactKind::length},    F{"at", FactKind::instant},
                                    F{"beyond_count", FactKind::count}, F{"run", FactKind::count},
                                    F{"observed", FactKind::duration},  F{"used", FactKind::count},
                                    F{"seen", FactKind::count}};

constexpr std::array replay_parameters = {P{"track", track, true}, P{"other", track, true}};
constexpr std::array replay_facts = {F{"sync", FactKind::length},  F{"matched", FactKind::duration},
                                     F{"lag", FactKind::duration}, F{"samples", FactKind::count},
                                     F{"run", FactKind::count},    F{"reversed", FactKind::count},
                                     F{"stops", FactKind::count},  F{"together", FactKind::duration},
                                     F{"used", FactKind::count},   F{"seen", FactKind::count}};

constexpr std::array shape_parameters = {P{"track", track, true}, P{"other", track, true},
                                         P{"interval", interval, false}, P{"within", length, false, 50'000}};
constexpr std::array shape_facts = {F{"sync_p50", FactKind::length},
                                    F{"sync_p90", FactKind::length},
                                    F{"sync_p99", FactKind::length},
                                    F{"sync_max", FactKind::length},
                                    F{"common", FactKind::count},
                                    F{"sspd", FactKind::length},
                                    F{"hausdorff", FactKind::length},
                                    F{"hausdorff_line", FactKind::length},
                                    F{"hausdorff_mean", FactKind::length},
                                    F{"dtw", FactKind::length},
                                    F{"frechet_points", FactKind::length},
                                    F{"frechet", FactKind::length},
                                    F{"erp", FactKind::length},
                                    F{"lcss", FactKind::ratio},
                                    F{"edr", FactKind::ratio},
                                    F{"used", FactKind::count},
                                    F{"seen", FactKind::count}};

constexpr std::array apart_parameters = {P{"track", track, true}, P{"other", track, true},
                                         P{"interval", interval, false}, P{"distance", length, false, devices_apart_mm},
                                         P{"slack", duration, false, button_slack_ms}};
constexpr std::array apart_facts = {F{"both", FactKind::duration}, F{"apart", FactKind::length},
                                    F{"common", FactKind::duration}};

constexpr std::array dwell_parameters = {P{"track", track, true}, P{"interval", interval, false},
                                         P{"place", place, false}, P{"who", subject, false}};
constexpr std::array dwell_facts = {F{"lat", FactKind::count},        F{"lon", FactKind::count},
                                    F{"place_lat", FactKind::count},  F{"place_lon", FactKind::count},
                                    F{"sigma", FactKind::length},     F{"anchor_lat", FactKind::count},
                                    F{"anchor_lon", FactKind::count}, F{"who", FactKind::count},
                                    F{"lasts", FactKind::duration},   F{"declared", FactKind::count}};

constexpr std::array datum_parameters = {P{"dwells", ArgumentKind::dwells, true}, P{"declared", count, false, 0}};
constexpr std::array datum_facts = {F{"best", FactKind::count},    F{"llr", FactKind::strength},
                                    F{"dwells", FactKind::count},  F{"anchors", FactKind::count},
                                    F{"east", FactKind::length},   F{"north", FactKind::length},
                                    F{"offset", FactKind::length}, F{"declared", FactKind::count}};

constexpr std::array address_parameters = {P{"dwells", ArgumentKind::dwells, true}, P{"place", place, true},
                                           P{"distance", length, false, 80'000}, P{"least_visits", count, false, 5},
                                           P{"least_subjects", count, false, 2}};
constexpr std::array address_facts = {F{"visits", FactKind::count}, F{"subjects", FactKind::count},
                                      F{"seen", FactKind::count}, F{"distance", FactKind::length},
                                      F{"share", FactKind::ratio}};

constexpr std::array<MeasureDefinition, 18> table = {{
    {"track.inside", 1, inside_parameters, inside_facts, inside},
    {"track.presence", 1, presence_parameters, presence_facts, presence},
    {"track.gaps", 1, gaps_parameters, gaps_facts, gaps},
    {"track.usable", 1, usable_parameters, usable_facts, usable},
    {"track.teleport", 1, teleport_parameters, teleport_facts, teleport},
    {"track.mock", 1, mock_parameters, mock_facts, mock},
    {"track.approach", 1, approach_parameters, approach_facts, approach},
    {"track.companion", 1, companion_parameters, companion_facts, companion},
    {"track.replay", 1, replay_parameters, replay_facts, replay, replay_verdict},
    {"track.jitter", 1, jitter_parameters, jitter_facts, jitter},
    {"track.together", 1, together_parameters, together_facts, together},
    {"track.plan", 1, plan_parameters, plan_facts, plan},
    {"track.range", 1, range_parameters, range_facts, range},
    {"track.shape", 1, shape_parameters, shape_facts, shape},
    {"track.apart", 1, apart_parameters, apart_facts, apart},
    {"track.dwell", 1, dwell_parameters, dwell_facts, dwell},
    {"track.datum", 1, datum_parameters, datum_facts, datum},
    {"track.address", 1, address_parameters, address_facts, address},
}};

constexpr std::array<std::string_view, 11> names_of_limits = {
    "no_track", "few_fixes", "low_coverage", "poor_accuracy", "clock_step", "datum_suspect",
    "crowded",  "one_sided", "no_motion",    "wearable_off",  "retained"};

}  // namespace

const MeasureDefinition* find_measure(std::string_view name) {
    for (const MeasureDefinition& definition : table) {
        if (definition.name == name) return &definition;
    }
    return nullptr;
}

std::span<const MeasureDefinition> measures() {
    return table;
}

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::supported: return "supported";
        case Verdict::contradicted: return "contradicted";
        case Verdict::insufficient: return "insufficient";
    }
    return "insufficient";
}

std::string limit_names(std::uint32_t limits) {
    std::string text;
    for (std::size_t i = 0; i < names_of_limits.size(); ++i) {
        if ((limits & (1U << i)) == 0) continue;
        if (!text.empty()) text += ',';
        text += names_of_limits[i];
    }
    return text;
}

}  // namespace ningyi::track
