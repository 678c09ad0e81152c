// SPDX-License-Identifier: Apache-2.0
// How a group of subcommands joins `ningyi`: a file <group>_options.cc declares them with CLI11 and sets `chosen` from
// the callback of the one that was asked for; command_line.cc calls the function and runs what was chosen.
#pragma once

#include <functional>
#include <string>

#include "app/terminal.h"

namespace CLI {
class App;
}

namespace ningyi::app {

struct CommandGroup {
    CLI::App& program;
    Terminal& terminal;
    std::string packs_help;       // of the option --packs
    std::function<int()> chosen;  // what to do; its result is the exit status

    std::string t(const char* zh, const char* en) const { return std::string(terminal.pick(zh, en)); }
};

void add_backtest_commands(CommandGroup& group);  // ningyi backtest
void add_casework_commands(CommandGroup& group);  // ningyi verdicts, draw, precision, account
void add_rule_commands(CommandGroup& group);      // ningyi rule …

}  // namespace ningyi::app
