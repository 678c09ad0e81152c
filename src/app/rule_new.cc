// SPDX-License-Identifier: Apache-2.0
// A new rule as a draft that loads and has one test, from a few answers.
#include <array>
#include <filesystem>

#include "app/gate.h"
#include "app/pack_folder.h"
#include "app/rule_commands.h"
#include "app/written_file.h"
#include "base/text.h"
#include "pack/layout.h"

namespace ningyi::app {
namespace {

namespace fs = std::filesystem;

Fault unusable(std::string zh, std::string en) {
    return {.code = "E509", .zh = std::move(zh), .en = std::move(en)};
}

const rule::RuleSet::Pack* pack_of(const rule::RuleSet& set, const std::string& name, std::string_view prefix) {
    for (const rule::RuleSet::Pack& pack : set.packs) {
        if (name.empty() ? pack.prefix == prefix : pack.name == name) return &pack;
    }
    return nullptr;
}

// A subject that has a day, and an event about it; those asked for, or the first there are.
struct About {
    const model::Entity* subject = nullptr;
    const model::EventType* event = nullptr;
};

About about(const rule::RuleSet& set, const RuleNewOptions& options, const std::string& pack) {
    for (const bool own : {true, false}) {
        for (const model::EventType& event : set.dictionary.events) {
            const model::Entity* subject = set.dictionary.entity(event.subject);
            if (subject == nullptr || subject->key.empty()) continue;
            if (!options.event.empty() && event.name != options.event) continue;
            if (!options.subject.empty() && subject->name != options.subject) continue;
            const bool is_asked = !options.event.empty() || !options.subject.empty();
            if (!is_asked && (subject->date.empty() || (own && subject->pack != pack))) continue;
            return {subject, &event};
        }
    }
    return {};
}

struct Ground {
    std::string cite;
    Date from;
};

// The clause asked for, or the first of the document that came into force last.
std::optional<Ground> ground(const rule::RuleSet& set, const std::string& cite) {
    std::optional<Ground> found;
    for (const rule::PolicyDocument& document : set.policies) {
        for (const auto& [number, text] : document.clauses) {
            const std::string name = document.name + "#" + number;
            if (!cite.empty() && name != cite) continue;
            if (!found || document.in_force.from > found->from) found = Ground{name, document.in_force.from};
        }
    }
    return found;
}

std::string draft(const RuleNewOptions& options, const About& about, const Ground& ground, std::string_view outcome) {
    const std::string subject = about.subject->name;
    const std::string key = subject + "." + about.subject->key;
    const std::string condition = options.condition.empty() ? format("has({})", key) : options.condition;
    const std::string zh = options.title_zh.empty() ? "待填：怀疑什么" : options.title_zh;
    const std::string en = options.title_en.empty() ? "to be written: what it suspects" : options.title_en;
    const auto quoted = [](const std::string& text) { return "'" + replaced(text, "'", "''") + "'"; };
    const std::string day =
        about.subject->date.empty() ? "" : format(", {}: {}", about.subject->date, to_text(ground.from));
    std::string text;
    const auto line = [&](const std::string& one) { text += one + "\n"; };
    line("rule: " + options.id);
    line(format("title: {{zh: {}, en: {}}}", quoted(zh), quoted(en)));
    line("version: 1");
    line("status: draft                             # draft → shadow → live");
    line("result: notice                            # violation, suspicious, notice: how sure the law is");
    line("effect: note                              # block, partial, hold, sample, note, task: what a hit does");
    line("stage: [post]                             # before, in_process, before_payment, post");
    line("subject: " + subject);
    line(format("on: {{event: {}}}", about.event->name));
    line(format("in_force: {{from: {}}}", to_text(ground.from)));
    line(format("cite: ['{}']", ground.cite));
    line("when:");
    line("  all:");
    line("    - id: first");
    line(format("      zh: '{} {{{}}} 符合条件'", about.subject->title.zh, key));
    line(format("      en: '{} {{{}}} meets the condition'", lower_ascii(about.subject->title.en), key));
    line("      if: " + quoted(condition));
    line("finding:");
    line("  severity: '1'");
    line("explain:");
    line(format("  zh: '{} {{{}}}：请写一句带数值的话。依据：{{cite}}。'", about.subject->title.zh, key));
    line(format("  en: '{} {{{}}}: write one sentence with its values. Basis: {{cite}}.'",
                lower_ascii(about.subject->title.en), key));
    line("misses: {zh: 待填：它看不到什么, en: 'to be written: what it cannot see'}");
    line("do: {zh: 待填：稽核人员先做什么, en: 'to be written: what the auditor does first'}");
    line("tests:");
    line("  - name: 第一个测试");
    line(format("    given: {{{}: {{{}: A1{}}}}}", subject, about.subject->key, day));
    line(format("    expect: {{outcome: {}}}", outcome));
    return text;
}

}  // namespace

int rule_new(const RuleNewOptions& options, Terminal& terminal) {
    const auto packs = load_packs(options.packs);
    if (!packs) return terminal.complain(packs.error()), exit_unusable;
    const rule::RuleSet& set = (*packs)->set;
    const std::vector<std::string_view> parts = split(options.id, '-');
    const rule::RuleSet::Pack* pack = pack_of(set, options.pack, parts[0]);
    if (parts.size() != 3 || pack == nullptr || pack->prefix != parts[0]) {
        terminal.complain(
            unusable(format("规则号应为 前缀-领域-序号，前缀是规则包的：{}", options.id),
                     format("a rule id is PREFIX-AREA-NUMBER with the prefix of a pack: {}", options.id)));
        return exit_unusable;
    }
    const About chosen = about(set, options, pack->name);
    const std::optional<Ground> basis = ground(set, options.cite);
    if (chosen.event == nullptr || !basis) {
        terminal.complain(unusable("没有这样的对象、事件或条款（--subject --on --cite）",
                                   "there is no such subject, event or clause (--subject --on --cite)"));
        return exit_unusable;
    }
    const std::string inside = format("{}rules/{}/{}.yaml", pack->folder, lower_ascii(parts[1]), options.id);
    const fs::path path = (*packs)->folder / inside;
    std::error_code error;
    if (set.rule(options.id) != nullptr || fs::exists(path, error)) {
        terminal.complain({.file = path.string(),
                           .code = "E507",
                           .zh = "这条规则已经有了，不覆盖",
                           .en = "this rule exists already and is left alone"});
        return exit_unusable;
    }
    const Zone zone = Zone::china();
    Faults faults;
    for (const std::string_view outcome : {"hit", "clear", "inconclusive", "not_applicable"}) {
        const std::string text = draft(options, chosen, *basis, outcome);
        pack::Files files = (*packs)->files;
        files[inside] = text;
        const auto with = packs_of_files((*packs)->folder, std::move(files));
        if (!with) return terminal.complain(with.error()), exit_unusable;
        const auto reports = gate((*with)->set, {(*with)->set.rule(options.id)}, zone, Mutants::left_out, nullptr);
        if (reports.front().tests.failed > 0) continue;
        const auto written = pack::laid_out(text, path.string());
        if (!written) return terminal.complain(written.error()), exit_unusable;
        fs::create_directories(path.parent_path(), error);
        faults = write_file(path.string(), *written);
        if (!faults.empty()) return terminal.complain(faults), exit_unusable;
        terminal.say(
            format("已写好 {}：草稿，一个测试（{}）。接着：ningyi rule test {}", path.string(), outcome, options.id),
            format("written: {}, a draft with one test ({}). Next: ningyi rule test {}", path.string(), outcome,
                   options.id));
        return exit_good;
    }
    terminal.complain(unusable("草稿的测试跑不出结果", "the test of the draft comes to no outcome"));
    return exit_unusable;
}

}  // namespace ningyi::app
