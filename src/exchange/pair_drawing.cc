// SPDX-License-Identifier: Apache-2.0
#include "exchange/pair_drawing.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "exchange/html.h"
#include "exchange/svg.h"
#include "track/motion.h"

namespace ningyi::exchange {
namespace {

using svg::words;
using track::Fix;

constexpr std::size_t most_points = 160;  // of one track on the map
constexpr std::size_t most_squares = 14;
constexpr double bucket_width = 2.5;  // points of the drawing: of what lies closer the least and the most are kept

// As the comparisons of two tracks leave them out (track/compare/companion.h, replay.h).
constexpr std::uint32_t left_out =
    track::marks_without_place | track::marks_of_time | track::mark_poor | track::mark_jump;
// A longer track is compared by its beginning (track/compare/replay.h), and drawn by it.
constexpr Millis longest_span = 48 * hours_ms;

Interval span_of(const std::vector<Fix>& fixes) {
    return fixes.empty() ? Interval{} : Interval{fixes.front().at, fixes.back().at};
}

std::vector<Fix> used_fixes(const std::vector<Fix>& fixes) {
    std::vector<Fix> used;
    for (const Fix& fix : fixes) {
        if ((fix.marks & left_out) != 0) continue;
        if (!used.empty() && fix.at.ms - used.front().at.ms > longest_span) break;
        used.push_back(fix);
        used.back().marks &= ~std::uint32_t{track::mark_mock};  // compared, so it is drawn like the others
    }
    return used;
}

// What the other's own clock showed at a moment of the drawing.
Instant own_time(const PairScene& scene, Instant at) {
    const Millis unshifted = at.ms - scene.lag;
    if (!scene.is_reversed) return Instant{unshifted};
    const Interval span = span_of(used_fixes(scene.other.fixes));
    return Instant{span.from.ms + span.to.ms - unshifted};
}

// Stretches of `span` that no piece covers and that last longer than a second.
std::vector<Interval> uncovered(const std::vector<DistancePiece>& pieces, Interval span) {
    std::vector<Interval> all;
    Instant last = span.from;
    const auto note = [&](Instant next) {
        if (next.ms - last.ms > seconds_ms) all.push_back({last, next});
    };
    for (const DistancePiece& piece : pieces) {
        note(piece.from);
        last = std::max(last, piece.to);
    }
    note(span.to);
    return all;
}

bool is_known(const std::vector<Fix>& fixes, Instant at) {
    const auto after = std::find_if(fixes.begin(), fixes.end(), [&](const Fix& fix) { return fix.at >= at; });
    if (after == fixes.end()) return false;
    if (after->at == at) return true;
    return after != fixes.begin() && after->at.ms - (after - 1)->at.ms <= svg::longest_step;
}

class PairTimeDrawing {
public:
    PairTimeDrawing(const PairScene& scene, const Zone& zone)
        : scene_(scene), zone_(zone), subject_(used_fixes(scene.subject.fixes)), other_(aligned_fixes(scene)) {}

    std::string draw() {
        if (!find_span()) return {};
        pieces_ = distances(scene_);
        farthest_ = std::max(20.0, scene_.threshold_m * 2.5);
        for (const DistancePiece& piece : pieces_)
            farthest_ = std::max(farthest_, 1.1 * std::max(piece.start_m, piece.end_m));
        const bool two_clocks = scene_.lag != 0 || scene_.is_reversed;
        const double high = frame_.bottom() + 18 + 26 + (two_clocks ? 18 : 0);
        out_ = format(
            "<svg class=\"time pair\" viewBox=\"0 0 640 {:.0f}\" role=\"img\" aria-label=\"两条轨迹的同步距离 / "
            "Distance "
            "between the two tracks at the same moment\">",
            high);
        out_ += svg::rectangle("ground", frame_.left, frame_.top, frame_.right - frame_.left, frame_.high);
        draw_heading();
        draw_claims();
        draw_gaps();
        out_ += svg::time_axis(frame_, zone_);
        out_ += svg::distance_axis(frame_, farthest_);
        draw_threshold();
        draw_distances();
        name_threshold();
        draw_strip();
        if (two_clocks) draw_second_clock();
        return out_ + "</svg>";
    }

private:
    double x(Instant at) const { return frame_.x(at); }
    double y(double metres) const { return svg::distance_y(frame_, metres, farthest_); }

    // The subject's clock, and as much of the other as overlaps it: what lies further off says nothing about both.
    bool find_span() {
        if (subject_.empty() || other_.empty()) return false;
        Interval span = span_of(subject_);
        if (scene_.subject.claimed) {
            span.from = std::min(span.from, scene_.subject.claimed->from);
            span.to = std::max(span.to, scene_.subject.claimed->to);
        }
        const Millis margin = std::max<Millis>(span.length() / 60, 30 * seconds_ms);
        frame_.span = {Instant{span.from.ms - margin}, Instant{span.to.ms + margin}};
        return true;
    }

    void draw_heading() {
        const model::Label lag = lag_words(scene_.lag);
        std::string zh = "同一时刻两条轨迹的距离", en = "distance at the same moment";
        if (scene_.lag != 0) {
            zh = "对照轨迹整体平移 " + lag.zh;
            en = "the other track is shifted by " + lag.en;
        }
        if (scene_.is_reversed) {
            zh += "，并倒放（首尾对调）";
            en += " and played backwards";
        }
        out_ += words(frame_.left, 14, "start", zh, en, " strong");
    }

    void draw_claims() {
        const auto bar = [&](const Trace& trace, double top, char c, Millis shift) {
            const std::string letter = c == 'a' ? "A " : "B ";
            double after = frame_.left;
            std::string zh = letter + trace.name, en = zh;
            if (trace.claimed && trace.claimed->length() > 0 && !(c == 'b' && scene_.is_reversed)) {
                const double from = std::clamp(x(Instant{trace.claimed->from.ms + shift}), frame_.left, frame_.right);
                const double to = std::clamp(x(Instant{trace.claimed->to.ms + shift}), frame_.left, frame_.right);
                if (to > from) {
                    if (c == 'a') out_ += svg::rectangle("claim a", from, frame_.top, to - from, frame_.high);
                    out_ += svg::rectangle(format("bar {}", c), from, top, to - from, 13);
                    after = from + 5;
                }
                const std::string times =
                    svg::clock_text(trace.claimed->from, zone_) + "–" + svg::clock_text(trace.claimed->to, zone_);
                const std::string day = shift == 0 ? "" : to_text(zone_.date(trace.claimed->from)) + " ";
                zh += " 申报 " + day + times;
                en += " claimed " + day + times;
                if (to - from > 6.0 * static_cast<double>(en.size()) + 10) {
                    out_ += words(after, top + 10.5, "start", zh, en, " onbar");
                    return;
                }
                after = to + 5 < 400 ? to + 5 : frame_.left + 4;
            }
            out_ += words(after, top + 10.5, "start", zh, en, " halo");
        };
        bar(scene_.subject, 22, 'a', 0);
        bar(scene_.other, 38, 'b', scene_.lag);
    }

    void draw_gaps() {
        for (const Interval& gap : uncovered(pieces_, frame_.span)) {
            const Instant middle{gap.from.ms + gap.length() / 2};
            const bool a = is_known(subject_, middle), b = is_known(other_, middle);
            const std::string_view zh = a ? "B 无定位" : b ? "A 无定位" : "均无定位";
            const std::string_view en = a ? "B silent" : b ? "A silent" : "both silent";
            out_ += svg::gap_band(frame_, gap, zh, en);
        }
    }

    void draw_threshold() {
        if (scene_.threshold_m <= 0) return;
        const double level = y(scene_.threshold_m);
        out_ += format("<path class=\"threshold\" d=\"M{:.0f} {:.1f}H{:.0f}\"/>", frame_.left, level, frame_.right);
    }
    // Over the lines, so that it can be read.
    void name_threshold() {
        if (scene_.threshold_m <= 0) return;
        out_ +=
            words(frame_.right - 4, y(scene_.threshold_m) - 4, "end", "界限 " + svg::metres_text(scene_.threshold_m),
                  "limit " + svg::metres_text(scene_.threshold_m), " halo");
    }

    // One line a stretch without a gap, thick where it counts. Of what falls on one spot the least and the most are
    // kept.
    void draw_distances() {
        std::string thin, counted;
        double bucket_x = -1, least = 0, most = 0;
        const auto put = [&](std::string& path, bool starts, double px, double metres) {
            path += format("{}{:.1f} {:.1f}", starts ? "M" : "L", px, y(metres));
        };
        for (std::size_t i = 0; i < pieces_.size(); ++i) {
            const DistancePiece& piece = pieces_[i];
            std::string& path = piece.is_counted ? counted : thin;
            const bool joins = i > 0 && pieces_[i - 1].to == piece.from;
            const bool goes_on = joins && pieces_[i - 1].is_counted == piece.is_counted;
            if (!goes_on) {
                put(path, true, x(piece.from), piece.start_m);
                bucket_x = x(piece.from);
                least = most = piece.start_m;
            }
            least = std::min({least, piece.least_m, piece.end_m});
            most = std::max({most, piece.start_m, piece.end_m});
            const bool is_last = i + 1 == pieces_.size() || pieces_[i + 1].from != piece.to ||
                                 pieces_[i + 1].is_counted != piece.is_counted;
            if (!is_last && x(piece.to) - bucket_x < bucket_width) continue;
            const bool is_spread = y(least) - y(most) > 0.4;
            if (is_spread && piece.least_m <= least && piece.least_at > piece.from && piece.least_at < piece.to) {
                put(path, false, x(piece.least_at), piece.least_m);
            } else if (is_spread && least < piece.end_m) {
                put(path, false, (bucket_x + x(piece.to)) / 2, least);
            }
            if (is_spread && most > piece.end_m && most > piece.start_m)
                put(path, false, (bucket_x + x(piece.to)) / 2, most);
            put(path, false, x(piece.to), piece.end_m);
            bucket_x = x(piece.to);
            least = most = piece.end_m;
        }
        if (!thin.empty()) out_ += format("<path class=\"distance\" d=\"{}\"/>", thin);
        if (!counted.empty()) out_ += format("<path class=\"distance counted\" d=\"{}\"/>", counted);
    }

    // Under the frame: the time that counts, dark where the distance is within the limit.
    void draw_strip() {
        const double top = frame_.bottom() + 24;
        std::string counted, within;
        double counted_to = -1, within_from = -1, within_to = -1, counted_from = -1;
        const auto close = [&](std::string& path, double& from, double to) {
            if (from >= 0) path += format("M{:.1f} {:.1f}H{:.1f}", from, top + 5, std::max(to, from + 0.4));
            from = -1;
        };
        for (const DistancePiece& piece : pieces_) {
            const double from = x(piece.from), to = x(piece.to);
            if (!piece.is_counted || from - counted_to > 0.3) close(counted, counted_from, counted_to);
            const bool is_within =
                piece.is_counted && scene_.threshold_m > 0 && (piece.start_m + piece.end_m) / 2 <= scene_.threshold_m;
            if (!is_within || from - within_to > 0.3) close(within, within_from, within_to);
            if (piece.is_counted) {
                if (counted_from < 0) counted_from = from;
                counted_to = to;
            }
            if (is_within) {
                if (within_from < 0) within_from = from;
                within_to = to;
            }
        }
        close(counted, counted_from, counted_to);
        close(within, within_from, within_to);
        out_ += words(frame_.left - 6, top + 9, "end", scene_.moving_m_s > 0 ? "都在动" : "都有", "both");
        if (!counted.empty()) out_ += format("<path class=\"matched\" d=\"{}\"/>", counted);
        if (!within.empty()) out_ += format("<path class=\"matched within\" d=\"{}\"/>", within);
    }

    void draw_second_clock() {
        const double baseline = frame_.bottom() + 52;
        out_ += words(frame_.left - 6, baseline, "end", "B 时刻", "B's time");
        constexpr int labels = 5;
        for (int i = 0; i < labels; ++i) {
            const Instant at{frame_.span.from.ms + frame_.span.length() * (2 * i + 1) / (2 * labels)};
            const Instant own = own_time(scene_, at);
            const std::string text = std::abs(scene_.lag) < 12 * hours_ms && zone_.date(own) == zone_.date(at)
                                         ? svg::clock_text(own, zone_)
                                         : svg::day_and_clock(own, zone_);
            out_ += format("<path class=\"grid\" d=\"M{:.1f} {:.1f}v4\"/>", x(at), baseline - 14);
            out_ += words(x(at), baseline, "middle", text, text, " second");
        }
    }

    const PairScene& scene_;
    const Zone& zone_;
    std::vector<Fix> subject_, other_;
    std::vector<DistancePiece> pieces_;
    svg::TimeFrame frame_{.span = {}, .left = 58, .right = 634, .top = 56, .high = 150};
    double farthest_ = 20;
    std::string out_;
};

// Two heads of arrows on the way, so that the direction can be read.
std::string arrows(const std::vector<const Fix*>& run, const svg::MapFrame& frame, char c) {
    std::string out;
    for (const std::size_t at : {run.size() / 3, 2 * run.size() / 3}) {
        if (at == 0 || at >= run.size()) continue;
        std::size_t back = at;
        double dx = 0, dy = 0;
        while (back > 0 && std::hypot(dx, dy) < 6) {
            --back;
            dx = frame.x(run[at]->place) - frame.x(run[back]->place);
            dy = frame.y(run[at]->place) - frame.y(run[back]->place);
        }
        const double length = std::hypot(dx, dy);
        if (length < 6) continue;
        dx *= 5 / length, dy *= 5 / length;
        const double px = frame.x(run[at]->place), py = frame.y(run[at]->place);
        out += format("<path class=\"arrow {}\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}z\"/>", c, px + dx,
                      py + dy, px - dx - dy, py - dy + dx, px - dx + dy, py - dy - dx);
    }
    return out;
}

}  // namespace

std::vector<Fix> aligned_fixes(const PairScene& scene) {
    std::vector<Fix> fixes = used_fixes(scene.other.fixes);
    if (fixes.empty()) return fixes;
    if (scene.is_reversed) {
        const Millis mirror = fixes.front().at.ms + fixes.back().at.ms;
        std::reverse(fixes.begin(), fixes.end());
        for (Fix& fix : fixes) fix.at = Instant{mirror - fix.at.ms};
    }
    for (Fix& fix : fixes) fix.at = Instant{fix.at.ms + scene.lag};
    return fixes;
}

std::vector<DistancePiece> distances(const PairScene& scene) {
    std::vector<DistancePiece> result;
    const std::vector<Fix> subject = used_fixes(scene.subject.fixes), other = aligned_fixes(scene);
    for (const track::JointPiece& piece : track::joint_pieces(subject, other, left_out, std::nullopt)) {
        const track::Nearest nearest = track::nearest(piece);
        DistancePiece one;
        one.from = Instant{piece.from};
        one.to = Instant{piece.to};
        one.start_m = std::sqrt(track::squared_distance_at(piece, 0));
        one.end_m = std::sqrt(track::squared_distance_at(piece, piece.seconds()));
        one.least_m = nearest.distance_m;
        one.least_at = Instant{piece.from + static_cast<Millis>(nearest.seconds * 1000)};
        one.is_counted =
            scene.moving_m_s <= 0 || (piece.speed_a_m_s > scene.moving_m_s && piece.speed_b_m_s > scene.moving_m_s);
        result.push_back(one);
    }
    return result;
}

std::string pair_map_drawing(const PairScene& scene) {
    const std::vector<Fix> subject = used_fixes(scene.subject.fixes), other = aligned_fixes(scene);
    if (subject.empty() && other.empty()) return {};
    const geo::Plane plane(subject.empty() ? other.front().place : subject.front().place);
    svg::Box box;
    bool is_first = true;
    for (const auto* fixes : {&subject, &other}) {
        for (const Fix& fix : *fixes) {
            const geo::Offset at = plane.offset(fix.place);
            if (is_first) box = {at.east - 15, at.east + 15, at.north - 15, at.north + 15};
            is_first = false;
            box.add(at, 15);
        }
    }
    const svg::MapFrame frame = svg::map_frame(plane, box);
    std::string out = format(
        "<svg class=\"map pair\" viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"两条轨迹示意图{} / Sketch of "
        "both "
        "tracks{}\">",
        frame.wide, frame.high, scene.is_reversed ? "，B 倒放" : "", scene.is_reversed ? ", B played backwards" : "");
    out += format("<rect class=\"ground\" width=\"{:.0f}\" height=\"{:.0f}\"/>", frame.wide, frame.high);
    const auto inside = [&](geo::Place place) {
        const double px = frame.x(place), py = frame.y(place);
        return px > 0 && px < frame.wide && py > 0 && py < frame.high;
    };
    for (const Trace* trace : {&scene.subject, &scene.other}) {
        if (trace->place && inside(*trace->place))
            out += svg::house(frame.x(*trace->place), frame.y(*trace->place), trace == &scene.subject ? 'a' : 'b');
    }
    const auto line_of = [&](const std::vector<const Fix*>& run) {
        std::string line;
        for (const Fix* fix : run)
            line += format("{}{:.1f} {:.1f}", line.empty() ? "M" : "L", frame.x(fix->place), frame.y(fix->place));
        if (run.size() == 1) line += "h.1";
        return line;
    };
    // A broad light line under a narrow dashed one: both are seen where they lie on each other.
    for (const auto& run : svg::runs(subject, most_points))
        out += format("<path class=\"path a\" d=\"{}\"/>", line_of(run)) + arrows(run, frame, 'a');
    const auto other_runs = svg::runs(other, most_points);
    std::size_t points = 0;
    for (const auto& run : other_runs) points += run.size();
    std::size_t number = 0;
    std::string squares;
    for (const auto& run : other_runs) {
        out += format("<path class=\"path b\" d=\"{}\"/>", line_of(run)) + arrows(run, frame, 'b');
        for (const Fix* fix : run) {
            if (number++ % (points / most_squares + 1) == 0)
                squares += format("M{:.1f} {:.1f}h6v6h-6z", frame.x(fix->place) - 3, frame.y(fix->place) - 3);
        }
    }
    if (!squares.empty()) out += format("<path class=\"square b\" d=\"{}\"/>", squares);
    const auto name_at = [&](const std::vector<Fix>& fixes, const std::string& name, double dy) {
        if (fixes.empty()) return;
        const double px = frame.x(fixes.front().place), py = frame.y(fixes.front().place);
        const bool right = px < frame.wide / 2;
        out += words(px + (right ? 8 : -8), std::clamp(py + dy, 12.0, frame.high - 24), right ? "start" : "end",
                     name + " 起", name + " start", " halo");
    };
    name_at(subject, "A", -6);
    name_at(other, "B", 14);
    return out + svg::map_scale(frame) + "</svg>";
}

std::string pair_time_drawing(const PairScene& scene, const Zone& zone) {
    return PairTimeDrawing(scene, zone).draw();
}

model::Label lag_words(Millis lag) {
    const std::string sign = lag < 0 ? "−" : "";
    const Millis size = lag < 0 ? -lag : lag;
    const Millis days = size / days_ms, rest = size % days_ms;
    std::string clock = format("{}:{:02}:{:02}", rest / hours_ms, rest / minutes_ms % 60, rest / seconds_ms % 60);
    if (rest % seconds_ms != 0) {
        std::string part = format("{:03}", rest % seconds_ms);
        while (part.back() == '0') part.pop_back();
        clock += "." + part;
    }
    if (days == 0) return {sign + clock, sign + clock};
    return {sign + format("{} 天 ", days) + clock, sign + format("{} day{} ", days, days == 1 ? "" : "s") + clock};
}

}  // namespace ningyi::exchange
