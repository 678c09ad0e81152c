// SPDX-License-Identifier: Apache-2.0
// What `ningyi backtest` was asked, and what it does.
#pragma once

#include <string>

#include "app/terminal.h"

namespace ningyi::app {

struct BacktestOptions {
    std::string store, rules, packs, from, to, out;
    bool json = false;
};

// The exit status of work that was stopped with Ctrl-C: 128 + SIGINT, as shells have it.
inline constexpr int exit_stopped = 130;

int backtest(const BacktestOptions& options, Terminal& terminal);

}  // namespace ningyi::app
