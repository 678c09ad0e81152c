// SPDX-License-Identifier: Apache-2.0
// The packs on disk: found, read and checked together.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/terminal.h"
#include "exchange/audit_page.h"
#include "exchange/mapping.h"
#include "pack/pack.h"

namespace ningyi::app {

struct Packs {
    std::filesystem::path folder;
    pack::Files files;
    rule::RuleSet set;
    std::vector<exchange::Mapping> mappings;
    Faults warnings;
};

// Where packs are: `option`, NINGYI_PACKS, ./packs, or beside the program.
std::filesystem::path packs_folder(const std::string& option);

// All text files below the folder, by their path relative to it; a fault when there is no such folder.
Result<pack::Files> read_pack_files(const std::filesystem::path& folder);

// The same from texts that were read already.
Result<std::unique_ptr<Packs>> packs_of_files(const std::filesystem::path& folder, pack::Files files);

// Packs ready for use, or every fault of them.
Result<std::unique_ptr<Packs>> load_packs(const std::string& option);

// The audit page of the packs. There is one at most; a fault when there is none.
Result<exchange::AuditPage> audit_page(const Packs& packs);

}  // namespace ningyi::app
