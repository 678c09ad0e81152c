// SPDX-License-Identifier: Apache-2.0
// `ningyi rule propose|approve|pause|resume|retire|status`: the life of rules and values, by two people.
#include <memory>

#include <CLI/CLI.hpp>

#include "app/casework_commands.h"
#include "app/command_group.h"

namespace ningyi::app {
namespace {

using Work = int (*)(const ReleaseOptions&, Terminal&);

struct Declared {
    CLI::App* command;
    std::shared_ptr<ReleaseOptions> options;
};

Declared declared(CLI::App& rule, CommandGroup& group, const char* name, const std::string& help, Work work,
                  bool by_someone) {
    const auto options = std::make_shared<ReleaseOptions>();
    CLI::App* command = rule.add_subcommand(name, help);
    command->add_option("--store", options->store, group.t("数据文件夹", "data folder"))->required();
    command->add_option("--packs", options->packs, group.packs_help);
    if (by_someone) {
        command
            ->add_option("--by", options->by,
                         group.t("办理人（人员编号或账号）", "number of the person, or an account"))
            ->required();
        command->add_option("--role", options->role, group.t("岗位", "role"))->required();
    }
    command->callback(
        [options, &group, work] { group.chosen = [options, &group, work] { return work(*options, group.terminal); }; });
    return {command, options};
}

}  // namespace

void add_release_commands(CLI::App& rule, CommandGroup& group) {
    const auto t = [&](const char* zh, const char* en) { return group.t(zh, en); };
    const std::string reason = t("理由", "reason");
    {
        const auto [command, options] =
            declared(rule, group, "propose",
                     t("提出规则、参数、表或名单的变更", "propose a change of a rule, value, table or list"),
                     propose_release, true);
        command
            ->add_option("id", options->id,
                         t("规则号，或规则包内的文件，如 home/params/limits.yaml",
                           "id of a rule, or path of a text in the packs"))
            ->required();
        command->add_option("--file", options->files, t("新的文本", "the new text"));
        command
            ->add_option("--to", options->to,
                         t("申请的状态：shadow 试运行、live 启用", "state asked for: shadow or live"))
            ->check(CLI::IsMember({"shadow", "live"}))
            ->capture_default_str();
        command->add_option("--reason", options->reason, reason)->required();
        command->add_option("--backtest", options->backtest,
                            t("这一文本的回测报告（ningyi backtest 写出的 backtest.json）",
                              "the backtest report of this text (backtest.json of `ningyi backtest`)"));
    }
    {
        const auto [command, options] =
            declared(rule, group, "approve",
                     t("批准变更（须由另一人、另一岗位）", "approve a change: another person, another role"),
                     approve_release, true);
        command->add_option("id", options->id, t("变更编号或规则号", "number of the change, or id of the rule"))
            ->required();
    }
    {
        const auto [command, options] =
            declared(rule, group, "pause",
                     t("暂停规则（一人即可，须写理由）", "pause a rule: one person, with a reason"), pause_rule, true);
        command->add_option("id", options->id, t("规则号", "id of the rule"))->required();
        command->add_option("--reason", options->reason, reason)->required();
    }
    {
        const auto [command, options] = declared(
            rule, group, "resume",
            t("恢复暂停的规则（两人先后执行）", "resume a paused rule: two people run it in turn"), resume_rule, true);
        command->add_option("id", options->id, t("规则号", "id of the rule"))->required();
        command->add_option("--reason", options->reason, reason);
    }
    {
        const auto [command, options] =
            declared(rule, group, "retire", t("停用规则（两人先后执行）", "retire a rule: two people run it in turn"),
                     retire_rule, true);
        command->add_option("id", options->id, t("规则号", "id of the rule"))->required();
        command->add_option("--reason", options->reason, reason);
    }
    {
        const auto [command, options] =
            declared(rule, group, "status", t("各规则的状态与待批的变更", "state of the rules, and open changes"),
                     rule_status, false);
        command->add_option("id", options->id, t("规则号（默认全部）", "id of a rule (default: all)"));
    }
}

}  // namespace ningyi::app
