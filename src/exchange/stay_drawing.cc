// SPDX-License-Identifier: Apache-2.0
#include "exchange/stay_drawing.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "exchange/svg.h"
#include "track/stay.h"

namespace ningyi::exchange {
namespace {

using track::Fix;

constexpr std::size_t most_points = 400;

bool is_satellite(const Fix& fix) {
    return fix.provider == track::Provider::gnss && svg::has_place(fix);
}

// Correlation of each value with the one before; 0 when nothing varies.
double correlation(const std::vector<double>& values) {
    double sum = 0, product = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        sum += values[i] * values[i];
        if (i > 0) product += values[i] * values[i - 1];
    }
    return sum > 0 ? product / sum : 0;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

struct Panel {
    double left = 0, top = 0, side = 0, reach_m = 1;
    double x(double metres) const { return left + side / 2 * (1 + std::clamp(metres / reach_m, -1.0, 1.0)); }
    double y(double metres) const { return top + side / 2 * (1 - std::clamp(metres / reach_m, -1.0, 1.0)); }
};

std::string axes(const Panel& panel) {
    std::string out = svg::rectangle("ground", panel.left, panel.top, panel.side, panel.side);
    out += format("<path class=\"grid\" d=\"M{:.1f} {:.1f}h{:.1f}M{:.1f} {:.1f}v{:.1f}\"/>", panel.left,
                  panel.top + panel.side / 2, panel.side, panel.left + panel.side / 2, panel.top, panel.side);
    const double step = svg::nice_below(panel.reach_m * 10) / 10 >= panel.reach_m * 0.8
                            ? svg::nice_below(panel.reach_m * 5) / 10
                            : svg::nice_below(panel.reach_m * 10) / 10;
    for (const double metres : {-step, step}) {
        out += format("<path class=\"grid\" d=\"M{:.1f} {:.1f}v{:.1f}\"/>", panel.x(metres), panel.top, panel.side);
        const std::string text = step < 1 ? format("{:.1f} m", metres) : format("{:.0f} m", metres);
        out += svg::words(panel.x(metres), panel.top + panel.side + 15, "middle", text, text);
    }
    out += svg::words(panel.x(0), panel.top + panel.side + 15, "middle", "0", "0");
    return out;
}

}  // namespace

std::vector<Fix> longest_stay(const std::vector<Fix>& fixes) {
    std::vector<Fix> satellite;
    for (const Fix& fix : fixes) {
        if (is_satellite(fix)) satellite.push_back(fix);
    }
    track::Stay longest;
    for (const track::Stay& stay : track::stays(satellite)) {
        if (stay.fixes > longest.fixes) longest = stay;
    }
    std::erase_if(satellite,
                  [&](const Fix& fix) { return longest.fixes == 0 || fix.at < longest.from || fix.at > longest.to; });
    return satellite;
}

std::string stay_drawing(const StayScene& scene) {
    if (scene.fixes.size() < 3) return {};
    const geo::Plane plane(scene.fixes.front().place);
    std::vector<double> east, north, accuracies;
    for (const Fix& fix : scene.fixes) {
        const geo::Offset at = plane.offset(fix.place);
        east.push_back(at.east);
        north.push_back(at.north);
        accuracies.push_back(track::accuracy_68_mm(fix) / 1000);
    }
    for (std::vector<double>* axis : {&east, &north}) {
        double sum = 0;
        for (const double value : *axis) sum += value;
        for (double& value : *axis) value -= sum / static_cast<double>(axis->size());
    }
    const double accuracy = median(accuracies);
    const bool is_east = std::fabs(correlation(east)) <= std::fabs(correlation(north));
    const std::vector<double>& errors = is_east ? east : north;
    double reach = 0.5, reach_of_errors = 0.5;
    for (std::size_t i = 0; i < east.size(); ++i) {
        reach = std::max({reach, std::fabs(east[i]), std::fabs(north[i])});
        reach_of_errors = std::max(reach_of_errors, std::fabs(errors[i]));
    }
    const double shown_circle = accuracy <= 6 * reach ? accuracy : 0;  // else the fixes would be one point
    const Panel around{.left = 40, .top = 26, .side = 250, .reach_m = 1.08 * std::max(reach, shown_circle)};
    const Panel after{.left = 360, .top = 26, .side = 250, .reach_m = 1.08 * reach_of_errors};

    std::string out =
        "<svg class=\"wide\" viewBox=\"0 0 640 314\" role=\"img\" aria-label=\"停留时的定位误差 / Errors of the "
        "position "
        "at rest\">";
    out += svg::words(around.left, 16, "start", format("停留期间 {} 个卫星定位点", scene.fixes.size()),
                      format("{} satellite fixes at rest", scene.fixes.size()), " strong");
    out += axes(around);
    const std::string circle = format("{:.0f} m", accuracy);
    if (shown_circle > 0) {
        out += format("<circle class=\"area\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"/>", around.x(0), around.y(0),
                      accuracy / around.reach_m * around.side / 2);
    }
    out += svg::words(around.left, 308, "start", "东西 × 南北（米）；圈为所报误差 " + circle,
                      "east × north; circle: accuracy stated, " + circle);
    const std::size_t stride = (east.size() + most_points - 1) / most_points;
    std::string points, pairs;
    for (std::size_t i = 0; i < east.size(); i += stride) {
        points += format("M{:.1f} {:.1f}h.1", around.x(east[i]), around.y(north[i]));
        if (i > 0) pairs += format("M{:.1f} {:.1f}h.1", after.x(errors[i - 1]), after.y(errors[i]));
    }
    out += format("<path class=\"point\" d=\"{}\"/>", points);
    const double rho = scene.rho_ppm ? static_cast<double>(*scene.rho_ppm) / 1e6 : correlation(errors);
    out += svg::words(after.left, 16, "start", format("误差与前一点的误差：ρ = {:.2f}", rho),
                      format("error against the one before: ρ = {:.2f}", rho), " strong");
    out += axes(after);
    out += format("<path class=\"limit\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\"/>", after.left, after.top + after.side,
                  after.left + after.side, after.top);
    out += format("<path class=\"point\" d=\"{}\"/>", pairs);
    out += svg::words(
        after.left, 308, "start", is_east ? "横：前一点（东西）；纵：后一点" : "横：前一点（南北）；纵：后一点",
        is_east ? "across: the one before (east); up: the next" : "across: the one before (north); up: the next");
    return out + "</svg>";
}

}  // namespace ningyi::exchange
