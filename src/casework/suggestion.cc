// SPDX-License-Identifier: Apache-2.0
#include "casework/suggestion.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace ningyi::casework {
namespace {

using engine::Finding;

struct Hit {
    std::int64_t margin = 0, fen = 0;
    const Decided* decided = nullptr;
    bool is_confirmed() const { return decided != nullptr && decided->is_decided() && decided->is_confirmed(); }
    bool is_unfounded() const { return decided != nullptr && decided->is_decided() && !decided->is_confirmed(); }
};

// Two leading digits are kept: nobody sets a threshold of 347 m.
std::int64_t rounded_down(std::int64_t value) {
    std::int64_t unit = 1;
    while (value / unit >= 100) unit *= 10;
    return value / unit * unit;
}

// thousandths as a decimal without trailing zeros
std::string decimal(std::int64_t thousandths) {
    std::string text = format("{}.{:03}", thousandths / 1000, thousandths % 1000);
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    return text;
}

std::string yuan(std::int64_t fen) {
    return fen % 100 == 0 ? format("{}", fen / 100) : format("{}.{:02}", fen / 100, fen % 100);
}

Suggestion counted(const std::vector<Hit>& hits, std::int64_t by) {
    Suggestion one;
    one.by = by;
    for (const Hit& hit : hits) {
        if (hit.margin > by) continue;
        ++one.hits;
        one.fen += hit.fen;
        if (hit.is_confirmed()) {
            ++one.confirmed;
        } else if (hit.is_unfounded()) {
            ++one.unfounded;
        } else {
            ++one.undecided;
        }
    }
    return one;
}

void speak(Suggestion& one, const Threshold& threshold) {
    const model::Label by = quantity_words(threshold.type, one.by);
    std::string zh = format("放宽 {}", by.zh), en = format("looser by {}", by.en);
    if (threshold.value) {
        const model::Label now = quantity_words(threshold.type, *threshold.value);
        const model::Label then = quantity_words(threshold.type, threshold.looser_by(one.by));
        zh = format("{}由 {} 改为 {}", threshold.title.zh, now.zh, then.zh);
        en = format("{}: {} instead of {}", threshold.title.en, then.en, now.en);
    }
    one.zh = format("{}：少命中 {} 条，其中已认定 {} 条、不属实 {} 条、尚未核实 {} 条，涉及 {} 元", zh, one.hits,
                    one.confirmed, one.unfounded, one.undecided, yuan(one.fen));
    one.en = format("{}: {} hits fewer, {} of them confirmed, {} unfounded, {} not yet decided, {} yuan at risk", en,
                    one.hits, one.confirmed, one.unfounded, one.undecided, yuan(one.fen));
}

}  // namespace

model::Label quantity_words(const std::string& type, std::int64_t base_units) {
    if (type == "length") return {decimal(base_units) + " 米", decimal(base_units) + " m"};
    if (type == "duration") {
        if (base_units % 60'000 == 0)
            return {format("{} 分钟", base_units / 60'000), format("{} min", base_units / 60'000)};
        return {decimal(base_units) + " 秒", decimal(base_units) + " s"};
    }
    if (type == "money") return {yuan(base_units) + " 元", yuan(base_units) + " yuan"};
    if (type == "ratio") return {decimal(base_units / 10) + "%", decimal(base_units / 10) + " %"};
    if (type == "speed") return {decimal(base_units) + " 米/秒", decimal(base_units) + " m/s"};
    return {std::to_string(base_units), std::to_string(base_units)};
}

std::vector<Suggestion> looser(const std::vector<Finding>& hits, const Verdicts& verdicts, const Threshold& threshold,
                               std::int64_t floor_ppm, std::int64_t least) {
    std::vector<Hit> all;
    std::int64_t confirmed = 0, unfounded = 0;
    for (const Finding& finding : hits) {
        const auto margin = to_integer(finding.margin);
        if (finding.outcome != engine::Outcome::hit || !margin || *margin < 0 || finding.margin_type != threshold.type)
            continue;
        all.push_back({*margin, finding.at_risk_fen, verdicts.find(finding.rule, finding.subject, finding.dedup)});
        confirmed += all.back().is_confirmed() ? 1 : 0;
        unfounded += all.back().is_unfounded() ? 1 : 0;
    }
    std::vector<Suggestion> said;
    if (unfounded == 0 || confirmed + unfounded < least) return said;
    const auto add = [&](Suggestion::Kind kind, std::int64_t by) {
        Suggestion one = counted(all, by);
        one.kind = kind;
        one.rule = hits.front().rule;
        one.version = hits.front().version;
        speak(one, threshold);
        if (one.unfounded > 0) said.push_back(std::move(one));
    };
    // A hit stays while its margin is larger than what the line moved.
    std::int64_t nearest = INT64_MAX, farthest = 0;
    for (const Hit& hit : all) {
        if (hit.is_confirmed()) nearest = std::min(nearest, hit.margin);
        if (hit.is_unfounded()) farthest = std::max(farthest, hit.margin);
    }
    const std::int64_t room = threshold.room().value_or(INT64_MAX);
    const std::int64_t free_by = rounded_down(std::min({nearest - (nearest == INT64_MAX ? 0 : 1), farthest, room}));
    if (free_by > 0) add(Suggestion::Kind::costs_nothing, free_by);
    if (wilson(confirmed, confirmed + unfounded).low_ppm < floor_ppm) {
        std::set<std::int64_t> steps;
        for (const Hit& hit : all) {
            if (hit.is_unfounded()) steps.insert(hit.margin);
        }
        for (const std::int64_t by : steps) {
            const Suggestion gone = counted(all, by);
            const std::int64_t rest = confirmed - gone.confirmed, of = rest + unfounded - gone.unfounded;
            if (of == 0 || wilson(rest, of).low_ppm < floor_ppm) continue;
            if (by != free_by && by <= room) add(Suggestion::Kind::reaches_floor, by);
            break;
        }
    }
    return said;
}

std::optional<Suggestion> tighter(const std::vector<Finding>& running, const std::vector<Finding>& copy,
                                  const Verdicts& verdicts) {
    std::set<std::pair<std::string, std::string>> known;
    for (const Finding& finding : running) known.emplace(finding.subject, finding.dedup);
    Suggestion more;
    more.kind = Suggestion::Kind::tighter;
    for (const Finding& finding : copy) {
        if (finding.outcome != engine::Outcome::hit || known.contains({finding.subject, finding.dedup})) continue;
        more.rule = finding.rule;
        more.version = finding.version;
        ++more.hits;
        more.fen += finding.at_risk_fen;
        const Decided* decided = verdicts.find(finding.rule, finding.subject, finding.dedup);
        if (decided == nullptr || !decided->is_decided()) {
            ++more.undecided;
        } else if (decided->is_confirmed()) {
            ++more.confirmed;
        } else {
            ++more.unfounded;
        }
    }
    if (more.hits == 0) return std::nullopt;
    more.zh = format("试运行的第 {} 版另命中 {} 条，涉及 {} 元；", more.version, more.hits, yuan(more.fen));
    more.en = format("version {} on trial hits {} more, {} yuan at risk; ", more.version, more.hits, yuan(more.fen));
    if (more.confirmed + more.unfounded == 0) {
        more.zh += "均未核实，不能推断其中多少属实";
        more.en += "none was decided, so nothing is said of how many are right";
    } else {
        more.zh += format("已核实的 {} 条中认定 {} 条", more.confirmed + more.unfounded, more.confirmed);
        more.en += format("of {} decided, {} were confirmed", more.confirmed + more.unfounded, more.confirmed);
    }
    return more;
}

}  // namespace ningyi::casework
