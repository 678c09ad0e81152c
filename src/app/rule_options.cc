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
    command->callback(
        [options, &group] { group.chosen = [options, &group] { return rule_test(*options, group.terminal); }; });
}

void add_rule_commands(CommandGroup& group) {
    CLI::App* rule = group.program.add_subcommand(
        "rule", group.t("写规则：测试、说明、比较", "write rules: test, explain, compare"));
    rule->require_subcommand(1);
    add_rule_test(*rule, group);
    add_rule_reference(*rule, group);
    add_release_commands(*rule, group);
    for (CLI::App* command : rule->get_subcommands({})) command->get_help_ptr()->group(group.t("选项", "Options"));
}

}  // namespace ningyi::app
