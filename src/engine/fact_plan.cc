// SPDX-License-Identifier: Apache-2.0
#include "engine/fact_plan.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "rule/names.h"
#include "rule/values.h"
#include "trust/sha256.h"

namespace ningyi::engine {
namespace {

using rule::Rule;
using rule::RuleSet;

// Raised when the same declarations would give other facts: kept columns of before are not read any more.
constexpr std::string_view fact_version = "facts 1";
constexpr int level_kept = 2;

std::string digest_of(std::string_view text) {
    return to_hex(trust::sha256(text)).substr(0, 32);
}

void add(std::string& text, std::string_view part) {
    text += format("{}:", part.size());
    text += part;
}
void add(std::string& text, std::int64_t part) {
    text += format("{};", part);
}

std::string model_digest(const model::Dictionary& dictionary, const Zone& zone) {
    std::string text;
    add(text, fact_version);
    add(text, zone.name());
    for (const model::Entity& entity : dictionary.entities) {
        for (const std::string* part :
             {&entity.name, &entity.key, &entity.time, &entity.date, &entity.territory, &entity.agency})
            add(text, *part);
        for (const auto& [key, path] : entity.scope) add(text, key), add(text, path);
        for (const model::Field& field : entity.fields) {
            for (const std::string* part :
                 {&field.name, &field.ref, &field.derive, &field.track_of, &field.track_from, &field.track_to,
                  &field.track_device, &field.track_other_than, &field.fixes_device})
                add(text, *part);
            for (const std::int64_t part : {static_cast<std::int64_t>(field.type), std::int64_t{field.level},
                                            std::int64_t{field.track_lead}, std::int64_t{field.track_tail}})
                add(text, part);
            for (const std::string& word : field.words) add(text, word);
        }
    }
    for (const model::EventType& event : dictionary.events) {
        add(text, event.name);
        add(text, event.subject);
        for (const std::string& field : event.body) add(text, field);
    }
    return digest_of(text);
}

void add_days(std::string& text, const rule::Days& days) {
    add(text, std::int64_t{days.from.days});
    add(text, std::int64_t{days.to.days});
}

void add_param(std::string& text, const rule::Param& param) {
    add(text, param.name);
    add(text, cbor::encode(param.declaration));
    for (const rule::ParamValue& value : param.values) {
        add_days(text, value.days);
        add(text, rule::exact_text(value.value));
        for (const auto& [key, own] : value.scope) add(text, key), add(text, own);
    }
}

void add_feature(std::string& text, const RuleSet& set, const rule::Feature& feature) {
    add(text, feature.name);
    add(text, feature.entity);
    add(text, cbor::encode(feature.declaration));
    const auto add_bindings = [&](const std::vector<rule::Binding>& bindings) {
        for (const rule::Binding& binding : bindings) {
            if (const rule::Param* param = set.param(binding.text)) add_param(text, *param);
        }
    };
    add_bindings(feature.args);
    add_bindings(feature.each_args);
}

class Planning {
public:
    Planning(const RuleSet& set, const Zone& zone, std::uint64_t position)
        : set_(set), zone_(zone), position_(position), model_(model_digest(set.dictionary, zone)) {}

    std::vector<FactPlan> plans() {
        std::map<std::tuple<std::string, std::string, std::string>, std::vector<const Rule*>> grouped;
        for (const Rule& rule : set_.rules) {
            const model::Entity* entity = set_.dictionary.entity(rule.subject);
            if (entity == nullptr) continue;
            grouped[{rule.subject, when_of(rule, *entity), feature_behind(rule, rule.each)}].push_back(&rule);
        }
        std::vector<FactPlan> plans;
        for (const auto& [key, rules] : grouped) {
            FactPlan plan;
            std::tie(plan.about.entity, plan.about.when, plan.about.each) = key;
            plan.about.position = position_;
            std::string rows = model_;
            if (const rule::Feature* each = set_.feature(plan.about.each)) add_feature(rows, set_, *each);
            plan.about.digest = digest_of(rows);
            fill(plan, rules);
            plans.push_back(std::move(plan));
        }
        return plans;
    }

private:
    static std::string when_of(const Rule& rule, const model::Entity& entity) {
        if (rule.on.kind == rule::Trigger::Kind::every) return format("{}@{}", rule.on.every, rule.on.at);
        return entity.time.empty() ? rule.on.event : "";
    }

    static std::string feature_behind(const Rule& rule, std::string_view alias) {
        for (const auto& [own, name] : rule.features) {
            if (own == alias) return name;
        }
        return "";
    }

    // "order.pay" as it is, "prev.gap" as "@previous_order.gap".
    static std::string fact_name(const Rule& rule, std::string_view path) {
        const std::size_t dot = path.find('.');
        const std::string feature = feature_behind(rule, path.substr(0, dot));
        if (feature.empty()) return std::string(path);
        return "@" + feature + (dot == std::string_view::npos ? "" : std::string(path.substr(dot)));
    }

    int level_of(const model::Entity& entity, std::string_view name) const {
        if (!name.starts_with('@')) {
            const model::Field* field = rule::field_of_path(set_.dictionary, entity, name);
            return field == nullptr ? 4 : field->level;
        }
        const std::size_t dot = name.find('.');
        const rule::Feature* feature = set_.feature(name.substr(1, dot == std::string_view::npos ? dot : dot - 1));
        const std::string_view fact = dot == std::string_view::npos ? "" : name.substr(dot + 1);
        if (feature == nullptr) return 4;
        for (const rule::Feature::Fact& one : feature->facts) {
            if (one.name == fact) return one.level;
        }
        return 4;
    }

    std::string digest_of_fact(std::string_view name) const {
        if (!name.starts_with('@')) return model_;
        std::string text = model_;
        const std::size_t dot = name.find('.');
        const rule::Feature* feature = set_.feature(name.substr(1, dot == std::string_view::npos ? dot : dot - 1));
        if (feature != nullptr) add_feature(text, set_, *feature);
        return digest_of(text);
    }

    static std::size_t ensure(FactPlan& plan, FactColumn column) {
        const std::size_t known = plan.column(column.name);
        if (known != SIZE_MAX) return known;
        plan.columns.push_back(std::move(column));
        return plan.columns.size() - 1;
    }

    void fill(FactPlan& plan, const std::vector<const Rule*>& rules) {
        const model::Entity& entity = *set_.dictionary.entity(plan.about.entity);
        plan.on = rules.front()->on;
        ensure(plan, {std::string(subject_column), model_, cel::Kind::string, true});
        ensure(plan, {std::string(date_column), model_, cel::Kind::date, false});
        ensure(plan, {std::string(agency_column), model_, cel::Kind::string, false});
        for (const auto& [key, path] : entity.scope) {
            plan.scope_keys.push_back(key);
            ensure(plan, {std::string(scope_column) + key, model_, cel::Kind::string, false});
        }
        const rule::BatchJudge batch(set_, rules, zone_);
        for (std::size_t i = 0; i < rules.size(); ++i) {
            const Rule& rule = *rules[i];
            PlannedRule planned;
            planned.rule = &rule;
            const std::vector<std::size_t> facts = batch.facts_of(i);
            planned.is_kept = std::none_of(
                rule.sources.begin(), rule.sources.end(),
                [](const rule::SlotSource& source) { return source.kind == rule::SlotSource::Kind::others; });
            for (const std::size_t fact : facts)
                planned.is_kept = planned.is_kept && level_of(entity, batch.facts()[fact].name) <= level_kept;
            for (const std::size_t fact : facts) {
                if (!planned.is_kept) break;
                const rule::Fact& one = batch.facts()[fact];
                planned.facts.push_back(ensure(plan, {one.name, digest_of_fact(one.name), one.type.kind, false}));
            }
            if (rule.on.kind == rule::Trigger::Kind::event)
                planned.entered =
                    ensure(plan, {std::string(entered_column) + rule.on.event, model_, cel::Kind::boolean, false});
            if (!rule.dedup.empty()) {
                std::vector<std::string> names;
                std::string digests;
                for (const std::string& path : rule.dedup) {
                    names.push_back(fact_name(rule, path));
                    digests += digest_of_fact(names.back());
                }
                planned.dedup = ensure(
                    plan, {std::string(dedup_column) + join(names, "|"), digest_of(digests), cel::Kind::string, true});
            }
            const std::string outcome = outcome_digest(set_, rule, zone_);
            planned.outcome = {std::string(outcome_column) + rule.id, outcome, cel::Kind::integer, false};
            planned.margin = {std::string(margin_column) + rule.id, outcome, cel::Kind::integer, false};
            planned.at_risk = {std::string(at_risk_column) + rule.id, outcome, cel::Kind::integer, false};
            plan.rules.push_back(std::move(planned));
        }
    }

    const RuleSet& set_;
    const Zone& zone_;
    std::uint64_t position_;
    std::string model_;
};

}  // namespace

std::size_t FactPlan::column(std::string_view name) const {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].name == name) return i;
    }
    return SIZE_MAX;
}

std::vector<FactPlan> fact_plans(const RuleSet& set, const Zone& zone, std::uint64_t position) {
    return Planning(set, zone, position).plans();
}

std::string outcome_digest(const RuleSet& set, const Rule& rule, const Zone& zone) {
    return digest_of(model_digest(set.dictionary, zone) + reach_digest(set, rule));
}

std::string reach_digest(const RuleSet& set, const Rule& rule) {
    std::string text;
    add(text, rule.digest);
    add_days(text, rule.in_force);
    for (const auto& [local, name] : rule.params) {
        if (const rule::Param* param = set.param(name)) add_param(text, *param);
    }
    for (const auto& [alias, name] : rule.features) {
        if (const rule::Feature* feature = set.feature(name)) add_feature(text, set, *feature);
    }
    std::set<std::string> used;
    for (const rule::SlotSource& source : rule.sources) {
        if (source.kind == rule::SlotSource::Kind::list) {
            const rule::ListOf& list = set.lists[source.index];
            if (!used.insert("list " + list.name).second) continue;
            add(text, list.name);
            for (const rule::ListEntry& entry : list.entries) {
                add_days(text, entry.days);
                for (const std::string& part : entry.key) add(text, part);
            }
        }
        if (source.kind == rule::SlotSource::Kind::table) {
            const rule::Table& table = set.tables[source.index];
            if (!used.insert("table " + table.name).second) continue;
            add(text, table.name);
            add(text, cbor::encode(table.declaration));
            for (const rule::TableRow& row : table.rows) {
                add_days(text, row.days);
                for (const rule::KeyCell& cell : row.key) add(text, cell.said);
                add(text, std::int64_t{row.rank});
                for (const cel::Value& part : row.columns) add(text, rule::exact_text(part));
            }
        }
    }
    return digest_of(text);
}

bool may_change(const RuleSet& set, const FactPlan& plan, std::string_view event_type) {
    const model::EventType* type = set.dictionary.event(event_type);
    if (!plan.about.when.empty() && plan.on.kind == rule::Trigger::Kind::every) return true;  // the log's time went on
    if (type == nullptr) return false;
    if (!event_type.starts_with("core.")) return true;
    // Core events tell of people's decisions. They matter to rows about those, and where a feature or a reference leads
    // to them.
    if (type->subject == plan.about.entity) return true;
    const model::Entity* entity = set.dictionary.entity(plan.about.entity);
    if (entity == nullptr) return true;
    for (const model::Field& field : entity->fields) {
        if (field.ref == type->subject) return true;
    }
    return std::any_of(set.features.begin(), set.features.end(), [&](const rule::Feature& feature) {
        return feature.from == event_type || feature.register_entity == type->subject;
    });
}

}  // namespace ningyi::engine
