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
    bool edges = false;         // show the tests on the line and beside it instead
    bool accept_edges = false;  // and write them into the rules' files
};

struct RuleNewOptions {
    std::string id, pack, packs;
    std::string title_zh, title_en, subject, event, cite, condition;
};

struct RuleExplainOptions {
    std::string id, subject, store, packs;
};

struct RuleDiffOptions {
    std::string before, after, rule;
};

struct PackLockOptions {
    std::string packs;
};

int rule_test(const RuleTestOptions& options, Terminal& terminal);
int rule_new(const RuleNewOptions& options, Terminal& terminal);
int rule_explain(const RuleExplainOptions& options, Terminal& terminal);
int rule_diff(const RuleDiffOptions& options, Terminal& terminal);
int pack_lock(const PackLockOptions& options, Terminal& terminal);

// One function a subcommand declares it under `ningyi rule`. Options live in the callback; it sets `group.chosen`.
void add_rule_test(CLI::App& rule, CommandGroup& group);
void add_rule_new(CLI::App& rule, CommandGroup& group);
void add_rule_explain(CLI::App& rule, CommandGroup& group);
void add_rule_diff(CLI::App& rule, CommandGroup& group);
void add_pack_lock(CLI::App& pack, CommandGroup& group);
void add_rule_reference(CLI::App& rule, CommandGroup& group);
void add_rule_fmt(CLI::App& rule, CommandGroup& group);
void add_release_commands(CLI::App& rule, CommandGroup& group);  // propose, approve, pause, resume, retire, status

}  // namespace ningyi::app
