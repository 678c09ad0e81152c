// SPDX-License-Identifier: Apache-2.0
// The runner: reads the log, lets the engine judge, and writes the ledger. Re-audit and replay are the same function of
// the same log. The only writer of the ledger.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/zone.h"
#include "engine/engine.h"
#include "engine/finding_book.h"
#include "ledger/ledger.h"
#include "log/event_log.h"
#include "rule/rule.h"

namespace ningyi::run {

// Turns a stored event into its clear body; a fault when it cannot be read. Given by the program, which holds the keys.
using Open = std::function<Result<cbor::Value>(const log::Event&)>;

using Progress = std::function<void(double)>;  // share done, 0 to 1

struct Source {
    log::EventLog& log;
    Open open;
    const rule::RuleSet& set;
    const Zone& zone;
};

struct Reaudit {
    std::unique_ptr<engine::Engine> engine;  // with everything taken in
    engine::FindingBook findings;            // sorted by (rule, subject, dedup)
    std::vector<ledger::Count> counts;
};

// Judges everything in the log with all that is known now, with that many threads (0: as many as the machine has cores,
// at most 8); the result is the same for any number. Faults: an event that does not open, texts that do not
// resolve. `begun`, where given, is an engine of the source's rules and zone that has taken in the log up to its
// position: only what stands behind is read.
Result<Reaudit> reaudit(const Source& source, const Progress& progress, std::size_t threads = 0,
                        std::unique_ptr<engine::Engine> begun = nullptr);

// Replaces what the ledger holds by this, and by what versions on trial found beside it. `kept` are findings of
// versions that judge no more: they stay as they were, to be replayed.
void record(ledger::Ledger& ledger, const Reaudit& reaudit, const std::vector<const Reaudit*>& beside = {},
            const engine::FindingBook& kept = {});

// Feeds the log live from its beginning and records what comes after the ledger's position: exactly once, also after a
// crash.
Result<std::unique_ptr<engine::Engine>> run_live(const Source& source, ledger::Ledger& ledger,
                                                 const Progress& progress);

// The same finding computed again from the log up to its position. `same` says whether the bytes are equal.
struct Replayed {
    std::unique_ptr<engine::Engine> engine;
    engine::Finding finding;
    bool same = false;
};
Result<Replayed> replay(const Source& source, const engine::Finding& stored);

std::vector<ledger::Count> counts_of(const engine::Engine& engine, const rule::RuleSet& set);

}  // namespace ningyi::run
