// SPDX-License-Identifier: Apache-2.0
// lock.json of a pack: which version of each rule has which digest. It is written by `ningyi pack lock`, which raises
// the version of a rule whose digest changed; it is compared by `ningyi check`.
#pragma once

#include <string>

#include "app/pack_folder.h"

namespace ningyi::app {

// Where lock and files disagree (E520). A pack without lock.json agrees.
Faults lock_faults(const std::filesystem::path& folder, const rule::RuleSet& set);

// Writes the locks, and the version into the file of each rule that changed. How many versions rose.
struct Locked {
    std::size_t rules = 0;
    std::vector<std::string> raised;  // "HC-LOC-01: 1 -> 2"
};
Result<Locked> lock_packs(const std::filesystem::path& folder, const rule::RuleSet& set);

}  // namespace ningyi::app
