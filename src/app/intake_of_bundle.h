// SPDX-License-Identifier: Apache-2.0
// Takes a bundle into a data folder: what `import` and `audit` share.
#pragma once

#include <functional>
#include <string>

#include "app/pack_folder.h"
#include "app/terminal.h"
#include "engine/event.h"
#include "exchange/bundle.h"
#include "intake/opener.h"
#include "run/runner.h"
#include "store/sqlite/data_folder.h"

namespace ningyi::app {

struct TakenIn {
    exchange::BundleInfo info;
    exchange::ImportReport report;
    std::uint64_t accepted = 0, again = 0;
};

// Is given every event that came new into the log, as reading the log would give it, in its order, once it is durable.
using Follower = std::function<void(const engine::ClearEvent&)>;
// Asked once, when the bundle is found to be usable and before anything is taken in. The follower is called on a thread
// of its own, which has ended when take_in returns; an empty one is not called.
using Follow = std::function<Result<Follower>(const exchange::BundleInfo&)>;

// Everything the bundle holds goes through intake into the store; rejected rows to `rejected_path`. Taking it in twice,
// or again after a break, changes nothing. Faults: the bundle cannot be used, or those of `follow`.
Result<TakenIn> take_in(const std::string& bundle, store::DataFolder& store, const Packs& packs,
                        const std::string& rejected_path, Terminal& terminal, const Follow& follow = {});

// Says what was taken in: rows, events, rejected rows, notices.
void report(const TakenIn& taken, const std::string& rejected_path, const Terminal& terminal);

// A fault when `path` is the folder `bundle` or lies in it: what was handed over is read and never written, and a
// report has files with the names of a bundle. Nothing otherwise, also when the bundle is a file.
Faults written_into(const std::string& bundle, const std::string& path);

// How the runner opens events of this store. REQUIRES: the opener outlives what it returns.
run::Open opening_with(intake::Opener& opener);

// A digest of what the bundle's files hold, in hex: two bundles with equal files have equal digests.
Result<std::string> digest_of_bundle(const std::string& bundle);

}  // namespace ningyi::app
