// SPDX-License-Identifier: Apache-2.0
#include "exchange/words.h"

#include "base/text.h"

namespace ningyi::exchange {

model::Label outcome_words(rule::Outcome outcome) {
    switch (outcome) {
        case rule::Outcome::hit: return {"命中", "Hit"};
        case rule::Outcome::clear: return {"未见异常", "Clear"};
        case rule::Outcome::exempt: return {"豁免", "Exempt"};
        case rule::Outcome::inconclusive: return {"无法判定", "Inconclusive"};
        case rule::Outcome::not_applicable: return {"不适用", "Not applicable"};
    }
    return {};
}

model::Label result_words(std::string_view result) {
    if (result == "violation") return {"明确违规疑点", "Clear breach, unreviewed"};
    if (result == "suspicious") return {"可疑", "Suspicious"};
    if (result == "notice") return {"提示", "Notice"};
    return {std::string(result), std::string(result)};
}

model::Label effect_words(std::string_view effect) {
    if (effect == "block") return {"核实前不付", "Blocked until reviewed"};
    if (effect == "partial") return {"部分支付", "Paid in part"};
    if (effect == "hold") return {"暂缓支付", "Held"};
    if (effect == "sample") return {"加大抽查", "Sampled more often"};
    if (effect == "note") return {"数据质量提示", "Note on data quality"};
    if (effect == "task") return {"工作提醒", "Task"};
    return {std::string(effect), std::string(effect)};
}

model::Label severity_words(int severity) {
    if (severity >= 3) return {"强", "strong"};
    if (severity == 2) return {"中", "medium"};
    return {"弱", "weak"};
}

std::string count_text(std::int64_t count) {
    std::string digits = std::to_string(count);
    const std::size_t first = digits[0] == '-' ? 1 : 0;
    for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, ",");
    return digits;
}

std::string yuan_text(std::int64_t fen) {
    const std::uint64_t size = fen < 0 ? 0 - static_cast<std::uint64_t>(fen) : static_cast<std::uint64_t>(fen);
    return format("{}{}.{:02}", fen < 0 ? "-" : "", count_text(static_cast<std::int64_t>(size / 100)), size % 100);
}

}  // namespace ningyi::exchange
