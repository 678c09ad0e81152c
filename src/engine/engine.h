// SPDX-License-Identifier: Apache-2.0
// The engine: events in, findings out. Live it judges what becomes due as the log grows and judges again what late
// evidence touched; in a re-audit it takes in everything first and judges once. Both use the same world, features and
// judgement, so they agree. Pure: no clock, file, thread or random number; time arrives in events.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/features.h"
#include "engine/finding.h"
#include "engine/judge_subject.h"
#include "engine/kept_features.h"
#include "engine/rule_batch.h"

namespace ningyi::engine {

// Counts by (rule number, day, agency, outcome): every judgement as it stands now, also those not stored one by one.
struct CountKey {
    std::uint16_t rule = 0;
    std::string date;
    std::string agency;
    Outcome outcome = Outcome::clear;
    auto operator<=>(const CountKey&) const = default;
};

class Engine;

// Is told of every judgement of one subject, live, as it begins and ends: for measuring.
class Watch {
public:
    virtual ~Watch() = default;
    // `again`: not because it fell due.
    virtual void begins(const Engine& engine, RecordIndex record, bool again) = 0;
    // By so many rules; 0: nothing changed that one of them reads.
    virtual void ends(std::size_t rules) = 0;
};

class Engine {
public:
    // `set` and `zone` must outlive the engine. The faults are those of feature and field texts that do not resolve.
    static Result<std::unique_ptr<Engine>> create(const rule::RuleSet& set, const Zone& zone);

    using Sink = std::function<void(Finding)>;

    // Live: takes in one event, then judges what has become due by its recorded_at and what it touched. REQUIRES:
    // events in order of seq. New findings and revisions go to the sink.
    void feed(const ClearEvent& event, const Sink& sink);

    // Re-audit: takes in one event without judging.
    void load(const ClearEvent& event);
    // Judges every subject by every rule with all that is known (known_now). `progress` gets (done, of).
    // `together` does `parts` pieces of work, at the same time or not, and comes back when all are done; the findings
    // are the same for any number of parts, and come in the same order.
    using Together = std::function<void(std::size_t parts, const std::function<void(std::size_t part)>& work)>;
    void judge_all(const Sink& sink, const std::function<void(std::size_t, std::size_t)>& progress = {},
                   std::size_t parts = 1, const Together& together = {});

    // One rule on one subject as things stand now, with the full judgement of each row, whatever the outcome.
    using Judged = JudgedRow;
    std::vector<Judged> explain(const rule::Rule& rule, std::string_view subject);

    // The findings of one rule on one subject as things stand now, also the clear ones; nothing is counted or revised
    // by it.
    std::vector<Finding> judge_one(const rule::Rule& rule, std::string_view subject, bool known_now);
    // The revision that says a row is not there any more, as things stand now. Nothing when there is no such subject.
    std::optional<Finding> gone(const rule::Rule& rule, std::string_view subject, std::string_view dedup);

    const std::map<CountKey, std::int64_t>& counts() const { return counts_; }
    std::uint64_t too_late() const { return too_late_; }  // events that came too late for a judgement they touched
    const World& world() const { return *world_; }
    const Paths& paths() const { return *paths_; }
    Features& features() { return *features_; }  // of what is known; nothing may come in while it is used elsewhere
    const std::vector<CompiledRule>& rules() const { return rules_; }
    Standing standing() const { return {*set_, *zone_, *paths_, position_, last_recorded_}; }
    std::uint64_t position() const { return position_; }
    void watch(Watch* watch) { watch_ = watch; }  // null: nobody
    // The slow way, for comparing: at every event all that was judged is judged again, and nothing is kept for it.
    void judge_everything() { is_everything_judged_ = true; }

private:
    struct Current {
        std::uint16_t rule = 0;
        std::string dedup;
        std::string content;  // digest of the finding without position
        Outcome outcome = Outcome::clear;
        int revision = 0;
        bool stored = false;
        CountKey counted;
    };
    struct Asked {
        std::uint16_t rule = 0;
        Instant triggered;    // recorded_at of the event that asked
        bool judged = false;  // at least once
    };
    struct Subject {
        std::vector<Current> current;
        std::vector<Asked> asked;
        std::unique_ptr<KeptFeatures> kept;
        bool was_forgotten = false;  // what was kept of it, at least once
    };
    // Why a judged subject is looked at again.
    struct Reached {
        RecordIndex subject = no_record;
        enum class By : std::uint8_t { said, fixes, pairs, moved, measure } by = By::said;
        std::uint32_t number = 0;  // moved: in moved_; measure: in changes
        auto operator<=>(const Reached&) const = default;
    };
    // What one event brought.
    struct News {
        World::Touched touched;
        Said said;  // empty for fixes
        Instant recorded_at;
        std::vector<RecordIndex> neighbours;
        std::vector<Features::MeasureChange> changes;
        std::vector<bool> features, rules;  // which read a field that was said
    };
    struct Due {
        Instant at;
        std::uint64_t order = 0;
        RecordIndex record = no_record;
        std::uint16_t rule = 0;
        bool operator>(const Due& other) const { return at != other.at ? at > other.at : order > other.order; }
    };

    void judge(RecordIndex record, const std::vector<std::uint16_t>& rules, const Sink& sink);  // live, it is due
    // Computes ahead what judging the subject by the rules it waits for will look at. It changes no finding.
    void prepare(RecordIndex record);
    // What these rules say of the subject, rule by rule. With `known_now` it changes nothing, so that several may ask
    // at the same time, each with features and batches of its own. Without batches the reference judges every rule.
    std::vector<std::vector<Finding>> findings_of(RecordIndex record, const std::vector<std::uint16_t>& rules,
                                                  bool known_now, Features& features, std::vector<RuleBatch>* batches);
    std::vector<std::vector<Finding>> findings_of(JudgeSubject& judge, RecordIndex record,
                                                  const std::vector<std::uint16_t>& rules, bool known_now,
                                                  std::vector<RuleBatch>* batches);
    struct Counted {  // what counting a subject needs of it, the same for all rules of a batch
        std::string date, agency;
    };
    // Those of one rule. `outcomes`: of its rows, empty when they are not known. Fills `counted` when it is empty.
    std::vector<Finding> findings_of(JudgeSubject& judge, const Subject* subject, const CompiledRule& rule,
                                     const std::vector<Outcome>& outcomes, bool known_now,
                                     std::optional<Counted>& counted);
    // Takes that as said: counts, revises and hands on.
    void settle_all(RecordIndex record, const std::vector<std::uint16_t>& rules,
                    std::vector<std::vector<Finding>> findings, const Sink& sink);
    void settle(RecordIndex record, std::uint16_t rule, std::vector<Finding> findings, const Sink& sink);
    World::Touched take_in(const ClearEvent& event, const Said* said);  // null: indexes are brought up to date later
    Said said_by(const ClearEvent& event) const;
    void judge_due(const Sink& sink);  // what falls due first: one subject by every rule due at that time

    // judge_again.cc
    void judge_touched(News news, const Sink& sink);
    std::vector<Reached> reached_by(const News& news) const;
    // What `why` makes of one subject: the rules to judge it by again. Sets `is_late` when one of them may not be any
    // more.
    std::vector<std::uint16_t> rules_again(JudgeSubject& judge, RecordIndex record, const News& news,
                                           std::span<const Reached> why, bool& is_late);
    // Marks what was kept of it and is good no more.
    void outdate(const Subject& subject, RecordIndex record, const News& news, std::span<const Reached> why) const;
    bool is_stale(std::uint16_t feature, const KeptFeature* kept, bool is_own, const News& news,
                  std::span<const Reached> why) const;
    KeptFeatures& kept_of(RecordIndex record);
    bool is_in_time(const Asked& asked, Instant recorded_at) const;

    void judge_scheduled(const Sink& sink);
    Finding gone(const CompiledRule& rule, RecordIndex record, std::string_view dedup);

    const rule::RuleSet* set_ = nullptr;
    const Zone* zone_ = nullptr;
    std::unique_ptr<World> world_;
    std::unique_ptr<Paths> paths_;
    std::unique_ptr<Features> features_;
    std::vector<CompiledRule> rules_;
    std::vector<RuleBatch> batches_;  // of rules_
    struct Place {
        std::size_t batch = 0, rule = 0;  // in batches_, there
    };
    std::vector<Place> places_;  // by rule
    std::map<EventIndex, std::vector<std::uint16_t>> by_trigger_;
    std::vector<std::uint16_t> scheduled_;  // rules with `every`
    std::vector<bool> mixed_;               // features that rules of one kind of subject look at as of different times
    std::unordered_map<RecordIndex, Subject> subjects_;
    Dependants dependants_;
    std::queue<RecordIndex> kept_;  // those with kept features, the oldest first
    std::vector<std::unordered_map<std::string_view, FieldIndex>> field_names_;  // by entity
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
    std::priority_queue<Due, std::vector<Due>, std::greater<>> ahead_;  // what is to be prepared; no rule is named
    std::vector<Features::Moved> moved_;
    bool is_everything_judged_ = false;
    std::map<CountKey, std::int64_t> counts_;
    std::uint64_t position_ = 0;
    std::uint64_t orders_ = 0;
    std::uint64_t too_late_ = 0;
    Watch* watch_ = nullptr;
    Instant now_;            // how far the log's time has come
    Instant last_recorded_;  // of the last event taken in: what `position_` stands for
};

}  // namespace ningyi::engine
