// SPDX-License-Identifier: Apache-2.0
#include "exchange/svg.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "exchange/html.h"

namespace ningyi::exchange::svg {

using track::Fix;

std::string words(double x, double y, std::string_view anchor, const std::string& zh, const std::string& en,
                  std::string_view more) {
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

std::string mark(std::size_t number, double x, double y) {
    if (number == 0) return format("<path class=\"mark\" d=\"M{:.1f} {:.1f}l6 11h-12z\"/>", x, y - 6.5);
    if (number == 1) return format("<path class=\"mark\" d=\"M{:.1f} {:.1f}h10v10h-10z\"/>", x - 5, y - 5);
    return format("<path class=\"mark\" d=\"M{:.1f} {:.1f}l6 6 -6 6 -6 -6z\"/>", x, y - 6);
}

std::string aside(const Fix& fix, double x, double y) {
    if ((fix.marks & track::mark_mock) != 0)
        return format("<path class=\"mock\" d=\"M{:.1f} {:.1f}l4 7h-8z\"/>", x, y - 4);
    return format("<path class=\"aside\" d=\"M{:.1f} {:.1f}l6 6m0 -6l-6 6\"/>", x - 3, y - 3);
}

std::string rectangle(std::string_view classes, double x, double y, double wide, double high) {
    return format("<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>", classes, x, y,
                  wide, high);
}

std::string metres_text(double metres) {
    if (metres < 1000) return format("{:.0f} m", metres);
    const double km = metres / 1000;
    return km < 10 && std::fabs(km - std::round(km)) > 0.05 ? format("{:.1f} km", km) : format("{:.0f} km", km);
}

double nice_below(double x) {
    double best = 1;
    for (double power = 1; power <= x; power *= 10) {
        for (const double digit : {1.0, 2.0, 5.0}) {
            if (digit * power <= x) best = digit * power;
        }
    }
    return best;
}

std::string clock_text(Instant at, const Zone& zone) {
    const Millis minutes = zone.time_of_day(at) / minutes_ms;
    return format("{:02}:{:02}", minutes / 60, minutes % 60);
}

std::string day_and_clock(Instant at, const Zone& zone) {
    return to_text(zone.date(at)).substr(5) + " " + clock_text(at, zone);
}

model::Label minutes_words(Millis length) {
    if (length < 2 * minutes_ms) {
        const std::string seconds = std::to_string((length + seconds_ms / 2) / seconds_ms);
        return {seconds + " 秒", seconds + " s"};
    }
    const std::string minutes = std::to_string((length + 30 * seconds_ms) / minutes_ms);
    return {minutes + " 分钟", minutes + " min"};
}

std::string time_axis(const TimeFrame& frame, const Zone& zone) {
    constexpr std::array<Millis, 10> steps = {1, 5, 10, 15, 30, 60, 120, 240, 480, 1440};
    Millis step = steps.back();
    for (const Millis candidate : steps) {
        if (frame.span.length() / (candidate * minutes_ms) <= 8) {
            step = candidate;
            break;
        }
    }
    step *= minutes_ms;
    while (frame.span.length() / step > 8) step *= 2;
    std::string out;
    const Millis offset = Millis{zone.offset_minutes(frame.span.from)} * minutes_ms;
    for (Millis at = (frame.span.from.ms + offset) / step * step - offset; at <= frame.span.to.ms; at += step) {
        if (at < frame.span.from.ms) continue;
        const double x = frame.x(Instant{at});
        out += format("<path class=\"grid\" d=\"M{:.1f} {:.1f}v{:.0f}\"/>", x, frame.top, frame.high + 4);
        const std::string text = clock_text(Instant{at}, zone);
        if (x < frame.right - 12) out += words(x, frame.bottom() + 17, "middle", text, text);
    }
    return out;
}

std::string gap_band(const TimeFrame& frame, Interval gap, std::string_view zh, std::string_view en) {
    const double from = std::max(frame.left, frame.x(gap.from)), wide = std::min(frame.right, frame.x(gap.to)) - from;
    if (wide < 0.5) return {};
    std::string out = rectangle("gap", from, frame.top, wide, frame.high);
    const model::Label minutes = minutes_words(gap.length());
    const double middle = from + wide / 2, y = frame.top + frame.high / 2;
    const double needed = 46 + 3.4 * static_cast<double>(zh.size());
    if (wide > needed)
        out +=
            words(middle, y, "middle", std::string(zh) + " " + minutes.zh, std::string(en) + " " + minutes.en, " halo");
    else if (wide > 42)
        out += words(middle, y, "middle", minutes.zh, minutes.en, " halo");
    return out;
}

double distance_y(const TimeFrame& frame, double metres, double farthest_m) {
    return frame.top + frame.high * (1 - std::sqrt(std::clamp(metres / farthest_m, 0.0, 1.0)));
}

std::string distance_axis(const TimeFrame& frame, double farthest_m) {
    std::string out = words(frame.left - 6, frame.bottom() + 4, "end", "0", "0");
    double last = frame.bottom();
    const double first = farthest_m > 120 ? 50 : nice_below(farthest_m / 8);
    for (double metres = first; metres <= farthest_m; metres = nice_below(metres * 2.6)) {
        const double y = distance_y(frame, metres, farthest_m);
        if (last - y < 22) continue;
        last = y;
        out += format("<path class=\"grid\" d=\"M{:.0f} {:.1f}H{:.0f}\"/>", frame.left, y, frame.right);
        out += words(frame.left - 6, y + 4, "end", metres_text(metres), metres_text(metres));
    }
    return out;
}

void Box::add(geo::Offset at, double around) {
    west = std::min(west, at.east - around);
    east = std::max(east, at.east + around);
    south = std::min(south, at.north - around);
    north = std::max(north, at.north + around);
}

MapFrame map_frame(const geo::Plane& plane, const Box& box) {
    constexpr double margin = 26;
    MapFrame frame{.plane = plane};
    frame.scale = std::min((frame.wide - 2 * margin) / std::max(1.0, box.east - box.west),
                           (frame.high - 2 * margin) / std::max(1.0, box.north - box.south));
    frame.middle_east = (box.east + box.west) / 2;
    frame.middle_north = (box.north + box.south) / 2;
    return frame;
}

std::string map_scale(const MapFrame& frame) {
    const double bar = nice_below(110 / frame.scale);
    std::string out =
        format("<path class=\"scale\" d=\"M12 {:.0f}v6h{:.1f}v-6\"/>", frame.high - 18, bar * frame.scale);
    out += words(18 + bar * frame.scale, frame.high - 11, "start", metres_text(bar), metres_text(bar), " halo");
    out += format("<path class=\"scale\" d=\"M{:.0f} 26v-14m-4 5l4 -5 4 5\"/>", frame.wide - 16);
    return out + words(frame.wide - 16, 37, "middle", "北", "N");
}

bool has_place(const Fix& fix) {
    return (fix.marks & track::marks_without_place) == 0;
}

bool is_in_line(const Fix& fix) {
    return (fix.marks & (track::marks_without_place | track::marks_of_time | track::mark_jump | track::mark_mock)) == 0;
}

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

std::vector<const Fix*> set_aside(const std::vector<Fix>& fixes, std::size_t most) {
    std::vector<const Fix*> all;
    for (const Fix& fix : fixes) {
        if (has_place(fix) && !is_in_line(fix)) all.push_back(&fix);
    }
    const std::size_t stride = all.size() / std::max<std::size_t>(most, 1) + 1;
    std::vector<const Fix*> kept;
    for (std::size_t i = 0; i < all.size(); i += stride) kept.push_back(all[i]);
    return kept;
}

}  // namespace ningyi::exchange::svg
