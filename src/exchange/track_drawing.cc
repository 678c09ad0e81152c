// SPDX-License-Identifier: Apache-2.0
#include "exchange/track_drawing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "base/text.h"
#include "exchange/html.h"
#include "geo/plane.h"
#include "track/gaps.h"

namespace ningyi::exchange {
namespace {

using track::Fix;

constexpr std::size_t most_points = 120;  // of one trace
constexpr std::size_t most_discs = 40;

// Fixes that claim a place at a believable time; the rest of those with a place are drawn as set aside.
bool is_in_line(const Fix& fix) {
    return (fix.marks & (track::marks_without_place | track::marks_of_time | track::mark_jump | track::mark_mock)) == 0;
}
bool has_place(const Fix& fix) {
    return (fix.marks & track::marks_without_place) == 0;
}

// Runs of fixes that follow each other closely, thinned so that about `most` remain; ends of runs are kept.
std::vector<std::vector<const Fix*>> runs(const std::vector<Fix>& fixes, std::size_t most) {
    std::vector<std::vector<const Fix*>> all;
    std::size_t count = 0;
    for (const Fix& fix : fixes) {
        if (!is_in_line(fix)) continue;
        if (all.empty() || fix.at.ms - all.back().back()->at.ms > longest_step) all.emplace_back();
        all.back().push_back(&fix);
        ++count;
    }
    const std::size_t stride = (count + most - 1) / std::max<std::size_t>(most, 1);
    if (stride <= 1) return all;
    for (std::vector<const Fix*>& run : all) {
        std::vector<const Fix*> kept;
        for (std::size_t i = 0; i < run.size(); i += stride) kept.push_back(run[i]);
        if (kept.back() != run.back()) kept.push_back(run.back());
        run = std::move(kept);
    }
    if (all.size() > most) all.resize(most);
    return all;
}

// Fixes with a place that are in no line, thinned evenly.
std::vector<const Fix*> set_aside(const std::vector<Fix>& fixes) {
    std::vector<const Fix*> all;
    for (const Fix& fix : fixes) {
        if (has_place(fix) && !is_in_line(fix)) all.push_back(&fix);
    }
    const std::size_t stride = all.size() / most_points + 1;
    std::vector<const Fix*> kept;
    for (std::size_t i = 0; i < all.size(); i += stride) kept.push_back(all[i]);
    return kept;
}

std::string label_at(double x, double y, std::string_view anchor, const std::string& zh, const std::string& en,
                     std::string_view more = "") {
    const auto one = [&](std::string_view language, const std::string& text) {
        return format("<text class=\"{}{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>", language, more, x,
                      y, anchor, html_escaped(text));
    };
    if (zh == en)
        return format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>", trimmed(more), x, y,
                      anchor, html_escaped(zh));
    return one("zh", zh) + one("en", en);
}

std::string house(double x, double y, char trace) {
    return format("<path class=\"home {}\" d=\"M{:.1f} {:.1f}l7 -6 7 6v8h-14z\"/>", trace, x - 7, y - 1);
}

// First mark a triangle, second a square, others a diamond: told apart without colour.
std::string mark_shape(std::size_t number, double x, double y) {
    if (number == 0) return format("<path class=\"mark\" d=\"M{:.1f} {:.1f}l6 11h-12z\"/>", x, y - 6.5);
    if (number == 1) return format("<path class=\"mark\" d=\"M{:.1f} {:.1f}h10v10h-10z\"/>", x - 5, y - 5);
    return format("<path class=\"mark\" d=\"M{:.1f} {:.1f}l6 6 -6 6 -6 -6z\"/>", x, y - 6);
}

std::string aside(const Fix& fix, double x, double y) {
    if ((fix.marks & track::mark_mock) != 0)
        return format("<path class=\"mock\" d=\"M{:.1f} {:.1f}l4 7h-8z\"/>", x, y - 4);
    return format("<path class=\"aside\" d=\"M{:.1f} {:.1f}l6 6m0 -6l-6 6\"/>", x - 3, y - 3);
}

std::string metres_text(double metres) {
    return metres < 1000 ? format("{:.0f} m", metres) : format("{:.0f} km", metres / 1000);
}

// The 1-2-5 number at or below x, at least 1.
double nice_below(double x) {
    double best = 1;
    for (double power = 1; power <= x; power *= 10) {
        for (const double digit : {1.0, 2.0, 5.0}) {
            if (digit * power <= x) best = digit * power;
        }
    }
    return best;
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

struct Box {
    double west = 0, east = 0, south = 0, north = 0;
    void add(geo::Offset at, double around = 0) {
        west = std::min(west, at.east - around);
        east = std::max(east, at.east + around);
        south = std::min(south, at.north - around);
        north = std::max(north, at.north + around);
    }
};

std::string clock_text(Instant at, const Zone& zone) {
    const Millis minutes = zone.time_of_day(at) / minutes_ms;
    return format("{:02}:{:02}", minutes / 60, minutes % 60);
}

class TimeDrawing {
public:
    TimeDrawing(const Scene& scene, const Zone& zone) : scene_(scene), zone_(zone) {}

    std::string draw() {
        if (!find_span()) return {};
        find_farthest();
        top_ = 24 + 16 * static_cast<double>(scene_.traces.size());
        height_ = top_ + plot_ + 26;
        out_ = format(
            "<svg class=\"time\" viewBox=\"0 0 640 {:.0f}\" role=\"img\" aria-label=\"时间线：与{}的距离 / Time line: "
            "distance to the {}\">",
            height_, html_escaped(scene_.place_label.zh), html_escaped(scene_.place_label.en));
        out_ += format("<rect class=\"ground\" x=\"{:.0f}\" y=\"{:.1f}\" width=\"{:.0f}\" height=\"{:.0f}\"/>", left_,
                       top_, right_ - left_, plot_);
        draw_claims();
        draw_gaps();
        draw_axes();
        for (std::size_t i = 0; i < scene_.traces.size(); ++i) draw_distances(i);
        draw_marks();
        return out_ + "</svg>";
    }

private:
    double x(Instant at) const {
        return left_ +
               (right_ - left_) * static_cast<double>(at.ms - span_.from.ms) / static_cast<double>(span_.length());
    }
    // Root scale: near the place matters most, and far away still fits.
    double y(double metres) const { return top_ + plot_ * (1 - std::sqrt(std::min(1.0, metres / farthest_))); }

    bool find_span() {
        bool any = false;
        const auto add = [&](Instant at) {
            if (!any) span_ = {at, at};
            any = true;
            span_.from = std::min(span_.from, at);
            span_.to = std::max(span_.to, at);
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
        const Millis margin = std::max<Millis>(span_.length() / 40, minutes_ms);
        span_.from.ms -= margin;
        span_.to.ms += margin;
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
            const char c = i == 0 ? 'a' : 'b';
            out_ += format("<rect class=\"claim {}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>", c,
                           from, top_, wide, plot_);
            out_ += format("<rect class=\"bar {}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"13\"/>", c, from,
                           bar, wide);
            const std::string times =
                clock_text(trace.claimed->from, zone_) + "–" + clock_text(trace.claimed->to, zone_);
            const std::string name =
                scene_.traces.size() > 1 ? std::string(i == 0 ? "A " : "B ") + trace.name : trace.name;
            const bool inside = wide > 220;
            const bool after = from + wide < 420;
            const double at = inside ? from + 5 : after ? from + wide + 5 : from - 5;
            out_ += label_at(at, bar + 10.5, inside || after ? "start" : "end", name + " 申报 " + times,
                             name + " claimed " + times, inside ? " onbar" : "");
        }
    }

    void draw_gaps() {
        std::vector<Fix> all = scene_.traces.front().fixes;
        if (!scene_.one_track && scene_.traces.size() > 1) {
            all.insert(all.end(), scene_.traces[1].fixes.begin(), scene_.traces[1].fixes.end());
            std::stable_sort(all.begin(), all.end(), [](const Fix& a, const Fix& b) { return a.at < b.at; });
        }
        for (const Interval& gap : track::silences(all, span_, longest_step)) {
            const double from = std::max(left_, x(gap.from)), wide = std::min(right_, x(gap.to)) - from;
            if (wide < 0.5) continue;
            out_ += format("<rect class=\"gap\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.0f}\"/>", from,
                           top_, wide, plot_);
            const std::string minutes = std::to_string((gap.length() + 30 * seconds_ms) / minutes_ms);
            if (wide > 90)
                out_ += label_at(from + wide / 2, top_ + plot_ / 2, "middle", "未知 " + minutes + " 分钟",
                                 "unknown " + minutes + " min", " halo");
            else if (wide > 42)
                out_ += label_at(from + wide / 2, top_ + plot_ / 2, "middle", "未知", "unknown", " halo");
        }
    }

    void draw_axes() {
        constexpr std::array<Millis, 9> steps = {5, 10, 15, 30, 60, 120, 240, 480, 1440};
        Millis step = steps.back();
        for (const Millis candidate : steps) {
            if (span_.length() / (candidate * minutes_ms) <= 8) {
                step = candidate;
                break;
            }
        }
        step *= minutes_ms;
        const Millis offset = Millis{zone_.offset_minutes(span_.from)} * minutes_ms;
        for (Millis at = (span_.from.ms + offset) / step * step - offset; at <= span_.to.ms; at += step) {
            if (at < span_.from.ms) continue;
            const double px = x(Instant{at});
            out_ += format("<path class=\"grid\" d=\"M{:.1f} {:.1f}v{:.0f}\"/>", px, top_, plot_ + 4);
            if (px < right_ - 12)
                out_ += label_at(px, top_ + plot_ + 17, "middle", clock_text(Instant{at}, zone_),
                                 clock_text(Instant{at}, zone_));
        }
        if (!has_distance_) return;
        double last = top_ + plot_;
        out_ += label_at(left_ - 6, last + 4, "end", "0", "0");
        for (double metres = 50; metres <= farthest_; metres = nice_below(metres * 2.6)) {
            const double py = y(metres);
            if (last - py < 22) continue;
            last = py;
            out_ += format("<path class=\"grid\" d=\"M{:.0f} {:.1f}H{:.0f}\"/>", left_, py, right_);
            out_ += label_at(left_ - 6, py + 4, "end", metres_text(metres), metres_text(metres));
        }
        if (scene_.radius_m > 0 && scene_.radius_m < farthest_) {
            out_ += format("<path class=\"limit\" d=\"M{:.0f} {:.1f}H{:.0f}\"/>", left_, y(scene_.radius_m), right_);
            out_ += label_at(right_ - 4, y(scene_.radius_m) - 4, "end", "半径 " + metres_text(scene_.radius_m),
                             "radius " + metres_text(scene_.radius_m), " halo");
        }
    }

    void draw_distances(std::size_t number) {
        const Trace& trace = scene_.traces[number];
        if (!trace.place) return;
        const char c = number == 0 ? 'a' : 'b';
        const auto distance = [&](const Fix& fix) { return geo::distance_m(*trace.place, fix.place); };
        std::size_t points = 0;
        for (const auto& run : runs(fixes_of(trace), most_points)) {
            std::string whiskers, line;
            for (const Fix* fix : run) {
                const double px = x(fix->at), metres = distance(*fix), error = track::accuracy_68_mm(*fix) / 1000;
                if (points++ % 2 == 0)
                    whiskers +=
                        format("M{:.1f} {:.1f}V{:.1f}", px, y(std::max(0.0, metres - error)), y(metres + error));
                line += format("{}{:.1f} {:.1f}", line.empty() ? "M" : "L", px, y(metres));
            }
            if (run.size() == 1) line += "h0.1";  // a lone fix is a dot
            out_ +=
                format("<path class=\"error {}\" d=\"{}\"/><path class=\"line {}\" d=\"{}\"/>", c, whiskers, c, line);
        }
        for (const Fix* fix : set_aside(fixes_of(trace))) {
            if (fix->at >= span_.from && fix->at <= span_.to) out_ += aside(*fix, x(fix->at), y(distance(*fix)));
        }
    }

    void draw_marks() {
        for (const Trace& trace : scene_.traces) {
            for (std::size_t i = 0; i < trace.marks.size(); ++i) {
                const DrawnMark& mark = trace.marks[i];
                if (!mark.at || *mark.at < span_.from || *mark.at > span_.to) continue;
                const double px = x(*mark.at);
                out_ += format("<path class=\"moment\" d=\"M{:.1f} {:.1f}V{:.1f}\"/>", px, top_, top_ + plot_);
                const double py =
                    mark.place && trace.place ? y(geo::distance_m(*trace.place, *mark.place)) : top_ + plot_;
                out_ += mark_shape(i, px, py);
                if (scene_.traces.size() > 1) continue;
                const std::string at = " " + clock_text(*mark.at, zone_);
                out_ += label_at(std::clamp(px, left_ + 10, right_ - 42), 13, "middle", mark.label.zh + at,
                                 mark.label.en + at);
            }
        }
    }

    const Scene& scene_;
    const Zone& zone_;
    Interval span_;
    double farthest_ = 60, top_ = 0, height_ = 0;
    bool has_distance_ = false;
    std::string out_;
    static constexpr double left_ = 52, right_ = 634, plot_ = 150;
};

}  // namespace

std::string map_drawing(const Scene& scene) {
    const auto origin = origin_of(scene);
    if (!origin) return {};
    constexpr double wide = 360, high = 280, margin = 26;
    const geo::Plane plane(*origin);
    Box box;
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
    const double scale =
        std::min((wide - 2 * margin) / (box.east - box.west), (high - 2 * margin) / (box.north - box.south));
    const double middle_east = (box.east + box.west) / 2, middle_north = (box.north + box.south) / 2;
    const auto x = [&](geo::Place place) { return wide / 2 + (plane.offset(place).east - middle_east) * scale; };
    const auto y = [&](geo::Place place) { return high / 2 - (plane.offset(place).north - middle_north) * scale; };

    std::string out = format(
        "<svg class=\"map\" viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"轨迹与{}示意图 / Sketch of the "
        "track and the {}\">",
        wide, high, html_escaped(scene.place_label.zh), html_escaped(scene.place_label.en));
    out += format("<rect class=\"ground\" width=\"{:.0f}\" height=\"{:.0f}\"/>", wide, high);
    for (std::size_t i = 0; i < scene.traces.size(); ++i) {
        const Trace& trace = scene.traces[i];
        if (trace.place && scene.radius_m > 0) {
            out += format("<circle class=\"area\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"/>", x(*trace.place),
                          y(*trace.place), scene.radius_m * scale);
        }
    }
    for (std::size_t i = 0; i < scene.traces.size(); ++i) {
        const Trace& trace = scene.traces[i];
        const char c = i == 0 ? 'a' : 'b';
        const auto all = runs(trace.fixes, most_points);
        std::size_t points = 0;
        for (const auto& run : all) points += run.size();
        const std::size_t each = points / most_discs + 1;
        std::size_t number = 0;
        std::string discs, lines, dots;
        for (const auto& run : all) {
            std::string line;
            for (const Fix* fix : run) {
                const double px = x(fix->place), py = y(fix->place);
                const double radius = track::accuracy_68_mm(*fix) / 1000 * scale;
                if (number++ % each == 0 && radius > 2.5)
                    discs +=
                        format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"/>", px, py, std::min(radius, wide));
                line += format("{}{:.1f} {:.1f}", line.empty() ? "M" : "L", px, py);
                dots += format("M{:.1f} {:.1f}h.1", px, py);
            }
            if (run.size() > 1) lines += line;
        }
        out += format("<g class=\"disc {}\">{}</g><path class=\"path {}\" d=\"{}\"/><path class=\"dots {}\" d=\"{}\"/>",
                      c, discs, c, lines, c, dots);
        for (const Fix* fix : set_aside(trace.fixes)) out += aside(*fix, x(fix->place), y(fix->place));
    }
    for (std::size_t i = 0; i < scene.traces.size(); ++i) {
        const Trace& trace = scene.traces[i];
        const std::string which = scene.traces.size() > 1 ? (i == 0 ? " A" : " B") : "";
        if (trace.place) {
            const double px = x(*trace.place), py = y(*trace.place);
            out += house(px, py, i == 0 ? 'a' : 'b');
            out += label_at(std::clamp(px, 34.0, wide - 34), py < high - 26 ? py + 21 : py - 12, "middle",
                            scene.place_label.zh + which, scene.place_label.en + which, " halo");
        }
        for (std::size_t m = 0; m < trace.marks.size(); ++m) {
            const DrawnMark& mark = trace.marks[m];
            if (!mark.place) continue;
            const double px = x(*mark.place), py = y(*mark.place);
            out += mark_shape(m, px, py);
            if (scene.traces.size() > 1)
                continue;  // four words at two doors would hide each other; the legend names the shapes
            // The first stands right of its mark, the others left, so that both can be read at one door.
            const bool right = m == 0 ? px < wide - 70 : px < 70;
            out += label_at(right ? px + 9 : px - 9, m > 0 && right ? py - 8 : py + 4, right ? "start" : "end",
                            mark.label.zh, mark.label.en, " halo");
        }
    }
    const double bar = nice_below(110 / scale);
    out += format("<path class=\"scale\" d=\"M12 {:.0f}v6h{:.1f}v-6\"/>", high - 18, bar * scale);
    out += label_at(18 + bar * scale, high - 11, "start", metres_text(bar), metres_text(bar), " halo");
    out += format("<path class=\"scale\" d=\"M{:.0f} 26v-14m-4 5l4 -5 4 5\"/>", wide - 16);
    out += label_at(wide - 16, 37, "middle", "北", "N");
    return out + "</svg>";
}

std::string time_drawing(const Scene& scene, const Zone& zone) {
    if (scene.traces.empty()) return {};
    return TimeDrawing(scene, zone).draw();
}

}  // namespace ningyi::exchange
