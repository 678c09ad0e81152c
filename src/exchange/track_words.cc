// SPDX-License-Identifier: Apache-2.0
#include "exchange/track_words.h"

#include <array>

#include "base/text.h"
#include "exchange/words.h"
#include "rule/fact_words.h"
#include "rule/feature.h"

namespace ningyi::exchange {
namespace {

using model::Label;

std::string length_text(std::int64_t mm) {
    const double metres = static_cast<double>(mm) / 1000;
    return metres >= 10'000 || metres <= -10'000 ? format("{:.2f} km", metres / 1000) : format("{:.1f} m", metres);
}

std::string duration_text(std::int64_t ms) {
    const std::uint64_t size = ms < 0 ? 0 - static_cast<std::uint64_t>(ms) : static_cast<std::uint64_t>(ms);
    const std::string sign = ms < 0 ? "-" : "";
    const std::uint64_t seconds = size / 1000;
    if (seconds < 60 && size % 1000 == 0) return format("{}{} s", sign, seconds);
    if (seconds < 60) return format("{}{}.{:03} s", sign, seconds, size % 1000);
    const std::string clock = format("{}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    return seconds < 86'400 ? sign + clock : format("{}{} d {}", sign, seconds / 86'400, clock);
}

}  // namespace

Label verdict_words(track::Verdict verdict) {
    switch (verdict) {
        case track::Verdict::supported: return {"支持", "supported"};
        case track::Verdict::contradicted: return {"矛盾", "contradicted"};
        case track::Verdict::insufficient: return {"无法判定", "insufficient"};
    }
    return {};
}

Label limit_words(std::uint32_t limits) {
    struct Words {
        std::uint32_t limit;
        const char *zh, *en;
    };
    static constexpr std::array words{
        Words{track::limit_no_track, "没有轨迹", "no track"},
        Words{track::limit_few_fixes, "点太少", "few fixes"},
        Words{track::limit_low_coverage, "覆盖不足", "low coverage"},
        Words{track::limit_poor_accuracy, "误差过大", "poor accuracy"},
        Words{track::limit_clock_step, "时钟跳变", "clock step"},
        Words{track::limit_datum_suspect, "坐标系可疑", "datum suspect"},
        Words{track::limit_crowded, "点太多，只作部分比较", "crowded: compared in part"},
        Words{track::limit_one_sided, "只有一方有证据", "one-sided"},
        Words{track::limit_no_motion, "没有移动", "no motion"},
        Words{track::limit_wearable_off, "未佩戴", "wearable off"},
        Words{track::limit_retained, "原始轨迹已按期销毁", "raw track no longer kept"},
    };
    std::vector<std::string> zh, en;
    for (const Words& one : words) {
        if ((limits & one.limit) == 0) continue;
        zh.emplace_back(one.zh);
        en.emplace_back(one.en);
    }
    return {join(zh, "、"), join(en, ", ")};
}

Label measure_words(std::string_view measure) {
    struct Words {
        std::string_view name;
        const char *zh, *en;
    };
    static constexpr std::array words{
        Words{"track.companion", "是否同行", "moving together"},
        Words{"track.approach", "是否靠近", "approach"},
        Words{"track.apart", "是否同时在两地", "in two places at once"},
        Words{"track.replay", "是否复制", "copy of the other"},
        Words{"track.together", "两台设备是否在一起", "two devices of one person"},
        Words{"track.shape", "形状与同步距离", "shape and synchronous distance"},
        Words{"track.gaps", "空白", "silences"},
        Words{"track.usable", "可用性", "usable fixes"},
        Words{"track.teleport", "瞬移（C8）", "jumps (C8)"},
        Words{"track.mock", "伪造迹象（C10）", "signs of made-up positions (C10)"},
        Words{"track.jitter", "静止时的噪声（C11）", "noise at rest (C11)"},
    };
    for (const Words& one : words) {
        if (one.name == measure) return {one.zh, one.en};
    }
    return {std::string(measure), std::string(measure)};
}

Label fact_words(std::string_view measure, std::string_view fact) {
    rule::Feature feature;
    feature.fn = measure;
    return rule::label_of_fact(rule::RuleSet{}, feature, fact);
}

Label amount_words(track::FactKind kind, std::int64_t amount, const Zone& zone) {
    std::string text;
    switch (kind) {
        case track::FactKind::length: text = length_text(amount); break;
        case track::FactKind::duration: text = duration_text(amount); break;
        case track::FactKind::ratio: text = format("{:.1f} %", static_cast<double>(amount) / 10'000); break;
        case track::FactKind::count: text = count_text(amount); break;
        case track::FactKind::strength: text = count_text(amount); break;  // the name of the fact says mnat
        case track::FactKind::instant: text = to_text(Instant{amount}, zone.offset_minutes(Instant{amount})); break;
    }
    return {text, text};
}

std::string_view unit_of(track::FactKind kind) {
    switch (kind) {
        case track::FactKind::length: return "mm";
        case track::FactKind::duration: return "ms";
        case track::FactKind::ratio: return "ppm";
        case track::FactKind::count: return "";
        case track::FactKind::strength: return "mnat";
        case track::FactKind::instant: return "epoch_ms";
    }
    return "";
}

std::string strength_text(std::int64_t mnat) {
    return format("{:.1f}", static_cast<double>(mnat) / 1000);
}

std::vector<MarkCount> mark_counts(const std::vector<track::Fix>& fixes) {
    struct Words {
        std::uint32_t mark;
        const char *name, *zh, *en;
    };
    static constexpr std::array words{
        Words{track::mark_invalid, "invalid", "设备说没有定位", "the device says no position"},
        Words{track::mark_zero, "zero", "坐标为 0", "coordinates of 0"},
        Words{track::mark_range, "range", "坐标不在地球上", "not on the earth"},
        Words{track::mark_duplicate, "duplicate", "重复", "duplicates"},
        Words{track::mark_future, "future", "时间在将来", "in the future"},
        Words{track::mark_stale, "stale", "过时的位置", "stale positions"},
        Words{track::mark_order, "order", "先后颠倒", "out of order"},
        Words{track::mark_clock, "clock", "时钟跳变", "clock steps"},
        Words{track::mark_poor, "poor", "误差过大", "poor accuracy"},
        Words{track::mark_repeat, "repeat", "坐标与前一点相同", "coordinates repeated"},
        Words{track::mark_coarse, "coarse", "坐标粗糙", "coarse coordinates"},
        Words{track::mark_jump, "jump", "离群", "outliers"},
        Words{track::mark_mock, "mock", "系统标记为模拟", "flagged as mock"},
        Words{track::mark_simulated, "simulated", "软件模拟", "simulated"},
        Words{track::mark_accessory, "accessory", "来自外接设备", "from an accessory"},
        Words{track::mark_suspect_datum, "suspect_datum", "坐标系可疑", "datum suspect"},
    };
    std::vector<MarkCount> counts;
    for (const Words& one : words) {
        MarkCount count{.label = {one.zh, one.en}, .name = one.name};
        for (const track::Fix& fix : fixes) count.count += (fix.marks & one.mark) != 0 ? 1 : 0;
        if (count.count > 0) counts.push_back(std::move(count));
    }
    return counts;
}

}  // namespace ningyi::exchange
