// SPDX-License-Identifier: Apache-2.0
// A data folder opened for people's decisions: its log folded, the packs it runs, its days. Shared by the commands that
// take decisions in.
#pragma once

#include <memory>
#include <string>

#include "app/store_packs.h"
#include "base/zone.h"

namespace ningyi::app {

struct OpenCasework {
    store::DataFolder store;
    casework::Lifecycle lifecycle;
    std::unique_ptr<Packs> packs;
    casework::State state;
    Zone zone;
};

// Faults: no such folder, nothing judged there yet, packs that do not load.
Result<std::unique_ptr<OpenCasework>> open_casework(const std::string& store, const std::string& packs);

}  // namespace ningyi::app
