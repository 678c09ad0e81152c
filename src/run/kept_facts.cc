// SPDX-License-Identifier: Apache-2.0
#include "run/kept_facts.h"

#include <algorithm>

#include "run/opened_log.h"
#include "run/side_by_side.h"

namespace ningyi::run {
namespace {

using engine::FactPlan;
using engine::FactWish;

// More than this and the oldest go: every trial of changed features leaves some behind.
constexpr std::size_t most_kept = 48;

// What a plan still lacks for the outcomes of these rules.
FactWish wish_of(const FactPlan& plan, const engine::FactShelf& shelf, const std::set<std::string>& rules) {
    FactWish wish;
    const auto want = [&](std::size_t column) {
        if (column == SIZE_MAX || shelf.find(plan.columns[column])) return;
        if (std::find(wish.columns.begin(), wish.columns.end(), column) == wish.columns.end())
            wish.columns.push_back(column);
    };
    bool is_wanted = false;
    for (std::size_t i = 0; i < plan.rules.size(); ++i) {
        const engine::PlannedRule& rule = plan.rules[i];
        if (!rules.contains(rule.rule->id)) continue;
        is_wanted = true;
        want(rule.entered);
        want(rule.dedup);
        if (shelf.find(rule.outcome) && shelf.find(rule.margin) && shelf.find(rule.at_risk)) continue;
        if (rule.is_kept) {
            for (const std::size_t fact : rule.facts) want(fact);
        } else {
            wish.rules.push_back(i);
        }
    }
    if (is_wanted) {
        for (const std::string_view name : {engine::subject_column, engine::date_column, engine::agency_column})
            want(plan.column(name));
        for (const std::string& key : plan.scope_keys) want(plan.column(std::string(engine::scope_column) + key));
    }
    std::sort(wish.columns.begin(), wish.columns.end());
    return wish;
}

void widen(const FactPlan& plan, const engine::FactShelf& shelf, FactWish& wish) {
    wish = {};
    for (std::size_t column = 0; column < plan.columns.size(); ++column) {
        if (!shelf.find(plan.columns[column])) wish.columns.push_back(column);
    }
    for (std::size_t rule = 0; rule < plan.rules.size(); ++rule) {
        if (!shelf.find(plan.rules[rule].outcome)) wish.rules.push_back(rule);
    }
}

}  // namespace

std::optional<PlannedFacts::Place> PlannedFacts::find(std::string_view rule) const {
    for (std::size_t plan = 0; plan < plans.size(); ++plan) {
        for (std::size_t i = 0; i < plans[plan].rules.size(); ++i) {
            if (plans[plan].rules[i].rule->id == rule) return Place{plan, i};
        }
    }
    return std::nullopt;
}

KeptFacts::KeptFacts(log::EventLog& log, Open open, const Zone& zone, FactKeeper& keeper,
                     std::function<bool(double)> go_on, std::size_t parts)
    : log_(log), open_(std::move(open)), zone_(zone), keeper_(keeper), go_on_(std::move(go_on)), parts_(parts) {}

void KeptFacts::open_kept() {
    if (is_opened_) return;
    is_opened_ = true;
    for (const std::string_view bytes : keeper_.kept()) {
        auto table = engine::FactTable::open(bytes);
        if (!table) {
            keeper_.forget(bytes);
            continue;
        }
        kept_.push_back(std::make_unique<Kept>(Kept{bytes, std::move(*table)}));
    }
    while (kept_.size() > most_kept) {
        keeper_.forget(kept_.front()->bytes);
        kept_.erase(kept_.begin());
    }
}

void KeptFacts::forget_all() {
    for (const auto& kept : kept_) keeper_.forget(kept->bytes);
    kept_.clear();
}

void KeptFacts::drop_stale(const rule::RuleSet& set, const std::vector<FactPlan>& plans) {
    const std::uint64_t size = log_.size();
    std::erase_if(kept_, [&](const std::unique_ptr<Kept>& kept) {
        const engine::FactRows& about = kept->table.about();
        bool is_stale = about.position > size;
        const auto plan = std::find_if(plans.begin(), plans.end(), [&](const FactPlan& one) {
            return one.about.entity == about.entity && one.about.when == about.when && one.about.each == about.each;
        });
        if (!is_stale && about.position < size) {
            is_stale = plan == plans.end();
            log_.read(about.position, [&](const log::Event& event) {
                is_stale = is_stale || engine::may_change(set, *plan, event.type);
                return !is_stale;
            });
        }
        if (is_stale) keeper_.forget(kept->bytes);
        return is_stale;
    });
}

void KeptFacts::fill_shelves(PlannedFacts& facts) const {
    facts.shelves.assign(facts.plans.size(), {});
    for (std::size_t i = 0; i < facts.plans.size(); ++i) {
        const engine::FactRows& wanted = facts.plans[i].about;
        for (const auto& kept : kept_) {
            const engine::FactRows& about = kept->table.about();
            if (about.entity == wanted.entity && about.when == wanted.when && about.each == wanted.each &&
                about.digest == wanted.digest)
                facts.shelves[i].add(kept->table);
        }
    }
}

Result<bool> KeptFacts::compute(const rule::RuleSet& set, PlannedFacts& facts, const std::vector<FactWish>& wishes) {
    has_read_log_ = true;
    const Source source{log_, open_, set, zone_};
    auto engine = engine::Engine::create(set, zone_);
    if (!engine) return failure(std::move(engine.error()));
    bool is_going = true;
    Faults faults = read_opened(
        source, UINT64_MAX, [&](const engine::ClearEvent& event) { (*engine)->load(event); },
        [&](double share) { return is_going = !go_on_ || go_on_(share / 2); });
    if (!faults.empty()) return failure(std::move(faults));
    if (!is_going) return false;
    std::size_t done = 0;
    for (std::size_t i = 0; i < facts.plans.size(); ++i) {
        if (wishes[i].is_empty()) continue;
        const FactPlan& plan = facts.plans[i];
        keeper_.begin();
        engine::FactTableWriter writer(plan.about, engine::columns_of(plan, wishes[i]),
                                       [&](std::string_view bytes) { keeper_.append(bytes); });
        const double start = 0.5 + 0.5 * static_cast<double>(done++) / static_cast<double>(facts.plans.size());
        const bool is_whole = engine::gather(
            **engine, plan, wishes[i], [&](const std::vector<cel::Value>& row) { writer.add(row); }, parts_,
            side_by_side,
            [&](double share) {
                return !go_on_ || go_on_(start + share * 0.5 / static_cast<double>(facts.plans.size()));
            });
        if (!is_whole) {
            keeper_.abandon();
            return false;
        }
        writer.finish("");
        const std::string_view bytes = keeper_.finish();
        auto table = engine::FactTable::open(bytes);
        if (!table) return failure(std::move(table.error()));
        kept_.push_back(std::make_unique<Kept>(Kept{bytes, std::move(*table)}));
    }
    return true;
}

Result<std::optional<PlannedFacts>> KeptFacts::prepare(const rule::RuleSet& set, const std::set<std::string>& rules,
                                                       bool broadly) {
    PlannedFacts facts;
    facts.plans = engine::fact_plans(set, zone_, log_.size());
    open_kept();
    drop_stale(set, facts.plans);
    fill_shelves(facts);
    std::vector<FactWish> wishes;
    bool is_missing = false;
    for (std::size_t i = 0; i < facts.plans.size(); ++i) {
        wishes.push_back(wish_of(facts.plans[i], facts.shelves[i], rules));
        is_missing = is_missing || !wishes.back().is_empty();
    }
    if (is_missing) {
        for (std::size_t i = 0; broadly && i < facts.plans.size(); ++i)
            widen(facts.plans[i], facts.shelves[i], wishes[i]);
        const Result<bool> computed = compute(set, facts, wishes);
        if (!computed) return failure(computed.error());
        if (!*computed) return std::optional<PlannedFacts>();
        fill_shelves(facts);
    }
    return std::optional(std::move(facts));
}

}  // namespace ningyi::run
