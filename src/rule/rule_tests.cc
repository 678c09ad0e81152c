// SPDX-License-Identifier: Apache-2.0
#include "rule/rule_tests.h"

#include "base/text.h"
#include "rule/coverage.h"
#include "rule/edge_checks.h"

namespace ningyi::rule {
namespace {

class Runner {
public:
    Runner(const RuleSet& set, const Rule& rule, const Zone& zone, const EventTests& run_events)
        : set_(set), rule_(rule), zone_(zone), run_events_(run_events), coverage_(rule) {}

    TestReport run() {
        Faults faults;
        PreparedTests tests = prepared_tests(set_, rule_, faults);
        for (const Fault& fault : faults) add(fault.line, "tests", {to_text(fault)});
        const ValueTest* hit = nullptr;
        for (ValueTest& test : tests.values) {
            if (run_one(test) && hit == nullptr) hit = &test;
        }
        const RuleSet world = tests.events.empty() ? RuleSet{} : alone(set_, rule_);
        for (const EventTest& test : tests.events) {
            if (!run_events_) break;
            EventResult result = run_events_(world, world.rules.front(), test.node);
            for (const Judgement& judgement : result.judgements) coverage_.see(set_, judgement, zone_, nullptr);
            add(test.line, test.name, std::move(result.problems));
        }
        if (faults.empty()) look_around(tests.values);
        EdgeChecks edges = edge_checks(set_, rule_, hit, tests.events, zone_, run_events_);
        report_.generated = edges.run;
        for (EdgeChecks::Failure& failure : edges.failures)
            add(failure.line, "generated: " + failure.what, {std::move(failure.problem)});
        Coverage::Report seen = coverage_.report();
        report_.covered = seen.seen;
        report_.coverable = seen.all;
        report_.uncovered = std::move(seen.gaps);
        return std::move(report_);
    }

private:
    void add(int line, const std::string& name, std::vector<std::string> problems) {
        const bool passed = problems.empty();
        report_.results.push_back({rule_.id, rule_.file, line, name, passed, std::move(problems)});
        (passed ? report_.passed : report_.failed) += 1;
    }

    // True when it passes and hits.
    bool run_one(ValueTest& test) {
        const Judgement judgement = judge(set_, rule_, test.given, zone_, Detail::clear_too);
        coverage_.see(set_, judgement, zone_, names_in(test.given));
        std::vector<std::string> problems =
            differences(set_, rule_, test.expect, judgement, zone_, names_in(test.given));
        const bool hits = problems.empty() && judgement.outcome == Outcome::hit;
        add(test.line, test.name, std::move(problems));
        return hits;
    }

    // Takes each known fact away from each test: what becomes unknown then could be seen unknown by a test.
    void look_around(const std::vector<ValueTest>& tests) {
        for (const ValueTest& test : tests) {
            for (const auto& [path, value] : test.given.values()) {
                Given without = test.given;
                without.forget(path);
                coverage_.could_see(judge(set_, rule_, without, zone_));
            }
        }
    }

    const RuleSet& set_;
    const Rule& rule_;
    const Zone& zone_;
    const EventTests& run_events_;
    Coverage coverage_;
    TestReport report_;
};

}  // namespace

TestReport run_tests(const RuleSet& set, const Rule& rule, const Zone& zone, const EventTests& run_events) {
    return Runner(set, rule, zone, run_events).run();
}

}  // namespace ningyi::rule
