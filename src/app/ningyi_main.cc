// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdio>
#include <exception>

#include "app/command_line.h"
#include "app/terminal.h"
#include "store/sqlite/session.h"

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return ningyi::app::run_command_line(argc, argv);
    } catch (const ningyi::store::SyncFailed& failed) {
        std::fprintf(stderr, "%s\n", failed.what());
        return ningyi::store::SyncFailed::exit_code;
    } catch (const std::exception& failed) {
        std::fprintf(stderr, "%s\n", failed.what());
        return ningyi::app::exit_machine;
    }
}
