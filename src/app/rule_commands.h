// SPDX-License-Identifier: Apache-2.0
// The subcommands of `ningyi rule` and `ningyi pack`: what each was asked, and what it does. How a rule author works
// with one rule. Each returns the exit status.
#pragma once

#include <string>
#include <vector>

#include "app/command_group.h"
#include "app/terminal.h"

namespace ningyi::app {

struct RuleTestOptions {
    std::vector<std::string> ids;  // none: every rule
    std::string packs;
};

int rule_test(const RuleTestOptions& options, Terminal& terminal);

// One function a subcommand declares it under `ningyi rule`. Options live in the callback; it sets `group.chosen`.
void add_rule_test(CLI::App& rule, CommandGroup& group);
void add_rule_reference(CLI::App& rule, CommandGroup& group);
void add_release_commands(CLI::App& rule, CommandGroup& group);  // propose, approve, pause, resume, retire, status

}  // namespace ningyi::app
