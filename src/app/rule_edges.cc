// SPDX-License-Identifier: Apache-2.0
#include "app/rule_edges.h"

#include "app/gate.h"
#include "app/written_file.h"
#include "base/text.h"
#include "rule/edge_tests.h"

namespace ningyi::app {
namespace {

Fault refused(const rule::Rule& rule, std::string zh, std::string en) {
    return {.file = rule.file, .code = "E509", .zh = std::move(zh), .en = std::move(en)};
}

std::string outcome_of(const rule::EdgeTest& test) {
    const rule::Judgement& judgement = test.judgement;
    std::string text(rule::to_word(judgement.outcome));
    if (judgement.outcome == rule::Outcome::hit)
        text += format(" {}{}", judgement.severity, judgement.band.empty() ? "" : " " + judgement.band);
    else if (!judgement.reason.empty())
        text += " " + judgement.reason;
    return text;
}

}  // namespace

int show_edges(const Packs& packs, const rule::Rule& rule, bool accept, Terminal& terminal) {
    const Zone zone = Zone::china();
    const rule::EdgeTests edges = rule::edge_tests(packs.set, rule, zone);
    terminal.say(rule.id, rule.id);
    std::vector<rule::EdgeTest> fresh;
    for (std::size_t i = 0; i < edges.tests.size(); ++i) {
        const rule::EdgeTest& test = edges.tests[i];
        if (i % 3 == 0) {
            const std::string head = format("  {}: {}", test.where, test.compared);
            terminal.say(head, head);
        }
        terminal.say(
            format("    {:>2}  {} = {:<12} → {}{}", format("{:+}", test.step), test.fact, test.value, outcome_of(test),
                   test.known_as.empty() ? "" : format("（已有测试“{}”）", test.known_as)),
            format("    {:>2}  {} = {:<12} → {}{}", format("{:+}", test.step), test.fact, test.value, outcome_of(test),
                   test.known_as.empty() ? "" : format(" (test \"{}\" is there)", test.known_as)));
        if (test.known_as.empty()) fresh.push_back(test);
    }
    for (const std::string& one : edges.off_the_line)
        terminal.say(format("  {}：没有一个命中的测试能移到界限上", one),
                     format("  {}: no test that hits can be moved to the line", one));
    if (!accept) return exit_good;
    if (fresh.empty()) {
        terminal.complain(refused(rule, "界限上的测试都已经有了，没有可写的",
                                  "every test on a line is there already, nothing to write"));
        return exit_unusable;
    }
    const auto text = packs.files.find(rule.file);
    if (text == packs.files.end()) {
        terminal.complain(refused(rule, "找不到规则文件", "the file of the rule is not there"));
        return exit_unusable;
    }
    const Result<std::string> with = rule::with_edge_tests(text->second, rule, fresh);
    if (!with) return terminal.complain(with.error()), exit_unusable;
    pack::Files files = packs.files;
    files[rule.file] = *with;
    const auto checked = packs_of_files(packs.folder, std::move(files));
    if (!checked) return terminal.complain(checked.error()), exit_unusable;
    const rule::Rule* written = (*checked)->set.rule(rule.id);
    const auto reports = gate((*checked)->set, {written}, zone, Mutants::left_out, nullptr);
    if (reports.front().tests.failed > 0) {
        terminal.complain(refused(rule, "加上这些测试后有测试不通过，文件没有改",
                                  "with these tests some fail; the file is left alone"));
        return exit_faults;
    }
    write_whole((packs.folder / rule.file).string(), *with);
    terminal.say(format("已写入 {} 个测试：{}", fresh.size(), rule.file),
                 format("{} tests written: {}", fresh.size(), rule.file));
    return exit_good;
}

}  // namespace ningyi::app
