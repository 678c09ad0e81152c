// SPDX-License-Identifier: Apache-2.0
#include "app/rule_commands.h"

#include "app/gate.h"
#include "app/pack_folder.h"
#include "app/rule_edges.h"
#include "base/text.h"

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
    if (options.edges || options.accept_edges) {
        for (const rule::Rule* one : rules) {
            const int status = show_edges(**packs, *one, options.accept_edges, terminal);
            if (status != exit_good) return status;
        }
        return exit_good;
    }
    std::size_t failed = 0;
    for (const GateReport& report : gate(set, rules, zone, Mutants::left_out, nullptr)) {
        for (const rule::TestResult& result : report.tests.results) {
            if (result.passed) continue;
            const std::string head = format("✗ {}:{}: {}", result.file, result.line, result.name);
            terminal.say(head, head);
            for (const std::string& problem : result.problems) terminal.say("    " + problem, "    " + problem);
        }
        failed += report.tests.failed;
        const std::string_view mark = report.tests.failed == 0 ? "✓" : "✗";
        terminal.say(format("{} {}  测试通过 {}，失败 {}；生成的检查 {}", mark, report.rule->id, report.tests.passed,
                            report.tests.failed, report.tests.generated),
                     format("{} {}  {} tests passed, {} failed; {} generated checks", mark, report.rule->id,
                            report.tests.passed, report.tests.failed, report.tests.generated));
    }
    return failed == 0 ? exit_good : exit_faults;
}

}  // namespace ningyi::app
