// SPDX-License-Identifier: Apache-2.0
// `ningyi backtest`: rules as proposed beside rules as they run, over what the log holds.
#include <memory>

#include <CLI/CLI.hpp>

#include "app/backtest_commands.h"
#include "app/command_group.h"

namespace ningyi::app {

void add_backtest_commands(CommandGroup& group) {
    const auto t = [&](const char* zh, const char* en) { return group.t(zh, en); };
    const auto options = std::make_shared<BacktestOptions>();
    CLI::App* command = group.program.add_subcommand(
        "backtest", t("回测规则变更：对日志中已有的记录，会多命中、少命中哪些",
                      "backtest a change of rules: what of the records in the log it would hit besides, or no more"));
    command->add_option("--store", options->store, t("数据文件夹", "data folder"))->required();
    command
        ->add_option(
            "--rules", options->rules,
            t("拟改的规则包文件夹；也可只放改动的文件，按路径盖在现行规则包上",
              "folder of packs as proposed; or of the changed files only, laid over the running packs by path"))
        ->required();
    command->add_option("--from", options->from, t("从哪天起（含）", "first day, included"));
    command->add_option("--to", options->to, t("到哪天止（含）", "last day, included"));
    command->add_option("--out", options->out,
                        t("报告文件夹：backtest.html、backtest.json、backtest.csv",
                          "folder for the report: backtest.html, backtest.json, backtest.csv"));
    command->add_flag("--json", options->json, t("以 JSON 输出", "print JSON"));
    command->add_option("--packs", options->packs, group.packs_help);
    command->footer(t("Ctrl-C 随时可停，不留下半成品；此时退出码 130。",
                      "Ctrl-C stops it at any time and leaves nothing half-made; the exit status is 130 then."));
    command->callback(
        [options, &group] { group.chosen = [options, &group] { return backtest(*options, group.terminal); }; });
}

}  // namespace ningyi::app
