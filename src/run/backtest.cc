// SPDX-License-Identifier: Apache-2.0
#include "run/backtest.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <unordered_map>

#include "base/check.h"
#include "base/text.h"
#include "casework/wilson.h"
#include "run/side_by_side.h"
#include "trust/sha256.h"

namespace ningyi::run {
namespace {

using engine::RowOutcomes;
using rule::Outcome;

constexpr std::uint8_t hit_code = static_cast<std::uint8_t>(Outcome::hit);
constexpr std::string_view absent_day = "";

// Stopped by who asked; not a fault.
struct Stopped {};

// What all rows of one plan say besides the facts of rules.
struct Rows {
    std::vector<std::string_view> subjects;
    std::vector<std::int32_t> days;  // INT32_MIN: not known
    struct Words {
        std::string name;  // "agency", a scope key
        std::vector<std::string> words;
        std::vector<std::uint32_t> codes;  // of words; words.size(): not known
    };
    std::vector<Words> words;  // agency first
    bool in_period(std::size_t row, const BacktestInput& input) const {
        if (!input.from && !input.to) return true;
        return days[row] != INT32_MIN && (!input.from || input.from->days <= days[row]) &&
               (!input.to || days[row] <= input.to->days);
    }
};

// One of the two: rules as they run, or as proposed.
class Side {
public:
    Side(const BacktestInput& input, const rule::RuleSet& set, PlannedFacts facts)
        : input_(input), set_(set), facts_(std::move(facts)), rows_(facts_.plans.size()) {}

    std::optional<PlannedFacts::Place> find(const std::string& rule) const { return facts_.find(rule); }
    const engine::FactPlan& plan(const PlannedFacts::Place& place) const { return facts_.plans[place.plan]; }
    const PlannedFacts& facts() const { return facts_; }

    const Rows& rows(std::size_t plan) {
        if (!rows_[plan]) rows_[plan] = read_rows(plan);
        return *rows_[plan];
    }

    // The key of each of these rows; all "" where the rule has none.
    std::vector<std::string> dedups(const PlannedFacts::Place& place, const std::vector<std::uint32_t>& rows) {
        std::vector<std::string> keys(rows.size());
        const engine::FactPlan& plan = facts_.plans[place.plan];
        const std::size_t column = plan.rules[place.rule].dedup;
        if (column == SIZE_MAX) return keys;
        const auto at = facts_.shelves[place.plan].find(plan.columns[column]);
        CHECK(at.has_value());
        engine::FactChunk chunk;
        std::size_t group = SIZE_MAX;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (rows[i] / engine::fact_group_rows != group) {
                group = rows[i] / engine::fact_group_rows;
                need(at->table->read(at->column, group, chunk));
            }
            keys[i] = std::string(chunk.texts[rows[i] % engine::fact_group_rows]);
        }
        return keys;
    }

    RowOutcomes outcomes(const PlannedFacts::Place& place) {
        const engine::FactPlan& plan = facts_.plans[place.plan];
        const engine::FactShelf& shelf = facts_.shelves[place.plan];
        auto kept = engine::kept_outcomes(shelf, plan.rules[place.rule]);
        need(kept);
        if (*kept) return std::move(**kept);
        CHECK(engine::can_judge(shelf, plan, plan.rules[place.rule]));
        const std::size_t parts = std::max<std::size_t>(1, std::min(input_.parts, shelf.groups()));
        const std::size_t each = (shelf.groups() + parts - 1) / parts;
        std::vector<RowOutcomes> pieces(parts);
        std::vector<Faults> faults(parts);
        std::atomic<bool> is_stopped = false;
        side_by_side(parts, [&](std::size_t part) {
            const std::size_t first = std::min(shelf.groups(), part * each);
            const std::size_t last = std::min(shelf.groups(), first + each);
            // Only the first asks: whoever is asked may not be asked by several at once.
            auto judged = engine::judged_outcomes(set_, input_.zone, shelf, plan, {place.rule}, first, last, [&] {
                if (part == 0 && input_.go_on && !input_.go_on(1)) is_stopped = true;
                return !is_stopped;
            });
            if (!judged) {
                faults[part] = judged.error();
            } else if (*judged) {
                pieces[part] = std::move((**judged)[0]);
            }
        });
        for (Faults& some : faults) {
            if (!some.empty()) throw std::move(some);
        }
        if (is_stopped) throw Stopped{};
        RowOutcomes all = std::move(pieces[0]);
        for (std::size_t part = 1; part < parts; ++part) {
            const auto before = static_cast<std::uint32_t>(all.outcomes.size());
            for (RowOutcomes::Hit hit : pieces[part].hits) {
                hit.row += before;
                all.hits.push_back(hit);
            }
            all.outcomes.insert(all.outcomes.end(), pieces[part].outcomes.begin(), pieces[part].outcomes.end());
        }
        return all;
    }

    template <class Value>
    static void need(const Result<Value>& result) {
        if (!result) throw result.error();
    }

private:
    Rows read_rows(std::size_t number) const {
        const engine::FactPlan& plan = facts_.plans[number];
        const engine::FactShelf& shelf = facts_.shelves[number];
        Rows rows;
        const auto place = [&](const std::string& name) {
            const auto found = shelf.find(plan.columns[plan.column(name)]);
            CHECK(found.has_value());
            return *found;
        };
        const auto subject = place(std::string(engine::subject_column)), date = place(std::string(engine::date_column));
        std::vector<engine::FactShelf::Place> words{place(std::string(engine::agency_column))};
        rows.words.push_back({"agency", {}, {}});
        for (const std::string& key : plan.scope_keys) {
            if (key == "agency") continue;
            words.push_back(place(std::string(engine::scope_column) + key));
            rows.words.push_back({key, {}, {}});
        }
        for (std::size_t i = 0; i < words.size(); ++i) {
            const auto texts = words[i].table->words(words[i].column);
            need(texts);
            rows.words[i].words.assign(texts->begin(), texts->end());
        }
        // A subject of a kind without a day is judged on the day of the run, which is no day of its own.
        const bool has_day = !set_.dictionary.entity(plan.about.entity)->date.empty();
        engine::FactChunk chunk;
        for (std::size_t group = 0; group < shelf.groups(); ++group) {
            const std::size_t count = shelf.rows_in(group);
            need(subject.table->read(subject.column, group, chunk));
            rows.subjects.insert(rows.subjects.end(), chunk.texts.begin(), chunk.texts.end());
            need(date.table->read(date.column, group, chunk));
            for (std::size_t row = 0; row < count; ++row) {
                const bool is_known =
                    has_day && chunk.column.known[row] == static_cast<std::uint8_t>(cel::Known::known);
                rows.days.push_back(is_known ? static_cast<std::int32_t>(chunk.column.numbers[row]) : INT32_MIN);
            }
            for (std::size_t i = 0; i < words.size(); ++i) {
                need(words[i].table->read(words[i].column, group, chunk));
                for (std::size_t row = 0; row < count; ++row) {
                    const bool is_known = chunk.column.known[row] == static_cast<std::uint8_t>(cel::Known::known);
                    rows.words[i].codes.push_back(is_known ? chunk.column.codes[row]
                                                           : static_cast<std::uint32_t>(rows.words[i].words.size()));
                }
            }
        }
        return rows;
    }

    const BacktestInput& input_;
    const rule::RuleSet& set_;
    PlannedFacts facts_;
    std::vector<std::optional<Rows>> rows_;
};

void count(Tally& tally, Outcome outcome) {
    switch (outcome) {
        case Outcome::hit: ++tally.hit; break;
        case Outcome::clear: ++tally.clear; break;
        case Outcome::exempt: ++tally.exempt; break;
        case Outcome::inconclusive: ++tally.inconclusive; break;
        case Outcome::not_applicable: ++tally.not_applicable; break;
    }
}

std::string day_of(std::int32_t day) {
    return day == INT32_MIN ? std::string(absent_day) : to_text(Date{day});
}
std::string month_of(const std::string& day) {
    return day.substr(0, 7);
}

// The hits of one side of one rule, in the period.
struct Judged {
    PlannedFacts::Place place;
    RowOutcomes outcomes;
    std::vector<RowOutcomes::Hit> hits;
};

class Comparing {
public:
    Comparing(const BacktestInput& input, Side& before, Side& after) : input_(input), sides_{&before, &after} {}

    RuleDifference difference(const std::string& id) {
        RuleDifference result;
        result.rule = id;
        const rule::Rule* rules[2] = {input_.before.rule(id), input_.after.rule(id)};
        result.digest_before = rules[0] == nullptr ? "" : rules[0]->digest;
        result.digest_after = rules[1] == nullptr ? "" : rules[1]->digest;
        result.subject = (rules[1] == nullptr ? rules[0] : rules[1])->subject;
        result.what_changed = changes_of(input_.before, rules[0], input_.after, rules[1]);
        std::optional<Judged> judged[2];
        for (std::size_t side = 0; side < 2; ++side) {
            const auto place = sides_[side]->find(id);
            if (!place) continue;
            judged[side] = Judged{*place, sides_[side]->outcomes(*place), {}};
            const Rows& rows = sides_[side]->rows(place->plan);
            for (const RowOutcomes::Hit& hit : judged[side]->outcomes.hits) {
                if (rows.in_period(hit.row, input_)) judged[side]->hits.push_back(hit);
            }
            tally(*judged[side], side, result);
        }
        compare(judged, result);
        know_verdicts(id, judged, result);
        return result;
    }

    // Which other rules, as they run, hit the subjects that moved.
    void find_overlaps(std::vector<RuleDifference>& rules) {
        std::map<std::string, std::unordered_map<std::string_view, std::vector<std::string>>> by_entity;
        for (const RuleDifference& rule : rules) {
            for (const std::vector<Moved>* list : {&rule.caught, &rule.lost}) {
                for (const Moved& moved : *list) by_entity[rule.subject].try_emplace(moved.subject);
            }
        }
        for (const rule::Rule& other : input_.before.rules) {
            const auto wanted = by_entity.find(other.subject);
            const auto place = sides_[0]->find(other.id);
            if (wanted == by_entity.end() || wanted->second.empty() || !place) continue;
            if (input_.go_on && !input_.go_on(1)) throw Stopped{};
            const RowOutcomes outcomes = sides_[0]->outcomes(*place);
            const Rows& rows = sides_[0]->rows(place->plan);
            for (const RowOutcomes::Hit& hit : outcomes.hits) {
                const auto found = wanted->second.find(rows.subjects[hit.row]);
                if (found == wanted->second.end()) continue;
                if (found->second.empty() || found->second.back() != other.id) found->second.push_back(other.id);
            }
        }
        for (RuleDifference& rule : rules) {
            auto& hit_by = by_entity[rule.subject];
            const auto fill = [&](std::vector<Moved>& list, std::int64_t& alone, bool counts) {
                for (Moved& moved : list) {
                    for (const std::string& other : hit_by[moved.subject]) {
                        if (other == rule.rule) continue;
                        moved.also_hit_by.push_back(other);
                        if (counts) ++rule.overlap[other];
                    }
                    alone += moved.also_hit_by.empty() ? 1 : 0;
                }
            };
            fill(rule.caught, rule.caught_alone, true);
            fill(rule.lost, rule.lost_alone, false);
        }
    }

private:
    // Counts all rows of one side, in all and by each way to break down.
    void tally(const Judged& judged, std::size_t side, RuleDifference& result) {
        const Rows& rows = sides_[side]->rows(judged.place.plan);
        const bool has_rows = !sides_[side]->plan(judged.place).about.each.empty();
        Tally& all = side == 0 ? result.before : result.after;
        std::vector<std::vector<Tally>> by_word;
        for (const Rows::Words& words : rows.words) by_word.emplace_back(words.words.size() + 1);
        std::map<std::int32_t, Tally> by_day;
        std::int32_t last_day = INT32_MIN;
        Tally* of_day = &by_day[last_day];
        std::size_t next_hit = 0;
        for (std::size_t row = 0; row < judged.outcomes.outcomes.size(); ++row) {
            const std::uint8_t code = judged.outcomes.outcomes[row];
            if (code == RowOutcomes::not_asked || !rows.in_period(row, input_)) continue;
            const auto outcome = static_cast<Outcome>(code);
            const bool is_more_of_the_same = has_rows && outcome == Outcome::not_applicable && row > 0 &&
                                             rows.subjects[row] == rows.subjects[row - 1];
            if (is_more_of_the_same) continue;
            std::int64_t fen = 0;
            if (code == hit_code) {
                while (judged.hits[next_hit].row < row) ++next_hit;
                fen = judged.hits[next_hit].at_risk_fen;
            }
            const auto add = [&](Tally& tally) {
                count(tally, outcome);
                tally.at_risk_fen += fen;
            };
            add(all);
            if (rows.days[row] != last_day) {
                last_day = rows.days[row];
                of_day = &by_day[last_day];
            }
            add(*of_day);
            for (std::size_t i = 0; i < rows.words.size(); ++i) add(by_word[i][rows.words[i].codes[row]]);
        }
        const auto into = [&](const std::string& way, const std::string& key, const Tally& tally) {
            if (tally.judged() == 0) return;
            Tally& slice = side == 0 ? slice_of(result, way, key).before : slice_of(result, way, key).after;
            slice.hit += tally.hit, slice.clear += tally.clear, slice.exempt += tally.exempt;
            slice.inconclusive += tally.inconclusive, slice.not_applicable += tally.not_applicable;
            slice.at_risk_fen += tally.at_risk_fen;
        };
        for (std::size_t i = 0; i < rows.words.size(); ++i) {
            for (std::size_t word = 0; word < by_word[i].size(); ++word)
                into(rows.words[i].name, word < rows.words[i].words.size() ? rows.words[i].words[word] : "",
                     by_word[i][word]);
        }
        for (const auto& [day, tally] : by_day) into("month", month_of(day_of(day)), tally);
    }

    static Slice& slice_of(RuleDifference& result, const std::string& way, const std::string& key) {
        std::vector<Slice>& slices = result.by[way];
        const auto at =
            std::lower_bound(slices.begin(), slices.end(), key,
                             [](const Slice& slice, const std::string& wanted) { return slice.key < wanted; });
        if (at != slices.end() && at->key == key) return *at;
        Slice slice;
        slice.key = key;
        return *slices.insert(at, std::move(slice));
    }

    Moved moved_at(std::size_t side, const Judged& judged, const RowOutcomes::Hit& hit, std::string dedup) {
        const Rows& rows = sides_[side]->rows(judged.place.plan);
        Moved moved;
        moved.subject = rows.subjects[hit.row];
        moved.dedup = std::move(dedup);
        moved.date = day_of(rows.days[hit.row]);
        for (const Rows::Words& words : rows.words) {
            const std::uint32_t code = words.codes[hit.row];
            const std::string word = code < words.words.size() ? words.words[code] : "";
            if (&words == &rows.words.front()) {
                moved.agency = word;
            } else {
                moved.scope[words.name] = word;
            }
        }
        moved.at_risk_fen = hit.at_risk_fen;
        moved.margin = hit.margin;
        (side == 0 ? moved.before : moved.after) = Outcome::hit;
        return moved;
    }

    void compare(const std::optional<Judged> (&judged)[2], RuleDifference& result) {
        const bool are_same_rows = judged[0] && judged[1] &&
                                   sides_[0]->plan(judged[0]->place).about == sides_[1]->plan(judged[1]->place).about &&
                                   judged[0]->outcomes.outcomes.size() == judged[1]->outcomes.outcomes.size();
        if (are_same_rows) {
            compare_rows(judged, result);
        } else {
            compare_keys(judged, result);
        }
        for (std::vector<Moved>* list : {&result.caught, &result.lost}) {
            const bool is_caught = list == &result.caught;
            std::sort(list->begin(), list->end(), [](const Moved& a, const Moved& b) {
                return std::tie(a.date, a.subject, a.dedup) < std::tie(b.date, b.subject, b.dedup);
            });
            for (const Moved& moved : *list) {
                (is_caught ? result.caught_fen : result.lost_fen) += moved.at_risk_fen;
                const auto add = [&](const std::string& way, const std::string& key) {
                    Slice& slice = slice_of(result, way, key);
                    ++(is_caught ? slice.caught : slice.lost);
                    (is_caught ? slice.caught_fen : slice.lost_fen) += moved.at_risk_fen;
                };
                add("agency", moved.agency);
                add("month", month_of(moved.date));
                for (const auto& [key, word] : moved.scope) add(key, word);
            }
        }
    }

    static Outcome outcome_at(const Judged& judged, std::size_t row) {
        const std::uint8_t code = judged.outcomes.outcomes[row];
        return code == RowOutcomes::not_asked ? Outcome::not_applicable : static_cast<Outcome>(code);
    }

    void compare_rows(const std::optional<Judged> (&judged)[2], RuleDifference& result) {
        for (std::size_t side = 0; side < 2; ++side) {
            const Judged& own = *judged[side];
            const Judged& other = *judged[1 - side];
            std::vector<RowOutcomes::Hit> alone;
            std::vector<std::uint32_t> rows;
            for (const RowOutcomes::Hit& hit : own.hits) {
                if (other.outcomes.outcomes[hit.row] == hit_code) continue;
                alone.push_back(hit);
                rows.push_back(hit.row);
            }
            const std::vector<std::string> keys = sides_[side]->dedups(own.place, rows);
            for (std::size_t i = 0; i < alone.size(); ++i) {
                Moved moved = moved_at(side, own, alone[i], keys[i]);
                (side == 0 ? moved.after : moved.before) = outcome_at(other, alone[i].row);
                (side == 0 ? result.lost : result.caught).push_back(std::move(moved));
            }
        }
    }

    // Where rows of the two are not the same ones, hits are told apart by subject and key.
    void compare_keys(const std::optional<Judged> (&judged)[2], RuleDifference& result) {
        using Key = std::pair<std::string, std::string>;
        std::map<Key, Outcome> said[2];
        std::vector<std::string> keys[2];
        for (std::size_t side = 0; side < 2; ++side) {
            if (!judged[side]) continue;
            std::vector<std::uint32_t> rows;
            for (std::size_t row = 0; row < judged[side]->outcomes.outcomes.size(); ++row)
                rows.push_back(static_cast<std::uint32_t>(row));
            keys[side] = sides_[side]->dedups(judged[side]->place, rows);
            const Rows& all = sides_[side]->rows(judged[side]->place.plan);
            for (const std::uint32_t row : rows)
                said[side][{std::string(all.subjects[row]), keys[side][row]}] = outcome_at(*judged[side], row);
        }
        for (std::size_t side = 0; side < 2; ++side) {
            if (!judged[side]) continue;
            for (const RowOutcomes::Hit& hit : judged[side]->hits) {
                Moved moved = moved_at(side, *judged[side], hit, keys[side][hit.row]);
                const auto other = said[1 - side].find({moved.subject, moved.dedup});
                const Outcome there = other == said[1 - side].end() ? Outcome::not_applicable : other->second;
                if (there == Outcome::hit) continue;
                (side == 0 ? moved.after : moved.before) = there;
                (side == 0 ? result.lost : result.caught).push_back(std::move(moved));
            }
        }
    }

    // What people decided about the hits of each side, and about those that moved.
    void know_verdicts(const std::string& id, const std::optional<Judged> (&judged)[2], RuleDifference& result) {
        std::map<std::pair<std::string, std::string>, const casework::Decided*> decided;
        for (const casework::Decided* one : input_.verdicts.all()) {
            if (one->rule == id) decided[{one->subject, one->dedup}] = one;
        }
        for (std::size_t side = 0; side < 2; ++side) {
            KnownPrecision& known = side == 0 ? result.precision_before : result.precision_after;
            if (!judged[side]) continue;
            known.undecided = static_cast<std::int64_t>(judged[side]->hits.size());
            if (decided.empty()) continue;
            std::vector<std::uint32_t> rows;
            for (const RowOutcomes::Hit& hit : judged[side]->hits) rows.push_back(hit.row);
            const std::vector<std::string> keys = sides_[side]->dedups(judged[side]->place, rows);
            const Rows& all = sides_[side]->rows(judged[side]->place.plan);
            for (std::size_t i = 0; i < rows.size(); ++i) {
                const auto found = decided.find({std::string(all.subjects[rows[i]]), keys[i]});
                if (found == decided.end() || !found->second->is_decided()) continue;
                --known.undecided;
                ++(found->second->is_confirmed() ? known.confirmed : known.unfounded);
            }
            if (known.confirmed + known.unfounded > 0) {
                const casework::Interval interval =
                    casework::wilson(known.confirmed, known.confirmed + known.unfounded);
                known.interval_ppm = std::pair(interval.low_ppm, interval.high_ppm);
            }
        }
        for (std::vector<Moved>* list : {&result.caught, &result.lost}) {
            for (Moved& moved : *list) {
                const auto found = decided.find({moved.subject, moved.dedup});
                if (found != decided.end()) moved.verdict = found->second->effective();
            }
        }
    }

    const BacktestInput& input_;
    Side* sides_[2];
};

// Ids of the rules that differ in text or in the knowledge they use.
std::set<std::string> differing(const BacktestInput& input) {
    std::set<std::string> ids;
    for (const rule::Rule& rule : input.before.rules) {
        const rule::Rule* other = input.after.rule(rule.id);
        if (other == nullptr || rule.digest != other->digest ||
            engine::reach_digest(input.before, rule) != engine::reach_digest(input.after, *other))
            ids.insert(rule.id);
    }
    for (const rule::Rule& rule : input.after.rules) {
        if (input.before.rule(rule.id) == nullptr) ids.insert(rule.id);
    }
    return ids;
}

std::int64_t subjects_in(const std::set<std::string>& ids, Side& before, Side& after, const BacktestInput& input) {
    std::set<std::string> entities;
    std::int64_t subjects = 0;
    for (Side* side : {&after, &before}) {
        for (const std::string& id : ids) {
            const auto place = side->find(id);
            if (!place || !entities.insert(side->plan(*place).about.entity).second) continue;
            const Rows& rows = side->rows(place->plan);
            for (std::size_t row = 0; row < rows.subjects.size(); ++row) {
                const bool is_next = row == 0 || rows.subjects[row] != rows.subjects[row - 1];
                subjects += is_next && rows.in_period(row, input) ? 1 : 0;
            }
        }
    }
    return subjects;
}

std::optional<Backtest> compared(const BacktestInput& input, KeptFacts& kept) {
    const std::set<std::string> ids = differing(input);
    Backtest result;
    result.from = input.from;
    result.to = input.to;
    result.position = input.log.size();
    result.set_before = input.before.digest;
    result.set_after = input.after.digest;
    if (!ids.empty()) {
        std::set<std::string> running, proposed;
        for (const rule::Rule& rule : input.before.rules) running.insert(rule.id);
        for (const std::string& id : ids) {
            if (input.after.rule(id) != nullptr) proposed.insert(id);
        }
        auto facts_before = kept.prepare(input.before, running, true);
        Side::need(facts_before);
        if (!*facts_before) return std::nullopt;
        auto facts_after = kept.prepare(input.after, proposed, false);
        Side::need(facts_after);
        if (!*facts_after) return std::nullopt;
        Side before(input, input.before, std::move(**facts_before)),
            after(input, input.after, std::move(**facts_after));
        Comparing comparing(input, before, after);
        for (const std::string& id : ids) {
            if (input.go_on && !input.go_on(1)) return std::nullopt;
            result.rules.push_back(comparing.difference(id));
        }
        comparing.find_overlaps(result.rules);
        result.subjects = subjects_in(ids, before, after, input);
    }
    for (const RuleDifference& rule : result.rules) {
        result.has_verdicts = result.has_verdicts || rule.precision_before.interval_ppm.has_value() ||
                              rule.precision_after.interval_ppm.has_value();
    }
    result.from_cache = !kept.has_read_log();
    result.texts = input.texts;
    result.found = to_hex(trust::sha256(canonical(result)));
    result.digest = backtest_digest(result.texts, result.found);
    return result;
}

}  // namespace

Result<std::optional<Backtest>> backtest(const BacktestInput& given) {
    BacktestInput input = given;
    if (input.parts == 0) input.parts = usual_parts();
    // Damage of what was kept shows when it is read: then everything kept goes and is made again, once.
    for (int attempt = 0;; ++attempt) {
        KeptFacts kept(input.log, input.open, input.zone, input.keeper, input.go_on, input.parts);
        try {
            return compared(input, kept);
        } catch (const Stopped&) {
            return std::optional<Backtest>();
        } catch (const Faults& faults) {
            const bool is_damage = !faults.empty() && faults.front().code == "E720";
            if (!is_damage || attempt > 0) return failure(faults);
            kept.forget_all();
        }
    }
}

}  // namespace ningyi::run
