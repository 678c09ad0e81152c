// SPDX-License-Identifier: Apache-2.0
#include "casework/precision.h"

#include <algorithm>
#include <set>

namespace ningyi::casework {
namespace {

constexpr std::int64_t candidate_percent = 10;
constexpr std::size_t month_size = 7;  // "2026-10"

}  // namespace

void Estimate::add(const Decided& one) {
    switch (one.effective()) {
        case Verdict::violation: ++violation; break;
        case Verdict::error: ++error; break;
        case Verdict::unfounded: ++unfounded; break;
        case Verdict::unverifiable: ++unverifiable; return;
    }
    if (one.random_share) ++random;
    strict.add(one.effective() == Verdict::violation, one.selection_ppm);
    actionable.add(one.is_confirmed(), one.selection_ppm);
}

std::int64_t queue_value(const Estimate* rule, std::int64_t at_risk_fen) {
    __extension__ using Wide = __int128;
    const std::int64_t yes = rule == nullptr ? 0 : rule->confirmed(), of = rule == nullptr ? 0 : rule->decided();
    return static_cast<std::int64_t>(Wide{at_risk_fen} * (1 + yes) / (2 + of));
}

std::vector<RulePrecision> precision(const Verdicts& verdicts) {
    std::map<std::string, std::set<std::string>> rules_of;  // confirmed subject -> rules
    for (const Decided* one : verdicts.all()) {
        if (one->rule != clean_rule && one->is_decided() && one->is_confirmed())
            rules_of[one->subject].insert(one->rule);
    }
    std::map<std::pair<std::string, std::int64_t>, RulePrecision> rules;
    std::map<std::pair<std::string, std::int64_t>, std::map<std::string, std::int64_t>> innocent;
    std::map<std::pair<std::string, std::int64_t>, std::set<std::string>> alone;
    for (const Decided* one : verdicts.all()) {
        if (one->rule == clean_rule) continue;
        const std::pair key{one->rule, one->version};
        RulePrecision& rule = rules[key];
        rule.rule = one->rule;
        rule.version = one->version;
        rule.all.add(*one);
        if (one->is_decided() && one->is_confirmed() && rules_of[one->subject].size() == 1)
            alone[key].insert(one->subject);
        rule.by_agency[one->agency].add(*one);
        rule.by_month[one->date.substr(0, month_size)].add(*one);
        if (one->effective() == Verdict::unfounded && !one->innocent.empty()) ++innocent[key][one->innocent];
    }
    std::vector<RulePrecision> all;
    for (auto& [key, rule] : rules) {
        for (const auto& [id, count] : innocent[key])
            rule.innocent.push_back({id, count, count * 100 > rule.all.unfounded * candidate_percent});
        std::stable_sort(rule.innocent.begin(), rule.innocent.end(),
                         [](const InnocentCount& a, const InnocentCount& b) { return a.count > b.count; });
        rule.only_it = static_cast<std::int64_t>(alone[key].size());
        all.push_back(std::move(rule));
    }
    return all;
}

Recall recall(const Verdicts& verdicts) {
    Recall recall;
    std::map<std::string, std::int64_t>
        found;  // subject -> the largest probability with which one of its hits was seen
    std::vector<const Decided*> clean;
    for (const Decided* one : verdicts.all()) {
        if (one->rule == clean_rule) {
            if (one->is_decided() && one->random_share) clean.push_back(one);
        } else if (one->effective() == Verdict::violation) {
            std::int64_t& probability = found[one->subject];
            probability = std::max(probability, one->selection_ppm);
        }
    }
    for (const auto& [subject, probability] : found) {
        ++recall.found;
        recall.share.add(true, probability);
    }
    for (const Decided* one : clean) {
        ++recall.clean_reviewed;
        // A rule caught it after all, in a later version or with later evidence: it counts as hit, not as missed.
        if (one->effective() != Verdict::violation || found.contains(one->subject)) continue;
        ++recall.missed;
        recall.share.add(false, one->selection_ppm);
    }
    return recall;
}

}  // namespace ningyi::casework
