// SPDX-License-Identifier: Apache-2.0
// The command line: reads it, answers --help, and calls the subcommand.
#pragma once

namespace ningyi::app {

// The exit status of the program.
int run_command_line(int argc, char** argv);

}  // namespace ningyi::app
