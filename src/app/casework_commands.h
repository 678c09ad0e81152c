// SPDX-License-Identifier: Apache-2.0
// What `ningyi verdicts`, `draw`, `precision`, `account` and the life of rules (`rule propose`, `approve` …) were
// asked, and what they do.
#pragma once

#include <string>
#include <vector>

#include "app/terminal.h"

namespace ningyi::app {

struct VerdictsOptions {
    std::string file, store, packs, by, role;
};
struct DrawOptions {
    std::string store, packs, by, role, seed, out;
    std::string share = "5%";
    std::string month;  // 2026-10; empty: all
    bool clean = false;
    std::size_t queue = 0;  // besides, so many from the top of the queue
};
struct PrecisionOptions {
    std::string store, packs, out;
    bool json = false;
};
struct AccountOptions {
    std::string account, person, role, store, packs, by;
};
struct ReleaseOptions {
    std::string id;                  // of a rule, a change, or the path of a text
    std::vector<std::string> files;  // propose: new texts
    std::string to = "shadow";       // propose: shadow or live
    std::string store, packs, by, role, reason, backtest;
};

int verdicts(const VerdictsOptions& options, Terminal& terminal);
int draw(const DrawOptions& options, Terminal& terminal);
int precision(const PrecisionOptions& options, Terminal& terminal);
int register_account(const AccountOptions& options, Terminal& terminal);
int propose_release(const ReleaseOptions& options, Terminal& terminal);
int approve_release(const ReleaseOptions& options, Terminal& terminal);
int pause_rule(const ReleaseOptions& options, Terminal& terminal);
int resume_rule(const ReleaseOptions& options, Terminal& terminal);
int retire_rule(const ReleaseOptions& options, Terminal& terminal);
int rule_status(const ReleaseOptions& options, Terminal& terminal);

}  // namespace ningyi::app
