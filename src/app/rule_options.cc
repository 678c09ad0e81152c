// SPDX-License-Identifier: Apache-2.0
// `ningyi rule …`: one function a subcommand. A subcommand of another file joins by a line in add_rule_commands().
#include <memory>

#include <CLI/CLI.hpp>

#include "app/rule_commands.h"

namespace ningyi::app {

void add_rule_test(CLI::App& rule, CommandGroup& group) {
    const auto options = std::make_shared<RuleTestOptions>();
    CLI::App* command = rule.add_subcommand(
        "test", group.t("运行规则的测试，说明不符之处", "run the tests of rules and show what differs"));
    command->add_option("ids", options->ids, group.t("规则号（默认全部）", "ids of rules (default: all)"));
    command->add_option("--packs", options->packs, group.packs_help);
    command->add_flag("--edges", options->edges,
                      group.t("列出参数界限上和两边各一单位的结果",
                              "show the outcomes on the line of each parameter and one unit beside it"));
    command->add_flag(
        "--accept-edges", options->accept_edges,
        group.t("同上，并把它们作为测试写进规则文件", "the same, and write them into the rule's file as tests"));
    command->callback(
        [options, &group] { group.chosen = [options, &group] { return rule_test(*options, group.terminal); }; });
}

void add_rule_new(CLI::App& rule, CommandGroup& group) {
    const auto options = std::make_shared<RuleNewOptions>();
    CLI::App* command = rule.add_subcommand(
        "new", group.t("写一条新规则的草稿，带一个测试", "write a new rule as a draft with one test"));
    command->add_option("id", options->id, group.t("规则号，如 HC-LOC-21", "id of the rule, as HC-LOC-21"))->required();
    command->add_option("--pack", options->pack, group.t("规则包（默认看前缀）", "pack (default: by the prefix)"));
    command->add_option("--title-zh", options->title_zh, group.t("怀疑什么（中文）", "what it suspects, in Chinese"));
    command->add_option("--title-en", options->title_en, group.t("怀疑什么（英文）", "what it suspects, in English"));
    command->add_option("--subject", options->subject, group.t("判定的对象", "what is judged"));
    command->add_option("--on", options->event, group.t("何时判：事件", "when it is judged: an event"));
    command->add_option("--cite", options->cite, group.t("依据：文件#条款", "basis: document#clause"));
    command->add_option("--if", options->condition, group.t("条件（表达式）", "condition (an expression)"));
    command->add_option("--packs", options->packs, group.packs_help);
    command->callback(
        [options, &group] { group.chosen = [options, &group] { return rule_new(*options, group.terminal); }; });
}

void add_rule_explain(CLI::App& rule, CommandGroup& group) {
    const auto options = std::make_shared<RuleExplainOptions>();
    CLI::App* command = rule.add_subcommand(
        "explain",
        group.t("用句子说明一条规则，或它对一个对象的判定", "tell a rule in sentences, or what it says of a subject"));
    command->add_option("id", options->id, group.t("规则号", "id of the rule"))->required();
    command->add_option("subject", options->subject,
                        group.t("对象编号，如工单号", "id of a subject, such as an order"));
    command->add_option("--store", options->store, group.t("数据文件夹", "data folder"));
    command->add_option("--packs", options->packs, group.packs_help);
    command->callback(
        [options, &group] { group.chosen = [options, &group] { return rule_explain(*options, group.terminal); }; });
}

void add_rule_diff(CLI::App& rule, CommandGroup& group) {
    const auto options = std::make_shared<RuleDiffOptions>();
    CLI::App* command = rule.add_subcommand(
        "diff", group.t("两个规则包文件夹之间改了什么", "what changed between two folders of packs"));
    command->add_option("before", options->before, group.t("改前的规则包文件夹", "folder of packs before"))->required();
    command->add_option("after", options->after, group.t("改后的规则包文件夹", "folder of packs after"))->required();
    command->add_option("--rule", options->rule, group.t("只看这条规则", "this rule only"));
    command->callback(
        [options, &group] { group.chosen = [options, &group] { return rule_diff(*options, group.terminal); }; });
}

void add_pack_lock(CLI::App& pack, CommandGroup& group) {
    const auto options = std::make_shared<PackLockOptions>();
    CLI::App* command = pack.add_subcommand(
        "lock",
        group.t("写 lock.json；内容变了的规则升高版本", "write lock.json; raise the version of rules that changed"));
    command->add_option("--packs", options->packs, group.packs_help);
    command->callback(
        [options, &group] { group.chosen = [options, &group] { return pack_lock(*options, group.terminal); }; });
}

void add_rule_commands(CommandGroup& group) {
    CLI::App* rule = group.program.add_subcommand(
        "rule", group.t("写规则：测试、说明、比较", "write rules: test, explain, compare"));
    rule->require_subcommand(1);
    add_rule_new(*rule, group);
    add_rule_test(*rule, group);
    add_rule_explain(*rule, group);
    add_rule_diff(*rule, group);
    add_rule_reference(*rule, group);
    add_rule_fmt(*rule, group);
    add_release_commands(*rule, group);
    for (CLI::App* command : rule->get_subcommands({})) command->get_help_ptr()->group(group.t("选项", "Options"));
    CLI::App* pack = group.program.add_subcommand("pack", group.t("规则包：锁定版本", "packs: lock versions"));
    pack->require_subcommand(1);
    add_pack_lock(*pack, group);
    for (CLI::App* command : pack->get_subcommands({})) command->get_help_ptr()->group(group.t("选项", "Options"));
}

}  // namespace ningyi::app
