// SPDX-License-Identifier: Apache-2.0
// What a rule says on each line that a parameter draws and one unit to both sides of it, for its author to take as
// tests.
#pragma once

#include "app/pack_folder.h"
#include "app/terminal.h"

namespace ningyi::app {

// Prints the outcomes; with `accept` writes those that no test says yet into the rule's file, whole or not at all.
// Refuses when there are none to write or when the rule with them would not pass its tests. The exit status.
int show_edges(const Packs& packs, const rule::Rule& rule, bool accept, Terminal& terminal);

}  // namespace ningyi::app
