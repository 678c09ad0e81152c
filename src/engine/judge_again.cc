// SPDX-License-Identifier: Apache-2.0
// What an event changes of what was judged before: the features that hang on it are computed again, and only rules that
// read something that came out otherwise are judged again.
#include <algorithm>

#include "engine/engine.h"

namespace ningyi::engine {
namespace {

constexpr std::size_t most_kept = 16'384;  // subjects whose features are kept

Instant later(Instant time, Millis by) {
    return Instant{time.ms > INT64_MAX - by ? INT64_MAX : time.ms + by};
}

}  // namespace

KeptFeatures& Engine::kept_of(RecordIndex record) {
    Subject& subject = subjects_[record];
    if (subject.kept == nullptr) {
        if (kept_.size() >= most_kept) {
            Subject& oldest = subjects_[kept_.front()];
            kept_.pop();
            oldest.kept.reset();
            oldest.was_forgotten = true;
        }
        subject.kept = std::make_unique<KeptFeatures>(features_->outlooks().size());
        kept_.push(record);
    }
    return *subject.kept;
}

bool Engine::is_in_time(const Asked& asked, Instant recorded_at) const {
    const CompiledRule& rule = rules_[asked.rule];
    return rule.trigger == no_index || recorded_at.ms - asked.triggered.ms <= rule.revise;
}

std::vector<Engine::Reached> Engine::reached_by(const News& news) const {
    std::vector<Reached> reached;
    using By = Reached::By;
    const auto add = [&](By by, std::size_t number) {
        return [&reached, by, number](RecordIndex subject) {
            reached.push_back({subject, by, static_cast<std::uint32_t>(number)});
        };
    };
    for (const RecordIndex record : news.neighbours) add(By::pairs, 0)(record);
    const std::string& id = world_->record(news.touched.record).id;
    if (news.touched.fixes) {
        dependants_.each_of_carrier(Dependants::carrier_number(id), news.touched.first, news.touched.last,
                                    add(By::fixes, 0));
    } else {
        dependants_.each_of_record(news.touched.entity, id, add(By::said, 0));
    }
    const std::vector<Features::Outlook>& outlooks = features_->outlooks();
    for (std::size_t i = 0; i < moved_.size(); ++i) {
        const Features::Moved& moved = moved_[i];
        bool is_read = moved.is_placed_anew;
        for (std::size_t f = 0; f < outlooks.size() && !is_read; ++f)
            is_read = news.features[f] && (outlooks[f].index == moved.index || outlooks[f].peer_index == moved.index);
        if (!is_read) continue;
        const auto look = [&](const std::string& key, Instant time) {
            if (key.empty()) return;
            dependants_.each_of_key(moved.index, key, Instant{time.ms - features_->ahead(moved.index)},
                                    later(time, features_->reach(moved.index)), add(By::moved, i));
        };
        look(moved.old_key, moved.old_time);
        if (moved.new_key != moved.old_key || moved.new_time != moved.old_time) look(moved.new_key, moved.new_time);
    }
    for (std::size_t i = 0; i < news.changes.size(); ++i) {
        const Features::MeasureChange& change = news.changes[i];
        const bool is_read = std::any_of(rules_.begin(), rules_.end(), [&](const CompiledRule& rule) {
            return std::any_of(rule.facts.begin(), rule.facts.end(), [&](const CompiledRule::FactUse& use) {
                return use.feature == change.feature &&
                       std::find(change.facts.begin(), change.facts.end(), use.fact) != change.facts.end();
            });
        });
        if (is_read) dependants_.each_of_measure(change.measure, add(By::measure, i));
    }
    std::sort(reached.begin(), reached.end());
    reached.erase(std::unique(reached.begin(), reached.end()), reached.end());
    return reached;
}

void Engine::judge_touched(News news, const Sink& sink) {
    std::vector<Reached> reached;
    if (is_everything_judged_) {
        for (const auto& [record, subject] : subjects_) reached.push_back({.subject = record});
        std::sort(reached.begin(), reached.end());
    } else {
        for (const Features::Outlook& outlook : features_->outlooks())
            news.features.push_back(!news.touched.fixes && outlook.fields.meets(news.said));
        for (const CompiledRule& rule : rules_)
            news.rules.push_back(!news.touched.fixes && rule.fields.meets(news.said));
        reached = reached_by(news);
    }
    bool is_late = false;
    for (std::size_t first = 0, last = 0; first < reached.size(); first = last) {
        while (last < reached.size() && reached[last].subject == reached[first].subject) ++last;
        const RecordIndex record = reached[first].subject;
        const std::span<const Reached> why = std::span(reached).subspan(first, last - first);
        const auto known = subjects_.find(record);
        if (known == subjects_.end()) continue;
        const std::vector<Asked>& asked = known->second.asked;
        if (std::none_of(asked.begin(), asked.end(), [](const Asked& one) { return one.judged; })) {
            if (known->second.kept != nullptr) outdate(known->second, record, news, why);  // it was prepared
            continue;
        }
        if (watch_ != nullptr) watch_->begins(*this, record, true);
        std::vector<std::uint16_t> rules;
        if (is_everything_judged_) {
            for (const Asked& one : asked) {
                if (one.judged && is_in_time(one, news.recorded_at)) rules.push_back(one.rule);
            }
            settle_all(record, rules, findings_of(record, rules, false, *features_, nullptr), sink);
        } else {
            Keeping keeping(record, *features_, dependants_, kept_of(record));
            JudgeSubject judge(standing(), *features_, record, &keeping, &keeping);
            rules = rules_again(judge, record, news, why, is_late);
            if (!rules.empty()) settle_all(record, rules, findings_of(judge, record, rules, false, &batches_), sink);
        }
        if (watch_ != nullptr) watch_->ends(rules.size());
    }
    if (is_late) ++too_late_;
}

bool Engine::is_stale(std::uint16_t feature, const KeptFeature* kept, bool is_own, const News& news,
                      std::span<const Reached> why) const {
    const Features::Outlook& outlook = features_->outlooks()[feature];
    using By = Reached::By;
    if (is_own && outlook.from == news.said.type) return true;
    return std::any_of(why.begin(), why.end(), [&](const Reached& reached) {
        switch (reached.by) {
            case By::said: return static_cast<bool>(news.features[feature]);
            case By::pairs: return outlook.is_pair;
            case By::measure: return false;  // its rules are judged again anyway
            case By::fixes: {
                if (!outlook.reads_tracks || kept == nullptr) return outlook.reads_tracks;
                const std::uint64_t carrier = Dependants::carrier_number(world_->record(news.touched.record).id);
                return std::any_of(kept->stretches.begin(), kept->stretches.end(),
                                   [&](const KeptFeature::Stretch& stretch) {
                                       return stretch.carrier == carrier && stretch.from <= news.touched.last &&
                                              news.touched.first <= stretch.to;
                                   });
            }
            case By::moved: {
                const Features::Moved& moved = moved_[reached.number];
                const bool is_of_index = outlook.index == moved.index || outlook.peer_index == moved.index;
                if (!is_of_index || outlook.is_shared) return false;
                if (!moved.is_placed_anew && !news.features[feature]) return false;
                if (outlook.reach == 0 || kept == nullptr || !kept->time || mixed_[feature]) return true;
                const auto is_near = [&](Instant time) {
                    return kept->time->ms >= time.ms - outlook.ahead && *kept->time <= later(time, outlook.reach);
                };
                return is_near(moved.old_time) || is_near(moved.new_time);
            }
        }
        return true;
    });
}

void Engine::outdate(const Subject& subject, RecordIndex record, const News& news, std::span<const Reached> why) const {
    const bool is_own = record == news.touched.record && !news.touched.fixes;
    for (std::uint16_t f = 0; f < subject.kept->size(); ++f) {
        KeptFeature* const kept = (*subject.kept)[f].get();
        if (kept != nullptr && is_stale(f, kept, is_own, news, why)) kept->is_stale = true;
    }
}

std::vector<std::uint16_t> Engine::rules_again(JudgeSubject& judge, RecordIndex record, const News& news,
                                               std::span<const Reached> why, bool& is_late) {
    const Subject& subject = subjects_[record];
    KeptFeatures& kept = *subject.kept;
    outdate(subject, record, news, why);
    const bool is_own = record == news.touched.record && !news.touched.fixes;
    const bool is_said =
        std::any_of(why.begin(), why.end(), [](const Reached& one) { return one.by == Reached::By::said; });
    enum class State : std::uint8_t { good, stale, unknown, compared };
    std::vector<State> states(kept.size(), State::good);
    std::vector<RowsChange> changes(kept.size());
    for (std::uint16_t f = 0; f < kept.size(); ++f) {
        const KeptFeature* one = kept[f].get();
        // What nobody looked at decided nothing.
        if (one == nullptr && !subject.was_forgotten) continue;
        if (one == nullptr ? !is_stale(f, one, is_own, news, why) : !one->is_stale) continue;
        states[f] = one == nullptr || mixed_[f] ? State::unknown : State::stale;
    }
    std::vector<std::uint16_t> rules;
    for (const Asked& asked : subject.asked) {
        if (!asked.judged) continue;
        const CompiledRule& rule = rules_[asked.rule];
        bool is_hit = (is_said && news.rules[asked.rule]) || (is_own && rule.trigger == news.said.type);
        for (const Reached& reached : why) {
            if (reached.by != Reached::By::measure || is_hit) continue;
            const Features::MeasureChange& change = news.changes[reached.number];
            is_hit = std::any_of(rule.facts.begin(), rule.facts.end(), [&](const CompiledRule::FactUse& use) {
                return use.feature == change.feature &&
                       std::find(change.facts.begin(), change.facts.end(), use.fact) != change.facts.end();
            });
        }
        const bool has_stale = std::any_of(rule.features.begin(), rule.features.end(),
                                           [&](std::uint16_t f) { return states[f] != State::good; });
        if (!is_in_time(asked, news.recorded_at)) {
            is_late = is_late || is_hit || has_stale;
            continue;
        }
        const bool is_stored = std::any_of(subject.current.begin(), subject.current.end(),
                                           [&](const Current& one) { return one.rule == asked.rule && one.stored; });
        if (news.touched.fixes && is_stored)
            is_hit = is_hit || std::any_of(rule.evidence.begin(), rule.evidence.end(),
                                           [](const CompiledRule::Evidence& one) { return one.track; });
        for (const std::uint16_t f : rule.features) {
            if (is_hit || states[f] == State::good) continue;
            if (states[f] == State::unknown) {
                is_hit = true;
                continue;
            }
            if (states[f] == State::stale) {
                const FeatureRows before = std::move(kept[f]->rows);
                const AsOf was = kept[f]->as_of;
                judge.begin(rule);
                changes[f] = change_of(before, judge.rows_of(f));
                states[f] = kept[f]->as_of == was ? State::compared : State::unknown;
                if (states[f] == State::unknown) is_hit = true;
            }
            const RowsChange& change = changes[f];
            is_hit = is_hit || (is_stored && change.any) || (rule.each == f && change.rows) ||
                     std::any_of(rule.facts.begin(), rule.facts.end(), [&](const CompiledRule::FactUse& use) {
                         return use.feature == f && use.fact < change.facts.size() && change.facts[use.fact];
                     });
        }
        if (is_hit) rules.push_back(asked.rule);
    }
    return rules;
}

}  // namespace ningyi::engine
