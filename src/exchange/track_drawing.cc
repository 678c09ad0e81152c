// SPDX-License-Identifier: Apache-2.0
#include "exchange/track_drawing.h"

#include <algorithm>

#include "base/text.h"
#include "exchange/html.h"
#include "exchange/svg.h"
#include "track/gaps.h"

namespace ningyi::exchange {
namespace {

using svg::has_place;
using svg::words;
using track::Fix;

constexpr std::size_t most_points = 120;  // of one trace
constexpr std::size_t most_discs = 40;
constexpr std::size_t most_signs = 200;  // of life without a position

char letter(std::size_t trace) {
    return trace == 0 ? 'a' : 'b';
}

std::optional<geo::Place> origin_of(const Scene& scene) {
    for (const Trace& trace : scene.traces) {
        if (trace.place) return trace.place;
    }
    for (const Trace& trace : scene.traces) {
        for (const Fix& fix : trace.fixes) {
            if (has_place(fix)) return fix.place;
        }
        for (const DrawnMark& mark : trace.marks) {
            if (mark.place) return mark.place;
        }
    }
    return std::nullopt;
}

class TimeDrawing {
public:
    TimeDrawing(const Scene& scene, const Zone& zone) : scene_(scene), zone_(zone) {}

    std::string draw() {
        if (!find_span()) return {};
        find_farthest();
        frame_.top = 24 + 16 * static_cast<double>(scene_.traces.size());
        out_ = format(
            "<svg class=\"time\" viewBox=\"0 0 640 {:.0f}\" role=\"img\" aria-label=\"时间线：与{}的距离 / Time line: "
            "distance to the {}\">",
            frame_.bottom() + 26, html_escaped(scene_.place_label.zh), html_escaped(scene_.place_label.en));
        out_ += svg::rectangle("ground", frame_.left, frame_.top, frame_.right - frame_.left, frame_.high);
        draw_claims();
        draw_gaps();
        out_ += svg::time_axis(frame_, zone_);
        draw_distance_axis();
        for (std::size_t i = 0; i < scene_.traces.size(); ++i) draw_distances(i);
        draw_signs_of_life();
        draw_marks();
        return out_ + "</svg>";
    }

private:
    double x(Instant at) const { return frame_.x(at); }
    double y(double metres) const { return svg::distance_y(frame_, metres, farthest_); }

    bool find_span() {
        bool any = false;
        Interval span;
        const auto add = [&](Instant at) {
            if (!any) span = {at, at};
            any = true;
            span.from = std::min(span.from, at);
            span.to = std::max(span.to, at);
        };
        for (const Trace& trace : scene_.traces) {
            if (trace.claimed) add(trace.claimed->from), add(trace.claimed->to);
            for (const Fix& fix : trace.fixes) {
                if (has_place(fix) && (fix.marks & track::marks_of_time) == 0) add(fix.at);
            }
            // A mark far off the claim would press everything else into one point; it is told in the numbers.
            for (const DrawnMark& mark : trace.marks) {
                if (mark.at && (!trace.claimed || (mark.at->ms > trace.claimed->from.ms - 3 * hours_ms &&
                                                   mark.at->ms < trace.claimed->to.ms + 3 * hours_ms))) {
                    add(*mark.at);
                }
            }
        }
        if (!any) return false;
        const Millis margin = std::max<Millis>(span.length() / 40, minutes_ms);
        frame_.span = {Instant{span.from.ms - margin}, Instant{span.to.ms + margin}};
        return true;
    }

    void find_farthest() {
        farthest_ = std::max(60.0, scene_.radius_m * 1.4);
        for (const Trace& trace : scene_.traces) {
            if (!trace.place) continue;
            has_distance_ = true;
            for (const Fix& fix : fixes_of(trace)) {
                if (has_place(fix)) farthest_ = std::max(farthest_, geo::distance_m(*trace.place, fix.place) * 1.1);
            }
            for (const DrawnMark& mark : trace.marks) {
                if (mark.place) farthest_ = std::max(farthest_, geo::distance_m(*trace.place, *mark.place) * 1.05);
            }
        }
    }

    const std::vector<Fix>& fixes_of(const Trace& trace) const {
        return scene_.one_track ? scene_.traces.front().fixes : trace.fixes;
    }

    void draw_claims() {
        for (std::size_t i = 0; i < scene_.traces.size(); ++i) {
            const Trace& trace = scene_.traces[i];
            if (!trace.claimed || trace.claimed->length() == 0) continue;
            const double from = x(trace.claimed->from), wide = std::max(1.0, x(trace.claimed->to) - from);
            const double bar = 20 + 16 * static_cast<double>(i);
            out_ += svg::rectangle(format("claim {}", letter(i)), from, frame_.top, wide, frame_.high);
            out_ += svg::rectangle(format("bar {}", letter(i)), from, bar, wide, 13);
            const std::string times =
                svg::clock_text(trace.claimed->from, zone_) + "–" + svg::clock_text(trace.claimed->to, zone_);
            const std::string name =
                scene_.traces.size() > 1 ? std::string(i == 0 ? "A " : "B ") + trace.name : trace.name;
            const bool inside = wide > 220;
            const bool after = from + wide < 420;
            const double at = inside ? from + 5 : after ? from + wide + 5 : from - 5;
            out_ += words(at, bar + 10.5, inside || after ? "start" : "end", name + " 申报 " + times,
                          name + " claimed " + times, inside ? " onbar" : "");
        }
    }

    void draw_gaps() {
        std::vector<Fix> all = scene_.traces.front().fixes;
        if (!scene_.one_track && scene_.traces.size() > 1) {
            all.insert(all.end(), scene_.traces[1].fixes.begin(), scene_.traces[1].fixes.end());
            std::stable_sort(all.begin(), all.end(), [](const Fix& a, const Fix& b) { return a.at < b.at; });
        }
        for (const Interval& gap : track::silences(all, frame_.span, svg::longest_step))
            out_ += svg::gap_band(frame_, gap);
    }

    void draw_distance_axis() {
        if (!has_distance_) return;
        out_ += svg::distance_axis(frame_, farthest_);
        if (scene_.radius_m > 0 && scene_.radius_m < farthest_) {
            out_ += format("<path class=\"limit\" d=\"M{:.0f} {:.1f}H{:.0f}\"/>", frame_.left, y(scene_.radius_m),
                           frame_.right);
            out_ += words(frame_.right - 4, y(scene_.radius_m) - 4, "end", "半径 " + svg::metres_text(scene_.radius_m),
                          "radius " + svg::metres_text(scene_.radius_m), " halo");
        }
    }

    // The band is what the stated accuracy allows (68 %); a lone fix is a dot with its whisker.
    void draw_distances(std::size_t number) {
        const Trace& trace = scene_.traces[number];
        if (!trace.place) return;
        const char c = letter(number);
        const auto distance = [&](const Fix& fix) { return geo::distance_m(*trace.place, fix.place); };
        for (const auto& run : svg::runs(fixes_of(trace), most_points)) {
            std::string upper, lower, line;
            for (std::size_t i = 0; i < run.size(); ++i) {
                const double px = x(run[i]->at), metres = distance(*run[i]);
                const double error = track::accuracy_68_mm(*run[i]) / 1000;
                upper += format("{}{:.1f} {:.1f}", i == 0 ? "M" : "L", px, y(metres + error));
                lower = format("L{:.1f} {:.1f}", px, y(std::max(0.0, metres - error))) + lower;
                line += format("{}{:.1f} {:.1f}", i == 0 ? "M" : "L", px, y(metres));
            }
            if (run.size() == 1) line += "h0.1";
            out_ += format("<path class=\"error {}{}\" d=\"{}{}{}\"/><path class=\"line {}\" d=\"{}\"/>", c,
                           run.size() == 1 ? " lone" : "", upper, lower, run.size() == 1 ? "" : "z", c, line);
        }
        for (const Fix* fix : svg::set_aside(fixes_of(trace), most_points)) {
            if (fix->at >= frame_.span.from && fix->at <= frame_.span.to)
                out_ += svg::aside(*fix, x(fix->at), y(distance(*fix)));
        }
    }

    // The phone was on and said that it had no position: a gap in which the program was alive.
    void draw_signs_of_life() {
        for (std::size_t i = 0; i < scene_.traces.size(); ++i) {
            std::string strokes;
            std::size_t drawn = 0;
            for (const Fix& fix : scene_.traces[i].fixes) {
                if ((fix.flags & track::flag_not_positioned) == 0 || drawn == most_signs) continue;
                if (fix.at < frame_.span.from || fix.at > frame_.span.to) continue;
                strokes += format("M{:.1f} {:.1f}v-9", x(fix.at), frame_.bottom());
                ++drawn;
            }
            if (drawn > 0) out_ += format("<path class=\"alive {}\" d=\"{}\"/>", letter(i), strokes);
        }
    }

    void draw_marks() {
        for (const Trace& trace : scene_.traces) {
            for (std::size_t i = 0; i < trace.marks.size(); ++i) {
                const DrawnMark& mark = trace.marks[i];
                if (!mark.at || *mark.at < frame_.span.from || *mark.at > frame_.span.to) continue;
                const double px = x(*mark.at);
                out_ += format("<path class=\"moment\" d=\"M{:.1f} {:.1f}V{:.1f}\"/>", px, frame_.top, frame_.bottom());
                const double py =
                    mark.place && trace.place ? y(geo::distance_m(*trace.place, *mark.place)) : frame_.bottom();
                out_ += svg::mark(i, px, py);
                if (scene_.traces.size() > 1) continue;
                const std::string at = " " + svg::clock_text(*mark.at, zone_);
                out_ += words(std::clamp(px, frame_.left + 10, frame_.right - 42), 13, "middle", mark.label.zh + at,
                              mark.label.en + at);
            }
        }
    }

    const Scene& scene_;
    const Zone& zone_;
    svg::TimeFrame frame_{.span = {}, .left = 58, .right = 634, .top = 0, .high = 150};
    double farthest_ = 60;
    bool has_distance_ = false;
    std::string out_;
};

std::string drawn_track(const Trace& trace, const svg::MapFrame& frame, char c) {
    const auto all = svg::runs(trace.fixes, most_points);
    std::size_t points = 0;
    for (const auto& run : all) points += run.size();
    const std::size_t each = points / most_discs + 1;
    std::size_t number = 0;
    std::string discs, lines, dots;
    for (const auto& run : all) {
        std::string line;
        for (const Fix* fix : run) {
            const double px = frame.x(fix->place), py = frame.y(fix->place);
            const double radius = track::accuracy_68_mm(*fix) / 1000 * frame.scale;
            if (number++ % each == 0 && radius > 2.5)
                discs +=
                    format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"/>", px, py, std::min(radius, frame.wide));
            line += format("{}{:.1f} {:.1f}", line.empty() ? "M" : "L", px, py);
            dots += format("M{:.1f} {:.1f}h.1", px, py);
        }
        if (run.size() > 1) lines += line;
    }
    std::string out =
        format("<g class=\"disc {}\">{}</g><path class=\"path {}\" d=\"{}\"/><path class=\"dots {}\" d=\"{}\"/>", c,
               discs, c, lines, c, dots);
    for (const Fix* fix : svg::set_aside(trace.fixes, most_points))
        out += svg::aside(*fix, frame.x(fix->place), frame.y(fix->place));
    return out;
}

}  // namespace

std::string map_drawing(const Scene& scene) {
    const auto origin = origin_of(scene);
    if (!origin) return {};
    const geo::Plane plane(*origin);
    svg::Box box;
    box.add({}, std::max(30.0, scene.radius_m * 1.15));
    for (const Trace& trace : scene.traces) {
        if (trace.place) box.add(plane.offset(*trace.place), scene.radius_m);
        // The way there and back may run out of the picture; what was claimed never does.
        for (const Fix& fix : trace.fixes) {
            const bool is_claimed = !trace.claimed || scene.traces.size() > 1 ||
                                    (trace.claimed->from <= fix.at && fix.at <= trace.claimed->to);
            if (has_place(fix) && is_claimed) box.add(plane.offset(fix.place));
        }
        for (const DrawnMark& mark : trace.marks) {
            if (mark.place) box.add(plane.offset(*mark.place));
        }
    }
    const svg::MapFrame frame = svg::map_frame(plane, box);
    std::string out = format(
        "<svg class=\"map\" viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"轨迹与{}示意图 / Sketch of the "
        "track and the {}\">",
        frame.wide, frame.high, html_escaped(scene.place_label.zh), html_escaped(scene.place_label.en));
    out += format("<rect class=\"ground\" width=\"{:.0f}\" height=\"{:.0f}\"/>", frame.wide, frame.high);
    for (const Trace& trace : scene.traces) {
        if (trace.place && scene.radius_m > 0) {
            out += format("<circle class=\"area\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"/>", frame.x(*trace.place),
                          frame.y(*trace.place), scene.radius_m * frame.scale);
        }
    }
    for (std::size_t i = 0; i < scene.traces.size(); ++i) out += drawn_track(scene.traces[i], frame, letter(i));
    for (std::size_t i = 0; i < scene.traces.size(); ++i) {
        const Trace& trace = scene.traces[i];
        const std::string which = scene.traces.size() > 1 ? (i == 0 ? " A" : " B") : "";
        if (trace.place) {
            const double px = frame.x(*trace.place), py = frame.y(*trace.place);
            out += svg::house(px, py, letter(i));
            // Half of the longer words at 6.5 a letter and 12 a Chinese character, so that no border cuts them.
            const double half = std::max(6.5 * static_cast<double>(scene.place_label.en.size() + which.size()),
                                         4.0 * static_cast<double>(scene.place_label.zh.size() + which.size())) /
                                2;
            const double edge = std::min(std::max(34.0, half + 3), frame.wide / 2);
            out += words(std::clamp(px, edge, frame.wide - edge), py < frame.high - 26 ? py + 21 : py - 12, "middle",
                         scene.place_label.zh + which, scene.place_label.en + which, " halo");
        }
        for (std::size_t m = 0; m < trace.marks.size(); ++m) {
            const DrawnMark& mark = trace.marks[m];
            if (!mark.place) continue;
            const double px = frame.x(*mark.place), py = frame.y(*mark.place);
            out += svg::mark(m, px, py);
            if (scene.traces.size() > 1)
                continue;  // four words at two doors would hide each other; the legend names the shapes
            // The first stands right of its mark, the others left, so that both can be read at one door.
            const bool right = m == 0 ? px < frame.wide - 70 : px < 70;
            out += words(right ? px + 9 : px - 9, m > 0 && right ? py - 8 : py + 4, right ? "start" : "end",
                         mark.label.zh, mark.label.en, " halo");
        }
    }
    return out + svg::map_scale(frame) + "</svg>";
}

std::string range_drawing(const Trace& trace, double limit_m, const model::Label& place_label) {
    if (!trace.place) return {};
    const Fix* farthest = nullptr;
    for (const Fix& fix : trace.fixes) {
        if (!svg::is_in_line(fix)) continue;
        if (farthest == nullptr ||
            geo::distance_m(*trace.place, fix.place) > geo::distance_m(*trace.place, farthest->place))
            farthest = &fix;
    }
    if (farthest == nullptr) return {};
    const geo::Plane plane(*trace.place);
    const double distance = geo::distance_m(*trace.place, farthest->place);
    svg::Box box;
    box.add({}, std::max(distance * 0.15, limit_m * 1.05));
    for (const Fix& fix : trace.fixes) {
        if (svg::is_in_line(fix)) box.add(plane.offset(fix.place), distance * 0.1);
    }
    const svg::MapFrame frame = svg::map_frame(plane, box);
    std::string out = format(
        "<svg class=\"map\" viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"离{}最远处 / Farthest from the "
        "{}\">",
        frame.wide, frame.high, html_escaped(place_label.zh), html_escaped(place_label.en));
    out += format("<rect class=\"ground\" width=\"{:.0f}\" height=\"{:.0f}\"/>", frame.wide, frame.high);
    const double px = frame.x(*trace.place), py = frame.y(*trace.place);
    const double fx = frame.x(farthest->place), fy = frame.y(farthest->place);
    if (limit_m > 0) {
        out +=
            format("<circle class=\"area\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"/>", px, py, limit_m * frame.scale);
    }
    out += drawn_track(trace, frame, 'a');
    out += format("<path class=\"threshold\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\"/>", px, py, fx, fy);
    out += svg::house(px, py, 'a');
    out += words(std::clamp(px, 34.0, frame.wide - 34), py < frame.high - 26 ? py + 21 : py - 12, "middle",
                 place_label.zh, place_label.en, " halo");
    const std::string text = distance < 1000 ? format("{:.0f} m", distance) : format("{:.1f} km", distance / 1000);
    out += words((px + fx) / 2, (py + fy) / 2 - 5, "middle", text, text, " strong halo");
    return out + svg::map_scale(frame) + "</svg>";
}

std::string time_drawing(const Scene& scene, const Zone& zone) {
    if (scene.traces.empty()) return {};
    return TimeDrawing(scene, zone).draw();
}

}  // namespace ningyi::exchange
