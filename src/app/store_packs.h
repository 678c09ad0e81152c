// SPDX-License-Identifier: Apache-2.0
// What a store runs. Its log remembers the texts it was first used with and every change two people made since; a
// folder of packs that says something else is told and not used.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/pack_folder.h"
#include "app/terminal.h"
#include "casework/lifecycle.h"
#include "log/event.h"
#include "run/runner.h"
#include "store/sqlite/data_folder.h"

namespace ningyi::app {

// Decisions in the log up to event `until`, folded.
Result<casework::Lifecycle> lifecycle_of(store::DataFolder& store, std::uint64_t until = UINT64_MAX);

// True for the files of packs that judging rests on: those are adopted and changed by people, the others (mappings,
// pages, scenarios) come from the folder.
bool is_judging_text(std::string_view path);

struct StorePacks {
    std::unique_ptr<Packs> packs;  // what runs: texts of the log, beside them the folder's other files
    casework::State state;
    std::vector<std::string> differs;  // paths of the folder that are not as the log has them
};
// `folder` are the packs on disk, or null where there are none. A store without decisions runs the folder.
Result<StorePacks> packs_of_store(casework::State state, std::unique_ptr<Packs> folder);

// Says that the folder differs, and what to do about it.
void tell_difference(const StorePacks& packs, const Terminal& terminal);
// Says which rules stand still, and why.
void tell_pauses(const casework::State& state, const Terminal& terminal);

// Remembers what this store runs, when its log says nothing of it yet.
Faults adopt(store::DataFolder& store, const Packs& packs);

// Gives every rule of the set the status the log gives it.
void apply_statuses(const casework::State& state, rule::RuleSet& set);
// Retired rules judge nothing any more. REQUIRES: no engine works from the set yet.
void leave_out_retired(rule::RuleSet& set);

// A copy on trial, judged beside what runs. The report speaks of the version that runs; the copy has one of its own.
struct Trial {
    casework::Copy copy;
    std::unique_ptr<Packs> packs;  // with no rule but the copy
    run::Reaudit reaudit;
};
Result<std::vector<Trial>> judge_copies(const StorePacks& runs, const run::Source& source, Terminal& terminal);

// Findings in the ledger of versions that judge no more (retired, replaced): a re-audit would not find them again.
engine::FindingBook findings_to_keep(ledger::Ledger& ledger, const StorePacks& runs);
// True while this version of the rule judges: it runs, or is on trial beside.
bool is_judging(const casework::State& state, const std::string& rule, std::int64_t version);

// The packs with a copy on trial laid over: what its findings are judged by.
Result<std::unique_ptr<Packs>> packs_of_copy(const Packs& running, const casework::Copy& copy);

// The packs that judged a stored finding: the texts in force at its position, as the log has them, whatever has become
// of the rule since. A store without texts in its log uses the folder.
Result<std::unique_ptr<Packs>> packs_of_finding(store::DataFolder& store, const engine::Finding& finding,
                                                const std::string& packs_option);

// Outcomes a rule, version and day, as the ledger counted them.
casework::DayCounts day_counts(const std::vector<ledger::Count>& counts);

// A decision on its way into the log.
struct Decision {
    std::string type, subject, actor;
    cbor::Value body;
    Instant at;
    std::string same_as;  // what makes it the same decision when it is sent again; empty: everything it says
};
Instant now_of_machine();
// Appends them through the door. One answer each, in order: whether it is new; faults of those that were refused.
struct Said {
    std::vector<bool> is_new;
    Faults faults;
};
Said say(store::DataFolder& store, const model::Dictionary& dictionary, const std::vector<Decision>& decisions);

}  // namespace ningyi::app
