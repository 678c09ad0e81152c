// SPDX-License-Identifier: Apache-2.0
// What people decided about findings, folded from core events. A pure fold: the same events in any order of arrival
// give the same state. Which events there are is said by pack/core_model.cc.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/event.h"

namespace ningyi::casework {

enum class Verdict : std::uint8_t { violation, error, unfounded, unverifiable };  // 属实违规 属实差错 不属实 无法核实
enum class Appeal : std::uint8_t { none, filed, granted, dismissed };

std::string_view to_word(Verdict verdict);
std::optional<Verdict> verdict_of_word(std::string_view word);  // in English or Chinese

// How a draw names a finding: 16 digits of the digest of what it is about, so that a later audit does not change the
// name and a pool of a city fits into one event.
std::string name_in_draw(const std::string& rule, std::int64_t version, const std::string& subject,
                         const std::string& dedup);

// Verdicts on subjects that no rule hit (drawn from the clean ones) stand under this instead of a rule.
inline constexpr std::string_view clean_rule = "clean";
inline constexpr std::string_view clean_prefix = "clean-";  // of what stands for the finding: "clean-<subject>"

// One finding is known here by rule, version, subject and dedup: revisions come and go, what was decided stays;
// statistics are kept for each version.
struct Decided {
    std::string rule;
    std::int64_t version = 0;  // of the finding the verdict saw
    std::string subject, dedup;
    std::string finding;  // its id
    Verdict verdict = Verdict::unverifiable;
    Appeal appeal = Appeal::none;
    std::string innocent;  // id of the innocent reason chosen with `unfounded`, or ""
    std::string note;      // "" also when it was erased
    std::string reviewer;
    Instant at;
    std::string agency, date;              // of the finding
    std::int64_t selection_ppm = 1000000;  // probability that this finding was drawn for review (rules.md §9.3)
    bool random_share = false;             // drawn at random, not from the top of the queue
    std::int64_t margin = 0;
    bool has_margin = false;
    std::int64_t at_risk_fen = 0;
    // An appeal granted counts as unfounded; unverifiable is not decided.
    Verdict effective() const { return appeal == Appeal::granted ? Verdict::unfounded : verdict; }
    bool is_decided() const { return effective() != Verdict::unverifiable; }
    bool is_confirmed() const { return effective() == Verdict::violation || effective() == Verdict::error; }
};

class Verdicts {
public:
    // Takes in one event; events of other types are passed over.
    void apply(const engine::ClearEvent& event);
    // The latest of any version, or that of one.
    const Decided* find(const std::string& rule, const std::string& subject, const std::string& dedup) const;
    const Decided* find(const std::string& rule, const std::string& subject, const std::string& dedup,
                        std::int64_t version) const;
    const Decided* of_finding(const std::string& finding) const;                       // by the id a verdict saw
    bool is_drawn(const std::string& name) const { return selected_.contains(name); }  // as a draw names it
    std::vector<const Decided*> all() const;  // ordered by (rule, subject, dedup, version)
    std::vector<const Decided*> of_rule(const std::string& rule) const;

private:
    using Moment = std::pair<Instant, Id>;
    struct Appealed {
        Moment filed, decided;
        bool is_filed = false, is_decided = false, granted = false;
        std::string by;
    };
    struct Selected {
        Moment at;
        std::int64_t ppm = 1000000;
    };
    void settle(const std::string& key);

    std::map<std::string, Decided> decided_;                 // by rule, subject, dedup, version joined with \x1f
    std::map<std::string, Moment> at_;                       // event order of the verdict that counts
    std::map<std::string, std::set<std::string>> findings_;  // key -> ids that verdicts on it saw
    std::map<std::string, std::set<std::string>> keys_of_;   // finding id -> keys
    std::map<std::string, Appealed> appeals_;                // by finding id
    std::map<std::string, Selected> selected_;               // by name in a draw: the first draw that took it
    std::map<std::string, std::set<std::string>> named_;     // name in a draw -> keys
};

}  // namespace ningyi::casework
