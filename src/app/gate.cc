// SPDX-License-Identifier: Apache-2.0
#include "app/gate.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "run/event_tests.h"

namespace ningyi::app {
namespace {

constexpr unsigned most_threads = 8;

GateReport tried(const rule::RuleSet& set, const rule::Rule& one, const Zone& zone, Mutants mutants) {
    const rule::EventTests with_engine = [&](const rule::RuleSet& world, const rule::Rule& rule,
                                             const yaml::Node& test) {
        return run::run_event_test(world, rule, test, zone);
    };
    GateReport report;
    report.rule = &one;
    report.tests = rule::run_tests(set, one, zone, with_engine);
    const bool is_tested = report.tests.failed == 0 && report.tests.passed > 0;
    if (mutants == Mutants::tried && is_tested) report.mutants = rule::try_mutants(set, one, zone, with_engine);
    const bool is_covered = is_tested && report.tests.covered == report.tests.coverable;
    const bool is_killed = !report.mutants || (report.mutants->survivors.empty() && report.mutants->faults.empty());
    report.is_whole = is_covered && is_killed && one.cost <= one.cost_limit;
    const bool is_held_to_it = one.status != "draft" && one.status != "retired";
    report.passes = report.tests.failed == 0 && (report.is_whole || !is_held_to_it);
    return report;
}

}  // namespace

std::vector<GateReport> gate(const rule::RuleSet& set, const std::vector<const rule::Rule*>& rules, const Zone& zone,
                             Mutants mutants, const std::function<void(double)>& progress) {
    std::vector<GateReport> reports(rules.size());
    std::atomic<std::size_t> next{0};
    std::mutex lock;
    std::size_t done = 0;
    std::exception_ptr failed;
    const auto work = [&] {
        try {
            for (std::size_t i = next++; i < rules.size(); i = next++) {
                reports[i] = tried(set, *rules[i], zone, mutants);
                const std::lock_guard<std::mutex> guard(lock);
                ++done;
                if (progress) progress(static_cast<double>(done) / static_cast<double>(rules.size()));
            }
        } catch (...) {
            const std::lock_guard<std::mutex> guard(lock);
            failed = std::current_exception();
        }
    };
    const unsigned cores = std::clamp(std::thread::hardware_concurrency(), 1U, most_threads);
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < cores; ++i) threads.emplace_back(work);
    work();
    for (std::thread& thread : threads) thread.join();
    if (failed) std::rethrow_exception(failed);
    return reports;
}

std::vector<TriggerCost> trigger_costs(const rule::RuleSet& set) {
    std::map<std::string, TriggerCost> costs;
    for (const rule::Rule& rule : set.rules) {
        std::string name = rule.on.event;
        if (rule.on.kind == rule::Trigger::Kind::every) name = "every " + rule.on.every;
        if (rule.on.kind == rule::Trigger::Kind::due) name = "due";
        TriggerCost& cost = costs[name];
        cost.trigger = name;
        ++cost.rules;
        cost.cost += rule.cost;
    }
    std::vector<TriggerCost> all;
    for (auto& [name, cost] : costs) all.push_back(std::move(cost));
    return all;
}

}  // namespace ningyi::app
