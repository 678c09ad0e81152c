// SPDX-License-Identifier: Apache-2.0
// What was said of a subject, taken as said: counted, compared with what was said before, handed on as a revision.
#include <algorithm>

#include "engine/engine.h"
#include "trust/sha256.h"

namespace ningyi::engine {

void Engine::settle_all(RecordIndex record, const std::vector<std::uint16_t>& rules,
                        std::vector<std::vector<Finding>> findings, const Sink& sink) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const std::uint16_t number = rules[i];
        Subject& subject = subjects_[record];
        const auto asked = std::find_if(subject.asked.begin(), subject.asked.end(),
                                        [&](const Asked& one) { return one.rule == number; });
        if (asked == subject.asked.end()) {
            subject.asked.push_back({number, last_recorded_, true});
        } else {
            asked->judged = true;
        }
        settle(record, number, std::move(findings[i]), sink);
    }
}

void Engine::settle(RecordIndex record, std::uint16_t rule, std::vector<Finding> findings, const Sink& sink) {
    Subject& subject = subjects_[record];
    const auto uncount = [&](const Current& current) {
        const auto found = counts_.find(current.counted);
        if (found != counts_.end() && --found->second == 0) counts_.erase(found);
    };
    const bool is_again = std::any_of(subject.current.begin(), subject.current.end(),
                                      [&](const Current& current) { return current.rule == rule; });
    // Rows that are not there any more: what was stored of them is revised to clear, the rest is forgotten.
    for (Current& current : subject.current) {
        if (current.rule != rule) continue;
        const bool still =
            std::any_of(findings.begin(), findings.end(), [&](const Finding& f) { return f.dedup == current.dedup; });
        if (still || current.counted.rule == no_index) continue;
        uncount(current);
        current.outcome = Outcome::clear;
        if (current.stored) {
            Finding finding = gone(rules_[rule], record, current.dedup);
            finding.revision = ++current.revision;
            current.content = trust::sha256(canonical(finding, false));
            finding.id = finding_id(finding);
            sink(std::move(finding));
        }
        current.counted.rule = no_index;  // counted no more
    }
    for (Finding& finding : findings) {
        auto current = std::find_if(subject.current.begin(), subject.current.end(),
                                    [&](const Current& c) { return c.rule == rule && c.dedup == finding.dedup; });
        const bool light = finding.rule.empty();
        const std::string content = light ? std::string() : trust::sha256(canonical(finding, false));
        const CountKey counted{rule, finding.date, finding.agency, finding.outcome};
        if (current == subject.current.end()) {
            subject.current.push_back({.rule = rule,
                                       .dedup = finding.dedup,
                                       .content = content,
                                       .outcome = finding.outcome,
                                       .revision = is_again ? 1 : 0,
                                       .stored = !light,
                                       .counted = counted});
            ++counts_[counted];
            if (light) continue;
            finding.revision = is_again ? 1 : 0;  // a new row revises what was said without it
        } else {
            if (current->counted != counted) {
                uncount(*current);
                ++counts_[counted];
                current->counted = counted;
            }
            current->outcome = finding.outcome;
            if (light && !current->stored) continue;
            if (current->content == content) continue;
            ++current->revision;
            current->stored = true;
            current->content = content;
            finding.revision = current->revision;
        }
        finding.id = finding_id(finding);
        sink(std::move(finding));
    }
}

}  // namespace ningyi::engine
