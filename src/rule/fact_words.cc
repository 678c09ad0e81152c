// SPDX-License-Identifier: Apache-2.0
#include "rule/fact_words.h"

#include <array>
#include <string>

namespace ningyi::rule {

const model::Field* field_of_fact(const RuleSet& set, const Feature& feature, std::string_view fact) {
    for (const Binding& out : feature.out) {
        const std::size_t dot = out.text.find('.');
        if (out.name != fact || dot == std::string::npos) continue;
        const model::EventType* from = set.dictionary.event(feature.from);
        const model::Entity* entity = set.dictionary.entity(from == nullptr ? feature.register_entity : from->subject);
        const model::Field* field = entity == nullptr ? nullptr : entity->field(out.text.substr(dot + 1));
        if (field != nullptr) return field;
    }
    return nullptr;
}

model::Label label_of_fact(const RuleSet& set, const Feature& feature, std::string_view fact) {
    struct Words {
        std::string_view fact, zh, en;
        std::string_view measure = {};  // of this one only
    };
    // Facts of features (rules.md §5) and of the measures of src/track.
    static constexpr std::array words{
        Words{"found", "有记录", "found"},
        Words{"verdict", "结论", "verdict"},
        Words{"count", "条数", "count"},
        Words{"lasts", "重叠时长", "lasts"},
        Words{"strength", "证据强度（千分之一奈特）", "strength (mnat)"},
        Words{"claimed", "申报时段", "time claimed"},
        Words{"expected", "预计在场", "expected presence"},
        Words{"sure", "确定在场", "surely present"},
        Words{"possible", "至多在场", "present at most"},
        Words{"out", "确定不在", "surely away"},
        Words{"observed", "看得到的时间", "time observed"},
        Words{"unobserved", "看不到的时间", "time not observed"},
        Words{"enter_lo", "最早到达", "entered, earliest"},
        Words{"enter_hi", "最迟到达", "entered, latest"},
        Words{"exit_lo", "最早离开", "left, earliest"},
        Words{"exit_hi", "最迟离开", "left, latest"},
        Words{"flips", "进出次数", "changes in or out"},
        Words{"used", "采用的点", "fixes used"},
        Words{"seen", "全部的点", "fixes seen"},
        Words{"usable", "可用的点", "usable fixes"},
        Words{"poor", "误差过大的点", "poor fixes"},
        Words{"longest", "最长空白", "longest silence"},
        Words{"total", "空白合计", "silence in all"},
        Words{"accuracy", "定位误差", "accuracy"},
        Words{"jumps", "瞬移次数", "jumps"},
        Words{"speed_max", "最快速度（毫米/秒）", "fastest step (mm/s)"},
        Words{"at", "时刻", "at"},
        Words{"outliers", "离群点", "outliers"},
        Words{"flagged", "系统标记为模拟的点", "fixes flagged as mock"},
        Words{"knowing", "能看到标记的点", "fixes that can carry the flag"},
        Words{"zero_accuracy", "误差恰为 0 的点", "fixes with accuracy 0"},
        Words{"equal_steps", "间隔完全相等的点", "fixes at equal steps"},
        Words{"features", "迹象种数", "kinds of evidence"},
        Words{"nats", "证据强度（千分之一奈特）", "strength (mnat)"},
        Words{"dist", "距离", "distance"},
        Words{"dist_low", "距离下限", "least distance"},
        Words{"distance", "距离", "distance"},
        Words{"p", "在范围内的概率", "probability inside"},
        Words{"sigma", "定位误差（1σ）", "standard error"},
        Words{"dwells", "到访次数", "dwells"},
        Words{"anchors", "已知住址数", "known addresses"},
        Words{"llr", "证据强度（千分之一奈特）", "strength (mnat)"},
        Words{"east", "向东偏移", "offset east"},
        Words{"north", "向北偏移", "offset north"},
        Words{"offset", "偏移", "offset"},
        Words{"visits", "集中的到访", "visits in one place"},
        Words{"subjects", "到访的人数", "people"},
        Words{"share", "占比", "share"},
        Words{"min", "最近距离", "nearest"},
        Words{"near", "靠近的时间", "time near"},
        Words{"moving", "移动时间", "time moving"},
        Words{"together", "同行时间", "time together"},
        Words{"path", "同行路程", "way together"},
        Words{"common", "两条轨迹都有的时间", "time both are known"},
        Words{"sync", "同步距离中位数", "median distance at the same moment"},
        Words{"matched", "参与比较的移动时间", "moving time compared"},
        Words{"lag", "平移", "shift"},
        Words{"samples", "比较的点数", "moments compared"},
        Words{"run", "连续相同的步数", "equal steps in a row", "track.replay"},
        Words{"reversed", "倒放", "played backwards"},
        Words{"stops", "时长一致的停顿", "halts of equal length"},
        Words{"together", "同时在场", "time in common", "track.replay"},
        Words{"rho", "误差前后相关系数", "correlation of successive errors"},
        Words{"rms", "误差均方根", "rms error"},
        Words{"distinct", "不同的坐标", "different coordinates"},
        Words{"n", "点数", "fixes"},
        Words{"step", "点间隔", "time between fixes"},
        Words{"late_low", "至少迟到", "late by at least"},
        Words{"late_high", "至多迟到", "late by at most"},
        Words{"late_worst", "最迟一次", "latest arrival"},
        Words{"early", "提前离开", "left early by"},
        Words{"ratio", "到访时间占计划", "share of the planned time"},
        Words{"coverage", "看得到的占计划", "share of the plan observed"},
        Words{"plan_ratio", "全部到访时间占计划", "share of all planned time"},
        Words{"plan_coverage", "全部计划中看得到的", "share of all plans observed"},
        Words{"visits", "计划到访", "planned visits", "track.plan"},
        Words{"missed", "未到访", "missed"},
        Words{"missed_count", "未到访数", "visits missed"},
        Words{"stray", "计划外停留", "stays elsewhere"},
        Words{"stray_longest", "最长计划外停留", "longest stay elsewhere"},
        Words{"order_tau", "到访顺序一致度", "agreement of order"},
        Words{"farthest", "最远处", "farthest"},
        Words{"beyond_count", "超出界限的点", "fixes beyond the limit"},
        Words{"run", "连续超出的点", "fixes beyond in a row", "track.range"},
        Words{"own", "本轨迹的信息", "what this track says"},
        Words{"other", "另一轨迹的信息", "what the other track says"},
        Words{"moved", "另一轨迹的移动", "motion of the other", "track.together"},
        Words{"moving", "另一轨迹移动的点", "moving fixes of the other", "track.together"},
        Words{"charging", "另一轨迹充电的点", "charging fixes of the other"},
        Words{"alive", "程序在线的空白", "silence with the program alive"},
        Words{"value", "基准值", "baseline"},
        Words{"z", "偏离基准（千分之一）", "deviation (per mille)"},
        Words{"min_low", "最近距离下限", "nearest, at least"},
        Words{"span", "比较的时长", "time compared"},
        Words{"both", "同时在两地", "in two places at once"},
        Words{"apart", "相距", "apart"},
        Words{"sync_p50", "同步距离 50%", "synchronous distance, 50 %"},
        Words{"sync_p90", "同步距离 90%", "synchronous distance, 90 %"},
        Words{"sync_p99", "同步距离 99%", "synchronous distance, 99 %"},
        Words{"sync_max", "同步距离最大", "synchronous distance, most"},
        Words{"sspd", "对称线段路径距离（SSPD）", "segment-path distance (SSPD)"},
        Words{"hausdorff", "豪斯多夫距离（点）", "Hausdorff distance (points)"},
        Words{"hausdorff_line", "豪斯多夫距离（线）", "Hausdorff distance (lines)"},
        Words{"hausdorff_mean", "平均豪斯多夫距离", "mean Hausdorff distance"},
        Words{"dtw", "动态时间规整（DTW）", "dynamic time warping (DTW)"},
        Words{"frechet_points", "弗雷歇距离（离散）", "Fréchet distance (discrete)"},
        Words{"frechet", "弗雷歇距离", "Fréchet distance"},
        Words{"erp", "实惩罚编辑距离（ERP）", "edit distance with real penalty (ERP)"},
        Words{"lcss", "最长公共子序列距离（LCSS）", "LCSS distance"},
        Words{"edr", "实序列编辑距离（EDR）", "edit distance on real sequence (EDR)"},
        Words{"for", "支持的证据（千分之一奈特）", "evidence for (mnat)"},
        Words{"against", "相反的证据（千分之一奈特）", "evidence against (mnat)"},
        Words{"zero_readings", "高程、方向、速度全为 0 的点", "fixes with readings all 0"},
        Words{"speed_differs", "速度与位移不符的点", "fixes whose speed is not their displacement"},
        Words{"grid_4", "落在 1e-4° 网格上的点", "fixes on a grid of 1e-4°"},
        Words{"grid_5", "落在 1e-5° 网格上的点", "fixes on a grid of 1e-5°"},
        Words{"lat", "停留点纬度（1e-7 度）", "latitude of the stay (1e-7 degrees)", "track.dwell"},
        Words{"lon", "停留点经度（1e-7 度）", "longitude of the stay (1e-7 degrees)", "track.dwell"},
        Words{"place_lat", "登记处纬度（1e-7 度）", "latitude on record (1e-7 degrees)", "track.dwell"},
        Words{"place_lon", "登记处经度（1e-7 度）", "longitude on record (1e-7 degrees)", "track.dwell"},
        Words{"anchor_lat", "基准点纬度（1e-7 度）", "latitude of the anchor (1e-7 degrees)", "track.dwell"},
        Words{"anchor_lon", "基准点经度（1e-7 度）", "longitude of the anchor (1e-7 degrees)", "track.dwell"},
        Words{"who", "对象编号", "number of the person", "track.dwell"},
        Words{"declared", "所报坐标系（代号）", "datum declared (number)"},
        Words{"best", "最相符的坐标系（代号）", "datum that fits best (number)", "track.datum"},
        Words{"white", "噪声像程序生成的点", "fixes whose noise is a program's", "track.mock"},
        Words{"copied", "与别处相同的连续点", "fixes in a row as elsewhere", "track.mock"},
    };
    if (const model::Field* field = field_of_fact(set, feature, fact)) return field->label;
    const Words* general = nullptr;
    for (const Words& one : words) {
        if (one.fact != fact) continue;
        if (one.measure == feature.fn && !one.measure.empty()) return {std::string(one.zh), std::string(one.en)};
        if (one.measure.empty() && general == nullptr) general = &one;
    }
    if (general != nullptr) return {std::string(general->zh), std::string(general->en)};
    return {std::string(fact), std::string(fact)};
}

}  // namespace ningyi::rule
