// SPDX-License-Identifier: Apache-2.0
// `ningyi verdicts`, `draw`, `precision`, `account`: what people decided, and what it says of the rules.
#include <memory>

#include <CLI/CLI.hpp>

#include "app/casework_commands.h"
#include "app/command_group.h"

namespace ningyi::app {

void add_casework_commands(CommandGroup& group) {
    const auto t = [&](const char* zh, const char* en) { return group.t(zh, en); };
    const std::string store = t("数据文件夹", "data folder");
    const std::string by = t("办理人（人员编号或账号）", "who decides: number of the person, or an account");
    const std::string role = t("岗位，如 auditor、bureau", "role, as auditor or bureau");
    {
        const auto options = std::make_shared<VerdictsOptions>();
        CLI::App* command = group.program.add_subcommand(
            "verdicts", t("收回核实结论：在 findings.csv 中填好 verdict、innocent、note 列后交回",
                          "take in verdicts: findings.csv with the columns verdict, innocent, note filled in"));
        command->add_option("file", options->file, t("填好的 CSV", "the CSV filled in"))->required();
        command->add_option("--store", options->store, store)->required();
        command->add_option("--by", options->by, by)->required();
        command->add_option("--role", options->role, role)->required();
        command->add_option("--packs", options->packs, group.packs_help);
        command->callback(
            [options, &group] { group.chosen = [options, &group] { return verdicts(*options, group.terminal); }; });
    }
    {
        const auto options = std::make_shared<DrawOptions>();
        CLI::App* command =
            group.program.add_subcommand("draw", t("随机抽查：按规则、机构、月份分层，同一种子可复现",
                                                   "draw at random by rule, agency and month; the seed repeats it"));
        command->add_option("--store", options->store, store)->required();
        command->add_option("--seed", options->seed, t("种子，如当众摇出的号码", "seed, as a number drawn in public"))
            ->required();
        command->add_option("--share", options->share, t("抽取比例", "share to draw"))->capture_default_str();
        command->add_flag(
            "--clean", options->clean,
            t("从没有命中的对象中抽，用来估计漏查", "draw from what no rule hit, to estimate what is missed"));
        command->add_option("--month", options->month, t("只抽某月，如 2026-10", "one month only, as 2026-10"));
        command->add_option(
            "--queue", options->queue,
            t("清单中另加审核队列最前面的若干条", "put so many from the top of the queue into the list besides"));
        command->add_option("--out", options->out, t("待核清单写到哪个 CSV", "CSV to write the list for review to"));
        command->add_option("--by", options->by, by)->required();
        command->add_option("--role", options->role, role)->required();
        command->add_option("--packs", options->packs, group.packs_help);
        command->callback(
            [options, &group] { group.chosen = [options, &group] { return draw(*options, group.terminal); }; });
    }
    {
        const auto options = std::make_shared<PrecisionOptions>();
        CLI::App* command = group.program.add_subcommand(
            "precision", t("各规则的精准率（含区间）、无责原因与阈值建议",
                           "precision of each rule with its interval, innocent reasons, suggested thresholds"));
        command->add_option("--store", options->store, store)->required();
        command->add_flag("--json", options->json, t("以 JSON 输出", "print JSON"));
        command->add_option("--out", options->out, t("写出自含的 HTML 页面", "write a self-contained HTML page"));
        command->add_option("--packs", options->packs, group.packs_help);
        command->callback(
            [options, &group] { group.chosen = [options, &group] { return precision(*options, group.terminal); }; });
    }
    {
        const auto options = std::make_shared<AccountOptions>();
        CLI::App* command = group.program.add_subcommand(
            "account", t("登记账号属于哪个自然人、什么岗位", "say whose an account is, and in which role"));
        command->add_option("account", options->account, t("账号", "account"))->required();
        command->add_option("--person", options->person, t("自然人编号", "number of the person"))->required();
        command->add_option("--role", options->role, role);
        command->add_option("--store", options->store, store)->required();
        command->add_option("--by", options->by, by)->required();
        command->add_option("--packs", options->packs, group.packs_help);
        command->callback([options, &group] {
            group.chosen = [options, &group] { return register_account(*options, group.terminal); };
        });
    }
}

}  // namespace ningyi::app
