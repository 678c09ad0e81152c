// SPDX-License-Identifier: Apache-2.0
#include "exchange/plan_drawing.h"

#include <algorithm>

#include "base/text.h"
#include "exchange/svg.h"
#include "geo/plane.h"
#include "track/gaps.h"
#include "track/stay.h"

namespace ningyi::exchange {
namespace {

constexpr std::size_t most_visits = 24;
constexpr double row_high = 24;

}  // namespace

std::string plan_drawing(const PlanScene& scene, const Zone& zone) {
    if (scene.visits.empty()) return {};
    std::vector<PlanScene::Visit> visits = scene.visits;
    std::stable_sort(visits.begin(), visits.end(), [](const PlanScene::Visit& a, const PlanScene::Visit& b) {
        return a.planned.interval.from < b.planned.interval.from;
    });
    if (visits.size() > most_visits) visits.resize(most_visits);
    Interval span = visits.front().planned.interval;
    for (const PlanScene::Visit& visit : visits) {
        span.from = std::min(span.from, visit.planned.interval.from);
        span.to = std::max(span.to, visit.planned.interval.to);
    }
    const std::vector<track::Stay> stays = track::stays(scene.fixes);
    for (const track::Stay& stay : stays) {
        // A stay of the day before or after is another day's matter.
        if (stay.from.ms > span.to.ms + 3 * hours_ms || stay.to.ms < span.from.ms - 3 * hours_ms) continue;
        span.from = std::min(span.from, stay.from);
        span.to = std::max(span.to, stay.to);
    }
    const Millis margin = std::max<Millis>(span.length() / 40, minutes_ms);
    const std::size_t rows = visits.size() + 1;
    svg::TimeFrame frame{.span = {Instant{span.from.ms - margin}, Instant{span.to.ms + margin}},
                         .left = 120,
                         .right = 634,
                         .top = 24,
                         .high = row_high * static_cast<double>(rows)};
    std::string out = format(
        "<svg class=\"wide\" viewBox=\"0 0 640 {:.0f}\" role=\"img\" aria-label=\"计划与实际停留 / Plan and stays\">",
        frame.bottom() + 26);
    out += svg::words(frame.left, 14, "start", "计划（浅色带）与实际停留（深色条）",
                      "planned (pale bands) and stays (dark bars)", " strong");
    out += svg::rectangle("ground", frame.left, frame.top, frame.right - frame.left, frame.high);
    for (const Interval& gap : track::silences(scene.fixes, frame.span, svg::longest_step))
        out += svg::gap_band(frame, gap);
    out += svg::time_axis(frame, zone);
    const auto clip = [&](Interval one) {
        return std::pair{std::clamp(frame.x(one.from), frame.left, frame.right),
                         std::clamp(frame.x(one.to), frame.left, frame.right)};
    };
    std::vector<bool> is_placed(stays.size());
    for (std::size_t i = 0; i < visits.size(); ++i) {
        const track::PlannedVisit& planned = visits[i].planned;
        const double top = frame.top + row_high * static_cast<double>(i);
        const auto [from, to] = clip(planned.interval);
        bool is_visited = false;
        std::string bars;
        for (std::size_t k = 0; k < stays.size(); ++k) {
            const double reach_m = static_cast<double>(planned.radius_mm) / 1000 + 2 * stays[k].sigma_mm / 1000;
            if (geo::distance_m(planned.place, stays[k].place) > reach_m) continue;
            is_placed[k] = true;
            if (stays[k].to <= planned.interval.from || stays[k].from >= planned.interval.to) continue;
            is_visited = true;
            const auto [stay_from, stay_to] = clip({stays[k].from, stays[k].to});
            bars += svg::rectangle("stay", stay_from, top + 8, std::max(1.0, stay_to - stay_from), row_high - 14);
        }
        out += svg::rectangle("visit", from, top + 3, std::max(1.0, to - from), row_high - 6) + bars;
        if (!is_visited) out += svg::rectangle("missed", from, top + 3, std::max(1.0, to - from), row_high - 6);
        const std::string times = svg::clock_text(planned.interval.from, zone);
        out += svg::words(frame.left - 6, top + 16, "end", visits[i].name + " " + times, visits[i].name + " " + times);
    }
    const double top = frame.top + row_high * static_cast<double>(visits.size());
    out += svg::words(frame.left - 6, top + 16, "end", "计划外停留", "elsewhere");
    for (std::size_t k = 0; k < stays.size(); ++k) {
        if (is_placed[k] || stays[k].to < frame.span.from || stays[k].from > frame.span.to) continue;
        const auto [from, to] = clip({stays[k].from, stays[k].to});
        out += svg::rectangle("stay stray", from, top + 6, std::max(1.0, to - from), row_high - 12);
    }
    return out + "</svg>";
}

}  // namespace ningyi::exchange
