// SPDX-License-Identifier: Apache-2.0
#include "app/rule_commands.h"

#include "app/pack_folder.h"
#include "base/text.h"
#include "rule/rule_tests.h"
#include "run/event_tests.h"

namespace ningyi::app {
namespace {

// The rules asked for, in the order of the set; a fault for each id there is none of.
std::vector<const rule::Rule*> rules_asked(const rule::RuleSet& set, const std::vector<std::string>& ids,
                                           Faults& faults) {
    std::vector<const rule::Rule*> rules;
    for (const rule::Rule& one : set.rules) {
        if (ids.empty()) rules.push_back(&one);
    }
    for (const std::string& id : ids) {
        if (const rule::Rule* one = set.rule(id)) {
            rules.push_back(one);
            continue;
        }
        std::vector<std::string_view> known;
        for (const rule::Rule& one : set.rules) known.push_back(one.id);
        const std::string like(closest(id, known));
        faults.push_back(
            {.code = "E502",
             .zh = format("没有规则 {}{}", id, like.empty() ? "" : format("，是否 {}？", like)),
             .en = format("there is no rule {}{}", id, like.empty() ? "" : format(", did you mean {}?", like))});
    }
    return rules;
}

}  // namespace

int rule_test(const RuleTestOptions& options, Terminal& terminal) {
    const auto packs = load_packs(options.packs);
    if (!packs) return terminal.complain(packs.error()), exit_unusable;
    const rule::RuleSet& set = (*packs)->set;
    Faults faults;
    const std::vector<const rule::Rule*> rules = rules_asked(set, options.ids, faults);
    if (!faults.empty()) return terminal.complain(faults), exit_unusable;
    const Zone zone = Zone::china();
    std::size_t failed = 0;
    for (const rule::Rule* one : rules) {
        const rule::TestReport report = rule::run_tests(
            set, *one, zone,
            [&](const rule::Rule& r, const yaml::Node& test) { return run::run_event_test(set, r, test, zone); });
        for (const rule::TestResult& result : report.results) {
            if (result.passed) continue;
            const std::string head = format("✗ {}:{}: {}", result.file, result.line, result.name);
            terminal.say(head, head);
            for (const std::string& problem : result.problems) terminal.say("    " + problem, "    " + problem);
        }
        failed += report.failed;
        terminal.say(format("{} {}  测试通过 {}，失败 {}；生成的检查 {}", report.failed == 0 ? "✓" : "✗", one->id,
                            report.passed, report.failed, report.generated),
                     format("{} {}  {} tests passed, {} failed; {} generated checks", report.failed == 0 ? "✓" : "✗",
                            one->id, report.passed, report.failed, report.generated));
    }
    return failed == 0 ? exit_good : exit_faults;
}

}  // namespace ningyi::app
