// SPDX-License-Identifier: Apache-2.0
// The re-audit: every subject judged once with all that is known, in parts that may run at the same time.
#include <algorithm>

#include "engine/engine.h"

namespace ningyi::engine {

void Engine::judge_all(const Sink& sink, const std::function<void(std::size_t, std::size_t)>& progress,
                       std::size_t parts, const Together& together) {
    // Subjects are taken entity by entity, so that everything of one subject is read once for all its rules.
    struct Task {
        RecordIndex record = no_record;
        std::vector<std::uint16_t> rules;
        std::vector<std::vector<Finding>> findings;
    };
    std::vector<Task> tasks;
    std::map<EntityIndex, std::vector<std::uint16_t>> by_entity;
    for (const CompiledRule& rule : rules_) by_entity[rule.subject].push_back(rule.number);
    for (const auto& [entity, rules] : by_entity) {
        for (const RecordIndex record : world_->records(entity)) {
            Task task;
            for (const std::uint16_t rule : rules) {
                if (rules_[rule].trigger == no_index || world_->entered(record, rules_[rule].trigger) != nullptr)
                    task.rules.push_back(rule);
            }
            if (task.rules.empty()) continue;
            task.record = record;
            tasks.push_back(std::move(task));
        }
    }
    if (!together) parts = 1;
    features_->prepare(parts, together);
    // Those whose tracks are compared with each other are judged soon after each other, so that a track is read once.
    std::vector<std::pair<std::uint64_t, std::size_t>> order;
    for (const Task& task : tasks) order.emplace_back(features_->company(task.record), order.size());
    std::sort(order.begin(), order.end());
    std::vector<std::unique_ptr<Features>> beside(parts);
    std::vector<std::vector<RuleBatch>> batches(parts);
    for (std::size_t part = 1; part < parts; ++part) {
        beside[part] = features_->beside();
        batches[part] = batches_of(rules_, standing(), *features_);
    }
    // A stretch is judged in parts and then settled in order: what is told does not depend on who was done first.
    const std::size_t stretch = parts * 256;
    constexpr std::size_t piece = 32;
    for (std::size_t from = 0; from < tasks.size(); from += stretch) {
        const std::size_t to = std::min(from + stretch, tasks.size());
        const auto work = [&](std::size_t part) {
            Features& features = part == 0 ? *features_ : *beside[part];
            std::vector<RuleBatch>& own = part == 0 ? batches_ : batches[part];
            for (std::size_t i = from; i < to; ++i) {
                if ((i - from) / piece % parts != part) continue;
                Task& task = tasks[order[i].second];
                task.findings = findings_of(task.record, task.rules, true, features, &own);
            }
        };
        if (parts == 1) {
            work(0);
        } else {
            together(parts, work);
        }
        for (std::size_t i = from; i < to; ++i) {
            Task& task = tasks[order[i].second];
            const bool was_known = subjects_.contains(task.record);
            settle_all(task.record, task.rules, std::move(task.findings), sink);
            // Judged once, so there is nothing to revise later: a million outcomes need not be remembered.
            if (!was_known) subjects_.erase(task.record);
        }
        if (progress) progress(to, tasks.size());
    }
    if (progress) progress(tasks.size(), tasks.size());
}

}  // namespace ningyi::engine
