// SPDX-License-Identifier: Apache-2.0
// What runs, as the log says it: the texts adopted at first, changes that two people made since, and the state of every
// rule (draft, shadow, live, paused, retired). A pure fold over core events, in the order of (happened_at, id): events
// that arrive in another order give the same state. Who is one person is asked of the accounts, not of names.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/zone.h"
#include "casework/verdicts.h"
#include "engine/event.h"
#include "model/dictionary.h"

namespace ningyi::casework {

// The head of a rule's text: what its life needs to know of it.
struct RuleHead {
    std::string id;
    std::int64_t version = 1;
    std::string status;
    std::int64_t min_precision_ppm = 0, min_verdicts = 0, max_share_ppm = 1'000'000;
};
// Nothing when the text is no rule.
std::optional<RuleHead> rule_head(std::string_view text);

enum class Asks : std::uint8_t { shadow, live, paused, retired, text };  // text: another file of a pack is changed
std::string_view to_word(Asks asks);

struct Official {
    std::string account;  // as given
    std::string person;   // the natural person behind it
    std::string role;
};

struct Release {
    enum class Standing : std::uint8_t { open, approved };
    std::string id, change, rule, path, text, digest, reason, backtest;
    std::int64_t version = 0;
    Asks asks = Asks::text;
    std::optional<std::int64_t> queue_share_ppm;
    Official proposer, approver;
    Instant proposed_at, approved_at;
    Standing standing = Standing::open;
    std::vector<model::Label> refusals;  // approvals that did not count, and why
};

struct RuleState {
    std::string id, path, status;
    std::int64_t version = 1;  // the one that runs
    Instant since;             // of this status
    bool by_itself = false;    // paused by the fold, not by people
    model::Label why;          // of a pause
    RuleHead head;
};

// A new version of a live rule, judged beside it on trial.
struct Copy {
    std::string rule, path, text, release;
    std::int64_t version = 0;
};

// Outcomes of one rule and version on one day, for the pauses that no verdict is needed for.
struct DayCount {
    Date day;
    std::int64_t hit = 0, inconclusive = 0, judged = 0;  // judged: with an outcome other than not_applicable
};
using DayCounts = std::map<std::pair<std::string, std::int64_t>, std::vector<DayCount>>;  // sorted by day

struct State {
    bool is_adopted = false;                   // a first installation is in the log
    std::map<std::string, std::string> texts;  // path -> text in force
    std::map<std::string, RuleState> rules;    // by id
    std::vector<Copy> copies;                  // by rule
    std::vector<Release> releases;             // in the order they were proposed
    std::map<std::string, Official> accounts;

    Official official(const std::string& account, const std::string& role) const;
    const Release* release(std::string_view id) const;
};

class Lifecycle {
public:
    // Takes in one event; events that say nothing of rules, verdicts or accounts are passed over.
    void apply(const engine::ClearEvent& event);

    // The state after all of them. `counts` and `zone` settle the pauses that rest on daily rates; without counts only
    // verdicts pause.
    State state(const DayCounts& counts = {}, const Zone& zone = Zone::china()) const;
    // Why `approver` may not approve `release` now, or nothing: what the gateway refuses and the fold does not count.
    std::optional<model::Label> objection(const State& state, const Release& release, const Official& approver) const;
    const Verdicts& verdicts() const { return verdicts_; }

private:
    std::map<std::pair<Instant, Id>, engine::ClearEvent> events_;
    Verdicts verdicts_;
};

// The gates of shadow -> live (rules.md §8), or nothing when they are passed.
std::optional<model::Label> gate_to_live(const RuleHead& head, std::int64_t version, const Verdicts& verdicts,
                                         std::optional<std::int64_t> queue_share_ppm);

// Whether the last 60 decided verdicts on this version, given after `since`, say that it fell below its floor.
inline constexpr std::size_t verdicts_of_pause = 60;
std::optional<model::Label> pause_by_verdicts(const RuleHead& head, std::int64_t version, const Verdicts& verdicts,
                                              Instant since);
// Whether the daily rates after the day `since` say that something broke.
std::optional<std::pair<Date, model::Label>> pause_by_rates(const std::vector<DayCount>& days, Date since);

}  // namespace ningyi::casework
